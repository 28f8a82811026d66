"""Builds the model's dataclasses from elements, in any order, keeping what no field is for."""

from collections import Counter
from typing import Any

from hienluong.edxml.errors import FormatError, FormatWarning
from hienluong.edxml.safe_xml import Element
from hienluong.edxml.wire import (
    ACCEPTED_NAMESPACES,
    NO_EXTRA,
    QCVN_NAMESPACE,
    Extra,
    Form,
    KeptAttribute,
    KeptElement,
    Need,
    Wire,
    WireField,
    fields_by_name,
    wire_fields,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.kit import clock

_DATE_WARNINGS = {
    clock.WARN_DAY_FIRST: "day-first",
    clock.WARN_FORM: "date-form",
    clock.WARN_IMPOSSIBLE: "impossible-date",
    clock.WARN_UNREADABLE: "impossible-date",
}


class WarningList:
    """Collects warnings up to a limit and counts the rest."""

    def __init__(self, limit: int, first: tuple[FormatWarning, ...] = ()) -> None:
        self._limit = limit
        self._warnings = list(first)
        self._unlisted = 0

    def add(self, code: str, path: str, line: int, **params: object) -> None:
        """Adds one warning."""
        if len(self._warnings) < self._limit:
            self._warnings.append(FormatWarning(code, path, line, params))
        else:
            self._unlisted += 1

    def settle(self) -> tuple[FormatWarning, ...]:
        """Returns all warnings in the order of their lines, then the count of those not listed."""
        listed = sorted(self._warnings, key=lambda warning: warning.line)
        if self._unlisted:
            listed.append(FormatWarning("more", "edXML", 0, {"count": self._unlisted}))
        return tuple(listed)


class GroupReader:
    """Reads groups of elements into dataclasses by what their annotations say."""

    def __init__(self, warnings: WarningList) -> None:
        self.warnings = warnings
        self._namespaces_seen: set[str] = {QCVN_NAMESPACE}

    def is_known_namespace(self, element: Element) -> bool:
        """Returns whether the element may be one of edXML's; another namespace than QCVN's is warned of once."""
        if element.namespace in self._namespaces_seen:
            return True
        if element.namespace not in ACCEPTED_NAMESPACES:
            return False
        self._namespaces_seen.add(element.namespace)
        self.warnings.add("namespace", element.name, element.line, found=element.namespace or "(none)")
        return True

    def read(self, group: type[Any], element: Element, path: str, **given: object) -> Any:
        """Returns the dataclass that an element holds.

        Args:
            group: the dataclass, annotated with `Wire`.
            element: the element on the wire.
            path: its dotted path.
            given: values of fields that are not on the wire as elements of text.

        Raises:
            FormatError: a needed element is missing, a single one repeated, a leaf holds elements.
        """
        names = fields_by_name(group)
        values: dict[str, Any] = {}
        lists: dict[str, list[Any]] = {}
        kept = Keeper(element)
        for child in element.children:
            if isinstance(child, str):
                if child.strip():
                    self.warnings.add("stray-text", path, element.line, value=shortened(child))
                continue
            field = names.get(child.name) if self.is_known_namespace(child) else None
            if field is None:
                self.warnings.add("unknown-element", path, child.line, name=shortened(child.name))
                kept.element(child)
                continue
            wire = field.wire
            seen = kept.count(wire.name)
            child_path = f"{path}.{wire.name}" + (f"[{seen + 1}]" if seen else "")
            if child.name != wire.name:
                self.warnings.add("old-spelling", child_path, child.line, name=child.name, wire=wire.name)
            if seen and not field.many:
                if wire.single:
                    raise FormatError(f"{path}.{wire.name}", child.line, "repeated")
                self.warnings.add("repeated-element", path, child.line, name=wire.name)
                kept.element(child)
                continue
            value = self._value(field, child, child_path)
            if field.many:
                lists.setdefault(field.attribute, []).append(value)
            else:
                values[field.attribute] = value
            kept.field(field, child)
        values |= {attribute: tuple(items) for attribute, items in lists.items()}
        self._check_needs(group, values, element, path)
        return group(**values, **given, extra=kept.extra())

    def _value(self, field: WireField, child: Element, path: str) -> Any:
        if field.group is not None:
            return self.read(field.group, child, path)
        if any(isinstance(one, Element) for one in child.children):
            raise FormatError(path, child.line, "not-a-leaf", child=shortened(child.elements[0].name))
        return self._leaf(field.wire, child, path)

    def _leaf(self, wire: Wire, child: Element, path: str) -> str | WireDate | WireTime:
        text = child.text
        token = text.strip()
        if wire.limit is not None and len(token) > wire.limit:
            self.warnings.add("too-long", path, child.line, length=len(token), limit=wire.limit)
        if wire.form is Form.TEXT:
            return text
        if token != text and token:
            self.warnings.add("surrounding-space", path, child.line, value=shortened(token))
        if wire.form is Form.DATE:
            self._warn_date(clock.parse_wire_date(token)[1], path, child.line, token)
            return WireDate(token)
        if wire.form is Form.TIME:
            self._warn_date(clock.parse_wire_timestamp(token)[1], path, child.line, token)
            return WireTime(token)
        if wire.form is Form.NUMBER and token and not is_number(token):
            self.warnings.add("number", path, child.line, value=shortened(token))
        return token

    def _warn_date(self, warning: str | None, path: str, line: int, value: str) -> None:
        if warning is not None:
            self.warnings.add(_DATE_WARNINGS[warning], path, line, value=shortened(value))

    def _check_needs(self, group: type[Any], values: dict[str, Any], element: Element, path: str) -> None:
        for field in wire_fields(group):
            if field.wire.need is Need.OPTIONAL or not is_blank(values.get(field.attribute)):
                continue
            place = f"{path}.{field.wire.name}"
            if field.wire.need is Need.ALWAYS:
                raise FormatError(place, element.line, "missing")
            self.warnings.add("missing", place, element.line)


class Keeper:
    """Gathers what of an element no field takes, with the place where it stood."""

    def __init__(self, element: Element) -> None:
        self._attributes = [KeptAttribute(attribute) for attribute in element.attributes]
        self._elements: list[KeptElement] = []
        self._counts: Counter[str] = Counter()
        self._after = ""

    def count(self, name: str) -> int:
        """Returns how often a known child has been seen."""
        return self._counts[name]

    def element(self, child: Element) -> None:
        """Keeps an element that no field takes."""
        self._elements.append(KeptElement(child, self._after))

    def field(self, field: WireField, child: Element) -> None:
        """Notes a child that a field has taken; keeps the attributes of a leaf."""
        name = field.wire.name
        if field.group is None:
            self._attributes += [
                KeptAttribute(attribute, name, self._counts[name]) for attribute in child.attributes
            ]
        self.known(name)

    def known(self, name: str) -> None:
        """Notes a child that is taken elsewhere."""
        self._counts[name] += 1
        self._after = name

    def extra(self) -> Extra:
        """Returns all that was kept."""
        if not self._attributes and not self._elements:
            return NO_EXTRA
        return Extra(tuple(self._attributes), tuple(self._elements))


def is_blank(value: object) -> bool:
    """Returns whether a field's value says nothing: absent, empty, or white space."""
    if isinstance(value, (WireDate, WireTime)):
        return not value.raw.strip()
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def is_number(token: str) -> bool:
    """Returns whether a token is a whole number in ASCII digits."""
    return token.isascii() and token.removeprefix("-").isdigit()


_SHOWN = 80


def shortened(text: str) -> str:
    """Returns a text short enough for a warning."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
