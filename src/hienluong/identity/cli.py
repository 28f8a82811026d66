"""The commands `hienluong identity …`: accounts and rights on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

import click

from hienluong.identity.access_cli import access, review
from hienluong.kit.terminal import translate as _


@click.group(help=_("Accounts and rights.\n\nExample: hienluong identity review list"))
def group() -> None:
    """Holds the commands of identity."""


group.add_command(review)
group.add_command(access)
