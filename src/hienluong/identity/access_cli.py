"""The commands `hienluong identity review …` and `hienluong identity access …`, on the server itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hienluong.identity.on_server import on_server
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor, User
    from hienluong.identity.models import AccessReview

QUARTER = click.argument("quarter", metavar="QUARTER")


@click.group(help=_("Access reviews.\n\nExample: hienluong identity review list --json"))
def review() -> None:
    """Holds the commands about access reviews."""


@click.group(help=_("Accounts and roles.\n\nExample: hienluong identity access accounts --closed"))
def access() -> None:
    """Holds the commands about accounts and rights."""


def _review_facts(found: AccessReview) -> dict[str, Any]:
    return {
        "quarter": found.quarter,
        "opened_at": found.opened_at.isoformat(),
        "deadline": found.deadline.isoformat(),
        "finished_at": found.finished_at.isoformat() if found.finished_at else None,
        "record_sha256": found.record_sha256 or None,
    }


@review.command(
    "list", help=_("List access reviews, newest first.\n\nExample: hienluong identity review list")
)
@on_server
def list_reviews(*, actor: Actor, now: datetime) -> tuple[Any, Iterator[str]]:  # noqa: ARG001 - every command is given the moment
    """Lists reviews with how far each is."""
    from hienluong.identity.queries.reviews import reviews  # noqa: PLC0415 - needs Django

    rows = reviews(actor)
    value = [
        {**_review_facts(one), "total": one.total, "undecided": one.undecided, "waiting": one.waiting}  # type: ignore[attr-defined]  # the query adds them
        for one in rows
    ]
    text = _("{quarter}: {total} rights, {undecided} not decided, {waiting} to be ended; deadline {deadline}")
    return value, (fill(text, one) for one in value)


@review.command("open", help=_("Open this quarter's review now.\n\nExample: hienluong identity review open"))
@on_server
def open_now(*, actor: Actor, now: datetime) -> tuple[Any, list[str]]:
    """Opens the review of the present quarter."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    value = _review_facts(commands.open_review(actor=actor, now=now))
    return value, [fill(_("Opened {quarter}; deadline {deadline}."), value)]


@review.command(
    "carry-out",
    help=_("End everything that was decided to end.\n\nExample: hienluong identity review carry-out 2026-Q4"),
)
@QUARTER
@on_server
def carry_out(*, actor: Actor, now: datetime, quarter: str) -> tuple[Any, list[str]]:
    """Carries the decided ends out."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    ended = commands.carry_out_review(actor=actor, quarter=quarter, now=now)
    return {"quarter": quarter, "ended": ended}, [fill(_("Ended: {count}."), {"count": ended})]


@review.command(
    help=_(
        "Make a review a record that nobody can change.\n\nExample: hienluong identity review finish 2026-Q4"
    )
)
@QUARTER
@on_server
def finish(*, actor: Actor, now: datetime, quarter: str) -> tuple[Any, list[str]]:
    """Finishes a review."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    value = _review_facts(commands.finish_review(actor=actor, quarter=quarter, now=now))
    return value, [fill(_("Finished {quarter}. SHA-256 of its record: {record_sha256}"), value)]


@review.command(
    help=_(
        "Write a review's lines to a file, CSV or XLSX by its name.\n\n"
        "Example: hienluong identity review export 2026-Q4 --to review.xlsx"
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
def export(*, actor: Actor, now: datetime, quarter: str, target: Path) -> tuple[Any, list[str]]:  # noqa: ARG001 - as above
    """Exports a review."""
    from hienluong.identity.formats.tables import write_csv, write_workbook  # noqa: PLC0415 - start fast
    from hienluong.identity.queries.reviews import COLUMNS, export_rows  # noqa: PLC0415 - needs Django

    _review, rows = export_rows(actor, quarter)
    values = [[row[name] for name in COLUMNS] for row in rows]
    if target.suffix.lower() == ".xlsx":
        target.write_bytes(write_workbook(quarter, COLUMNS, values))
    else:
        target.write_bytes(b"".join(write_csv(COLUMNS, values)))
    return {"file": str(target), "lines": len(values)}, [
        fill(_("{lines} lines in {file}."), {"lines": len(values), "file": target})
    ]


@access.command(
    help=_("List accounts by user name.\n\nExample: hienluong identity access accounts lan --closed")
)
@click.argument("text", default="")
@click.option("--closed", is_flag=True, help=_("Only closed ones."))
@on_server
def accounts(*, actor: Actor, now: datetime, text: str, closed: bool) -> tuple[Any, Iterator[str]]:  # noqa: ARG001 - as above
    """Lists accounts, all pages."""
    from hienluong.identity.queries.accounts import accounts as page_of  # noqa: PLC0415 - needs Django

    rows: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = page_of(actor, text=text, show="closed" if closed else "", after=after)
        rows += [_account_facts(user) for user in page.accounts]
        after = page.next
    states = {True: _("open"), False: _("closed")}
    return rows, (
        f"{row['username']:<24} {states[row['open']]:<8} {row['last_sign_in'] or '–':<32} {row['person'] or ''}"
        for row in rows
    )


def _account_facts(user: User) -> dict[str, Any]:
    person = getattr(user, "person", None)
    return {
        "username": user.username,
        "person": person.full_name if person else None,
        "open": user.is_active,
        "last_sign_in": user.last_login.isoformat() if user.last_login else None,
    }


def _user_id(username: str) -> int:
    from hienluong.directory.service import User  # noqa: PLC0415 - needs Django
    from hienluong.identity.errors import AccountNotFound  # noqa: PLC0415 - the same

    found = User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()
    if found is None:
        raise AccountNotFound
    return found


@access.command(help=_("Close an account.\n\nExample: hienluong identity access close lan"))
@click.argument("username")
@on_server
def close(*, actor: Actor, now: datetime, username: str) -> tuple[Any, list[str]]:
    """Closes an account."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    commands.close_account(actor=actor, user_id=_user_id(username), now=now)
    return {"username": username, "open": False}, [fill(_("{account} is closed."), {"account": username})]


@access.command(help=_("Open a closed account again.\n\nExample: hienluong identity access reopen lan"))
@click.argument("username")
@on_server
def reopen(*, actor: Actor, now: datetime, username: str) -> tuple[Any, list[str]]:
    """Opens an account again."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    commands.reopen_account(actor=actor, user_id=_user_id(username), now=now)
    return {"username": username, "open": True}, [fill(_("{account} is open again."), {"account": username})]


@access.command(help=_("Show which role may do what.\n\nExample: hienluong identity access roles"))
@on_server
def roles(*, actor: Actor, now: datetime) -> tuple[Any, Iterator[str]]:  # noqa: ARG001 - as above
    """Shows the permissions with the roles that hold them."""
    from hienluong.identity.queries.roles import who_may_what  # noqa: PLC0415 - needs Django

    value = {row.permission.name: [name for name, _title in row.who] for row in who_may_what(actor)}
    return value, (f"{name:<34} {', '.join(who)}" for name, who in value.items())
