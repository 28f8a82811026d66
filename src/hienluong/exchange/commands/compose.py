"""Writes a document packet from what a person or a system gives, and sends it along the main road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, FoundAgency, require
from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Attachment,
    Business,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    PromulgationInfo,
    SignerInfo,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet
from hienluong.exchange.audiences import settle_audiences
from hienluong.exchange.commands.accept import Receipt, accept_packet
from hienluong.exchange.errors import RecipientUnknown
from hienluong.exchange.queries import key_first_used_at
from hienluong.kit.clock import wire_date
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Attached:
    """A file to send along."""

    name: str
    content: bytes


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


def send_document(
    *,
    actor: Actor,
    draft: Draft,
    declared_not_secret: bool,
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Writes the draft as a new document (kind 0) of the actor's agency and accepts it; returns the receipt.

    The document id is "code,yyyy/MM/dd,number/notation", as the national axis's samples write it; it carries the
    facts that QĐ 28/2018, art. 10.2.b asks for. The same draft with the same idempotency key gives the first receipt.
    Groups come to the agencies that are in them at this moment, each written as a receiver of its own; who that was
    is kept.

    Raises:
        InvalidInput: no recipient, or no attachment.
        GroupUnknown: a group that the actor's agency may not address.
        RecipientUnknown: a code that the directory does not know.
        and whatever `accept_packet` raises.
    """
    require(actor, "exchange.send_packet")
    missing = [
        FieldError(f"/{name}", text)
        for name, value, text in (
            ("recipients", draft.recipients or draft.groups, _("Name at least one recipient.")),
            ("attachments", draft.attachments, _("Attach the document itself.")),
        )
        if not value
    ]
    if missing or actor.agency_id is None:
        raise InvalidInput(missing)
    audiences = settle_audiences(actor, draft.groups, idempotency_key)
    addressed = dict.fromkeys([*draft.recipients, *(code for one in audiences for code in one.codes)])
    if not addressed:
        raise InvalidInput([FieldError("/groups", _("Nobody in these groups can receive it."))])
    found = directory.agencies_in_reach(addressed, sandbox=actor.sandbox)
    unknown = [code for code in addressed if code not in found]
    if unknown:
        raise RecipientUnknown(codes=unknown)
    mine = directory.agency_by_id(actor.agency_id)
    sender = Organ(
        organ_id=actor.agency_code,
        organ_name=actor.agency_name,
        organization_in_charge=actor.agency_name,
        address=mine.address if mine else "",
        email=mine.email if mine else "",
        telephone=mine.telephone if mine else "",
        fax=mine.fax if mine else "",
        website=mine.website if mine else "",
    )
    written_at = key_first_used_at(actor, idempotency_key) or now
    parts = tuple(_attachment(position, file) for position, file in enumerate(draft.attachments))
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
            business=Business(
                kind_code="0",
                reason="Văn bản điện tử mới",
                paper="1" if draft.also_on_paper else "0",
                staff=(StaffInfo(staff=actor.name),),
            ),
        ),
        manifest=list_attachments(parts),
        attachments=parts,
    )
    return accept_packet(
        actor=actor,
        source=write_packet(wire),
        declared_not_secret=declared_not_secret,
        idempotency_key=idempotency_key or f"compose-{uuid4()}",
        audiences=audiences,
        now=now,
    )


def _attachment(position: int, file: Attached) -> Attachment:
    """Returns a file as an attachment; its ContentId follows from the file, so that writing again gives the same."""
    content = Content.from_bytes(file.content)
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
