"""The packet as Python sees it: frozen dataclasses whose annotations say what each field is on the wire.

Python names are standard English; the wire's own spelling (Bussiness, TyperNotation …) stands only in `Wire`.
Fields stand in the order in which the national axis's Java SDK writes them. Lengths are those of Decree
30/2020/NĐ-CP appendix VI and of the QCVN 102 implementers; where no source gives one there is none.
Values are kept as written: text verbatim, dates unparsed beside their meaning. None is an absent element, ""
one that is present and empty.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from hienluong.edxml.content import Content
from hienluong.edxml.errors import FormatWarning
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.statuses import BusinessKind, Priority, StatusCode
from hienluong.edxml.wire import NO_EXTRA, Extra, Form, KeptAttribute, Need, Wire
from hienluong.edxml.wire_values import WireDate, WireTime


class PacketKind(StrEnum):
    """The two message types of the axis, as its SDK names them in `messagetype`."""

    DOCUMENT = "edoc"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """An agency as sender or receiver (QCVN 102 no. 1.1 and 1.2; OrganId up to 35 by Decision 20/2020/QĐ-TTg)."""

    organ_id: Annotated[str, Wire("OrganId", Form.TOKEN, 35, Need.ALWAYS, single=True)]
    organization_in_charge: Annotated[
        str | None, Wire("OrganizationInCharge", limit=500, formerly=("OrganInCharge",))
    ] = None
    organ_name: Annotated[str | None, Wire("OrganName", limit=200, need=Need.WRITING)] = None
    address: Annotated[str | None, Wire("OrganAdd", limit=500)] = None
    email: Annotated[str | None, Wire("Email", limit=100)] = None
    telephone: Annotated[str | None, Wire("Telephone", limit=20)] = None
    fax: Annotated[str | None, Wire("Fax", limit=20)] = None
    website: Annotated[str | None, Wire("Website", limit=100)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Number and notation of a document (1.3), shown as "number/notation"; the number is not always digits."""

    number: Annotated[str | None, Wire("CodeNumber", Form.TOKEN, 11, Need.WRITING)] = None
    notation: Annotated[str | None, Wire("CodeNotation", Form.TOKEN, 30, Need.WRITING)] = None
    extra: Extra = NO_EXTRA

    def __str__(self) -> str:
        return "/".join(part for part in (self.number, self.notation) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromulgationInfo:
    """Where and when a document was issued (1.4)."""

    place: Annotated[str | None, Wire("Place", limit=50)] = None
    date: Annotated[WireDate | None, Wire("PromulgationDate", Form.DATE, need=Need.WRITING)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """The type of a document (1.5); no national table of the codes is published, the name is what counts."""

    type: Annotated[str | None, Wire("Type", Form.NUMBER)] = None
    type_detail: Annotated[str | None, Wire("TypeDetail", Form.NUMBER)] = None
    type_name: Annotated[str | None, Wire("TypeName", limit=100, need=Need.WRITING)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed a document and with what authority (1.8): "TL. …", "KT. …"; then position and name."""

    competence: Annotated[str | None, Wire("Competence", limit=100)] = None
    position: Annotated[str | None, Wire("Position", limit=100, formerly=("Function",))] = None
    full_name: Annotated[str | None, Wire("FullName", limit=50, need=Need.WRITING)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendixes:
    """The names of a document's appendices (in 1.11)."""

    names: Annotated[tuple[str, ...], Wire("Appendix")] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInfo:
    """Urgency, field, typist, copies and pages (1.11)."""

    priority: Annotated[str | None, Wire("Priority", Form.NUMBER)] = None
    sphere_of_promulgation: Annotated[str | None, Wire("SphereOfPromulgation", limit=100)] = None
    typist_notation: Annotated[str | None, Wire("TyperNotation", limit=10)] = None
    promulgation_amount: Annotated[str | None, Wire("PromulgationAmount", Form.NUMBER)] = None
    page_amount: Annotated[str | None, Wire("PageAmount", Form.NUMBER)] = None
    direction: Annotated[str | None, Wire("Direction", Form.TOKEN)] = None
    appendixes: Annotated[Appendixes | None, Wire("Appendixes", Form.GROUP)] = None
    extra: Extra = NO_EXTRA

    @property
    def priority_level(self) -> Priority | None:
        """The urgency, or None where it is absent or no known level."""
        return Priority.read(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFor:
    """The document that a packet answers, revokes or reports on (1.12); `organ_id` is whom it is for."""

    organ_id: Annotated[str | None, Wire("OrganId", Form.TOKEN, 35)] = None
    code: Annotated[str | None, Wire("Code", Form.TOKEN)] = None
    promulgation_date: Annotated[WireDate | None, Wire("PromulgationDate", Form.DATE)] = None
    document_id: Annotated[str | None, Wire("DocumentId", Form.TOKEN)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPlaces:
    """The places of the copy-to list (1.10); they are not the receivers."""

    places: Annotated[tuple[str, ...], Wire("Place", limit=150)] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseForTask:
    """The tasks that a document answers (an extension of the SDK)."""

    task_codes: Annotated[tuple[str, ...], Wire("TaskCode")] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHeader:
    """The MessageHeader of a document (1.1 to 1.14)."""

    sender: Annotated[Organ, Wire("From", Form.GROUP, need=Need.ALWAYS, single=True)]
    receivers: Annotated[tuple[Organ, ...], Wire("To", Form.GROUP, need=Need.ALWAYS)]
    document_id: Annotated[str, Wire("DocumentId", Form.TOKEN, need=Need.ALWAYS, single=True)]
    code: Annotated[Code, Wire("Code", Form.GROUP, need=Need.ALWAYS, single=True)]
    promulgation: Annotated[PromulgationInfo, Wire("PromulgationInfo", Form.GROUP, need=Need.ALWAYS)]
    document_type: Annotated[DocumentType, Wire("DocumentType", Form.GROUP, need=Need.ALWAYS)]
    subject: Annotated[str, Wire("Subject", limit=500, need=Need.ALWAYS, single=True)]
    content: Annotated[str | None, Wire("Content", limit=500)] = None
    signer: Annotated[SignerInfo, Wire("SignerInfo", Form.GROUP, need=Need.ALWAYS, formerly=("Author",))]
    due_date: Annotated[WireDate | None, Wire("DueDate", Form.DATE)] = None
    other: Annotated[OtherInfo | None, Wire("OtherInfo", Form.GROUP)] = None
    responses_for: Annotated[
        tuple[ResponseFor, ...],
        Wire("ResponseFor", Form.GROUP, order=("OrganId", "Code", "DocumentId", "PromulgationDate")),
    ] = ()
    response_for_task: Annotated[ResponseForTask | None, Wire("ResponseForTask", Form.GROUP)] = None
    application_type: Annotated[str | None, Wire("ApplicationType", Form.TOKEN)] = None
    steering_type: Annotated[str | None, Wire("SteeringType", Form.NUMBER)] = None
    to_places: Annotated[ToPlaces | None, Wire("ToPlaces", Form.GROUP)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInfo:
    """The clerk who handled the packet (in 1.5 of the trace and in statuses)."""

    department_id: Annotated[str | None, Wire("DepartmentId", Form.TOKEN)] = None
    department: Annotated[str | None, Wire("Department")] = None
    staff_id: Annotated[str | None, Wire("StaffId", Form.TOKEN)] = None
    staff: Annotated[str | None, Wire("Staff")] = None
    email: Annotated[str | None, Wire("Email", limit=100)] = None
    mobile: Annotated[str | None, Wire("Mobile")] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeader:
    """One hop of a document: which system carried it and when."""

    organ_id: Annotated[str | None, Wire("OrganId", Form.TOKEN, 35, Need.WRITING)] = None
    timestamp: Annotated[WireTime | None, Wire("Timestamp", Form.TIME, need=Need.WRITING)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver that an update removes (type 0) or adds (type 1)."""

    organ_id: Annotated[str | None, Wire("OrganId", Form.TOKEN, 35, Need.WRITING)] = None
    receiver_type: Annotated[str | None, Wire("ReceiverType", Form.NUMBER, need=Need.WRITING)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverList:
    """The receivers that an update changes."""

    receivers: Annotated[tuple[Receiver, ...], Wire("Receiver", Form.GROUP)] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessDocumentInfo:
    """What an update changes: "1" in `document_info` or `document_receiver` where it does."""

    document_info: Annotated[str | None, Wire("DocumentInfo", Form.NUMBER)] = None
    document_receiver: Annotated[str | None, Wire("DocumentReceiver", Form.NUMBER)] = None
    receiver_list: Annotated[ReceiverList | None, Wire("ReceiverList", Form.GROUP)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganIdList:
    """The agencies for which a document is replaced."""

    organ_ids: Annotated[tuple[str, ...], Wire("OrganId", Form.TOKEN, 35)] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementInfo:
    """One document that is replaced, and for whom."""

    document_id: Annotated[str | None, Wire("DocumentId", Form.TOKEN, need=Need.WRITING)] = None
    organ_id_list: Annotated[OrganIdList | None, Wire("OrganIdList", Form.GROUP)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementInfoList:
    """The documents that are replaced."""

    replacements: Annotated[tuple[ReplacementInfo, ...], Wire("ReplacementInfo", Form.GROUP)] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What a document does: new (0), revokes (1), updates (2) or replaces (3). On the wire "Bussiness"."""

    document_id: Annotated[str | None, Wire("DocumentId", Form.TOKEN)] = None
    kind_code: Annotated[
        str | None, Wire("BussinessDocType", Form.TOKEN, formerly=("BusinessDocType",), single=True)
    ] = None
    reason: Annotated[str | None, Wire("BussinessDocReason", formerly=("BusinessDocReason",))] = None
    paper: Annotated[str | None, Wire("Paper", Form.NUMBER)] = None
    document_infos: Annotated[
        tuple[BusinessDocumentInfo, ...],
        Wire("BussinessDocumentInfo", Form.GROUP, formerly=("BusinessDocumentInfo",)),
    ] = ()
    replacement_lists: Annotated[
        tuple[ReplacementInfoList, ...], Wire("ReplacementInfoList", Form.GROUP)
    ] = ()
    staff: Annotated[tuple[StaffInfo, ...], Wire("StaffInfo", Form.GROUP)] = ()
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeaderList:
    """The hops of a document, and what it does. Attributes of the .NET form are in `extra`."""

    hops: Annotated[tuple[TraceHeader, ...], Wire("TraceHeader", Form.GROUP)] = ()
    business: Annotated[
        Business | None, Wire("Bussiness", Form.GROUP, formerly=("Business",), single=True)
    ] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusHeader:
    """The MessageHeader of a status: who reports what about which document, and when."""

    sender: Annotated[
        Organ,
        Wire(
            "From",
            Form.GROUP,
            need=Need.ALWAYS,
            single=True,
            order=(
                "OrganId",
                "OrganName",
                "OrganizationInCharge",
                "OrganAdd",
                "Email",
                "Telephone",
                "Fax",
                "Website",
            ),
        ),
    ]
    response_for: Annotated[ResponseFor, Wire("ResponseFor", Form.GROUP, need=Need.ALWAYS, single=True)]
    staff: Annotated[
        StaffInfo | None, Wire("StaffInfo", Form.GROUP, order=("Department", "Staff", "Mobile", "Email"))
    ] = None
    status_code: Annotated[str, Wire("StatusCode", Form.TOKEN, need=Need.ALWAYS, single=True)]
    description: Annotated[str | None, Wire("Description")] = None
    timestamp: Annotated[WireTime, Wire("Timestamp", Form.TIME, need=Need.ALWAYS)]
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReference:
    """One line of the manifest; it names an attachment by its ContentId."""

    content_id: Annotated[str | None, Wire("ContentId", Form.TOKEN)] = None
    content_type: Annotated[str | None, Wire("ContentType", Form.TOKEN)] = None
    description: Annotated[str | None, Wire("Description")] = None
    name: Annotated[str | None, Wire("AttachmentName", limit=500)] = None
    extra: Extra = NO_EXTRA


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The list of attachments in the body; @version is "1.0" unless `extra` has another."""

    references: Annotated[tuple[ManifestReference, ...], Wire("Reference", Form.GROUP)] = ()
    extra: Extra = NO_EXTRA


MANIFEST_VERSION = KeptAttribute(Attribute("", "version", "1.0"))
"""The attribute that every manifest has in the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of the packet.

    Attributes:
        content: the file itself, out of the ZIP it may have travelled in.
        wire_content: what travelled, when the packet was read; None when it is made here.
    """

    content_id: Annotated[str | None, Wire("ContentId", Form.TOKEN, need=Need.WRITING)] = None
    name: Annotated[str | None, Wire("AttachmentName", limit=500, need=Need.WRITING)] = None
    description: Annotated[str | None, Wire("Description")] = None
    content_type: Annotated[str | None, Wire("ContentType", Form.TOKEN, need=Need.WRITING)] = None
    content: Content
    wire_content: Content | None = field(default=None, compare=False, repr=False)
    extra: Extra = NO_EXTRA

    @property
    def is_wrapped(self) -> bool:
        """Whether the file travelled in a ZIP of its own."""
        return self.wire_content is not None and self.wire_content.sha256 != self.content.sha256


Containers = tuple[tuple[str, Extra], ...]
"""What stood unknown in edXML, edXMLEnvelope, edXMLHeader, edXMLBody and AttachmentEncoded, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPacket:
    """A document on its way: header, trace and business, signature as it stood, manifest and files."""

    kind: ClassVar[PacketKind] = PacketKind.DOCUMENT

    header: DocumentHeader
    trace: TraceHeaderList | None = None
    signature: Element | None = None
    manifest: Manifest | None = None
    attachments: tuple[Attachment, ...] = ()
    containers: Containers = ()
    warnings: tuple[FormatWarning, ...] = field(default=(), compare=False)

    @property
    def sender(self) -> Organ:
        """The agency in From."""
        return self.header.sender

    @property
    def receivers(self) -> tuple[Organ, ...]:
        """The agencies in To."""
        return self.header.receivers

    @property
    def document_id(self) -> str:
        """The document's own identifier: opaque text, never part of a path."""
        return self.header.document_id

    @property
    def business(self) -> Business | None:
        """What the document does, when stated."""
        return self.trace.business if self.trace else None

    @property
    def business_kind(self) -> BusinessKind:
        """What the document does; new (0) where nothing is stated."""
        code = self.business.kind_code if self.business else None
        return BusinessKind(int(code)) if code else BusinessKind.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPacket:
    """A business status on its way back (or, for 13, forth). It has no trace and no files."""

    kind: ClassVar[PacketKind] = PacketKind.STATUS

    header: StatusHeader
    signature: Element | None = None
    containers: Containers = ()
    warnings: tuple[FormatWarning, ...] = field(default=(), compare=False)

    @property
    def sender(self) -> Organ:
        """The agency that reports."""
        return self.header.sender

    @property
    def receiver_id(self) -> str:
        """The agency that the status is for: the original sender, or for 13 the receiver."""
        return self.header.response_for.organ_id or ""

    @property
    def document_id(self) -> str:
        """The identifier of the document that the status is about."""
        return self.header.response_for.document_id or ""

    @property
    def status_code(self) -> StatusCode:
        """What is reported."""
        return StatusCode(self.header.status_code)


Packet = DocumentPacket | StatusPacket
