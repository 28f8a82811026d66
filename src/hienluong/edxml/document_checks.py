"""What is looked at once a packet is read: kinds, codes, recipients and manifest agree, or a warning says so."""

import re
from collections import Counter

from hienluong.edxml.errors import FormatError
from hienluong.edxml.group_reader import WarningList, shortened
from hienluong.edxml.packet import Business, DocumentPacket, Organ, StatusHeader
from hienluong.edxml.safe_xml import Element
from hienluong.edxml.statuses import BusinessKind, Priority, StatusCode

# Decision 20/2020/QĐ-TTg (level 1 first, 35 characters at most), QCVN 102:2016 in full and with leading zero groups
# dropped. The length of a group is in no published source: the habit is two characters.
_ORGAN_ID_FORMS = re.compile(
    r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,6})*"
    r"|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}"
    r"|([0-9]{1,3}\.){1,3}[A-Z][0-9A-Z]{2}"
)
_KIND_CODES = frozenset(str(kind.value) for kind in BusinessKind)
_STATUS_CODES = frozenset(code.value for code in StatusCode)


def check_document(
    packet: DocumentPacket, message: Element, lines: dict[str, int], warnings: WarningList
) -> None:
    """Warns of what in a document does not agree with itself or with the code tables.

    Args:
        packet: the packet read.
        message: its MessageHeader, for lines.
        lines: lines of the packet's parts by name.
        warnings: takes what is found.

    Raises:
        FormatError: the kind of document is none that exists.
    """
    _check_business(packet, lines.get("TraceHeaderList", message.line), warnings)
    _warn_organ_id(packet.sender, "MessageHeader.From", message.line, warnings)
    _check_receivers(packet, message, warnings)
    other = packet.header.other
    if other is not None and (other.priority or "").strip():
        place = "MessageHeader.OtherInfo.Priority"
        if other.priority_level is None:
            warnings.add("priority-unknown", place, message.line, value=shortened(other.priority or ""))
        elif other.priority_level is Priority.NORMAL and other.priority != "0":
            warnings.add("priority-5", place, message.line)
    _check_manifest(packet, lines.get("edXMLBody", message.line), warnings)


def check_status(header: StatusHeader, message: Element, warnings: WarningList) -> None:
    """Warns of an agency code of no known form.

    Raises:
        FormatError: the status code is not in use, or the document that it is about is not named.
    """
    if header.status_code not in _STATUS_CODES:
        raise FormatError(
            "MessageHeader.StatusCode", message.line, "status-unknown", value=shortened(header.status_code)
        )
    for name, value in (
        ("OrganId", header.response_for.organ_id),
        ("DocumentId", header.response_for.document_id),
    ):
        if not value:
            raise FormatError(f"MessageHeader.ResponseFor.{name}", message.line, "missing")
    _warn_organ_id(header.sender, "MessageHeader.From", message.line, warnings)


def _check_business(packet: DocumentPacket, line: int, warnings: WarningList) -> None:
    business = packet.business
    place = "TraceHeaderList.Bussiness.BussinessDocType"
    if business is None or not business.kind_code:
        warnings.add("no-kind", place, line)
    elif business.kind_code not in _KIND_CODES:
        raise FormatError(place, line, "kind-unknown", value=shortened(business.kind_code))
    if packet.trace is None or not packet.trace.hops:
        warnings.add("no-trace", "TraceHeaderList.TraceHeader", line)
    kind = packet.business_kind
    if kind is not BusinessKind.NEW and not target_document_ids(packet):
        warnings.add("no-target", place, line, kind=kind.value)


def target_document_ids(packet: DocumentPacket) -> tuple[str, ...]:
    """Returns the identifiers of the documents that a document revokes, updates or replaces, as written."""
    business = packet.business or Business()
    match packet.business_kind:
        case BusinessKind.REVOCATION:
            named = [response.document_id for response in packet.header.responses_for]
        case BusinessKind.UPDATE:
            named = [business.document_id]
        case BusinessKind.REPLACEMENT:
            lists = business.replacement_lists
            named = [info.document_id for group in lists for info in group.replacements]
        case _:
            named = []
    return tuple(dict.fromkeys(name for name in named if name))


def _check_receivers(packet: DocumentPacket, message: Element, warnings: WarningList) -> None:
    elements = [child for child in message.elements if child.name == "To"]
    seen: set[str] = set()
    for number, (organ, element) in enumerate(zip(packet.receivers, elements, strict=False), start=1):
        place = "MessageHeader.To" + (f"[{number}]" if number > 1 else "")
        if organ.organ_id in seen:
            warnings.add("duplicate-recipient", place, element.line, value=shortened(organ.organ_id))
        seen.add(organ.organ_id)
        _warn_organ_id(organ, place, element.line, warnings)


def _warn_organ_id(organ: Organ, place: str, line: int, warnings: WarningList) -> None:
    if not is_organ_id(organ.organ_id):
        warnings.add("organ-id-form", f"{place}.OrganId", line, value=shortened(organ.organ_id))


def is_organ_id(text: str) -> bool:
    """Returns whether a text has the form of an agency code, old or new; codes of other forms do circulate."""
    return len(text) <= 35 and _ORGAN_ID_FORMS.fullmatch(text) is not None  # noqa: PLR2004 - QĐ 20/2020


def _check_manifest(packet: DocumentPacket, line: int, warnings: WarningList) -> None:
    references = packet.manifest.references if packet.manifest else ()
    named = {_bare(reference.content_id) for reference in references}
    attached = Counter(_bare(attachment.content_id) for attachment in packet.attachments)
    for missing in sorted(named - set(attached)):
        warnings.add("reference-only", "edXMLManifest.Reference", line, value=shortened(missing))
    for content_id, count in attached.items():
        if content_id not in named:
            warnings.add("attachment-only", "AttachmentEncoded.Attachment", line, value=shortened(content_id))
        if count > 1:
            warnings.add(
                "duplicate-content-id", "AttachmentEncoded.Attachment", line, value=shortened(content_id)
            )


def _bare(content_id: str | None) -> str:
    """Returns a ContentId without its prefix, which may be missing on one side (.NET form)."""
    return (content_id or "").strip().removeprefix("cid:")
