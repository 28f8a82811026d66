"""What can be wrong with a packet: `FormatError` refuses it, `FormatWarning` is kept beside it.

All sentences of this folder stand in the two tables below. A wire code follows the ErrorList of the implementers
of QCVN 102:2016: `N.` missing, `R.` out of range, `M.` malformed, then the dotted path from the message's part
on, as in `N.MessageHeader.To`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from hienluong.kit.errors import HienluongError, Translate, fill, untranslated
from hienluong.kit.errors import gettext_noop as _

Fault = Literal["N", "R", "M"]

REASONS: Mapping[str, tuple[Fault, str]] = {
    "empty-file": ("M", _("the file is empty")),
    "file-too-large": ("R", _("the file is larger than {limit} bytes")),
    "unreadable": ("M", _("the file cannot be read: {cause}")),
    "too-slow": ("M", _("the content did not arrive or could not be read within {limit} seconds")),
    "not-xml": ("M", _("this is not well-formed XML: {cause}")),
    "encoding-unknown": ("M", _("the character encoding {encoding} is not supported; send UTF-8")),
    "doctype": ("M", _("a document type declaration (DOCTYPE) is not allowed; nothing in it was read")),
    "prolog-too-long": ("R", _("no element starts within the first {limit} bytes")),
    "token-too-long": ("R", _("a tag, comment or instruction is longer than {limit} bytes")),
    "too-deep": ("R", _("elements are nested deeper than {limit}")),
    "too-many-elements": ("R", _("there are more than {limit} elements and attributes")),
    "too-much-text": ("R", _("there are more than {limit} characters outside the attachments")),
    "too-many-namespaces": ("R", _("there are more than {limit} changes of namespace")),
    "soap": ("M", _("this is the SOAP form of edXML (2014-2018), which the axis no longer carries")),
    "root": ("M", _("the root element is {root}, expected is edXML of namespace {namespace}")),
    "missing": ("N", _("the element is missing or empty")),
    "repeated": ("R", _("the element occurs more than once; which one is meant cannot be known")),
    "not-a-leaf": ("M", _("the element must hold text only, but holds the element {child}")),
    "kind-unknown": ("R", _("the kind of document {value} is none of 0, 1, 2, 3")),
    "status-unknown": ("R", _("the status code {value} is none of those in use")),
    "base64": ("M", _("the attachment is not valid base64")),
    "attachment-too-large": ("R", _("the attachment is larger than {limit} bytes")),
    "too-many-attachments": ("R", _("there are more than {limit} attachments")),
    "inflates-too-much": (
        "R",
        _("the compressed attachment grows beyond {limit} bytes or {ratio} times its size"),
    ),
    "too-long": ("R", _("the value has {length} characters, allowed are {limit}")),
    "characters": ("M", _("the value holds a character that XML cannot carry, at position {position}")),
    "date-form": ("M", _("the date {value} is not a day written yyyy/MM/dd")),
    "time-form": ("M", _("the time {value} is not written yyyy/MM/dd HH:mm:ss")),
    "number": ("M", _("the value {value} is not a whole number")),
    "surrounding-space": ("M", _("the value begins or ends with white space")),
    "no-place": ("N", _("there is no MessageHeader after which a trace could stand")),
    "organ-id": ("M", _("{value} is not an agency code")),
}
"""Why a packet is refused: reason → (fault of the wire code, English template)."""

WARNINGS: Mapping[str, str] = {
    "encoding-mismatch": _("the file declares {declared} but is written in {actual}; read as {actual}"),
    "namespace": _("elements stand in the namespace {found} instead of the one of QCVN 102"),
    "unknown-element": _("{name} is not a known element; it was kept"),
    "repeated-element": _("{name} occurs more than once; the first is used, the others were kept"),
    "old-spelling": _("{name} is an old spelling of {wire}"),
    "stray-text": _("text between elements was dropped: {value}"),
    "missing": _("the element is missing or empty"),
    "too-long": _("the value has {length} characters, allowed are {limit}; it was kept whole"),
    "surrounding-space": _("white space around the value {value} was dropped"),
    "day-first": _("the date {value} is written day first"),
    "date-form": _("the date {value} is not written yyyy/MM/dd"),
    "impossible-date": _("{value} is not a possible date; it was kept as written"),
    "number": _("the value {value} is not a whole number; it was kept as written"),
    "priority-5": _("priority 5 stands for 0 (normal), as some producers number it"),
    "priority-unknown": _("the priority {value} is none of 0 to 4; it was kept as written"),
    "organ-id-form": _("{value} has the form of no known agency code"),
    "duplicate-recipient": _("the recipient {value} is named more than once"),
    "no-kind": _("the kind of document is not stated; taken as 0 (new)"),
    "no-trace": _("no hop is named in the trace"),
    "no-target": _("a document of kind {kind} names no document that it is about"),
    "encoding-name": _("the attachment's element is named ContentTransferEncoding"),
    "no-content": _("the attachment has no content"),
    "reference-only": _("the manifest names {value}, which is not attached"),
    "attachment-only": _("the attachment {value} is not named in the manifest"),
    "duplicate-content-id": _("{value} names more than one attachment"),
    "path-in-name": _("the attachment's name {value} holds a path; only its last part counts"),
    "type-mismatch": _("the attachment {value} should be {expected} but its content is {actual}"),
    "zip-not-declared": _(
        "the attachment {value} is declared {declared} but travels in a ZIP; it was unpacked"
    ),
    "zip-encrypted": _("the ZIP around the attachment {value} is encrypted; it was kept as it is"),
    "zip-damaged": _("the ZIP around the attachment {value} is damaged; it was kept as it is"),
    "zip-unsupported": _(
        "the ZIP around the attachment {value} uses an unsupported method; it was kept as it is"
    ),
    "more": _("{count} further warnings are not listed"),
}
"""What was tolerated while reading: code → English template."""

_OCCURRENCE = re.compile(r"\[[0-9]+\]")
_LONGEST_NAME = 60
_LONGEST_PATH = 12

# The parts that only hold others; ErrorList paths begin below them.
_CONTAINERS = frozenset({"edXML", "edXMLEnvelope", "edXMLHeader", "edXMLBody"})


def dotted_path(names: Iterable[str]) -> str:
    """Returns the path of an element as ErrorList writes it: without the containers, and not without end."""
    parts = [name[:_LONGEST_NAME] for name in names]
    inner = [part for part in parts if part not in _CONTAINERS] or parts[-1:] or ["edXML"]
    return ".".join(inner[:_LONGEST_PATH])


class FormatError(HienluongError):
    """A packet cannot be read, or may not be written: element, line and reason are named.

    Attributes:
        element: dotted path with the occurrence where it is not the first, as `MessageHeader.To[2].OrganId`.
        line: line in the file, from 1; 0 where there is none (a packet being written).
        reason: key of `REASONS`.
        wire_code: code for an ErrorList, as `N.MessageHeader.To.OrganId`.
    """

    code = "edxml.refused"
    status = 422
    title = _("The packet is not valid edXML")
    detail = _("Line {line}, {element}: {cause_text}.")
    kept = _("Nothing was stored.")
    todo = _("Correct the packet at the place named and send it again.")

    def __init__(self, element: str, line: int, reason: str, **values: object) -> None:
        fault, template = REASONS[reason]
        self.element = element
        self.line = line
        self.reason = reason
        self.wire_code = f"{fault}.{_OCCURRENCE.sub('', element)}"
        self._template = template
        self._values = values
        super().__init__(detail=None if line else _("{element}: {cause_text}."))
        self.params = {
            "element": element,
            "line": line,
            "reason": reason,
            "wire_code": self.wire_code,
            "cause_text": fill(template, values),
            **values,
        }

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuilds a copy or pickle from the facts, since the constructor takes positions."""
        return _rebuild, (type(self), self.element, self.line, self.reason, self._values)

    def reason_text(self, translate: Translate = untranslated) -> str:
        """Returns the reason as a clause in the language of `translate`."""
        return fill(translate(self._template), self._values)

    def explain(self, translate: Translate = untranslated) -> str:
        """Returns the whole text with the reason translated too."""
        parts = (self.detail, self.kept, self.todo)
        facts = {**self.params, "cause_text": self.reason_text(translate)}
        return " ".join(fill(translate(part), facts) for part in parts if part)

    def problem(self, instance: str | None = None, translate: Translate = untranslated) -> dict[str, object]:
        """Returns the RFC 9457 members with the reason translated too."""
        members = super().problem(instance, translate)
        facts = {**self.params, "cause_text": self.reason_text(translate)}
        members["detail"] = fill(translate(self.detail), facts)
        return members


def _rebuild(
    kind: type[FormatError], element: str, line: int, reason: str, values: Mapping[str, object]
) -> FormatError:
    return kind(element, line, reason, **values)


@dataclass(frozen=True, slots=True)
class FormatWarning:
    """One thing that was tolerated while reading a packet.

    Attributes:
        code: key of `WARNINGS`.
        path: dotted path of the element.
        line: line in the file, from 1.
        params: values for the template.
    """

    code: str
    path: str
    line: int
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Translate = untranslated) -> str:
        """Returns the sentence for people in the language of `translate`."""
        said = {
            name: ", ".join(map(str, value)) if isinstance(value, list) else value
            for name, value in self.params.items()
        }
        return fill(translate(WARNINGS[self.code]), said)
