"""Several entries of a mailbox in one request: what happens to one does not depend on the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import policy
from hienluong.exchange.commands.answer import NOTE_MAX, Fetched, step, with_our_trace
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
    """Hands several packets to their recipient, in the order asked for, each as `fetch_packet` does, in one transaction.

    As many as `most_bytes` holds, and always the first; one that is refused holds up no other.

    Raises:
        Forbidden: the actor may not fetch.
    """
    require(actor, "exchange.confirm_delivery")
    wanted = list(dict.fromkeys(delivery_ids))
    batch, taken = Batch(), 0
    with transaction.atomic():
        found = _locked(actor, wanted)
        events: list[DeliveryEvent] = []
        acts: list[ledger.Act] = []
        for at, number in enumerate(wanted):
            row = found.get(number)
            if taken and row is not None and taken + row.transmission.size > most_bytes:
                batch.left_out = wanted[at:]
                break
            try:
                if row is None:
                    raise DeliveryNotFound(id=number)
                fetched = with_our_trace(actor, row)
            except HienluongError as problem:
                batch.refused.append(Refusal(number, problem))
                continue
            batch.fetched.append(fetched)
            taken += fetched.size
            if row.state == policy.DELIVERED:
                events.append(step(row, policy.FETCHED, actor, now))
                row.fetched_at = row.fetched_at or now
                details = {"delivery": row.pk, "sha256": fetched.etag}
                acts.append(ledger.Act("exchange.packet-fetched", f"packet:{row.packet_id}", details))
        _write([event.delivery for event in events], "state", "changed_at", "fetched_at")
        DeliveryEvent.objects.bulk_create(events)
        ledger.record_many(actor=actor.ref, acts=acts, now=now)
    return batch


def _locked(actor: Actor, delivery_ids: Sequence[int]) -> dict[int, Delivery]:
    """Returns the entries of the actor's mailbox among these, locked in one order, so that two batches never wait in a ring."""
    rows = mailbox_of(actor).select_related("packet", "recipient", "transmission").filter(id__in=delivery_ids)
    return {row.pk: row for row in rows.select_for_update(of=["self"]).order_by("id")}


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
        found = _locked(actor, [one.delivery_id for one in confirmations])
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
        _write([event.delivery for event in events], "state", "changed_at", "failure", "confirmed_at")
        DeliveryEvent.objects.bulk_create(events)
        ledger.record_many(actor=actor.ref, acts=acts, now=now)
        crash_point("confirm.before_commit")
    crash_point("confirm.after_commit")
    return outcomes


def _write(rows: Sequence[Delivery], *fields: str) -> None:
    """Writes the fields, of rows that have the same in them with one statement: nearly always there is only one."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(tuple(getattr(row, field) for field in fields), []).append(row.pk)
    for values, numbers in alike.items():
        Delivery.objects.filter(id__in=numbers).update(**dict(zip(fields, values, strict=True)))


def _confirmed(row: Delivery, one: Confirmation, actor: Actor, now: datetime) -> DeliveryEvent | None:
    """Takes the step in the row and returns it as history; None where it was taken before."""
    after = policy.CONFIRMED if one.outcome == "done" else policy.REJECTED
    if row.state == after:
        return None
    event = step(row, after, actor, now, one.note)
    row.failure = one.note[:NOTE_MAX] if after == policy.REJECTED else ""
    row.confirmed_at = (row.confirmed_at or now) if after == policy.CONFIRMED else None
    return event
