"""Relays a document: one more TraceHeader in the original bytes, and not another byte changed.

What is not authored here is never written anew: signatures, spacing and unknown parts stay as the sender made them.
"""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from hienluong.edxml.content import SpoolSlice
from hienluong.edxml.errors import FormatError, dotted_path
from hienluong.edxml.safe_xml import Limits, feed_parser, new_parser, split_name
from hienluong.edxml.wire import ACCEPTED_NAMESPACES
from hienluong.edxml.xml_encoding import HEAD_BYTES, detect_encoding
from hienluong.kit.clock import wire_timestamp

_HEADER = ["edXML", "edXMLEnvelope", "edXMLHeader"]
_MESSAGE = [*_HEADER, "MessageHeader"]
_LIST = [*_HEADER, "TraceHeaderList"]
_HOP = [*_LIST, "TraceHeader"]
_STATUS_CODE = [*_MESSAGE, "StatusCode"]

# Codes on the axis are wider than QĐ 20/2020 ("vxp.saas.03", "001.00.20.TT2"), but never more than this.
_ORGAN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,34}")


@dataclass(frozen=True, slots=True)
class Insertion:
    """What is written into a file, and where; `dropped` bytes there give way to it.

    Attributes:
        at: offset in the original.
        dropped: bytes of the original left out at that place.
        added: what stands there instead.
    """

    at: int
    dropped: int
    added: bytes

    def size_of(self, original: int) -> int:
        """Returns the size of a file of `original` bytes afterwards."""
        return original - self.dropped + len(self.added)

    def chunks(self, original: SpoolSlice) -> Iterator[bytes]:
        """Yields the file with the insertion in pieces."""
        after = self.at + self.dropped
        yield from SpoolSlice(original.spool, original.offset, self.at).chunks()
        yield self.added
        yield from SpoolSlice(original.spool, original.offset + after, original.size - after).chunks()


def append_trace(original: bytes, organ_id: str, timestamp: datetime) -> bytes:
    """Returns a document's bytes with one TraceHeader more; all other bytes are the same. See `find_trace_place`."""
    found = find_trace_place(io.BytesIO(original), organ_id, timestamp)
    if found is None:
        return original
    return original[: found.at] + found.added + original[found.at + found.dropped :]


def find_trace_place(original: BinaryIO, organ_id: str, timestamp: datetime) -> Insertion | None:
    """Returns the TraceHeader that a document gets on its way, and where; of the file only the header is read.

    It stands after the last TraceHeader; in a TraceHeaderList without one, first; without a list, in a new one after
    the MessageHeader. An empty-element tag (`<TraceHeaderList/>`) is opened up, the only case where a byte changes.
    A status has no trace (QCVN 102 as the SDK has it): None, its bytes stay as they are.

    Args:
        original: the file as it was received, in any encoding that can be read; it can be read from any place.
        organ_id: code of the system that passes the document on.
        timestamp: when, with a zone.

    Raises:
        FormatError: the code is none, or the bytes are no edXML up to the end of the header.
        ValueError: the timestamp carries no zone.
    """
    if not _ORGAN_ID.fullmatch(organ_id):
        raise FormatError("TraceHeaderList.TraceHeader.OrganId", 0, "organ-id", value=organ_id[:80])
    head = original.read(HEAD_BYTES)
    encoding = detect_encoding(head)
    places = _find_places(head, original, encoding.expat_name)
    if places.is_status:
        return None
    prefix = places.prefix
    hop = _wrapped(
        prefix,
        "TraceHeader",
        _wrapped(prefix, "OrganId", organ_id) + _wrapped(prefix, "Timestamp", wire_timestamp(timestamp)),
    )
    codec = encoding.codec
    if places.hop is not None:
        return Insertion(_element_end(original, places.hop, codec), 0, hop.encode(codec))
    if places.trace_list is not None:
        at = _tag_end(original, places.trace_list.start, codec)
        if not _is_empty_tag(original, at, codec):
            return Insertion(at, 0, hop.encode(codec))
        mark = len("/>".encode(codec))
        return Insertion(at - mark, mark, f">{hop}</{places.trace_list_name}>".encode(codec))
    if places.message is None:
        raise FormatError("MessageHeader", 1, "no-place")
    at = _element_end(original, places.message, codec)
    return Insertion(at, 0, _wrapped(prefix, "TraceHeaderList", hop).encode(codec))


@dataclass(frozen=True, slots=True)
class _Span:
    """Where an element's start tag begins and where its end was reported, as byte offsets."""

    start: int
    end: int


@dataclass(slots=True)
class _Places:
    """Where in the bytes a trace could stand."""

    prefix: str = ""
    hop: _Span | None = None
    trace_list: _Span | None = None
    trace_list_name: str = ""
    message: _Span | None = None
    is_status: bool = False


class _HeaderReadError(Exception):
    """The header has been read to its end; nothing after it matters."""


@dataclass(slots=True)
class _Finder:
    """Follows the parser through the header and notes byte offsets."""

    parser: Any
    places: _Places = field(default_factory=_Places)
    _names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def start(self, full_name: str, _pairs: dict[str, str]) -> None:
        namespace, name, prefix = split_name(full_name)
        self._names.append(name if namespace in ACCEPTED_NAMESPACES else "")
        self._starts.append(self.parser.CurrentByteIndex)
        if self._names == _STATUS_CODE:
            self.places.is_status = True
        elif self._names == _HEADER:
            self.places.prefix = prefix
        elif self._names == _LIST:
            self.places.prefix = prefix
            self.places.trace_list_name = f"{prefix}:{name}" if prefix else name

    def end(self, _full_name: str) -> None:
        span = _Span(self._starts.pop(), self.parser.CurrentByteIndex)
        if self._names == _HOP:
            self.places.hop = span
        elif self._names == _LIST:
            self.places.trace_list = span
        elif self._names == _MESSAGE:
            self.places.message = span
        elif self._names == _HEADER:
            raise _HeaderReadError
        self._names.pop()

    def path(self) -> str:
        return dotted_path(name or "?" for name in self._names)


def _find_places(head: bytes, rest: BinaryIO, expat_name: str) -> _Places:
    parser = new_parser(expat_name)
    finder = _Finder(parser)
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    try:
        feed_parser(
            parser,
            head,
            rest,
            limits=Limits(file_bytes=sys.maxsize),
            path=finder.path,
            root_seen=lambda: bool(finder._names),  # noqa: SLF001 - one module
        )
    except _HeaderReadError:
        return finder.places
    raise FormatError("edXMLHeader", 1, "missing")


def _wrapped(prefix: str, name: str, content: str) -> str:
    full_name = f"{prefix}:{name}" if prefix else name
    return f"<{full_name}>{content}</{full_name}>"


def _element_end(original: BinaryIO, span: _Span, codec: str) -> int:
    """Returns the offset after an element whose start tag and end were noted."""
    start_tag_end = _tag_end(original, span.start, codec)
    if _is_empty_tag(original, start_tag_end, codec):
        return start_tag_end
    return _tag_end(original, span.end, codec)


def _tag_end(original: BinaryIO, start: int, codec: str) -> int:
    """Returns the offset after the tag that begins at `start`; a ">" within quotes does not end it."""
    double, single, end = ('"'.encode(codec), "'".encode(codec), ">".encode(codec))
    width = len(end)
    quote = b""
    at = start
    original.seek(start)
    while unit := original.read(width):
        at += width
        if quote:
            quote = b"" if unit == quote else quote
        elif unit in (double, single):
            quote = unit
        elif unit == end:
            return at
    raise FormatError("edXMLHeader", 1, "missing")


def _is_empty_tag(original: BinaryIO, end: int, codec: str) -> bool:
    mark = "/>".encode(codec)
    original.seek(end - len(mark))
    return original.read(len(mark)) == mark
