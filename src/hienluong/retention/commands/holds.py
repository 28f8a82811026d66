"""Legal holds: a copy under one is destroyed by nobody, by no way, until it is lifted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery
from hienluong.files import service as files
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.retention import policy, queries
from hienluong.retention.errors import HeldAlready, HoldLifted, HoldNotFound, NothingToHold
from hienluong.retention.models import Hold

DESTROYER = Actor.platform("retention")
TAKEN_BACK = "taken back by its sender"


@transaction.atomic
def place_hold(*, actor: Actor | None, packet_id: UUID, reason: str, now: datetime) -> Hold:
    """Keeps a packet: heads and deputies their agency's copy, administrators and auditors every copy.

    Raises:
        PermissionMissing: the actor may not.
        PacketNotFound: there is none that the actor may hold.
        InvalidInput: no reason.
        HeldAlready: such a hold is in force.
        NothingToHold: no such copy is left.
    """
    actor = require(actor, "retention.manage_holds")
    packet = queries.packet_to_hold(actor, packet_id)
    reason = _needed(reason)
    agency = queries.keeps_for(actor)
    # The rows that a destruction locks, and another hold: what happens at this moment happens before, and is seen.
    file_ids = exchange.files_of(packet_id)
    files.lock(file_ids)
    if Hold.objects.filter(packet=packet, agency=agency, lifted_at=None).exists():
        raise HeldAlready
    holders = {holder for file_id in file_ids for holder in files.holders_of(file_id)}
    if not (holders if agency is None else holders & {agency}):
        raise NothingToHold
    hold = Hold.objects.create(
        id=new_id(),
        packet=packet,
        agency_id=agency,
        reason=reason,
        placed_at=now,
        placed_by=actor.name[:200],
    )
    _record(actor, "retention.hold-placed", hold, reason, now)
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor | None, hold_id: UUID, reason: str, now: datetime) -> Hold:
    """Lifts a hold; what was taken back by its sender meanwhile is destroyed then.

    Raises:
        PermissionMissing: the actor may not.
        HoldNotFound: there is none that the actor may lift.
        HoldLifted: it was lifted before.
        InvalidInput: no reason.
    """
    actor = require(actor, "retention.manage_holds")
    found = queries.holds_visible_to(actor).select_related(None)
    hold = found.select_for_update(of=["self"]).filter(pk=hold_id).first()
    if hold is None or (queries.keeps_for(actor) is not None and hold.agency_id != actor.agency_id):
        raise HoldNotFound
    if hold.lifted_at is not None:
        raise HoldLifted
    hold.lifted_at, hold.lifted_by, hold.lift_reason = now, actor.name[:200], _needed(reason)
    hold.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    _record(actor, "retention.hold-lifted", hold, hold.lift_reason, now)
    _destroy_taken_back(hold.packet_id, now)
    return hold


def _destroy_taken_back(packet_id: UUID, now: datetime) -> None:
    """Destroys the copies that their sender took back and only a hold kept (Decree 30/2020, App. VI, III.8)."""
    ended = Delivery.objects.select_related("packet", "recipient", "transmission").filter(
        packet=packet_id, state=Delivery.State.WITHDRAWN
    )
    for delivery in ended.order_by("id"):
        holder, file_id = delivery.recipient.agency_id, delivery.transmission.file_id
        as_sender = holder in {delivery.packet.sender_id, delivery.transmission.submitter}
        if holder is None or as_sender or holder not in files.holders_of(file_id):
            continue
        if not files.is_kept(file_id=file_id, holder=holder):
            files.destroy(file_id=file_id, holder=holder, reason=TAKEN_BACK, now=now)
            ledger.record(
                actor=DESTROYER.ref,
                action="retention.copy-destroyed",
                subject=f"packet:{packet_id}",
                details={"delivery": delivery.pk, "outcome": "taken back"},
                now=now,
            )


def _needed(reason: str) -> str:
    text = reason.strip()[: policy.REASON_MAX]
    if not text:
        raise InvalidInput([FieldError("/reason", _("Give the reason."))])
    return text


def _record(actor: Actor, action: str, hold: Hold, reason: str, now: datetime) -> None:
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"packet:{hold.packet_id}",
        details={
            "hold": str(hold.pk),
            "agency": str(hold.agency_id) if hold.agency_id else None,
            "reason": reason[:300],
        },
        now=now,
    )
