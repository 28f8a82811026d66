"""Writes a packet exactly as the national axis's SDK does: prefixes, order, odd spellings.

The root has the default namespace, the envelope and all in it the prefix edXML, the attachments none but
ContentTransferEncoded; a .NET peer was seen to refuse packets without these prefixes, though XML has them equal.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hienluong.edxml.attachment_reader import CONTENT_NAME
from hienluong.edxml.attachments import travelling_bytes
from hienluong.edxml.packet import MANIFEST_VERSION, Attachment, DocumentPacket, Manifest, Packet
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.trace import append_trace, find_trace_place
from hienluong.edxml.validation import validate_packet
from hienluong.edxml.wire import (
    NO_EXTRA,
    QCVN_NAMESPACE,
    Extra,
    WireField,
    fields_in_order,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.xml_output import Tag, Writer, XmlOutput

__all__ = ["append_trace", "find_trace_place", "write_packet", "write_packet_to"]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where writing stands: the prefix of edXML's elements here, the prefixes in force, the indentation."""

    prefix: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    def within(self, tag: Tag) -> "_Place":
        """Returns the place inside an element."""
        return replace(self, scope=tag.scope, depth=self.depth + 1)


_Write = Callable[[_Place], None]
_Part = tuple[str, _Write | None]
"""A known part of a container: its wire name, and what writes it (None: absent)."""


def write_packet(packet: Packet) -> bytes:
    """Returns a packet as the bytes of an .edxml file in UTF-8; the same packet always gives the same bytes.

    Raises:
        FormatError: a needed value is missing, too long, or holds what XML cannot carry.
    """
    out = io.BytesIO()
    write_packet_to(packet, out)
    return out.getvalue()


def write_packet_to(packet: Packet, out: Writer) -> None:
    """Writes a packet to a file or spool piece by piece, for packets with large attachments.

    Raises:
        FormatError: as `write_packet`; nothing has been written then.
    """
    validate_packet(packet)
    _PacketWriter(packet, XmlOutput(out)).write()


class _PacketWriter:
    """Writes one packet."""

    def __init__(self, packet: Packet, out: XmlOutput) -> None:
        self._packet = packet
        self._out = out
        self._extras = dict(packet.containers)

    def write(self) -> None:
        """Writes the whole file."""
        packet = self._packet
        parts: list[_Part] = [("edXMLEnvelope", self._envelope)]
        if isinstance(packet, DocumentPacket) and (packet.attachments or "AttachmentEncoded" in self._extras):
            parts.append(("AttachmentEncoded", self._attachments))
        self._out.declaration()
        self._container("edXML", parts, _Place())
        self._out.finish()

    def _envelope(self, place: _Place) -> None:
        body = self._body if isinstance(self._packet, DocumentPacket) else None
        inside = replace(place, prefix="edXML")
        self._container("edXMLEnvelope", [("edXMLHeader", self._header), ("edXMLBody", body)], inside)

    def _header(self, place: _Place) -> None:
        packet = self._packet
        trace = packet.trace if isinstance(packet, DocumentPacket) else None
        signature = packet.signature
        parts: list[_Part] = [
            ("MessageHeader", self._grouped("MessageHeader", packet.header)),
            ("TraceHeaderList", self._grouped("TraceHeaderList", trace) if trace else None),
            ("Signature", self._kept(signature) if signature else None),
        ]
        self._container("edXMLHeader", parts, place)

    def _body(self, place: _Place) -> None:
        manifest = self._packet.manifest if isinstance(self._packet, DocumentPacket) else None
        write = self._grouped("edXMLManifest", manifest) if manifest else None
        self._container("edXMLBody", [("edXMLManifest", write)], place)

    def _attachments(self, place: _Place) -> None:
        attachments = self._packet.attachments if isinstance(self._packet, DocumentPacket) else ()
        parts: list[_Part] = [("Attachment", self._grouped("Attachment", one)) for one in attachments]
        self._container("AttachmentEncoded", parts, place)

    def _grouped(self, name: str, group: Any) -> _Write:
        return lambda place: self._group(name, group, (), place)

    def _kept(self, element: Element) -> _Write:
        return lambda place: self._out.element(element, place.scope, place.depth)

    def _container(self, name: str, parts: Sequence[_Part], place: _Place) -> None:
        extra = self._extras.get(name, NO_EXTRA)
        tag = _tag(name, place, _by_bearer(extra)["", 0])
        inside = place.within(tag)
        waiting = _Waiting(extra, self._out, inside)
        is_empty = not extra.elements and not any(write for _part, write in parts)
        self._out.start(tag, place.depth, is_empty=is_empty)
        waiting.write_after("")
        for position, (part, write) in enumerate(parts):
            if write is not None:
                write(inside)
            if part not in {later for later, _write in parts[position + 1 :]}:
                waiting.write_after(part)
        waiting.write_rest()
        if not is_empty:
            self._out.end(tag.name, place.depth)

    def _group(self, name: str, group: Any, order: tuple[str, ...], place: _Place) -> None:
        extra: Extra = group.extra
        if isinstance(group, Manifest) and not any(
            kept.attribute.name == "version" for kept in extra.attributes
        ):
            extra = Extra((MANIFEST_VERSION, *extra.attributes), extra.elements)
        attributes = _by_bearer(extra)
        tag = _tag(name, place, attributes["", 0])
        inside = place.within(tag)
        waiting = _Waiting(extra, self._out, inside)
        fields = fields_in_order(type(group), order)
        if not (extra.elements or isinstance(group, Attachment) or _has_values(group, fields)):
            self._out.start(tag, place.depth, is_empty=True)
            return
        self._out.start(tag, place.depth)
        waiting.write_after("")
        for wire_field in fields:
            value = getattr(group, wire_field.attribute)
            for occurrence, item in enumerate(value if wire_field.many else (value,)):
                if item is not None:
                    self._item(wire_field, item, attributes[wire_field.wire.name, occurrence], inside)
            waiting.write_after(wire_field.wire.name)
        if isinstance(group, Attachment):
            content = _tag(CONTENT_NAME, replace(inside, prefix="edXML"), attributes[CONTENT_NAME, 0])
            self._out.base64(content, travelling_bytes(group), inside.depth)
        waiting.write_rest()
        self._out.end(tag.name, place.depth)

    def _item(self, wire_field: WireField, item: Any, attributes: Sequence[Attribute], place: _Place) -> None:
        name = wire_field.wire.name
        if wire_field.group is not None:
            self._group(name, item, wire_field.wire.order, place)
            return
        text = item.raw if isinstance(item, (WireDate, WireTime)) else item
        self._out.leaf(_tag(name, place, attributes), text, place.depth)


class _Waiting:
    """The kept elements of a group that are still to be written, each at the place where it stood."""

    def __init__(self, extra: Extra, out: XmlOutput, place: _Place) -> None:
        self._elements = list(extra.elements)
        self._out = out
        self._place = place

    def write_after(self, name: str) -> None:
        """Writes those that followed a known sibling of this name."""
        for kept in self._elements:
            if kept.after == name:
                self._out.element(kept.element, self._place.scope, self._place.depth)
        self._elements = [kept for kept in self._elements if kept.after != name]

    def write_rest(self) -> None:
        """Writes those whose sibling is not written here."""
        for kept in self._elements:
            self._out.element(kept.element, self._place.scope, self._place.depth)


def _has_values(group: Any, fields: Sequence[WireField]) -> bool:
    return any(getattr(group, wire_field.attribute) not in (None, ()) for wire_field in fields)


def _by_bearer(extra: Extra) -> Mapping[tuple[str, int], Sequence[Attribute]]:
    """Returns the kept attributes of a group by who bears them: ("", 0) itself, else a leaf and its number."""
    found: defaultdict[tuple[str, int], list[Attribute]] = defaultdict(list)
    for kept in extra.attributes:
        found[kept.leaf, kept.occurrence].append(kept.attribute)
    return found


def _tag(name: str, place: _Place, attributes: Sequence[Attribute]) -> Tag:
    """Returns the start tag of a known element with the kept attributes that it bears."""
    prefix = place.prefix
    tag = Tag(f"{prefix}:{name}" if prefix else name, scope=dict(place.scope))
    tag.bind(prefix, QCVN_NAMESPACE)
    for attribute in attributes:
        tag.add(attribute)
    return tag
