"""The commands `hienluong identity …`: accounts and single sign-on on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from hienluong.kit.server_command import answers_as
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor


@click.group(help=_("Accounts and single sign-on.\n\nExample: hienluong identity account list"))
def group() -> None:
    """Holds the commands of identity."""


def _actor(caller: str) -> Actor:
    from hienluong.directory.service import Actor  # noqa: PLC0415 - needs Django

    return replace(Actor.platform("command line"), name=caller)


on_server: Callable[[Callable[..., Any]], Callable[..., None]] = answers_as(_actor)


from hienluong.identity.sign_in_cli import account_group, sign_on_group  # noqa: E402 - they use what stands above

group.add_command(account_group)
group.add_command(sign_on_group)
