"""hypothesis strategies for whole packets that may be written, unknown elements and attributes included."""

from typing import Any

from hypothesis import strategies as st

from hienluong.edxml.attachments import attach
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Attachment,
    Business,
    DocumentHeader,
    DocumentPacket,
    Manifest,
    StatusHeader,
    StatusPacket,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.statuses import StatusCode
from hienluong.edxml.wire import (
    QCVN_NAMESPACE,
    Extra,
    Form,
    KeptAttribute,
    KeptElement,
    Need,
    WireField,
    fields_in_order,
    wire_fields,
)
from hienluong.edxml.wire_values import WireDate, WireTime

_LETTERS = st.one_of(
    st.sampled_from("aăâđêôơưẠ&<>\"' ]\t\n\r\u0301😀"),
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
)
_NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_.-]{0,6}\Z").map(lambda name: f"X{name}")
_NAMESPACES = st.sampled_from([QCVN_NAMESPACE, "", "urn:example:one", "urn:example:two"])
_PREFIXES = st.sampled_from(["", "edXML", "a", "b"])


def texts(limit: int | None = None, *, blank: bool = True) -> st.SearchStrategy[str]:
    """Free text as XML can carry it."""
    drawn = st.text(_LETTERS, max_size=min(limit or 40, 40))
    return drawn if blank else drawn.filter(lambda text: bool(text.strip()))


def tokens(limit: int | None = None, *, blank: bool = True) -> st.SearchStrategy[str]:
    """Text without white space around it."""
    drawn = texts(limit).map(str.strip)
    return drawn if blank else drawn.filter(bool)


_ATTRIBUTES = st.lists(
    st.builds(Attribute, _NAMESPACES, _NAMES, texts(20), st.sampled_from(["", "a", "b", "edXML"])),
    max_size=2,
    unique_by=lambda attribute: (attribute.namespace, attribute.name),
).map(tuple)


def _elements(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Element]:
    return st.builds(
        lambda namespace, name, attributes, inner, prefix: Element(
            namespace, name, attributes, inner, prefix if namespace else ""
        ),
        _NAMESPACES,
        _NAMES,
        _ATTRIBUTES,
        children,
        _PREFIXES,
    )


_LEAVES = _elements(texts(20).map(lambda text: (text,) if text else ()))
ELEMENTS = st.recursive(
    _LEAVES,
    lambda inner: _elements(
        st.one_of(
            st.lists(inner, max_size=2).map(tuple),
            st.tuples(texts(10, blank=False), inner, texts(10, blank=False)),
        )
    ),
    max_leaves=4,
)


@st.composite
def extras(draw: st.DrawFn, present: list[str]) -> Extra:
    """What no field is for, standing after one of the known children present."""
    if draw(st.integers(0, 5)):
        return Extra()
    own = tuple(KeptAttribute(attribute) for attribute in draw(_ATTRIBUTES))
    kept = draw(st.lists(st.tuples(ELEMENTS, st.sampled_from(["", *present])), max_size=2))
    order = {name: rank for rank, name in enumerate(["", *present])}
    elements = sorted(
        (KeptElement(element, after) for element, after in kept), key=lambda one: order[one.after]
    )
    return Extra(own, tuple(elements))


@st.composite
def groups(draw: st.DrawFn, group: type[Any], order: tuple[str, ...] = (), **given: Any) -> Any:
    """A dataclass of the model with any values that may be written."""
    values: dict[str, Any] = {}
    for field in wire_fields(group):
        values[field.attribute] = (
            given.pop(field.attribute) if field.attribute in given else draw(_value(field))
        )
    present = [
        field.wire.name
        for field in fields_in_order(group, order)
        if values[field.attribute] not in (None, ())
    ]
    return group(**values, **given, extra=draw(extras(present)))


def _value(field: WireField) -> st.SearchStrategy[Any]:
    needed = field.wire.need is not Need.OPTIONAL
    item = _item(field, needed=needed)
    if field.many:
        return st.lists(item, min_size=int(needed), max_size=2).map(tuple)
    return item if needed else st.none() | item


def _item(field: WireField, *, needed: bool) -> st.SearchStrategy[Any]:
    if field.group is not None:
        return groups(field.group, field.wire.order)
    limit = field.wire.limit
    match field.wire.form:
        case Form.TEXT:
            return texts(limit, blank=not needed)
        case Form.DATE:
            return tokens(blank=not needed).map(WireDate) | st.dates().map(WireDate.of)
        case Form.TIME:
            return tokens(blank=not needed).map(WireTime)
        case _:
            return tokens(limit, blank=not needed)


_CONTENTS = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=20).map(lambda data: data * 50),
    st.sampled_from([b"%PDF-1.4", b"PK\x03\x04", "văn bản".encode()]),
)


@st.composite
def attachments(draw: st.DrawFn) -> Attachment:
    """A file to be sent, under any name."""
    name = draw(texts(30, blank=False)) + draw(
        st.sampled_from(["", ".pdf", ".docx", ".xlsx", ".zip", ".TXT"])
    )
    made = attach(name, Content.from_bytes(draw(_CONTENTS)))
    return draw(
        groups(Attachment, name=name, content_type=made.content_type, content=made.content, wire_content=None)
    )


@st.composite
def documents(draw: st.DrawFn) -> DocumentPacket:
    """A whole document packet that may be written."""
    kind_code = draw(st.sampled_from([None, "", "0", "1", "2", "3"]))
    business = draw(st.none() | groups(Business, kind_code=kind_code))
    trace = draw(
        st.none()
        | groups(
            TraceHeaderList, business=business, hops=tuple(draw(st.lists(groups(TraceHeader), max_size=2)))
        )
    )
    files = tuple(draw(st.lists(attachments(), max_size=2)))
    manifest = draw(st.none() | groups(Manifest))
    signature = draw(st.none() | ELEMENTS)
    if signature is not None:
        signature = Element(
            QCVN_NAMESPACE, "Signature", signature.attributes, signature.children, signature.prefix
        )
    header_parts = [
        "MessageHeader",
        *(["TraceHeaderList"] if trace else []),
        *(["Signature"] if signature else []),
    ]
    containers = [
        ("edXML", ["edXMLEnvelope", *(["AttachmentEncoded"] if files else [])]),
        ("edXMLEnvelope", ["edXMLHeader", "edXMLBody"]),
        ("edXMLHeader", header_parts),
        ("edXMLBody", ["edXMLManifest"] if manifest else []),
        *([("AttachmentEncoded", ["Attachment"])] if files else []),
    ]
    drawn = [(name, draw(extras(present))) for name, present in containers]
    return DocumentPacket(
        header=draw(groups(DocumentHeader)),
        trace=trace,
        signature=signature,
        manifest=manifest,
        attachments=files,
        containers=tuple((name, extra) for name, extra in drawn if extra),
    )


@st.composite
def statuses(draw: st.DrawFn) -> StatusPacket:
    """A whole status packet that may be written."""
    header = draw(
        groups(StatusHeader, status_code=draw(st.sampled_from([code.value for code in StatusCode])))
    )
    target = header.response_for
    if not target.organ_id or not target.document_id:
        values = {field.attribute: getattr(target, field.attribute) for field in wire_fields(type(target))}
        values |= {"organ_id": "H50.19", "document_id": "H50.19,2026/03/02,267/SNV-VP"}
        parts = {field.attribute: getattr(header, field.attribute) for field in wire_fields(StatusHeader)}
        header = StatusHeader(**{**parts, "response_for": type(target)(**values), "extra": header.extra})
    return StatusPacket(header=header)
