"""Takes a document back from a recipient and marks what later documents made of it (Decree 30/2020, App. VI, III.8).

All of it happens in the caller's transaction, on rows that the caller has locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, FoundAgency, require
from hienluong.exchange import policy
from hienluong.exchange.commands.accepted_rows import Addressee, deliver_also
from hienluong.exchange.events import DeliveryChanged, DeliveryWithdrawn
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Part, Transmission
from hienluong.files import service as files
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger

AXIS = Actor.platform("exchange")
DESTROYED_BECAUSE = "taken back by its sender"


def withdraw(delivery: Delivery, *, by: str, now: datetime) -> bool:
    """Ends a delivery: it leaves the mailbox, and the recipient's copy is destroyed; the record stays.

    Returns False, and does nothing, where it was withdrawn before. A copy that the agency holds as the sender stays;
    one under a legal hold stays too, unseen, until the hold is lifted.
    """
    if delivery.state == policy.WITHDRAWN:
        return False
    policy.require_mailbox_step(delivery.state, policy.WITHDRAWN)
    DeliveryEvent.objects.create(
        delivery=delivery,
        plane=DeliveryEvent.Plane.MAILBOX,
        before=delivery.state,
        after=policy.WITHDRAWN,
        at=now,
        actor=by[:200],
    )
    delivery.state, delivery.due_at, delivery.changed_at = policy.WITHDRAWN, None, now
    delivery.save(update_fields=["state", "due_at", "changed_at"])
    holder = delivery.recipient.agency_id
    transmission = delivery.transmission
    destroyed = holder is not None and holder not in {delivery.packet.sender_id, transmission.submitter}
    if holder is not None and destroyed:
        files.lock([transmission.file_id])
        destroyed = not files.is_kept(file_id=transmission.file_id, holder=holder)
    publish(DeliveryWithdrawn(delivery.pk, delivery.packet_id, now))
    ledger.record(
        actor=AXIS.ref,
        action="exchange.delivery-withdrawn",
        subject=f"packet:{delivery.packet_id}",
        details={"delivery": delivery.pk, "recipient": delivery.recipient.code, "copy_destroyed": destroyed},
        now=now,
    )
    if holder is not None and destroyed:
        files.destroy(file_id=transmission.file_id, holder=holder, reason=DESTROYED_BECAUSE, now=now)
    return True


def withdraw_all(deliveries: Iterable[Delivery], *, by: str, now: datetime) -> tuple[int, ...]:
    """Withdraws several deliveries and returns those that were not withdrawn before."""
    return tuple(one.pk for one in deliveries if withdraw(one, by=by, now=now))


def locked(**conditions: object) -> list[Delivery]:
    """Returns the deliveries that meet the conditions, locked in the drainer's order."""
    return list(
        Delivery.objects.select_for_update(of=["self"])
        .select_related("packet", "recipient", "transmission")
        .filter(**conditions)
        .order_by("id")
    )


@transaction.atomic
def change_delivery(*, delivery_id: int, standing: str, by: Packet, reason: str, now: datetime) -> bool:
    """Notes what a later document made of an earlier one for its recipient; returns False where nothing changed.

    What was revoked, or is no longer for the recipient, leaves the mailbox at once if nobody has fetched it. A step
    that the table does not allow is recorded as out of order and changes nothing.
    """
    [delivery] = locked(pk=delivery_id)
    if delivery.events.filter(plane=DeliveryEvent.Plane.STANDING, status_packet=by).exists():
        return False
    is_latest = delivery.changed_by_id is None or delivery.changed_by_id < by.pk  # ids grow with time
    in_order = standing in policy.STANDING[delivery.standing] and (is_latest or standing == policy.REVOKED)
    DeliveryEvent.objects.create(
        delivery=delivery,
        plane=DeliveryEvent.Plane.STANDING,
        before=delivery.standing,
        after=standing,
        at=now,
        actor=by.sender_name[:200],
        note=reason,
        status_packet=by,
        in_order=in_order,
    )
    if not in_order:
        return False
    delivery.standing, delivery.changed_by, delivery.changed_at = standing, by, now
    delivery.save(update_fields=["standing", "changed_by", "changed_at"])
    at_once = standing in policy.TAKEN_BACK and policy.nobody_has_it(delivery.state, delivery.fetched_at)
    withdrawn = at_once and withdraw(delivery, by=by.sender_name, now=now)
    publish(
        DeliveryChanged(
            delivery_id=delivery.pk,
            packet_id=delivery.packet_id,
            changed_by=by.pk,
            sender_id=delivery.packet.sender_id,
            recipient_id=delivery.recipient.agency_id,
            standing=standing,
            reason=reason,
            withdrawn=withdrawn,
            at=now,
        )
    )
    ledger.record(
        actor=AXIS.ref,
        action=f"exchange.document-{standing}",
        subject=f"packet:{delivery.packet_id}",
        details={"delivery": delivery.pk, "by": str(by.pk), "withdrawn": withdrawn},
        now=now,
    )
    return True


@transaction.atomic
def end_delivery(*, actor: Actor, delivery_id: int, now: datetime) -> bool:
    """Withdraws a delivery that its recipient returned (02), or that nobody has fetched; False: neither is so.

    Raises:
        PermissionMissing: the actor may not send.
    """
    require(actor, "exchange.send_packet")
    [delivery] = locked(pk=delivery_id)
    returned = delivery.business_state == policy.REFUSED
    if not returned and not policy.nobody_has_it(delivery.state, delivery.fetched_at):
        return False
    withdraw(delivery, by=actor.name, now=now)
    return True


@transaction.atomic
def add_recipients(*, packet_id: UUID, found: Collection[FoundAgency], now: datetime) -> int:
    """Delivers a packet, as it was handed in, to further agencies that an update of it named; returns to how many."""
    packet = Packet.objects.get(pk=packet_id)
    transmission = packet.transmissions.order_by("accepted_at", "id").first()
    if transmission is None or packet.secrecy != Packet.Secrecy.OPEN:
        return 0
    have = set(packet.deliveries.values_list("recipient__code", flat=True))
    fresh = [
        Addressee(
            one.code,
            one.agency.name,
            one.agency.pk if one.agency.place != "outside" else None,
            one.primary_code or one.code,
        )
        for one in found
        if (one.primary_code or one.code) not in have
    ]
    if not fresh:
        return 0
    holders = files.holders_of(transmission.file_id)
    holder = transmission.submitter if transmission.submitter in holders else packet.sender_id
    if holder not in holders:
        return 0  # the sender's own copy is gone: there is nothing left to hand on
    added = {one.agency_id for one in fresh if one.agency_id} - set(holders)
    files.share(file_id=transmission.file_id, holder=holder, others=added)
    deliver_also(packet, transmission, fresh, now)
    ledger.record(
        actor=AXIS.ref,
        action="exchange.recipients-added",
        subject=f"packet:{packet_id}",
        details={"recipients": len(fresh), "transmission": transmission.pk.hex},
        now=now,
    )
    return len(fresh)


def delete_packets(packets: Collection[UUID]) -> None:
    """Deletes packets, those of test agencies, with all that belongs to them, in the caller's transaction."""
    for file_id in Transmission.objects.filter(packet__in=packets).values_list("file_id", flat=True):
        files.release(file_id=file_id)
    DeliveryEvent.objects.filter(delivery__packet__in=packets).delete()
    DeliveryEvent.objects.filter(status_packet__in=packets).delete()
    Delivery.objects.filter(packet__in=packets).delete()
    Transmission.objects.filter(packet__in=packets).delete()
    Part.objects.filter(packet__in=packets).delete()
    Packet.objects.filter(id__in=packets).delete()
