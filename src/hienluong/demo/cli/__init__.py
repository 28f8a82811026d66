"""The commands of the demonstration. `hienluong demonstrate` runs the main job and says what differs from what must be."""

from __future__ import annotations

import sys

import click

from hienluong.kit.terminal import translate as _


@click.command(
    help=_(
        "Run the main job on real input through the public API of the demonstration, and print every hop.\n\n"
        "Exit code 1 if any step differs from what it must be.\n\nExample: hienluong demonstrate"
    )
)
def demonstrate() -> None:
    """Runs the demonstration."""
    from hienluong.demo.main_job import demonstrate as run  # noqa: PLC0415 - start fast

    sys.exit(run(click.echo))
