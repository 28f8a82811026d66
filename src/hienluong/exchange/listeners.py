"""What the axis does when something happened on it: people are told."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from hienluong.access.events import BreakGlassApproved
from hienluong.directory import service as directory
from hienluong.exchange.errors import PacketQuarantined
from hienluong.exchange.events import PacketsDelivered, StatusRecorded
from hienluong.exchange.models import Delivery, Packet
from hienluong.exchange.permissions import GLASS_KIND
from hienluong.exchange.policy import ASKED_BACK, IN_MAILBOX, REFUSED
from hienluong.kit import clock
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import subscribe
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

notices.declare_text("exchange.arrived", _("Document {document} from {sender} has arrived."))
notices.declare_text("exchange.refused", _("{recipient} refused document {document}."))
notices.declare_text("exchange.asked_back", _("{sender} asks document {document} back."))
notices.declare_text(
    "exchange.glass",
    _("{requester} may see the content of {document} until {until}, approved by {approver}."),
)
# Said of each dead letter until alarms were (docs/decisions/0024); notices of that time still have their text.
notices.declare_text("exchange.failed", _("A delivery to {recipient} failed: {reason}"))


def _readers(agency_ids: Collection[UUID], *roles: str) -> dict[UUID, list[Reader]]:
    told = directory.people_to_tell(agency_ids, roles)
    return {agency: [Reader(*person) for person in people] for agency, people in told.items()}


@subscribe(PacketsDelivered)
def tell_clerks(event: PacketsDelivered) -> None:
    """Tells the recipients' clerks that documents have arrived (Decree 30/2020, App. VI, III.1.i)."""
    documents = [one for one in event.arrivals if one.kind == Packet.Kind.DOCUMENT and one.agency_id]
    clerks = _readers([one.agency_id for one in documents if one.agency_id], "clerk")
    notices.tell_many(
        code="exchange.arrived",
        messages=[
            notices.Message(
                reader,
                {"sender": one.sender_name, "document": one.code},
                f"/exchange/packets/{one.packet_id}/",
            )
            for one in documents
            if one.agency_id
            for reader in clerks.get(one.agency_id, ())
        ],
        now=event.at,
    )


@subscribe(StatusRecorded)
def tell_of_status(event: StatusRecorded) -> None:
    """Tells the sender's clerks of a refusal, and the recipient's of a recall."""
    if event.code not in {REFUSED, ASKED_BACK}:
        return
    delivery = Delivery.objects.select_related("packet", "recipient").get(pk=event.delivery_id)
    agency = event.sender_id if event.code == REFUSED else event.recipient_id
    if agency is None:
        return
    notices.tell(
        readers=_readers([agency], "clerk").get(agency, ()),
        code="exchange.refused" if event.code == REFUSED else "exchange.asked_back",
        values={
            "sender": delivery.packet.sender_name,
            "recipient": delivery.recipient.name,
            "document": f"{delivery.packet.code_number}/{delivery.packet.code_notation}",
        },
        link=notices.link_at(
            f"/exchange/packets/{event.packet_id}/", event.at
        ),  # another recipient may do so too
        now=event.at,
    )


@subscribe(BreakGlassApproved)
def tell_holders(event: BreakGlassApproved) -> None:
    """Tells clerks and heads of every agency that holds a packet that somebody may see its content (decision 11).

    Raises:
        PacketQuarantined: it was taken out since the request; the approval does not happen.
    """
    if event.kind != GLASS_KIND:
        return
    packet = Packet.objects.get(pk=event.object_id)  # a quarantine at the same moment ends the grant after us
    if packet.secrecy != Packet.Secrecy.OPEN:
        raise PacketQuarantined
    reached = packet.deliveries.filter(state__in=IN_MAILBOX).exclude(recipient__agency=None)
    holders = [packet.sender_id, *reached.values_list("recipient__agency_id", flat=True)]
    people = _readers([agency for agency in holders if agency], "clerk", "head")
    notices.tell(
        readers={reader for readers in people.values() for reader in readers},
        code="exchange.glass",
        values={
            "requester": event.requester,
            "approver": event.approver,
            "document": event.label,
            "until": f"{clock.in_vietnam(event.valid_until):%H:%M %d/%m/%Y}",
        },
        link=f"/exchange/packets/{packet.pk}/?glass={event.grant_id}",
        now=event.at,
    )
