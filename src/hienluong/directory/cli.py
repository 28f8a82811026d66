"""The commands `hienluong directory …`: the directory from the server's command line.

They work inside the installation and act as the platform's part "command line"; the ledger names the account of the
operating system that called. Exit codes: 0 done, 1 refused, 2 wrong usage or no installation.
"""

import click

from hienluong.directory.agency_cli import agency
from hienluong.kit.terminal import translate as _


@click.group(
    help=_(
        "Look after the directory on the server: agencies and units, with their codes and history.\n\n"
        "Example: hienluong directory agency list --search 'dong ha'"
    )
)
def group() -> None:
    """Holds the commands of the directory."""


group.add_command(agency)
