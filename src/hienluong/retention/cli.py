"""The commands `hienluong retention …`: periods, legal holds and disposals on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Disposals are proposed and approved by people of the agency, on the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.cursors import all_rows
from hienluong.kit.ids import as_uuid
from hienluong.kit.server_command import as_day, day
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.retention.models import Disposal, Hold, Period

_AT_ONCE = 500
with_reason = click.option("--reason", required=True, help=_("Why."))


@click.group(help=_("Keeping and destroying.\n\nExample: hienluong retention periods"))
def group() -> None:
    """Holds the commands about retention."""


def _period(one: Period) -> tuple[dict[str, Any], str]:
    facts = {
        "id": str(one.pk),
        "type": one.type_name,
        "months": one.months,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "source": one.source,
        "provisional": one.provisional,
    }
    return (
        facts,
        f"{one.valid_from} – {one.valid_to or ''}  {one.type_name or '*'}: {one.months or '∞'}  {one.source}",
    )


def _hold(one: Hold) -> tuple[dict[str, Any], str]:
    facts = {
        "id": str(one.pk),
        "packet": str(one.packet_id),
        "agency": one.agency.name if one.agency else None,
        "reason": one.reason,
        "placed_at": one.placed_at,
        "placed_by": one.placed_by,
        "lifted_at": one.lifted_at,
    }
    return facts, f"{one.pk}  {one.packet_id}  {one.agency.name if one.agency else '*'}: {one.reason}"


def _disposal(one: Disposal) -> tuple[dict[str, Any], str]:
    facts = {
        "id": str(one.pk),
        "agency": one.agency.name,
        "state": one.state,
        "documents": getattr(one, "count", None),
        "proposed_at": one.proposed_at,
        "proposed_by": one.proposed_by,
        "answered_by": one.answered_by or None,
        "done_at": one.done_at,
    }
    return facts, f"{one.pk}  {one.state:<10} {one.agency.name}  {facts['documents'] or ''}"


def _one(pair: tuple[dict[str, Any], str]) -> Answer:
    facts, line = pair
    return facts, [line]


def _all(pairs: Iterable[tuple[dict[str, Any], str]]) -> Answer:
    rows = list(pairs)
    return [facts for facts, _line in rows], [line for _facts, line in rows] or [_("There is none.")]


@group.command(
    "periods", help=_("List the periods of retention.\n\nExample: hienluong retention periods --json")
)
@on_server
def list_periods(*, actor: Actor, now: datetime) -> Answer:
    """Lists periods."""
    from hienluong.retention import queries  # noqa: PLC0415 - needs Django

    return _all(map(_period, queries.periods(actor)))


@group.command(
    "set-period",
    help=_(
        "Say for how long a kind of document is kept; without --months for good.\n\n"
        'Example: hienluong retention set-period --type "Công văn" --months 120 --source "QĐ …"'
    ),
)
@click.option(
    "--type", "type_name", default="", help=_("As documents name it; every other kind unless given.")
)
@click.option("--months", type=click.IntRange(min=1), default=None, help=_("From acceptance on."))
@click.option(
    "--from", "valid_from", type=day, default=None, help=_("For documents accepted from; today unless given.")
)
@click.option("--source", default="", help=_("The law or decision it rests on."))
@on_server
def set_period(
    *,
    actor: Actor,
    now: datetime,
    type_name: str,
    months: int | None,
    valid_from: datetime | None,
    source: str,
) -> Answer:
    """Writes a period."""
    from hienluong.retention import commands  # noqa: PLC0415 - needs Django

    first = as_day(valid_from) or clock.in_vietnam(now).date()
    made = commands.set_period(
        actor=actor, type_name=type_name, months=months, valid_from=first, source=source, now=now
    )
    return _one(_period(made))


@group.command("holds", help=_("List legal holds in force.\n\nExample: hienluong retention holds --json"))
@click.option("--lifted", is_flag=True, help=_("Those that were lifted instead."))
@on_server
def list_holds(*, actor: Actor, now: datetime, lifted: bool) -> Answer:
    """Lists legal holds."""
    from hienluong.retention import queries  # noqa: PLC0415 - needs Django

    rows = all_rows(
        lambda before: queries.holds(actor, lifted=lifted, before=as_uuid(before), limit=_AT_ONCE)
    )
    return _all(map(_hold, rows))


@group.command(
    "hold",
    help=_(
        "Keep every copy of a packet until the hold is lifted.\n\n"
        'Example: hienluong retention hold 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason "inspection 12/TTr"'
    ),
)
@click.argument("packet_id", type=click.UUID)
@with_reason
@on_server
def hold(*, actor: Actor, now: datetime, packet_id: UUID, reason: str) -> Answer:
    """Places a legal hold."""
    from hienluong.retention import commands  # noqa: PLC0415 - needs Django

    return _one(_hold(commands.place_hold(actor=actor, packet_id=packet_id, reason=reason, now=now)))


@group.command(
    "lift",
    help=_(
        "Lift a legal hold.\n\n"
        'Example: hienluong retention lift 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason "the case is closed"'
    ),
)
@click.argument("hold_id", type=click.UUID)
@with_reason
@on_server
def lift(*, actor: Actor, now: datetime, hold_id: UUID, reason: str) -> Answer:
    """Lifts a legal hold."""
    from hienluong.retention import commands  # noqa: PLC0415 - needs Django

    return _one(_hold(commands.lift_hold(actor=actor, hold_id=hold_id, reason=reason, now=now)))


@group.command(
    "disposals", help=_("List disposals, newest first.\n\nExample: hienluong retention disposals --json")
)
@on_server
def list_disposals(*, actor: Actor, now: datetime) -> Answer:
    """Lists disposals."""
    from hienluong.retention import queries  # noqa: PLC0415 - needs Django

    rows = all_rows(lambda before: queries.disposals(actor, before=as_uuid(before), limit=_AT_ONCE))
    return _all(map(_disposal, rows))
