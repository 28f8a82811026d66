"""The commands `hienluong exchange …`: what an agency does on the axis, from any machine, through the public API.

Exit codes: 0 done, 1 refused by the axis, 2 wrong usage or credentials, 3 no answer (may be tried again).
`inspect` works on a file alone; nothing here needs Django or a database.
"""

from __future__ import annotations

import click

from hienluong.client.cli.correcting import correct, reasons, recall, recalls, revoke
from hienluong.client.cli.following import inspect, trace
from hienluong.client.cli.receiving import confirm, fetch, inbox, status
from hienluong.client.cli.sending import send
from hienluong.kit.terminal import translate as _

__all__ = ["group"]


@click.group(
    help=_(
        "Send, fetch, confirm and follow documents on the axis, as an agency's system.\n\n"
        "Example: hienluong exchange inbox --url https://axis.example --credentials system.json"
    )
)
def group() -> None:
    """Holds the commands of the axis."""


for command in (
    *(send, inbox, fetch, confirm, status, trace, inspect),
    *(recall, revoke, correct, recalls, reasons),
):
    group.add_command(command)
