"""The commands `hienluong deadlines …`: the late list on the server itself, without a page.

Who may run them holds the server already. Exit codes: 0 done, 1 refused, 2 wrong usage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.server_command import as_day, day
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor

_STATES = ["overdue", "soon", "running", "late", "on_time"]
_TO = click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write a file instead, CSV or XLSX by its name."),
)


@click.group(help=_("Deadlines of documents on the axis.\n\nExample: hienluong deadlines agencies"))
def group() -> None:
    """Holds the commands about deadlines."""


@group.command(
    help=_(
        "Show how agencies keep to their deadlines, worst first.\n\n"
        "Example: hienluong deadlines agencies --since 2026-11-01 --to late.xlsx"
    )
)
@click.option("--since", type=day, help=_("From this day on; 30 days ago unless given."))
@click.option("--until", type=day, help=_("Up to and including this day; today unless given."))
@_TO
@on_server
def agencies(
    *, actor: Actor, now: datetime, since: datetime | None, until: datetime | None, target: Path | None
) -> Answer:
    """Lists agencies with their figures."""
    from hienluong.deadlines import queries, tables  # noqa: PLC0415 - needs Django

    found = list(queries.all_agencies(actor, now=now, since=as_day(since), until=as_day(until)))
    if target is not None:
        return _written(
            target, _("Deadlines by agency"), tables.heading_of_agencies(), [*tables.rows_of_agencies(found)]
        )
    said = _("{agency_name}: {overdue} overdue, {late} done late, {on_time} in time, {running} not due yet")
    values = [{**asdict(one), "share": one.share} for one in found]
    return values, [fill(said, value) for value in values] or [_("There is none.")]


@group.command(
    "list",
    help=_(
        "List the deadlines of an agency; what is overdue now unless told otherwise.\n\n"
        "Example: hienluong deadlines list H50.12 --state late --json"
    ),
)
@click.argument("code")
@click.option(
    "--state", type=click.Choice(_STATES), default="overdue", show_default=True, help=_("Which ones.")
)
@click.option("--duty", type=click.Choice(["send", "receipt", "answer"]), help=_("Only this duty."))
@_TO
@on_server
def list_deadlines(
    *, actor: Actor, now: datetime, code: str, state: str, duty: str | None, target: Path | None
) -> Answer:
    """Lists one agency's deadlines."""
    from hienluong.deadlines import queries, tables  # noqa: PLC0415 - needs Django
    from hienluong.deadlines.errors import ClockNotFound  # noqa: PLC0415 - the same
    from hienluong.deadlines.schemas import ClockOut  # noqa: PLC0415 - the same
    from hienluong.directory.service import agency_by_code  # noqa: PLC0415 - the same

    agency = agency_by_code(code)
    if agency is None:
        raise ClockNotFound
    found = list(queries.all_clocks(actor, now=now, agency_id=agency.agency.pk, state=state, duty=duty or ""))
    rows = list(tables.rows_of_clocks(found, now))
    if target is not None:
        return _written(target, _("Deadlines"), tables.heading_of_clocks(), rows)
    values = [ClockOut.of(one, now).model_dump(mode="json") for one in found]
    return values, ["  ".join(cell for cell in row if cell) for row in rows] or [_("There is none.")]


def _written(target: Path, title: str, heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Answer:
    from hienluong.kit.spreadsheets import write_table  # noqa: PLC0415 - start fast

    with target.open("wb") as file:
        write_table(file, title, heading, rows)
    return {"file": str(target), "lines": len(rows)}, [
        fill(_("{lines} lines in {file}."), {"lines": len(rows), "file": target})
    ]
