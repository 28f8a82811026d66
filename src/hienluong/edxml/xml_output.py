"""Writes elements as bytes: declared prefixes, escaped text, two spaces of indentation where none can matter."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hienluong.edxml.attachments import base64_pieces
from hienluong.edxml.content import ByteSource, Content
from hienluong.edxml.safe_xml import XML_NAMESPACE, Attribute, Element

_INDENT = "  "
# A name with a prefix inside a value (xsi:type="xs:string") needs its prefix declared too.
_PREFIX_IN_VALUE = re.compile(r"(?<![\w.\-:])([^\W\d][\w.\-]*):(?=[^\W\d])")
_LONGEST_NAME_VALUE = 200


@dataclass(slots=True)
class Tag:
    """A start tag in the making: its name as written, its attributes and the prefixes in force inside."""

    name: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    scope: dict[str, str] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)

    def bind(self, prefix: str, namespace: str) -> None:
        """Declares a prefix here unless it is in force already."""
        if self.scope.get(prefix, "") != namespace:
            self.scope[prefix] = namespace
            self.pairs.append((f"xmlns:{prefix}" if prefix else "xmlns", namespace))
        self.bound.add(prefix)

    def add(self, attribute: Attribute) -> None:
        """Adds an attribute, under its own prefix where that is free."""
        if not attribute.namespace:
            self.pairs.append((attribute.name, attribute.value))
        elif attribute.namespace == XML_NAMESPACE:
            self.pairs.append((f"xml:{attribute.name}", attribute.value))
        else:
            prefix = self._prefix_for(attribute)
            self.bind(prefix, attribute.namespace)
            self.pairs.append((f"{prefix}:{attribute.name}", attribute.value))

    def _prefix_for(self, attribute: Attribute) -> str:
        candidates = [attribute.prefix, *(f"ns{number}" for number in range(1, len(self.bound) + 3))]
        for prefix in candidates:
            is_free = prefix not in self.bound or self.scope.get(prefix) == attribute.namespace
            if prefix and is_free:
                return prefix
        raise AssertionError("one more candidate than there are bound prefixes")


class Writer(Protocol):
    """Takes bytes: a binary file, a spool."""

    def write(self, data: bytes, /) -> object:
        """Takes the next bytes."""


class XmlOutput:
    """Writes tags and texts as UTF-8."""

    def __init__(self, out: Writer) -> None:
        self._out = out

    def declaration(self) -> None:
        """Writes the XML declaration."""
        self._out.write(b'<?xml version="1.0" encoding="UTF-8"?>')

    def start(self, tag: Tag, depth: int, *, is_empty: bool = False) -> None:
        """Writes a start tag on a line of its own."""
        self._write(f"\n{_INDENT * depth}{_opened(tag, is_empty=is_empty)}")

    def end(self, name: str, depth: int) -> None:
        """Writes an end tag on a line of its own."""
        self._write(f"\n{_INDENT * depth}</{name}>")

    def leaf(self, tag: Tag, text: str, depth: int) -> None:
        """Writes an element that holds text."""
        if not text:
            self.start(tag, depth, is_empty=True)
            return
        self._write(f"\n{_INDENT * depth}{_opened(tag)}{escape_text(text)}</{tag.name}>")

    def base64(self, tag: Tag, content: ByteSource, depth: int) -> None:
        """Writes an element that holds bytes as base64."""
        self.start(tag, depth)
        for piece in base64_pieces(content):
            self._out.write(piece)
        self._write(f"</{tag.name}>")

    def element(self, element: Element, scope: Mapping[str, str], depth: int) -> None:
        """Writes an element with all below it; no white space is added where there is text."""
        if isinstance(element.payload, Content):
            self.base64(tag_of(element, scope), element.payload, depth)
            return
        if any(isinstance(child, str) for child in element.children):
            self._write("\n" + _INDENT * depth + "".join(_inline(element, scope)))
            return
        tag = tag_of(element, scope)
        self.start(tag, depth, is_empty=not element.children)
        for child in element.elements:
            self.element(child, tag.scope, depth + 1)
        if element.children:
            self.end(tag.name, depth)

    def finish(self) -> None:
        """Ends the last line."""
        self._out.write(b"\n")

    def _write(self, text: str) -> None:
        self._out.write(text.encode())


def tag_of(element: Element, scope: Mapping[str, str]) -> Tag:
    """Returns the start tag of an element, with what must be declared under the prefixes in force."""
    prefix = element.prefix if element.namespace else ""
    tag = Tag(f"{prefix}:{element.name}" if prefix else element.name, scope=dict(scope))
    tag.bind(prefix, element.namespace)
    for attribute in element.attributes:
        tag.add(attribute)
    for name in _prefixes_in_values(element):
        if name in element.scope and name not in tag.bound:
            tag.bind(name, element.scope[name])
    return tag


def _prefixes_in_values(element: Element) -> Iterable[str]:
    values = [attribute.value for attribute in element.attributes]
    values += [child for child in element.children if isinstance(child, str)]
    short = (value for value in values if len(value) <= _LONGEST_NAME_VALUE and ":" in value)
    return dict.fromkeys(name for value in short for name in _PREFIX_IN_VALUE.findall(value))


def _inline(element: Element, scope: Mapping[str, str]) -> Iterator[str]:
    tag = tag_of(element, scope)
    yield _opened(tag, is_empty=not element.children)
    for child in element.children:
        if isinstance(child, str):
            yield escape_text(child)
        else:
            yield from _inline(child, tag.scope)
    if element.children:
        yield f"</{tag.name}>"


def _opened(tag: Tag, *, is_empty: bool = False) -> str:
    pairs = "".join(f' {name}="{_escape_value(value)}"' for name, value in tag.pairs)
    return f"<{tag.name}{pairs}{'/' if is_empty else ''}>"


def escape_text(text: str) -> str:
    """Returns text as XML carries it; a carriage return is written as a reference, or parsers would drop it."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")


def _escape_value(text: str) -> str:
    escaped = escape_text(text).replace('"', "&quot;")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;")
