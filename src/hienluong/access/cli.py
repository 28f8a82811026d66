"""The commands `hienluong access …`: reviews and the table of rights on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.access.models import AccessReview
    from hienluong.directory.service import Actor

QUARTER = click.argument("quarter", metavar="QUARTER")


@click.group(help=_("Watching over rights.\n\nExample: hienluong access review list"))
def group() -> None:
    """Holds the commands of access."""


@group.group(help=_("Access reviews.\n\nExample: hienluong access review list --json"))
def review() -> None:
    """Holds the commands about access reviews."""


def _review_facts(found: AccessReview) -> dict[str, Any]:
    return {
        "quarter": found.quarter,
        "opened_at": found.opened_at.isoformat(),
        "deadline": found.deadline.isoformat(),
        "finished_at": found.finished_at.isoformat() if found.finished_at else None,
        "record_sha256": found.record_sha256 or None,
    }


@review.command("list", help=_("List access reviews, newest first.\n\nExample: hienluong access review list"))
@on_server
def list_reviews(*, actor: Actor, now: datetime) -> Answer:
    """Lists reviews with how far each is."""
    from hienluong.access.queries.reviews import reviews  # noqa: PLC0415 - needs Django

    rows = reviews(actor)
    value = [
        {**_review_facts(one), "total": one.total, "undecided": one.undecided, "waiting": one.waiting}  # type: ignore[attr-defined]  # the query adds them
        for one in rows
    ]
    text = _("{quarter}: {total} rights, {undecided} not decided, {waiting} to be ended; deadline {deadline}")
    return value, (fill(text, one) for one in value)


@review.command("open", help=_("Open this quarter's review now.\n\nExample: hienluong access review open"))
@on_server
def open_now(*, actor: Actor, now: datetime) -> Answer:
    """Opens the review of the present quarter."""
    from hienluong.access import commands  # noqa: PLC0415 - needs Django

    value = _review_facts(commands.open_review(actor=actor, now=now))
    return value, [fill(_("Opened {quarter}; deadline {deadline}."), value)]


@review.command(
    "carry-out",
    help=_("End everything that was decided to end.\n\nExample: hienluong access review carry-out 2026-Q4"),
)
@QUARTER
@on_server
def carry_out(*, actor: Actor, now: datetime, quarter: str) -> Answer:
    """Carries the decided ends out."""
    from hienluong.access import commands  # noqa: PLC0415 - needs Django

    ended = commands.carry_out_review(actor=actor, quarter=quarter, now=now)
    return {"quarter": quarter, "ended": ended}, [fill(_("Ended: {count}."), {"count": ended})]


@review.command(
    help=_(
        "Make a review a record that nobody can change.\n\nExample: hienluong access review finish 2026-Q4"
    )
)
@QUARTER
@on_server
def finish(*, actor: Actor, now: datetime, quarter: str) -> Answer:
    """Finishes a review."""
    from hienluong.access import commands  # noqa: PLC0415 - needs Django

    value = _review_facts(commands.finish_review(actor=actor, quarter=quarter, now=now))
    return value, [fill(_("Finished {quarter}. SHA-256 of its record: {record_sha256}"), value)]


@review.command(
    help=_(
        "Write a review's lines to a file, CSV or XLSX by its name.\n\n"
        "Example: hienluong access review export 2026-Q4 --to review.xlsx"
    )
)
@QUARTER
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("The file to write."),
)
@on_server
def export(*, actor: Actor, now: datetime, quarter: str, target: Path) -> Answer:
    """Exports a review."""
    from hienluong.access.queries.reviews import COLUMNS, export_rows  # noqa: PLC0415 - needs Django
    from hienluong.kit.spreadsheets import write_table  # noqa: PLC0415 - start fast

    _review, rows = export_rows(actor, quarter)
    values = list(rows)
    with target.open("wb") as file:
        write_table(file, quarter, COLUMNS, values)
    return {"file": str(target), "lines": len(values)}, [
        fill(_("{lines} lines in {file}."), {"lines": len(values), "file": target})
    ]


@group.command(help=_("Show which role may do what.\n\nExample: hienluong access roles"))
@on_server
def roles(*, actor: Actor, now: datetime) -> Answer:
    """Shows the permissions with the roles that hold them."""
    from hienluong.access.queries.roles import who_may_what  # noqa: PLC0415 - needs Django

    value = {row.permission.name: [name for name, _title in row.who] for row in who_may_what(actor)}
    return value, (f"{name:<34} {', '.join(who)}" for name, who in value.items())
