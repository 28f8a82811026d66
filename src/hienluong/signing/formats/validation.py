"""Checks any file: PDF, a signature beside a file, XML, a packet with attachments; whatever comes, it ends with a report.

Nothing is asked of the network; a file that is too large, broken or made to harm gets a report that says so.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from lxml import etree

from hienluong.edxml.errors import FormatError
from hienluong.edxml.reader import read_attachments
from hienluong.edxml.safe_xml import Limits as PacketLimits
from hienluong.signing.formats.cms_checks import check_cms
from hienluong.signing.formats.cms_parts import read_cms
from hienluong.signing.formats.pdf_checks import Encrypted, check_pdf
from hienluong.signing.formats.report import FileReport, Reason, SignatureReport, Verdict, worst
from hienluong.signing.formats.signature_checks import Checker
from hienluong.signing.formats.stamping import run
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.xml_checks import check_xml
from hienluong.signing.formats.xml_parts import parse

log = logging.getLogger(__name__)
_HEAD: Final = 1024
_ROOT_OF_PACKETS: Final = "edXML"
Found = tuple[tuple[SignatureReport, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask of the machine.

    Attributes:
        file_bytes: of a file.
        xml_bytes: of a file of XML, which stands in memory several times.
        files: how many a packet may carry.
        packet_bytes: of all files of a packet together.
    """

    file_bytes: int = 50 * 1024 * 1024
    xml_bytes: int = 10 * 1024 * 1024
    files: int = 100
    packet_bytes: int = 100 * 1024 * 1024


def validate(
    content: bytes,
    trust: Trust,
    *,
    now: datetime,
    name: str = "",
    signed: bytes | None = None,
    limits: Limits | None = None,
) -> FileReport:
    """Returns what is found about the signatures of a file.

    Args:
        content: the file.
        trust: whom to believe.
        now: the moment for which it is asked.
        name: of the file.
        signed: the file that a signature beside it is over.
        limits: what it may ask of the machine.
    """
    limits = limits or Limits()
    kind = kind_of(content)
    report = FileReport(name, kind, len(content), hashlib.sha256(content).hexdigest(), now, Verdict.UNSIGNED)
    most = limits.xml_bytes if kind == "xml" else limits.file_bytes
    if len(content) > most or len(signed or b"") > limits.file_bytes:
        return replace(report, verdict=Verdict.INDETERMINATE, reasons=(Reason.TOO_LARGE,))
    checker = Checker(trust, now)
    if kind == "edxml":
        return _packet(report, content, trust, limits)
    try:
        signatures, warnings = run(_check(kind, content, signed, checker))
    except Encrypted:
        return replace(report, verdict=Verdict.INDETERMINATE, reasons=(Reason.ENCRYPTED,))
    except MemoryError:  # the machine's fault or the file's; nothing is known of its signatures
        raise
    except Exception:
        log.debug("A file could not be checked: %s", report.sha256, exc_info=True)
        return replace(report, verdict=Verdict.INVALID, reasons=(Reason.UNREADABLE,))
    reasons = tuple(dict.fromkeys(reason for one in signatures for reason in one.reasons))
    verdict = worst([one.verdict for one in signatures])
    return replace(report, verdict=verdict, reasons=reasons, warnings=warnings, signatures=signatures)


def kind_of(content: bytes) -> str:
    """Returns what a file is by its first bytes: "pdf", "cms", "edxml", "xml" or "other"."""
    head = content[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") or head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "edxml" if _root_of(content) == _ROOT_OF_PACKETS else "xml"
    if text.startswith((b"0", b"-----BEGIN")) and read_cms(content) is not None:
        return "cms"
    return "other"


async def _check(kind: str, content: bytes, signed: bytes | None, checker: Checker) -> Found:
    if kind == "pdf":
        return await check_pdf(content, checker)
    if kind == "cms":
        found = read_cms(content)
        return await check_cms(found, signed, checker) if found is not None else (), ()
    if kind == "xml":
        return await check_xml(parse(content), checker)
    return (), ()


def _packet(report: FileReport, content: bytes, trust: Trust, limits: Limits) -> FileReport:
    """Returns what is found about the files that a packet carries; a signature of the packet itself has no force."""
    allowed = PacketLimits(
        file_bytes=limits.file_bytes, attachments=limits.files, attachment_bytes=limits.packet_bytes
    )
    try:
        attachments = read_attachments(content, limits=allowed)
    except FormatError:
        return replace(report, verdict=Verdict.INVALID, reasons=(Reason.UNREADABLE,))
    files = []
    for number, one in enumerate(attachments, start=1):
        inside = one.content.read()
        files.append(
            validate(inside, trust, now=report.checked_at, name=one.name or f"#{number}", limits=limits)
            if kind_of(inside) != "edxml"
            else FileReport(
                one.name or f"#{number}",
                "other",
                len(inside),
                hashlib.sha256(inside).hexdigest(),
                report.checked_at,
                Verdict.UNSIGNED,
            )
        )
    reasons = tuple(dict.fromkeys(reason for one in files for reason in one.reasons))
    return replace(report, verdict=worst([one.verdict for one in files]), reasons=reasons, files=tuple(files))


def _root_of(content: bytes) -> str:
    """Returns the local name of a document's root, read no further than needed; "" where there is none."""
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for start in range(0, min(len(content), 64 * _HEAD), 4 * _HEAD):
            parser.feed(content[start : start + 4 * _HEAD])
            for _event, element in parser.read_events():
                return str(etree.QName(cast("Any", element)).localname)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    return ""
