"""What follows from what happened on the axis: references taken, recalls kept, people told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hienluong.corrections import policy
from hienluong.corrections.commands.references import take_changes
from hienluong.corrections.models import Recall
from hienluong.directory import service as directory
from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.statuses import BusinessKind
from hienluong.exchange.events import DeliveryChanged, PacketAccepted, StatusRecorded
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import subscribe
from hienluong.kit.ids import new_id
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

ASKED_BACK, AGREED, REFUSED = "13", "15", "16"
ANSWERS = {AGREED: Recall.State.AGREED, REFUSED: Recall.State.REFUSED}

notices.declare_text(
    "corrections.removed", _("Document {document} from {sender} is no longer for your agency.")
)
notices.declare_text(
    "corrections.withdrawn", _("{sender} took document {document} back before your agency opened it.")
)
notices.declare_text(
    "corrections.agreed", _("{recipient} gave document {document} back; its copy is destroyed.")
)
notices.declare_text("corrections.kept", _("{recipient} keeps document {document}: {reason}"))


@subscribe(PacketAccepted)
def take_what_it_changes(event: PacketAccepted) -> None:
    """Keeps what a revocation, update or replacement changes; one of another agency's document is refused."""
    if isinstance(event.wire, DocumentPacket) and event.wire.business_kind is not BusinessKind.NEW:
        take_changes(packet_id=event.packet_id, sender_code=event.sender_code, wire=event.wire, now=event.at)


@subscribe(DeliveryChanged)
def keep_what_was_revoked(event: DeliveryChanged) -> None:
    """Keeps that a document was revoked, or withdrawn from whom it is no longer for; tells the recipient's clerks."""
    delivery = _delivery(event.delivery_id)
    is_revoked = event.standing == "revoked"
    page = _page(delivery)
    if is_revoked or event.withdrawn:
        gone = event.withdrawn or delivery.state == Delivery.State.WITHDRAWN
        page = _keep(
            delivery,
            Recall.Cause.REVOKED if is_revoked else Recall.Cause.REMOVED,
            Recall.State.WITHDRAWN if gone else Recall.State.ASKED,
            reason=event.reason,
            by=delivery.packet.sender_name,
            by_packet=event.changed_by,
            at=event.at,
        )
    if event.withdrawn and delivery.delivered_at is not None:
        _tell(event.recipient_id, "corrections.withdrawn", delivery, page, event.at)
    elif event.standing == "removed" and delivery.delivered_at is not None:
        _tell(event.recipient_id, "corrections.removed", delivery, page, event.at)


@subscribe(StatusRecorded)
def follow_recall(event: StatusRecorded) -> None:
    """Keeps that a document was asked back (13) and what was answered (15, 16), and tells the other side."""
    if not event.in_order or event.code not in {ASKED_BACK, AGREED, REFUSED}:
        return
    delivery = _delivery(event.delivery_id)
    if event.code == ASKED_BACK:
        page = _keep(
            delivery,
            Recall.Cause.ASKED_BACK,
            Recall.State.WITHDRAWN if event.withdrawn else Recall.State.ASKED,
            reason=event.note,
            by=event.reported_by,
            by_packet=None,
            at=event.at,
        )
        if event.withdrawn and delivery.delivered_at is not None:
            _tell(event.recipient_id, "corrections.withdrawn", delivery, page, event.at)
        return
    if event.before == ASKED_BACK:
        answered = Recall.objects.filter(delivery=delivery, state=policy.ASKED)
    else:  # a revocation: what it revoked at this recipient; what was asked back before goes with it
        at_this_recipient = Q(by_packet=event.packet_id, delivery__recipient=delivery.recipient_id)
        answered = Recall.objects.filter(
            at_this_recipient | Q(delivery__in=event.withdrawn), state=policy.ASKED
        )
    for recall in answered.select_for_update().select_related("delivery__packet", "delivery__recipient"):
        recall.state, recall.answer = ANSWERS[event.code], event.note
        recall.answered_by, recall.answered_at = event.reported_by[:200], event.at
        recall.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        code = "corrections.agreed" if event.code == AGREED else "corrections.kept"
        page = f"{_page(recall.delivery)}#recall-{recall.pk}"
        _tell(event.sender_id, code, recall.delivery, page, event.at, event.note)


def _delivery(delivery_id: int) -> Delivery:
    return Delivery.objects.select_related("packet", "recipient").get(pk=delivery_id)


def _keep(
    delivery: Delivery,
    cause: Recall.Cause,
    state: Recall.State,
    *,
    reason: str,
    by: str,
    by_packet: UUID | None,
    at: datetime,
) -> str:
    """Keeps a recall and returns where it is shown; one that waits for its answer is not asked a second time."""
    recall = Recall.objects.filter(delivery=delivery, state=policy.ASKED).first() or Recall.objects.create(
        id=new_id(),
        delivery=delivery,
        cause=cause,
        state=state,
        reason=reason,
        asked_by=by[:200],
        asked_at=at,
        by_packet_id=by_packet,
        answered_at=at if state == Recall.State.WITHDRAWN else None,
    )
    return f"/corrections/recalls/#recall-{recall.pk}"


def _page(delivery: Delivery) -> str:
    return f"/exchange/packets/{delivery.packet_id}/"


def _tell(
    agency: UUID | None, code: str, delivery: Delivery, page: str, at: datetime, reason: str = ""
) -> None:
    """Tells the clerks of an agency; a notice of the same address is said once, so `page` names what it is about."""
    if agency is None:
        return
    clerks = directory.people_to_tell([agency], ("clerk",)).get(agency, ())
    packet: Packet = delivery.packet
    notices.tell(
        readers=[Reader(*person) for person in clerks],
        code=code,
        values={
            "sender": packet.sender_name,
            "recipient": delivery.recipient.name,
            "document": f"{packet.code_number}/{packet.code_notation}",
            "reason": reason,
        },
        link=page,
        now=at,
    )
