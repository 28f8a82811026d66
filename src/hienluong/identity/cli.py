"""The commands `hienluong identity …`: accounts and single sign-on on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

import functools
import getpass
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import click

from hienluong.kit.errors import HienluongError
from hienluong.kit.terminal import translate as _

REFUSED = 1
Answering = Callable[..., tuple[Any, Iterable[str]]]


@click.group(help=_("Accounts and single sign-on.\n\nExample: hienluong identity account list"))
def group() -> None:
    """Holds the commands of identity."""


def on_server(command: Answering) -> Callable[..., None]:
    """Gives a command --json, runs it beside the database with its actor and the moment, and prints what it returns.

    A command returns a value for programs and lines for people. The context's object, a context manager of the
    command line above, keeps the database answering.
    """

    @click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
    @functools.wraps(command)
    def run(*, as_json: bool, **options: Any) -> None:
        with click.get_current_context().find_root().obj():
            from hienluong.directory.service import Actor  # noqa: PLC0415 - needs Django
            from hienluong.kit import clock  # noqa: PLC0415 - the same

            actor = replace(Actor.platform("command line"), name=f"command line ({getpass.getuser()})")
            try:
                value, lines = command(actor=actor, now=clock.now(), **options)
            except HienluongError as problem:
                if as_json:
                    click.echo(json.dumps(problem.problem(translate=_), ensure_ascii=False, indent=1))
                else:
                    click.echo(" ".join(problem.explain(_).split()), err=True)
                sys.exit(REFUSED)
            if as_json:
                click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            else:
                for line in lines:
                    click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    return run


from hienluong.identity.sign_in_cli import account_group, sign_on_group  # noqa: E402 - they use what stands above

group.add_command(account_group)
group.add_command(sign_on_group)
