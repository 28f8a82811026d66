"""Several entries of a mailbox in one request: what happens to one does not depend on the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import policy
from hienluong.exchange.commands.answer import NOTE_MAX, Fetched, fetch_packet
from hienluong.exchange.errors import DeliveryNotFound
from hienluong.exchange.models import Delivery, DeliveryEvent
from hienluong.exchange.queries import mailbox_of
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import HienluongError
from hienluong.ledger import service as ledger


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that was refused, and why."""

    delivery_id: int
    problem: HienluongError


@dataclass(slots=True)
class Batch:
    """Packets fetched together, what was refused, and what did not fit: to be asked for again."""

    fetched: list[Fetched] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def fetch_packets(*, actor: Actor, delivery_ids: Sequence[int], most_bytes: int, now: datetime) -> Batch:
    """Hands several packets to their recipient, in the order asked for, each as `fetch_packet` does.

    As many as `most_bytes` holds, and always the first: each packet is a transaction, so what was handed out stays
    handed out whatever becomes of the next.

    Raises:
        Forbidden: the actor may not fetch.
    """
    require(actor, "exchange.confirm_delivery")
    wanted = list(dict.fromkeys(delivery_ids))
    sizes = dict(mailbox_of(actor).filter(id__in=wanted).values_list("id", "transmission__size"))
    batch, taken = Batch(), 0
    for at, number in enumerate(wanted):
        if taken and taken + sizes.get(number, 0) > most_bytes:
            batch.left_out = wanted[at:]
            break
        try:
            fetched = fetch_packet(actor=actor, delivery_id=number, now=now)
        except HienluongError as problem:
            batch.refused.append(Refusal(number, problem))
        else:
            batch.fetched.append(fetched)
            taken += fetched.size
    return batch


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the recipient's system says of one entry: it has the packet (done), or cannot take it (fail)."""

    delivery_id: int
    outcome: Literal["done", "fail"]
    note: str = ""


def confirm_deliveries(
    *, actor: Actor, confirmations: Sequence[Confirmation], now: datetime
) -> list[Delivery | Refusal]:
    """Notes several confirmations in one transaction and returns, in their order, what became of each.

    As `confirm_delivery`: saying it again is harmless, and one that is refused holds up no other.

    Raises:
        Forbidden: the actor may not confirm.
    """
    require(actor, "exchange.confirm_delivery")
    with transaction.atomic():
        wanted = sorted({one.delivery_id for one in confirmations})
        locked = mailbox_of(actor).select_for_update(of=["self"]).filter(id__in=wanted).order_by("id")
        found = {row.pk: row for row in locked}
        outcomes: list[Delivery | Refusal] = []
        events: list[DeliveryEvent] = []
        acts: list[ledger.Act] = []
        for one in confirmations:
            row = found.get(one.delivery_id)
            try:
                if row is None:
                    raise DeliveryNotFound(id=one.delivery_id)
                event = _confirmed(row, one, actor, now)
            except HienluongError as problem:
                outcomes.append(Refusal(one.delivery_id, problem))
                continue
            outcomes.append(row)
            if event is not None:
                events.append(event)
                acts.append(
                    ledger.Act(
                        f"exchange.packet-{row.state}", f"packet:{row.packet_id}", {"delivery": row.pk}
                    )
                )
        _write_states([event.delivery for event in events])
        DeliveryEvent.objects.bulk_create(events)
        ledger.record_many(actor=actor.ref, acts=acts, now=now)
        crash_point("confirm.before_commit")
    crash_point("confirm.after_commit")
    return outcomes


def _write_states(rows: Sequence[Delivery]) -> None:
    """Writes what the steps changed, those that changed alike in one statement: nearly always there is only one."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        alike.setdefault((row.state, row.changed_at, row.failure, row.confirmed_at), []).append(row.pk)
    for (state, changed_at, failure, confirmed_at), numbers in alike.items():
        Delivery.objects.filter(id__in=numbers).update(
            state=state, changed_at=changed_at, failure=failure, confirmed_at=confirmed_at
        )


def _confirmed(row: Delivery, one: Confirmation, actor: Actor, now: datetime) -> DeliveryEvent | None:
    """Takes the step in the row and returns it as history; None where it was taken before."""
    after = policy.CONFIRMED if one.outcome == "done" else policy.REJECTED
    if row.state == after:
        return None
    policy.require_mailbox_step(row.state, after)
    event = DeliveryEvent(
        delivery=row,
        plane=DeliveryEvent.Plane.MAILBOX,
        before=row.state,
        after=after,
        at=now,
        actor=actor.name[:200],
        note=one.note[:NOTE_MAX],
    )
    row.state, row.changed_at = after, now
    row.failure = one.note[:NOTE_MAX] if after == policy.REJECTED else ""
    row.confirmed_at = now if after == policy.CONFIRMED else None
    return event
