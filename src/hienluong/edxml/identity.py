"""The two identities of a packet, and the key of a status.

Transmission: the bytes of the file. Document: what it says, however often it was wrapped, relayed or fanned out on
its way, since the SDK re-zips attachments under new names, hops append traces and fan-out rewrites the recipients.
"""

import hashlib
from typing import Any, BinaryIO, NamedTuple

from hienluong.edxml.content import CHUNK, Content
from hienluong.edxml.packet import DocumentPacket, Packet, StatusPacket
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.wire import ACCEPTED_NAMESPACES, Extra, wire_fields
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.kit.jcs import canonical_json

# Of the header: To is rewritten by fan-out; From says how to reach the sender and changes without the document;
# only its code is the document's.
_APART = frozenset({"From", "To", "BussinessDocType"})


class StatusKey(NamedTuple):
    """What makes two statuses the same report; 05 may be repeated at another time."""

    from_id: str
    to_id: str
    document_id: str
    status_code: str
    timestamp: str
    digest: str


def transmission_digest(source: bytes | BinaryIO) -> str:
    """Returns the SHA-256 of a file's bytes in hex; a binary file is read from where it stands to its end."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def document_digest(packet: Packet) -> str:
    """Returns the SHA-256, in hex, of what a packet says.

    Taken over canonical JSON (RFC 8785) of: the sender's code; every value of the MessageHeader but From and To; the
    kind and values of Bussiness; unknown elements and attributes of these and of edXMLHeader; and per attachment its
    name and the SHA-256 of the unwrapped file. Left out are hops, manifest, transport types and the XML signature,
    which belong to the way. White space at the ends of values, prefixes, element order and absent against empty
    elements make no difference. Attachments and unknown elements are sorted: relays rebuild packets from unordered
    maps, and no rule gives their order a meaning. Repeated known elements keep their order.
    """
    said: dict[str, Any] = {
        "kind": packet.kind.value,
        "from": packet.sender.organ_id.strip(),
        "header": _said(packet.header),
        "unknown": [_unknown(extra) for name, extra in packet.containers if name == "edXMLHeader"],
    }
    if isinstance(packet, DocumentPacket):
        said["business_kind"] = packet.business_kind.value
        said["business"] = _said(packet.business) if packet.business else []
        files = ([(one.name or "").strip(), one.content.sha256] for one in packet.attachments)
        said["attachments"] = sorted(files)
    return hashlib.sha256(canonical_json(said)).hexdigest()


def status_key(packet: StatusPacket) -> StatusKey:
    """Returns the key under which a status is the same one again."""
    return StatusKey(
        from_id=packet.sender.organ_id,
        to_id=packet.receiver_id,
        document_id=packet.document_id,
        status_code=packet.header.status_code,
        timestamp=packet.header.timestamp.raw,
        digest=document_digest(packet),
    )


def _said(group: Any) -> list[Any]:
    """Returns the values of a group as lists of [name, value or values]; what is blank says nothing."""
    said: list[Any] = []
    for field in wire_fields(type(group)):
        if field.wire.name in _APART:
            continue
        value = getattr(group, field.attribute)
        for item in value if field.many else (value,):
            content = _value(item)
            if content:
                said.append([field.wire.name, content])
    unknown = _unknown(group.extra)
    return [*said, ["", unknown]] if unknown else said


def _value(item: Any) -> Any:
    if item is None:
        return ""
    if isinstance(item, (WireDate, WireTime)):
        return item.raw.strip()
    return item.strip() if isinstance(item, str) else _said(item)


def _unknown(extra: Extra) -> list[Any]:
    attributes = sorted(
        [kept.leaf, kept.occurrence, *_attribute(kept.attribute)] for kept in extra.attributes
    )
    elements = sorted((_element(kept.element) for kept in extra.elements), key=canonical_json)
    return [attributes, elements] if attributes or elements else []


def _element(element: Element) -> list[Any]:
    children = [
        _element(child) if isinstance(child, Element) else child.strip() for child in element.children
    ]
    payload = element.payload.sha256 if isinstance(element.payload, Content) else ""
    attributes = sorted(_attribute(attribute) for attribute in element.attributes)
    return [
        _namespace(element.namespace),
        element.name,
        attributes,
        [one for one in children if one],
        payload,
    ]


def _attribute(attribute: Attribute) -> list[str]:
    return [attribute.namespace, attribute.name, attribute.value.strip()]


def _namespace(namespace: str) -> str:
    return "" if namespace in ACCEPTED_NAMESPACES else namespace
