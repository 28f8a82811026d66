"""Applies a business status to the delivery it is about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hienluong.directory.service import FoundAgency, agencies_by_codes
from hienluong.edxml.packet import StatusPacket
from hienluong.exchange import policy
from hienluong.exchange.commands.withdrawal import locked, withdraw_all
from hienluong.exchange.events import StatusRecorded
from hienluong.exchange.models import Delivery, DeliveryEvent
from hienluong.exchange.queries import latest_before_recall
from hienluong.kit.events import publish


def apply_status(
    *, wire: StatusPacket, packet_id: UUID, sender: FoundAgency | None, actor_name: str, now: datetime
) -> Delivery | None:
    """Records a status on its delivery, in the caller's transaction; returns None when we never carried the document.

    The status itself travels on either way: it is refused for nothing but its form.
    """
    delivery = _target(wire, sender)
    if delivery is None:
        return None
    code = wire.header.status_code
    before, untold = delivery.business_state, policy.never_left(delivery.state, delivery.attempts)
    step = policy.business_step(
        current=delivery.business_state,
        before_recall=latest_before_recall(delivery) if code == policy.RECALL_REFUSED else "",
        code=code,
        business=delivery.packet.business,
    )
    DeliveryEvent.objects.create(
        delivery=delivery,
        plane=DeliveryEvent.Plane.BUSINESS,
        before=delivery.business_state,
        after=code,
        at=now,
        actor=actor_name[:200],
        note=wire.header.description or "",
        status_packet_id=packet_id,
        in_order=step.in_order,
    )
    delivery.business_state = step.state
    delivery.changed_at = now
    delivery.save(update_fields=["business_state", "changed_at"])
    withdrawn: tuple[int, ...] = ()
    if step.in_order and code in {policy.ASKED_BACK, policy.RECALL_AGREED}:
        withdrawn = withdraw_all(_taken_back(delivery, code, before), by=actor_name, now=now)
    if withdrawn and code == policy.ASKED_BACK and untold:
        withdraw_all(locked(packet_id=packet_id), by=actor_name, now=now)  # of what it never heard of
    publish(
        StatusRecorded(
            delivery_id=delivery.pk,
            packet_id=delivery.packet_id,
            sender_id=delivery.packet.sender_id,
            recipient_id=delivery.recipient.agency_id,
            code=code,
            before=before,
            in_order=step.in_order,
            note=wire.header.description or "",
            reported_by=actor_name,
            withdrawn=withdrawn,
            at=now,
        )
    )
    return delivery


def _taken_back(delivery: Delivery, code: str, before: str) -> list[Delivery]:
    """Returns what a recall (13) or its agreement (15) ends.

    A recall: the document, if nobody has fetched it. An agreement: the document that was asked back, or what the
    revocation it answers had revoked at this recipient.
    """
    if code == policy.ASKED_BACK:
        return [delivery] if policy.nobody_has_it(delivery.state, delivery.fetched_at) else []
    if before == policy.ASKED_BACK:
        return [delivery]
    return locked(changed_by=delivery.packet_id, recipient=delivery.recipient_id, standing=policy.REVOKED)


def _target(wire: StatusPacket, reporter: FoundAgency | None) -> Delivery | None:
    """Returns the delivery that a status is about, locked.

    Of several packets about one document between the two (the new one, its updates), the first that the state table
    allows the status for is taken, else the oldest.
    """
    other = agencies_by_codes([wire.receiver_id]).get(wire.receiver_id)
    by_sender = wire.header.status_code in policy.BY_SENDER
    sender, recipient = (reporter, other) if by_sender else (other, reporter)
    sender_code = (sender.primary_code if sender else "") or (
        wire.sender.organ_id if by_sender else wire.receiver_id
    )
    recipient_code = (recipient.primary_code if recipient else "") or (
        wire.receiver_id if by_sender else wire.sender.organ_id
    )
    candidates = list(
        Delivery.objects.select_for_update(of=["self"])
        .filter(
            packet__document_id=wire.document_id,
            packet__kind="edoc",
            packet__sender_code=sender_code,
            recipient__code=recipient_code,
        )
        .select_related("packet", "recipient")
        .order_by("id")
    )
    for delivery in candidates:
        step = policy.business_step(
            current=delivery.business_state,
            before_recall="",
            code=wire.header.status_code,
            business=delivery.packet.business,
        )
        if step.in_order:
            return delivery
    return candidates[0] if candidates else None
