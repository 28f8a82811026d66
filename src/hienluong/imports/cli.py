"""The commands `hienluong directory agency import` and `undo-import`, which config adds to the directory's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.server_command import as_day, day, lines_of_file
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor

FORMATS = click.Choice(["csv", "national", "national_qd20", "national_delta"])


@click.command(
    "import",
    help=_(
        "Import agencies from a table or an answer of the national directory; all rows or none.\n\n"
        "Example: hienluong directory agency import agencies.json --format national_qd20 --dry-run"
    ),
)
@click.argument("file", type=click.File("rb", lazy=False))
@click.option("--format", "file_format", type=FORMATS, default="csv", show_default=True)
@click.option("--on", type=day, help=_("The day its changes count from; today if not given."))
@click.option("--skip-wrong-rows", is_flag=True, help=_("Leave wrong rows out and import the others."))
@click.option("--dry-run", is_flag=True, help=_("Only say what would change."))
@on_server
def import_file(
    *,
    actor: Actor,
    now: datetime,
    file: BinaryIO,
    file_format: str,
    on: datetime | None,
    skip_wrong_rows: bool,
    dry_run: bool,
) -> Answer:
    """Imports a file."""
    from hienluong.directory.service import today  # noqa: PLC0415 - needs Django
    from hienluong.imports import commands  # noqa: PLC0415 - the same

    row = commands.import_agencies(
        actor=actor,
        source=file,  # opened before the system user took over, who may not read it
        file_name=Path(file.name).name,
        format=file_format,
        effective_on=as_day(on) or today(),
        now=now,
        skip_wrong_rows=skip_wrong_rows,
        dry_run=dry_run,
    )
    facts = {
        "id": None if dry_run else str(row.pk),
        "file": row.file_name,
        "sha256": bytes(row.sha256).hex(),
        "counts": row.counts,
        "findings": row.findings,
        "dry_run": dry_run,
    }
    would = _("Nothing was changed; this is what the file would do:")
    heading = would if dry_run else fill(_("Imported as {id}:"), {"id": row.pk})
    return facts, lines_of_file(heading, row.counts, row.findings.get("errors", ()))


@click.command(
    "undo-import",
    help=_(
        "Take an import back, as long as nothing later depends on it.\n\n"
        "Example: hienluong directory agency undo-import 0197c0de-0000-7000-8000-000000000000"
    ),
)
@click.argument("import_id", type=click.UUID)
@on_server
def undo_import(*, actor: Actor, now: datetime, import_id: UUID) -> Answer:
    """Undoes an import."""
    from hienluong.imports import commands  # noqa: PLC0415 - needs Django

    row = commands.undo_import(actor=actor, import_id=import_id, now=now)
    return {"id": str(row.pk), "state": row.state}, [fill(_("Undone: {file}"), {"file": row.file_name})]


def add_to(directory: click.Group) -> None:
    """Adds the commands of this file to `agency` of the directory's commands."""
    agency = directory.commands["agency"]
    assert isinstance(agency, click.Group)  # noqa: S101 - the directory's own group
    agency.add_command(import_file)
    agency.add_command(undo_import)
