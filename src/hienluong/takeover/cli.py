"""The commands `hienluong takeover …`: an earlier system is taken over, on the server itself.

Who may run them holds the server already; the ledger names the account of the operating system. They print counts and
the places of what is wrong, never what documents say. Exit codes: 0 done, 1 refused, 2 wrong usage.
"""

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
    from hienluong.takeover.models import Intake

of_agency = click.option("--agency", required=True, help=_("Code of the agency whose documents these are."))
of_direction = click.option(
    "--direction", type=click.Choice(["incoming", "outgoing"]), required=True, help=_("Which register it is.")
)
of_system = click.option("--system", required=True, help=_("Name of the earlier system."))
by_profile = click.option("--profile", default="", help=_("Columns saved under this name."))
dry_run = click.option("--dry-run", is_flag=True, help=_("Only say what would come."))


@click.group(
    help=_(
        "Take over registers, packets and numbers of an earlier system, and compare both.\n\n"
        "Example: hienluong takeover register so-di-2026.xlsx --agency H50.S01 --direction outgoing --system iOffice --dry-run"
    )
)
def group() -> None:
    """Holds the commands about taking over."""


@group.command(
    "register",
    help=_(
        "Take a register over (CSV or XLSX); all rows or none.\n\n"
        "Example: hienluong takeover register so-den.csv --agency H50.S01 --direction incoming --system iOffice"
    ),
)
@click.argument("file", type=click.File("rb", lazy=False))
@of_agency
@of_direction
@of_system
@by_profile
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=HEADING",
    help=_("Which column holds a field, as subject=Nội dung."),
)
@click.option("--skip-wrong-rows", is_flag=True, help=_("Leave wrong rows out and take the others."))
@dry_run
@on_server
def register(
    *,
    actor: Actor,
    now: datetime,
    file: BinaryIO,
    agency: str,
    direction: str,
    system: str,
    profile: str,
    columns: tuple[str, ...],
    skip_wrong_rows: bool,
    dry_run: bool,
) -> Answer:
    """Takes a register over."""
    from hienluong.takeover import commands  # noqa: PLC0415 - needs Django

    row = commands.take_register(
        actor=actor,
        source=file,
        file_name=Path(file.name).name,
        direction=direction,
        system=system,
        agency=agency,
        profile=profile,
        columns=dict(_pair(one) for one in columns),
        skip_wrong_rows=skip_wrong_rows,
        dry_run=dry_run,
        now=now,
    )
    return _taken(row, dry_run=dry_run)


def _pair(text: str) -> tuple[str, str]:
    name, equals, heading = text.partition("=")
    if not equals:
        raise click.BadParameter(_("Write it as FIELD=HEADING."), param_hint="--column")
    return name.strip(), heading.strip()


@group.command(
    "packets",
    help=_(
        "Take the packets below a folder over; those that are there already do no harm.\n\n"
        "Example: hienluong takeover packets /srv/old/edxml --agency H50.S01 --system iOffice --dry-run"
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@of_agency
@of_system
@dry_run
@on_server
def packets(*, actor: Actor, now: datetime, folder: Path, agency: str, system: str, dry_run: bool) -> Answer:
    """Takes packets over."""
    from hienluong.takeover import commands  # noqa: PLC0415 - needs Django

    row = commands.take_folder(
        actor=actor, folder=folder, agency=agency, system=system, dry_run=dry_run, now=now
    )
    return _taken(row, dry_run=dry_run)


@group.command(
    "undo",
    help=_(
        "Take back everything that one file brought.\n\n"
        "Example: hienluong takeover undo 0197c0de-0000-7000-8000-000000000000 --agency H50.S01"
    ),
)
@click.argument("intake_id", type=click.UUID)
@of_agency
@on_server
def undo(*, actor: Actor, now: datetime, intake_id: UUID, agency: str) -> Answer:
    """Undoes an intake."""
    from hienluong.takeover import commands  # noqa: PLC0415 - needs Django

    row = commands.undo_intake(actor=actor, intake_id=intake_id, agency=agency, now=now)
    return {"id": str(row.pk), "state": row.state}, [fill(_("Undone: {file}"), {"file": row.file_name})]


@group.command(
    "continue",
    help=_(
        "Let a book of numbers continue where the earlier system stopped.\n\n"
        "Example: hienluong takeover continue --agency H50.S01 --series 'Công văn' --year 2026 --number 1241"
    ),
)
@of_agency
@click.option("--series", required=True, help=_("Which documents share the numbers."))
@click.option("--year", type=int, required=True)
@click.option("--number", type=int, required=True, help=_("The next number to be given."))
@on_server
def continue_book(*, actor: Actor, now: datetime, agency: str, series: str, year: int, number: int) -> Answer:
    """Continues a book."""
    from hienluong.takeover import commands  # noqa: PLC0415 - needs Django

    book = commands.continue_book(
        actor=actor, agency=agency, series=series, year=year, number=number, now=now
    )
    facts = {"series": book.series, "year": book.year, "next": book.next}
    return facts, [fill(_("{series} of {year} continues from {next}."), facts)]


@group.command(
    "compare",
    help=_(
        "Compare the earlier system's register of some days with what passed here.\n\n"
        "Example: hienluong takeover compare so-di.xlsx --agency H50.S01 --direction outgoing --from 2026-11-02 --to 2026-11-15 "
        "--output differences.xlsx"
    ),
)
@click.argument("file", type=click.File("rb", lazy=False))
@of_agency
@of_direction
@click.option("--from", "first", type=day, required=True, help=_("First day."))
@click.option("--to", "last", type=day, required=True, help=_("Last day."))
@by_profile
@click.option("--output", type=click.File("wb", lazy=False), help=_("Write the differences here, as XLSX."))
@on_server
def compare(
    *,
    actor: Actor,
    now: datetime,
    file: BinaryIO,
    agency: str,
    direction: str,
    first: datetime,
    last: datetime,
    profile: str,
    output: BinaryIO | None,
) -> Answer:
    """Compares both systems."""
    from hienluong.kit.spreadsheets import write_xlsx  # noqa: PLC0415 - start fast
    from hienluong.takeover import commands  # noqa: PLC0415 - needs Django

    first_day, last_day = as_day(first), as_day(last)
    assert first_day is not None and last_day is not None  # noqa: S101, PT018 - both are required
    row = commands.stage_comparison(
        actor=actor,
        source=file,
        file_name=Path(file.name).name,
        agency=agency,
        direction=direction,
        first_day=first_day,
        last_day=last_day,
        profile=profile,
        at_once=True,
        now=now,
    )
    if output is not None:
        rows = commands.export_comparison(
            actor=actor, comparison_id=row.pk, agency=agency, words={}, form="xlsx", now=now
        )
        heading = ["what", "day", "number", "agency", "subject", "row", "field", "theirs", "ours"]
        write_xlsx(output, "differences", heading, rows)
    counts = {name: number for name, number in row.counts.items() if isinstance(number, int)}
    return {"id": str(row.pk), **counts}, (f"  {name}: {number}" for name, number in counts.items())


def _taken(row: Intake, *, dry_run: bool) -> Answer:
    facts = {
        "id": None if dry_run else str(row.pk),
        "file": row.file_name,
        "sha256": bytes(row.sha256).hex(),
        "counts": row.counts,
        "errors": row.errors,
        "dry_run": dry_run,
    }
    would = _("Nothing was changed; this is what would come:")
    heading = would if dry_run else fill(_("Taken over as {id}:"), {"id": row.pk})
    return facts, lines_of_file(heading, row.counts, row.errors)
