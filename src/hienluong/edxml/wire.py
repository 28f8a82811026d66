"""How a Python field stands on the wire: its element's name, form, length and necessity, read from annotations.

    organ_id: Annotated[str, Wire("OrganId", Form.TOKEN, limit=35)]

The reader, the writer and the document's digest all work from these annotations, so a field is stated once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from hienluong.edxml.safe_xml import Attribute, Element

QCVN_NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""Namespace of everything in the single-file form (QCVN 102:2016/BTTTT as the national axis's SDK writes it)."""

OLD_NAMESPACE = "http://www.e-doc.vn/Schema/"
"""Namespace of the SOAP form of 2014-2018; its elements are read when they stand in the present form."""

ACCEPTED_NAMESPACES = frozenset({QCVN_NAMESPACE, OLD_NAMESPACE, ""})


class Form(Enum):
    """How the text of an element is to be understood."""

    TEXT = auto()  # free text, kept verbatim
    TOKEN = auto()  # an identifier or code: white space around it is dropped
    NUMBER = auto()  # a token that should be a whole number
    DATE = auto()  # yyyy/MM/dd, kept as written
    TIME = auto()  # yyyy/MM/dd HH:mm:ss, kept as written
    GROUP = auto()  # holds elements: another dataclass


class Need(Enum):
    """Whether an element must be there."""

    OPTIONAL = auto()
    WRITING = auto()  # absent: a warning on reading, refused on writing
    ALWAYS = auto()  # absent or empty: refused


@dataclass(frozen=True, slots=True)
class Wire:
    """What one field is on the wire.

    Attributes:
        name: the element's local name, spelled as on the wire.
        form: how its text is understood.
        limit: characters allowed, None where no source gives a limit.
        need: whether it must be there.
        formerly: old spellings, read with a warning.
        order: wire names of the children where this place has an order of its own.
        single: whether a second occurrence is refused instead of kept.
    """

    name: str
    form: Form = Form.TEXT
    limit: int | None = None
    need: Need = Need.OPTIONAL
    formerly: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    single: bool = False


@dataclass(frozen=True, slots=True)
class WireField:
    """A dataclass field with its place on the wire.

    Attributes:
        attribute: the Python name.
        wire: what it is on the wire.
        group: the dataclass of a group, None for a leaf.
        many: whether it repeats and is held as a tuple.
    """

    attribute: str
    wire: Wire
    group: type[Any] | None
    many: bool


@dataclass(frozen=True, slots=True)
class KeptAttribute:
    """An attribute that the model has no field for.

    Attributes:
        attribute: the attribute itself.
        leaf: wire name of the child that bears it; "" when the group itself does.
        occurrence: which of several children of that name, from 0.
    """

    attribute: Attribute
    leaf: str = ""
    occurrence: int = 0


@dataclass(frozen=True, slots=True)
class KeptElement:
    """An element that the model has no field for.

    Attributes:
        element: the element with all below it.
        after: wire name of the known sibling it followed; "" when it came before all of them.
    """

    element: Element
    after: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """What stood in a group beyond the known fields; it survives reading and writing."""

    attributes: tuple[KeptAttribute, ...] = ()
    elements: tuple[KeptElement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.attributes or self.elements)


NO_EXTRA = Extra()


@dataclass(frozen=True, slots=True)
class _Table:
    """The wire fields of one dataclass, in writing order and by every name they are read under."""

    fields: tuple[WireField, ...]
    by_name: Mapping[str, WireField]


_TABLES: dict[type[Any], _Table] = {}


def wire_fields(group: type[Any]) -> tuple[WireField, ...]:
    """Returns the fields of a dataclass that stand on the wire, in the order in which they are written."""
    return _table(group).fields


def fields_by_name(group: type[Any]) -> Mapping[str, WireField]:
    """Returns the fields of a dataclass by every wire name they are read under."""
    return _table(group).by_name


def fields_in_order(group: type[Any], order: tuple[str, ...]) -> tuple[WireField, ...]:
    """Returns the fields of a dataclass in the order of a place that has its own; unnamed ones come last."""
    fields = wire_fields(group)
    if not order:
        return fields
    rank = {name: position for position, name in enumerate(order)}
    return tuple(sorted(fields, key=lambda field: rank.get(field.wire.name, len(rank))))


def _table(group: type[Any]) -> _Table:
    """Returns the table of a dataclass, worked out once from its annotations."""
    found = _TABLES.get(group)
    if found is None:
        fields = tuple(_fields_of(group))
        names = {name: field for field in fields for name in (field.wire.name, *field.wire.formerly)}
        found = _TABLES[group] = _Table(fields, names)
    return found


def _fields_of(group: type[Any]) -> Iterator[WireField]:
    for attribute, annotation in get_type_hints(group, include_extras=True).items():
        if get_origin(annotation) is not Annotated:
            continue
        kind, wire, *_rest = get_args(annotation)
        many = get_origin(kind) is tuple
        inner = get_args(kind)[0] if many or get_args(kind) else kind
        yield WireField(attribute, wire, inner if wire.form is Form.GROUP else None, many)
