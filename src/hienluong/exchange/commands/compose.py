"""Writes a document packet from what a person or a system gives, and sends it along the main road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, FoundAgency, require
from hienluong.edxml.attachments import attach, faults_in, list_attachments
from hienluong.edxml.changes import ADDED, REMOVED
from hienluong.edxml.content import Content, Spool
from hienluong.edxml.packet import (
    Attachment,
    Business,
    BusinessDocumentInfo,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    ReceiverList,
    ReplacementInfo,
    ReplacementInfoList,
    SignerInfo,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.reader import READ_BEFORE, read_packet
from hienluong.edxml.statuses import BusinessKind
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet_to
from hienluong.exchange.audiences import settle_audiences
from hienluong.exchange.commands.accept import Receipt, accept_packet
from hienluong.exchange.errors import DocumentFrozen, PacketNotFound, RecipientUnknown
from hienluong.exchange.models import Packet
from hienluong.exchange.queries import asked_back_from, key_first_used_at
from hienluong.exchange.queries import packet as find_packet
from hienluong.files import service as files
from hienluong.kit.clock import wire_date
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Attached:
    """A file to send along; a large one as a content that lies elsewhere."""

    name: str
    content: bytes | Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a document does to earlier ones of the same sender.

    Attributes:
        kind: 2 update, 3 replacement; a revocation (1) is written from the document itself.
        documents: the ids of the documents changed: one for an update.
        reason: in words.
        added: of an update, codes of agencies that become receivers.
        removed: of an update, codes of agencies that are receivers no more.
    """

    kind: Literal[2, 3]
    documents: Sequence[str]
    reason: str
    added: Sequence[str] = ()
    removed: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a document packet is written from; recipients are agency codes of any scheme, and groups of them."""

    recipients: Sequence[str] = ()
    groups: Sequence[UUID] = ()
    type_name: str
    number: str
    notation: str
    issued_on: date
    subject: str
    place: str = ""
    signer_name: str
    signer_position: str = ""
    signer_competence: str = ""
    priority: int = 0
    due_on: date | None = None
    also_on_paper: bool = False
    attachments: Sequence[Attached] = ()
    change: Change | None = None


def send_document(
    *,
    actor: Actor,
    draft: Draft,
    declared_not_secret: bool,
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Writes the draft as a document of the actor's agency and accepts it; returns the receipt.

    It is a new one (kind 0), or with `change` one that updates (2) or replaces (3) earlier ones.

    The document id is "code,yyyy/MM/dd,number/notation", as the national axis's samples write it; it carries the
    facts that QĐ 28/2018, art. 10.2.b asks for. The same draft with the same idempotency key gives the first receipt.
    Groups come to the agencies that are in them at this moment, each written as a receiver of its own; who that was
    is kept.

    Raises:
        InvalidInput: no recipient, or no attachment.
        GroupUnknown: a group that the actor's agency may not address.
        RecipientUnknown: a code that the directory does not know.
        DocumentFrozen: it changes a document that is being asked back.
        and whatever `accept_packet` raises.
    """
    require(actor, "exchange.send_packet")
    missing = [
        FieldError(f"/{name}", text)
        for name, value, text in (
            ("recipients", draft.recipients or draft.groups, _("Name at least one recipient.")),
            ("attachments", draft.attachments, _("Attach the document itself.")),
            (
                "change",
                draft.change is None or draft.change.documents,
                _("Name the document that is changed."),
            ),
            ("change_reason", draft.change is None or draft.change.reason.strip(), _("Give the reason.")),
        )
        if not value
    ]
    if missing or actor.agency_id is None:
        raise InvalidInput(missing)
    if draft.change is not None:
        _refuse_frozen(actor.agency_id, draft.change.documents)
    audiences = settle_audiences(actor, draft.groups, idempotency_key)
    added = draft.change.added if draft.change else ()
    addressed = dict.fromkeys([*draft.recipients, *added, *(code for one in audiences for code in one.codes)])
    if not addressed:
        raise InvalidInput([FieldError("/groups", _("Nobody in these groups can receive it."))])
    found = directory.agencies_in_reach(addressed, sandbox=actor.sandbox)
    unknown = [code for code in addressed if code not in found]
    if unknown:
        raise RecipientUnknown(codes=unknown)
    sender = own_organ(actor)
    written_at = key_first_used_at(actor, idempotency_key) or now
    parts = tuple(_attachment(position, file) for position, file in enumerate(draft.attachments))
    if faults := faults_in(parts):
        raise InvalidInput(faults)
    wire = DocumentPacket(
        header=DocumentHeader(
            sender=sender,
            receivers=tuple(_organ(one) for one in {row.agency.pk: row for row in found.values()}.values()),
            document_id=f"{actor.agency_code},{wire_date(draft.issued_on)},{draft.number}/{draft.notation}",
            code=Code(number=draft.number, notation=draft.notation),
            promulgation=PromulgationInfo(place=draft.place, date=WireDate.of(draft.issued_on)),
            document_type=DocumentType(type="", type_detail="0", type_name=draft.type_name),
            subject=draft.subject,
            signer=SignerInfo(
                competence=draft.signer_competence,
                position=draft.signer_position,
                full_name=draft.signer_name,
            ),
            due_date=WireDate.of(draft.due_on) if draft.due_on else None,
            other=OtherInfo(priority=str(draft.priority)),
        ),
        trace=TraceHeaderList(
            hops=(TraceHeader(organ_id=actor.agency_code, timestamp=WireTime.of(written_at)),),
            business=_business(actor, draft),
        ),
        manifest=list_attachments(parts),
        attachments=parts,
    )
    written = Spool()
    write_packet_to(wire, written)
    return accept_packet(
        actor=actor,
        source=written.whole().open(),
        declared_not_secret=declared_not_secret,
        idempotency_key=idempotency_key or f"compose-{uuid4()}",
        audiences=audiences,
        now=now,
    )


def _refuse_frozen(sender: UUID, documents: Sequence[str]) -> None:
    frozen = asked_back_from(sender, documents)
    if frozen:
        raise DocumentFrozen(document_id=frozen[0][0], recipients=", ".join(name for _id, name in frozen))


def own_organ(actor: Actor) -> Organ:
    """Returns the actor's agency as it stands in From."""
    mine = directory.agency_by_id(actor.agency_id) if actor.agency_id else None
    return Organ(
        organ_id=actor.agency_code,
        organ_name=actor.agency_name,
        organization_in_charge=actor.agency_name,
        address=mine.address if mine else "",
        email=mine.email if mine else "",
        telephone=mine.telephone if mine else "",
        fax=mine.fax if mine else "",
        website=mine.website if mine else "",
    )


def _business(actor: Actor, draft: Draft) -> Business:
    """Returns what the document does, where the wire wants it: the updated one in DocumentId, replaced ones in a list."""
    change, paper = draft.change, "1" if draft.also_on_paper else "0"
    staff = (StaffInfo(staff=actor.name),)
    if change is None:
        return Business(kind_code="0", reason="Văn bản điện tử mới", paper=paper, staff=staff)
    if change.kind == BusinessKind.REPLACEMENT.value:
        replaced = tuple(ReplacementInfo(document_id=one) for one in change.documents)
        lists = (ReplacementInfoList(replacements=replaced),)
        return Business(
            kind_code="3", reason=change.reason, paper=paper, replacement_lists=lists, staff=staff
        )
    changed = tuple(
        Receiver(organ_id=code, receiver_type=sort)
        for sort, codes in ((REMOVED, change.removed), (ADDED, change.added))
        for code in codes
    )
    info = BusinessDocumentInfo(
        document_info="1",
        document_receiver="1" if changed else "0",
        receiver_list=ReceiverList(receivers=changed) if changed else None,
    )
    return Business(
        document_id=change.documents[0],
        kind_code="2",
        reason=change.reason,
        paper=paper,
        document_infos=(info,),
        staff=staff,
    )


def own_document(actor: Actor, packet_id: UUID) -> tuple[Packet, DocumentPacket]:
    """Returns a document that the actor's agency sent, as a packet and as it stands on the wire.

    Raises:
        PacketNotFound: the agency did not send it, or it is no document.
    """
    packet = find_packet(actor, packet_id)
    if packet.sender_id != actor.agency_id or packet.kind != Packet.Kind.DOCUMENT or actor.agency_id is None:
        raise PacketNotFound(id=packet_id)
    first = packet.transmissions.order_by("accepted_at", "id")[0]
    wire = read_packet(files.stream_for(holder=actor.agency_id, file_id=first.file_id), limits=READ_BEFORE)
    assert isinstance(wire, DocumentPacket)  # noqa: S101 - its kind says so
    return packet, wire


def receivers(actor: Actor, codes: Sequence[str]) -> tuple[Organ, ...]:
    """Returns agencies as they stand in To, each once; outside the province a code may lead to nobody we know."""
    if not codes:
        raise InvalidInput([FieldError("/recipients", _("Name at least one recipient."))])
    found = directory.agencies_in_reach(codes, sandbox=actor.sandbox)
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise RecipientUnknown(codes=unknown)
    return tuple(_organ(one) for one in {found[code].agency.pk: found[code] for code in codes}.values())


def _attachment(position: int, file: Attached) -> Attachment:
    """Returns a file as an attachment; its ContentId follows from the file, so that writing again gives the same."""
    content = file.content if isinstance(file.content, Content) else Content.from_bytes(file.content)
    return attach(
        file.name, content, content_id=f"cid:{uuid5(NAMESPACE_OID, f'{position} {content.sha256}')}"
    )


def _organ(found: FoundAgency) -> Organ:
    agency = found.agency
    return Organ(
        organ_id=found.primary_code or found.code,
        organ_name=agency.name,
        organization_in_charge=agency.name,
        address=agency.address,
        email=agency.email,
        telephone=agency.telephone,
        fax=agency.fax,
        website=agency.website,
    )
