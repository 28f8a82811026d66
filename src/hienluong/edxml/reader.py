"""Reads a packet from strangers: any order, any prefix, old spellings; every fault named with element and line."""

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from hienluong.edxml.attachment_reader import AttachmentReader
from hienluong.edxml.content import Spool
from hienluong.edxml.document_checks import check_document, check_status
from hienluong.edxml.errors import FormatError
from hienluong.edxml.group_reader import GroupReader, Keeper, WarningList, shortened
from hienluong.edxml.packet import (
    MANIFEST_VERSION,
    Attachment,
    DocumentHeader,
    DocumentPacket,
    Manifest,
    Packet,
    StatusHeader,
    StatusPacket,
    TraceHeaderList,
)
from hienluong.edxml.safe_xml import Element, Limits, parse_xml
from hienluong.edxml.wire import ACCEPTED_NAMESPACES, QCVN_NAMESPACE, Extra

_SOAP_NAMESPACES = frozenset(
    {"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"}
)
_XMLDSIG_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
DEFAULT_LIMITS = Limits()
READ_BEFORE = Limits(file_bytes=sys.maxsize, attachments=sys.maxsize, attachment_bytes=sys.maxsize)
"""For files that were accepted: how large they may be was settled then, by settings that may be other ones now."""


def read_packet(source: bytes | BinaryIO, *, limits: Limits = DEFAULT_LIMITS) -> Packet:
    """Returns the packet in a file of the single-file form of edXML (QCVN 102:2016/BTTTT).

    Tolerant: elements are found by name in any order and under any prefix; lengths, forms and code tables are
    warned of in `packet.warnings`; dates stay as written; what no field is for is kept. Attachments are decoded
    into a spool, taken out of their ZIP and hashed; memory stays bounded whatever the file.

    Args:
        source: the bytes, or a binary file read from where it stands to its end.
        limits: what the file may ask of the machine.

    Raises:
        FormatError: with element, line and reason, where a needed part is missing or the file is no edXML.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    attachments = AttachmentReader(Spool(), limits)
    parsed = parse_xml(stream, limits=limits, divert=attachments.sink_for)
    reader = GroupReader(WarningList(limits.warnings, parsed.warnings))
    return _Assembler(reader, attachments).packet(parsed.root)


def read_attachments(source: bytes | BinaryIO, *, limits: Limits = READ_BEFORE) -> tuple[Attachment, ...]:
    """Returns the attachments alone of a file that was read before, for who looks at nothing else; a status has none.

    Raises:
        FormatError: the file is no edXML.
    """
    attachments = AttachmentReader(Spool(), limits)
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    parsed = parse_xml(stream, limits=limits, divert=attachments.sink_for)
    _check_root(parsed.root)
    files = list(_descendants(parsed.root, "AttachmentEncoded", "Attachment"))
    return attachments.read_all(files, GroupReader(WarningList(limits.warnings, parsed.warnings)))


class _Assembler:
    """Takes the containers of a packet apart and puts the packet together."""

    def __init__(self, reader: GroupReader, attachments: AttachmentReader) -> None:
        self._reader = reader
        self._attachments = attachments
        self._containers: list[tuple[str, Extra]] = []

    def packet(self, root: Element) -> Packet:
        """Returns the packet that the root element holds."""
        _check_root(root)
        self._reader.is_known_namespace(root)
        is_status = any(_descendants(root, "edXMLEnvelope", "edXMLHeader", "MessageHeader", "StatusCode"))
        # A status has neither body nor trace nor files; where one brings them all the same, they are kept unknown.
        outer = self._open(root, "edXMLEnvelope", *([] if is_status else ["AttachmentEncoded"]))
        envelope = _needed(outer, "edXMLEnvelope", root)
        inner = self._open(envelope, "edXMLHeader", *([] if is_status else ["edXMLBody"]))
        header = self._open(
            _needed(inner, "edXMLHeader", envelope),
            "MessageHeader",
            "Signature",
            *([] if is_status else ["TraceHeaderList"]),
        )
        message = _needed(header, "MessageHeader", inner["edXMLHeader"])
        if is_status:
            return self._status(message, header.get("Signature"))
        return self._document(message, {**outer, **inner, **header})

    def _status(self, message: Element, signature: Element | None) -> StatusPacket:
        content: StatusHeader = self._reader.read(StatusHeader, message, "MessageHeader")
        check_status(content, message, self._reader.warnings)
        return StatusPacket(
            header=content,
            signature=signature,
            containers=tuple(self._containers),
            warnings=self._reader.warnings.settle(),
        )

    def _document(self, message: Element, parts: dict[str, Element]) -> DocumentPacket:
        content: DocumentHeader = self._reader.read(DocumentHeader, message, "MessageHeader")
        trace = self._group(TraceHeaderList, parts.get("TraceHeaderList"), "TraceHeaderList")
        body = self._open(parts["edXMLBody"], "edXMLManifest") if "edXMLBody" in parts else {}
        manifest = _without_usual_version(self._group(Manifest, body.get("edXMLManifest"), "edXMLManifest"))
        files = self._sort(parts["AttachmentEncoded"], "Attachment") if "AttachmentEncoded" in parts else []
        packet = DocumentPacket(
            header=content,
            trace=trace,
            signature=parts.get("Signature"),
            manifest=manifest,
            attachments=self._attachments.read_all(files, self._reader),
            containers=tuple(self._containers),
        )
        lines = {name: element.line for name, element in parts.items()}
        check_document(packet, message, lines, self._reader.warnings)
        return replace(packet, warnings=self._reader.warnings.settle())

    def _group(self, group: type[Any], element: Element | None, path: str) -> Any:
        return None if element is None else self._reader.read(group, element, path)

    def _open(self, container: Element, *names: str) -> dict[str, Element]:
        """Returns the known children of a container by name; the others are kept.

        Raises:
            FormatError: one of them stands there twice.
        """
        found: dict[str, Element] = {}
        for child in self._sort(container, *names):
            if child.name in found:
                raise FormatError(child.name, child.line, "repeated")
            found[child.name] = child
        return found

    def _sort(self, container: Element, *names: str) -> list[Element]:
        """Returns the known children of a container in order; the others are kept."""
        keeper = Keeper(container)
        known: list[Element] = []
        for child in container.children:
            if isinstance(child, str):
                if child.strip():
                    self._warn("stray-text", container, container.line, value=shortened(child))
            elif child.name in names and self._belongs(child):
                known.append(child)
                keeper.known(child.name)
            else:
                self._warn("unknown-element", container, child.line, name=shortened(child.name))
                keeper.element(child)
        if keeper.extra():
            self._containers.append((container.name, keeper.extra()))
        return known

    def _warn(self, code: str, container: Element, line: int, **params: object) -> None:
        self._reader.warnings.add(code, container.name, line, **params)

    def _belongs(self, child: Element) -> bool:
        is_signature = child.name == "Signature" and child.namespace == _XMLDSIG_NAMESPACE
        return is_signature or self._reader.is_known_namespace(child)


def _descendants(element: Element, *names: str) -> Iterator[Element]:
    """Yields the elements that a path of names leads to."""
    for child in element.elements:
        if child.name == names[0]:
            if len(names) == 1:
                yield child
            else:
                yield from _descendants(child, *names[1:])


def _without_usual_version(manifest: Manifest | None) -> Manifest | None:
    """Returns the manifest without the version that every manifest is written with."""
    if manifest is None or MANIFEST_VERSION not in manifest.extra.attributes:
        return manifest
    others = tuple(kept for kept in manifest.extra.attributes if kept != MANIFEST_VERSION)
    return replace(manifest, extra=Extra(others, manifest.extra.elements))


def _needed(found: dict[str, Element], name: str, container: Element) -> Element:
    if name not in found:
        raise FormatError(name, container.line, "missing")
    return found[name]


def _check_root(root: Element) -> None:
    if root.namespace in _SOAP_NAMESPACES:
        raise FormatError("edXML", root.line, "soap")
    if root.name != "edXML" or root.namespace not in ACCEPTED_NAMESPACES:
        shown = f"{root.name} ({root.namespace or 'no namespace'})"[:200]
        raise FormatError("edXML", root.line, "root", root=shown, namespace=QCVN_NAMESPACE)
