"""Reads XML from strangers: no entities, no network, bounded memory and time, every error with its place.

One streaming parser (expat) serves reading and relaying, so that both understand a file in the same way, and big
texts (attachments) leave through a sink instead of being held.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, BinaryIO, Protocol
from xml.parsers import expat

from hienluong.edxml.errors import FormatError, FormatWarning, dotted_path
from hienluong.edxml.xml_encoding import HEAD_BYTES, detect_encoding

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

_CHUNK = 64 * 1024
# After a handler raises, expat runs on to the end of the piece it was given: a small piece keeps a refused DOCTYPE
# from being worked on.
_PROLOG_PIECE = 64
_SEPARATOR = "}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one packet may ask of the machine.

    The axis's own limits are not published; 50 MB for an attachment is what the gateways seen enforce.

    Attributes:
        file_bytes: the whole file.
        depth: nesting of elements.
        elements: elements and attributes together.
        text_characters: text and attribute values outside the attachments.
        token_bytes: one tag, comment or instruction.
        prolog_bytes: what precedes the root element.
        namespace_changes: declarations that bind a prefix anew.
        attachments: number of attachments.
        attachment_bytes: one attachment as it travels, after base64.
        inflated_bytes: all attachments of a packet together, unpacked.
        inflate_ratio: unpacked size over packed size, for attachments above `inflate_free_bytes`.
        inflate_free_bytes: unpacked size below which the ratio is not looked at.
        warnings: warnings listed; the rest is counted.
    """

    file_bytes: int = 256 * 1024 * 1024
    depth: int = 64
    elements: int = 100_000
    text_characters: int = 4 * 1024 * 1024
    token_bytes: int = 1024 * 1024
    prolog_bytes: int = 64 * 1024
    namespace_changes: int = 1000
    attachments: int = 500
    attachment_bytes: int = 64 * 1024 * 1024
    inflated_bytes: int = 256 * 1024 * 1024
    inflate_ratio: int = 200
    inflate_free_bytes: int = 8 * 1024 * 1024
    warnings: int = 200


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute with its value verbatim; the prefix is only how it was written."""

    namespace: str
    name: str
    value: str
    prefix: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Element:
    """An element and all below it; equal where names, attributes and content are, however it was written.

    Attributes:
        children: elements and texts in order; white space between elements is left out.
        line: line of the start tag, from 1; 0 when it was made here.
        scope: prefixes in force, for names that stand inside values.
        payload: what a sink made of the text, if one took it.
    """

    namespace: str
    name: str
    attributes: tuple[Attribute, ...] = ()
    children: "tuple[Element | str, ...]" = ()
    prefix: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)
    scope: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    payload: object = None

    @property
    def text(self) -> str:
        """The element's own text, verbatim."""
        return "".join(child for child in self.children if isinstance(child, str))

    @property
    def elements(self) -> "tuple[Element, ...]":
        """The child elements in order."""
        return tuple(child for child in self.children if isinstance(child, Element))


class Sink(Protocol):
    """Takes the text of one element piece by piece instead of the tree."""

    def feed(self, text: str) -> None:
        """Takes the next piece of text."""

    def finish(self) -> object:
        """Returns what the text was made into, once the element has ended."""


Divert = Callable[[list[tuple[str, str]], int], Sink | None]
"""Given the path of (namespace, name) to an element and its line: a sink for its text, or None to keep it."""


@dataclass(frozen=True, slots=True)
class ParsedXml:
    """A parsed file: its root element and what was tolerated about its encoding."""

    root: Element
    warnings: tuple[FormatWarning, ...]


@dataclass(slots=True)
class _Frame:
    """An element whose end has not been read yet."""

    namespace: str
    name: str
    prefix: str
    attributes: tuple[Attribute, ...]
    line: int
    scope: Mapping[str, str]
    sink: Sink | None
    children: list[Element | str] = field(default_factory=list)


def parse_xml(source: BinaryIO, *, limits: Limits, divert: Divert) -> ParsedXml:
    """Returns the tree of an XML file, read as a stream.

    Args:
        source: binary file, read from where it stands to its end.
        limits: what the file may ask of the machine.
        divert: says which elements' texts go to a sink.

    Raises:
        FormatError: with element and line, for anything that is not bounded, well-formed XML without a DOCTYPE.
    """
    head = source.read(HEAD_BYTES)
    if not head:
        raise FormatError("edXML", 1, "empty-file")
    encoding = detect_encoding(head)
    builder = _TreeBuilder(limits, divert)
    parser = new_parser(encoding.expat_name)
    builder.attach(parser)
    feed_parser(parser, head, source, limits=limits, path=builder.path, root_seen=builder.root_seen)
    if builder.root is None:  # expat reports a missing root itself; this states it for the type checker
        raise FormatError("edXML", 1, "empty-file")
    return ParsedXml(builder.root, encoding.warnings)


def new_parser(expat_encoding: str) -> Any:
    """Returns an expat parser that resolves namespaces, keeps prefixes and refuses every DOCTYPE."""
    parser = expat.ParserCreate(expat_encoding, _SEPARATOR)
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.buffer_size = _CHUNK

    def refuse_doctype(*_parts: object) -> None:
        raise FormatError("edXML", parser.CurrentLineNumber, "doctype")

    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


@lru_cache(maxsize=1024)
def split_name(name: str) -> tuple[str, str, str]:
    """Returns (namespace, local name, prefix) of a name as expat gives it."""
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return "", name, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - expat's triple


def feed_parser(
    parser: Any,
    head: bytes,
    source: BinaryIO,
    *,
    limits: Limits,
    path: Callable[[], str],
    root_seen: Callable[[], bool],
) -> None:
    """Feeds a whole file to a parser whose handlers are set, within the limits.

    Args:
        parser: from `new_parser`.
        head: the first bytes, already read from `source`.
        source: the rest of the file.
        limits: what the file may ask of the machine.
        path: says where in the document the parser stands, for errors.
        root_seen: says whether the root element has begun.

    Raises:
        FormatError: a limit is passed or the file is not well-formed XML; whatever the handlers raise passes on.
    """
    fed = 0
    try:
        while head:
            begun = root_seen()
            piece, head = (head, b"") if begun else (head[:_PROLOG_PIECE], head[_PROLOG_PIECE:])
            fed += len(piece)
            if fed > limits.file_bytes:
                raise FormatError(path(), parser.CurrentLineNumber, "file-too-large", limit=limits.file_bytes)
            parser.Parse(piece, False)
            # Expat looks at an unfinished token again with every piece: bounding the token bounds time and memory.
            if begun and fed - parser.CurrentByteIndex > limits.token_bytes:
                raise FormatError(
                    path(), parser.CurrentLineNumber, "token-too-long", limit=limits.token_bytes
                )
            if not begun and fed > limits.prolog_bytes and not root_seen():
                raise FormatError("edXML", 1, "prolog-too-long", limit=limits.prolog_bytes)
            head = head or source.read(_CHUNK)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FormatError(path(), error.lineno, "not-xml", cause=expat.ErrorString(error.code)) from None


class _TreeBuilder:
    """Builds frozen elements from expat's events and counts what they cost."""

    def __init__(self, limits: Limits, divert: Divert) -> None:
        self.root: Element | None = None
        self._limits = limits
        self._divert = divert
        self._open: list[_Frame] = []
        self._names: list[tuple[str, str]] = []
        self._scope: Mapping[str, str] = {}
        self._items = 0
        self._characters = 0
        self._namespace_changes = 0
        self._parser: Any = None

    def attach(self, parser: Any) -> None:
        """Takes the events of a parser."""
        self._parser = parser
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def path(self) -> str:
        """Returns the dotted path of the innermost open element."""
        return dotted_path(name for _namespace, name in self._names)

    def root_seen(self) -> bool:
        """Returns whether the root element has begun."""
        return bool(self._names) or self.root is not None

    def _fail(self, reason: str, **values: object) -> None:
        raise FormatError(self.path(), self._parser.CurrentLineNumber, reason, **values)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if self._scope.get(prefix or "") == (uri or ""):
            return
        self._namespace_changes += 1
        if self._namespace_changes > self._limits.namespace_changes:
            self._fail("too-many-namespaces", limit=self._limits.namespace_changes)
        # A new mapping each time: elements keep the one they were read under.
        self._scope = {**self._scope, (prefix or ""): uri or ""}

    def _start(self, full_name: str, pairs: dict[str, str]) -> None:
        namespace, name, prefix = split_name(full_name)
        self._names.append((namespace, name))
        self._items += 1 + len(pairs)
        if pairs:
            self._count_text(sum(map(len, pairs.values())))
        if self._items > self._limits.elements:
            self._fail("too-many-elements", limit=self._limits.elements)
        if len(self._names) > self._limits.depth:
            self._fail("too-deep", limit=self._limits.depth)
        if self._open and self._open[-1].sink:
            self._names.pop()
            self._fail("not-a-leaf", child=name)
        line = self._parser.CurrentLineNumber
        attributes = tuple(_attribute(key, value) for key, value in pairs.items()) if pairs else ()
        sink = self._divert(self._names, line)
        self._open.append(_Frame(namespace, name, prefix, attributes, line, self._scope, sink))

    def _end(self, _full_name: str) -> None:
        frame = self._open.pop()
        payload = frame.sink.finish() if frame.sink else None
        self._names.pop()
        element = Element(
            frame.namespace,
            frame.name,
            frame.attributes,
            _settled(frame.children),
            frame.prefix,
            frame.line,
            frame.scope,
            payload,
        )
        if self._open:
            self._open[-1].children.append(element)
            self._scope = self._open[-1].scope
        else:
            self.root = element

    def _text(self, data: str) -> None:
        frame = self._open[-1]
        if frame.sink:
            frame.sink.feed(data)
        else:
            self._count_text(len(data))
            frame.children.append(data)

    def _count_text(self, characters: int) -> None:
        self._characters += characters
        if self._characters > self._limits.text_characters:
            self._fail("too-much-text", limit=self._limits.text_characters)


def _attribute(full_name: str, value: str) -> Attribute:
    namespace, name, prefix = split_name(full_name)
    return Attribute(namespace, name, value, prefix)


def _settled(children: list[Element | str]) -> tuple[Element | str, ...]:
    """Returns the children with adjacent texts joined and white space between elements left out."""
    if len(children) <= 1:  # a leaf, nearly always
        return tuple(children)
    if not any(isinstance(child, Element) for child in children):
        text = "".join(child for child in children if isinstance(child, str))
        return (text,) if text else ()
    settled: list[Element | str] = []
    texts: list[str] = []
    for child in [*children, None]:
        if isinstance(child, str):
            texts.append(child)
            continue
        joined = "".join(texts)
        texts.clear()
        if joined.strip():
            settled.append(joined)
        if child is not None:
            settled.append(child)
    return tuple(settled)
