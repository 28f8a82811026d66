"""The commands `hienluong identity …`: accounts and single sign-on on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from hienluong.kit import server_command
from hienluong.kit.terminal import translate as _

Answering = Callable[..., tuple[Any, Iterable[str]]]


@click.group(help=_("Accounts and single sign-on.\n\nExample: hienluong identity account list"))
def group() -> None:
    """Holds the commands of identity."""


def on_server(command: Answering) -> Callable[..., None]:
    """Runs a command on the server with its actor and the moment, and prints what it returns: a value and lines."""

    @server_command.on_server
    @functools.wraps(command)
    def run(*, caller: str, now: datetime, printer: server_command.Printer, **options: Any) -> None:
        from hienluong.directory.service import Actor  # noqa: PLC0415 - needs Django

        actor = replace(Actor.platform("command line"), name=caller)
        printer.result(*command(actor=actor, now=now, **options))

    return run


from hienluong.identity.sign_in_cli import account_group, sign_on_group  # noqa: E402 - they use what stands above

group.add_command(account_group)
group.add_command(sign_on_group)
