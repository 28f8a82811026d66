"""The commands `hienluong identity …`: accounts and single sign-on on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

import click

from hienluong.identity.sign_in_cli import account_group, sign_on_group
from hienluong.kit.terminal import translate as _


@click.group(help=_("Accounts and single sign-on.\n\nExample: hienluong identity account list"))
def group() -> None:
    """Holds the commands of identity."""


group.add_command(account_group)
group.add_command(sign_on_group)
