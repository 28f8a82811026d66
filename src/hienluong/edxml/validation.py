"""Says whether a packet may be written: strict where reading is tolerant."""

import re
from typing import Any

from hienluong.edxml.errors import FormatError
from hienluong.edxml.group_reader import is_blank, shortened
from hienluong.edxml.packet import (
    DocumentPacket,
    Packet,
)
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.statuses import BusinessKind, StatusCode
from hienluong.edxml.wire import Extra, Form, Need, WireField, wire_fields
from hienluong.edxml.wire_values import WireDate, WireTime

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*")


def validate_packet(packet: Packet) -> None:
    """Checks that a packet may be written: needed values are there, lengths kept, and XML can carry every letter.

    Raises:
        FormatError: with the element's path and line 0, for the first fault.
    """
    _check_group(packet.header, "MessageHeader")
    if packet.signature is not None:
        _check_element(packet.signature, "Signature")
    for name, extra in packet.containers:
        _check_extra(extra, name)
    if isinstance(packet, DocumentPacket):
        _check_document(packet)
    elif packet.header.status_code not in frozenset(StatusCode):
        raise FormatError(
            "MessageHeader.StatusCode", 0, "status-unknown", value=shortened(packet.header.status_code)
        )
    else:
        for name, value in (("OrganId", packet.receiver_id), ("DocumentId", packet.document_id)):
            if not value:
                raise FormatError(f"MessageHeader.ResponseFor.{name}", 0, "missing")


def _check_document(packet: DocumentPacket) -> None:
    if packet.trace is not None:
        _check_group(packet.trace, "TraceHeaderList")
    code = packet.business.kind_code if packet.business else None
    if code and code not in {str(kind.value) for kind in BusinessKind}:
        place = "TraceHeaderList.Bussiness.BussinessDocType"
        raise FormatError(place, 0, "kind-unknown", value=shortened(code))
    if packet.manifest is not None:
        _check_group(packet.manifest, "edXMLManifest")
    for attachment in packet.attachments:
        _check_group(attachment, "AttachmentEncoded.Attachment")


def _check_group(group: Any, path: str) -> None:
    for field in wire_fields(type(group)):
        value = getattr(group, field.attribute)
        place = f"{path}.{field.wire.name}"
        if field.wire.need is not Need.OPTIONAL and is_blank(value):
            raise FormatError(place, 0, "missing")
        for number, item in enumerate(value if field.many else (value,), start=1):
            numbered = place if number == 1 else f"{place}[{number}]"
            if item is not None:
                _check_item(field, item, numbered)
    _check_extra(group.extra, path)


def _check_item(field: WireField, item: Any, place: str) -> None:
    if field.group is not None:
        _check_group(item, place)
        return
    text = item.raw if isinstance(item, (WireDate, WireTime)) else item
    _check_text(text, place)
    if field.wire.form is not Form.TEXT and text != text.strip():
        raise FormatError(place, 0, "surrounding-space")
    limit = field.wire.limit
    if limit is not None and len(text.strip()) > limit:
        raise FormatError(place, 0, "too-long", length=len(text.strip()), limit=limit)


def _check_extra(extra: Extra, path: str) -> None:
    for kept in extra.attributes:
        _check_attribute(kept.attribute, path)
    for kept_element in extra.elements:
        _check_element(kept_element.element, path)


def _check_element(element: Element, path: str) -> None:
    place = f"{path}.{shortened(element.name)}"
    _check_name(element.name, place)
    _check_text(element.namespace, place)
    for attribute in element.attributes:
        _check_attribute(attribute, place)
    for child in element.children:
        if isinstance(child, str):
            _check_text(child, place)
        else:
            _check_element(child, place)


def _check_attribute(attribute: Attribute, path: str) -> None:
    place = f"{path}.{shortened(attribute.name)}"
    _check_name(attribute.name, place)
    _check_text(attribute.namespace, place)
    _check_text(attribute.value, place)


def _check_text(text: str, place: str) -> None:
    found = _NOT_XML.search(text)
    if found:
        raise FormatError(place, 0, "characters", position=found.start() + 1)


def _check_name(name: str, place: str) -> None:
    if not _NAME.fullmatch(name):
        raise FormatError(place, 0, "characters", position=1)
