"""The commands about changes of rows: those that came with an act, and the proof of one of them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from hienluong.kit.server_command import answers
from hienluong.kit.terminal import translate as _

Answer = tuple[object, list[str]]
_file = click.Path(path_type=Path, dir_okay=False)


@click.command(
    help=_(
        "List the changes of rows that came with an act: number, what was done, table and row.\n\n"
        "Example: hienluong ledger changes 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    )
)
@click.argument("entry_id", type=click.UUID)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help=_("How many at most."))
@answers
def changes(*, entry_id: UUID, limit: int) -> Answer:
    """Lists the changes that came with an act."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    entry = service.entry_by_id(entry_id)
    found = [] if entry.index is None else service.changes_of([entry.index], limit=limit)
    lines = [f"{one.place:>9}  {one.said['op']}  {one.said['table']}/{one.said['row']}" for one in found]
    return [one.said for one in found], lines or [_("There is none.")]


@click.command(
    "prove-change",
    help=_(
        "Write the proof that a row was changed just so. It discloses the digests of this one row to whom it is given.\n\n"
        "Example: hienluong ledger prove-change 4711 --output row.change-proof"
    ),
)
@click.argument("place", type=click.IntRange(min=0))
@click.option("--output", type=_file, help=_("The file to write; the screen unless given."))
@answers
def prove_change(*, place: int, output: Path | None) -> Answer:
    """Writes the proof of a change."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    proof = service.prove_change(place)
    value = {"place": place, "line": proof.said, "proof": proof.text()}
    if output is None:
        return value, proof.text().splitlines()
    output.write_text(proof.text(), encoding="utf-8", newline="\n")
    return value, [_("Written: {path}").format(path=output)]
