"""Shows a file to a person or a program without a database: `hienluong exchange inspect FILE|- [--json]`.

Whatever the file is, it ends within a minute and within 256 MB of memory, and says where and why a packet is wrong.
"""

import json
import os
import select
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import RawIOBase
from typing import Any, BinaryIO, TextIO, cast

from hienluong.edxml.document_checks import target_document_ids
from hienluong.edxml.errors import FormatError
from hienluong.edxml.packet import Attachment, DocumentPacket, Organ, Packet, StatusPacket
from hienluong.edxml.reader import read_packet
from hienluong.kit.clock import in_vietnam

TIME_LIMIT = 50.0
"""Seconds until reading is given up; the rest of the minute is for starting and showing."""

_STDIN = "-"
_FAULTY = 2
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for its writer


@dataclass(frozen=True, slots=True)
class AgencyShown:
    """An agency with its code and, when given, its name."""

    organ_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class DateShown:
    """A date or time as written and what it means in ISO 8601, None where it is no possible one."""

    raw: str
    value: str | None


@dataclass(frozen=True, slots=True)
class AttachmentShown:
    """A file of the packet; type and digest are those of the file out of its ZIP."""

    name: str | None
    size: int
    declared_type: str | None
    real_type: str
    sha256: str
    travelled_in_zip: bool


@dataclass(frozen=True, slots=True)
class WarningShown:
    """Something that was tolerated."""

    code: str
    element: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class InspectReport:
    """What a packet is, for people and programs (docs/contracts/inspect.schema.json)."""

    kind: str
    business: str | None
    status: str | None
    status_name: str | None
    sender: AgencyShown
    recipients: tuple[AgencyShown, ...]
    document_id: str
    code: str | None
    about: tuple[str, ...]
    type_name: str | None
    subject: str | None
    description: str | None
    dates: dict[str, DateShown]
    attachments: tuple[AttachmentShown, ...]
    warnings: tuple[WarningShown, ...]


def run_inspect(
    path: str,
    as_json: bool,  # noqa: FBT001 - the command's own flag
    out: TextIO,
    err: TextIO,
    *,
    time_limit: float = TIME_LIMIT,
) -> int:
    """Reads a file, writes what it is, and returns the exit code.

    Args:
        path: file, or "-" for standard input.
        as_json: write the JSON object of the contract instead of text; faults are then on `out` too.
        out: takes the report.
        err: takes the fault as text.
        time_limit: seconds after which a file that does not come is given up.

    Returns:
        0 when the packet can be read; 2 when not, with element, line and reason.
    """
    try:
        report = inspect_file(path, time_limit=time_limit)
    except FormatError as error:
        if as_json:
            _write_json({"valid": False, "error": _fault(error)}, out)
        else:
            fault = f"line {error.line}, {error.element}: {error.reason_text()} ({error.wire_code})"
            _write_lines([f"{path}: {fault}"], err)
        return _FAULTY
    if as_json:
        _write_json({"valid": True, **asdict(report)}, out)
    else:
        _write_lines(_lines(report), out)
    return 0


def inspect_file(path: str, *, time_limit: float = TIME_LIMIT) -> InspectReport:
    """Returns what the packet in a file is.

    Args:
        path: file, or "-" for standard input.
        time_limit: seconds after which a file that does not come is given up.

    Raises:
        FormatError: the file cannot be opened or read in time, or is no packet.
    """
    try:
        with _opened(path, time_limit) as source:
            return report_on(read_packet(source))
    except OSError as error:  # the disk with the spool may be full, for one
        raise _unreadable(error) from None


def report_on(packet: Packet) -> InspectReport:
    """Returns what a packet is, in plain values."""
    warnings = tuple(
        WarningShown(warning.code, warning.path, warning.line, warning.text()) for warning in packet.warnings
    )
    if isinstance(packet, StatusPacket):
        return _report_on_status(packet, warnings)
    return _report_on_document(packet, warnings)


def _report_on_document(packet: DocumentPacket, warnings: tuple[WarningShown, ...]) -> InspectReport:
    header = packet.header
    dates = {}
    if header.promulgation.date:
        dates["promulgation"] = _date(header.promulgation.date.raw, header.promulgation.date.value)
    if header.due_date and header.due_date.raw:
        dates["due"] = _date(header.due_date.raw, header.due_date.value)
    hops = [hop.timestamp for hop in packet.trace.hops if hop.timestamp] if packet.trace else []
    for name, hop in (("first_hop", hops[:1]), ("last_hop", hops[-1:])):
        if hop:
            dates[name] = _moment(hop[0].raw, hop[0].value)
    return InspectReport(
        kind=packet.kind.value,
        business=packet.business_kind.name.lower(),
        status=None,
        status_name=None,
        sender=_agency(packet.sender),
        recipients=tuple(_agency(organ) for organ in packet.receivers),
        document_id=packet.document_id,
        code=str(header.code) or None,
        about=target_document_ids(packet),
        type_name=header.document_type.type_name,
        subject=header.subject,
        description=header.content,
        dates=dates,
        attachments=tuple(_attachment(attachment) for attachment in packet.attachments),
        warnings=warnings,
    )


def _report_on_status(packet: StatusPacket, warnings: tuple[WarningShown, ...]) -> InspectReport:
    header = packet.header
    dates = {"reported": _moment(header.timestamp.raw, header.timestamp.value)}
    promulgated = header.response_for.promulgation_date
    if promulgated and promulgated.raw:
        dates["promulgation"] = _date(promulgated.raw, promulgated.value)
    return InspectReport(
        kind=packet.kind.value,
        business=None,
        status=packet.status_code.value,
        status_name=packet.status_code.name.lower(),
        sender=_agency(packet.sender),
        recipients=(AgencyShown(packet.receiver_id, None),),
        document_id=packet.document_id,
        code=header.response_for.code,
        about=(packet.document_id,),
        type_name=None,
        subject=None,
        description=header.description,
        dates=dates,
        attachments=(),
        warnings=warnings,
    )


def _agency(organ: Organ) -> AgencyShown:
    return AgencyShown(organ.organ_id, organ.organ_name)


def _date(raw: str, value: Any) -> DateShown:
    return DateShown(raw, value.isoformat() if value else None)


def _moment(raw: str, value: Any) -> DateShown:
    return DateShown(raw, in_vietnam(value).isoformat() if value else None)


def _attachment(attachment: Attachment) -> AttachmentShown:
    content = attachment.content
    return AttachmentShown(
        name=attachment.name,
        size=content.size,
        declared_type=attachment.content_type,
        real_type=content.media_type,
        sha256=content.sha256,
        travelled_in_zip=attachment.is_wrapped,
    )


def _lines(report: InspectReport) -> Iterator[str]:
    what = (
        f"status {report.status} ({report.status_name})" if report.status else f"document, {report.business}"
    )
    yield _line("Kind", what)
    yield _line("From", _named(report.sender))
    for recipient in report.recipients:
        yield _line("To", _named(recipient))
    yield _line("Document", report.document_id)
    for about in report.about:
        yield _line("About", about)
    texts = {
        "Number": report.code,
        "Type": report.type_name,
        "Subject": report.subject,
        "Description": report.description,
    }
    for label, text in texts.items():
        if text:
            yield _line(label, text)
    for name, date in report.dates.items():
        meaning = date.value or "not a possible date"
        yield _line(name.replace("_", " ").capitalize(), f"{date.raw} ({meaning})")
    for file in report.attachments:
        wrapped = ", travelled in a ZIP" if file.travelled_in_zip else ""
        yield _line("Attachment", f"{file.name or '(no name)'}: {file.size} bytes{wrapped}")
        yield _line("", f"declared {file.declared_type or 'nothing'}, really {file.real_type}")
        yield _line("", f"SHA-256 {file.sha256}")
    for warning in report.warnings:
        yield _line("Warning", f"line {warning.line}, {warning.element}: {warning.text} [{warning.code}]")


def _line(label: str, text: str) -> str:
    return f"{label:<14}{text}"


def _named(agency: AgencyShown) -> str:
    return f"{agency.organ_id} {agency.name or ''}".rstrip()


def _fault(error: FormatError) -> dict[str, object]:
    return {
        "element": error.element,
        "line": error.line,
        "reason": error.reason_text(),
        "code": error.wire_code,
    }


def _write_lines(lines: Iterable[str], stream: TextIO) -> None:
    """Writes lines in which nothing can steer the terminal and nothing fails in its encoding."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for line in lines:
        printable = "".join(letter if letter.isprintable() else " " for letter in line)
        stream.write(printable.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _write_json(value: dict[str, Any], out: TextIO) -> None:
    # ASCII only: the output is right whatever the terminal's encoding is.
    json.dump(value, out, indent=2)
    out.write("\n")


@contextmanager
def _opened(path: str, time_limit: float) -> Iterator[BinaryIO]:
    """Opens a file so that neither opening nor reading can wait for ever."""
    try:
        descriptor = os.dup(0) if path == _STDIN else os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from None
    with _PatientReader(descriptor, time_limit) as source:
        yield cast("BinaryIO", source)


class _PatientReader(RawIOBase):
    """Reads a descriptor for so many seconds, after which it refuses."""

    def __init__(self, descriptor: int, time_limit: float) -> None:
        self._descriptor = descriptor
        self._time_limit = time_limit
        self._deadline = time.monotonic() + time_limit
        super().__init__()
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self.close()
            raise _unreadable(IsADirectoryError(0, "it is a directory"))

    def read(self, size: int = -1, /) -> bytes:
        """Returns up to `size` bytes; fewer only at the end."""
        pieces = bytearray()
        while len(pieces) < size:
            piece = self._next(size - len(pieces))
            if not piece:
                break
            pieces += piece
        return bytes(pieces)

    def close(self) -> None:
        """Closes the descriptor."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()

    def _next(self, size: int) -> bytes:
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise FormatError("edXML", 0, "too-slow", limit=int(self._time_limit))
            with suppress(BlockingIOError):
                return os.read(self._descriptor, size)


def _unreadable(error: Exception) -> FormatError:
    cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FormatError("edXML", 0, "unreadable", cause=cause)
