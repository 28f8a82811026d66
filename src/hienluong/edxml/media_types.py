"""Says what a file is by its first and last bytes, and what its name promises."""

import codecs
import re
from collections.abc import Mapping

import filetype  # type: ignore[import-untyped]  # the library ships no types

HEAD_BYTES = 8192
TAIL_BYTES = 8192

PDF = "application/pdf"
OLE = "application/x-ole-storage"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = _OPEN_XML + "wordprocessingml.document"
XLSX = _OPEN_XML + "spreadsheetml.sheet"
PPTX = _OPEN_XML + "presentationml.presentation"

PROMISED: Mapping[str, frozenset[str]] = {
    "pdf": frozenset({PDF}),
    "doc": frozenset({OLE, "application/rtf", "application/msword"}),
    "xls": frozenset({OLE, "application/vnd.ms-excel"}),
    "ppt": frozenset({OLE, "application/vnd.ms-powerpoint"}),
    "docx": frozenset({DOCX}),
    "xlsx": frozenset({XLSX}),
    "pptx": frozenset({PPTX}),
    "zip": frozenset({ZIP}),
    "rar": frozenset({"application/x-rar-compressed"}),
    "7z": frozenset({"application/x-7z-compressed"}),
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "gif": frozenset({"image/gif"}),
    "tif": frozenset({"image/tiff"}),
    "tiff": frozenset({"image/tiff"}),
    "xml": frozenset({"text/xml"}),
    "rtf": frozenset({"application/rtf"}),
    "txt": frozenset({"text/plain", "text/xml", "text/html"}),
    "csv": frozenset({"text/plain"}),
    "html": frozenset({"text/html", "text/xml"}),
}
"""What a file of an extension may be by its content; extensions not named promise nothing."""


def breaks_promise(name: str | None, media_type: str) -> bool:
    """Returns whether a file is not what the extension of its name promises."""
    promised = PROMISED.get(extension_of(name))
    return promised is not None and media_type not in promised


# What a ZIP holds makes it an office document; the names stand in its first and last bytes.
_PARTS = (
    (b"word/document", DOCX),
    (b"xl/workbook", XLSX),
    (b"ppt/presentation", PPTX),
)
_OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z-]{1,40})")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


# Loaded now, so that nothing is looked for on the disk while a stranger's file is read.
for _codec in ("utf-8-sig", "utf-16"):
    codecs.lookup(_codec)


def extension_of(name: str | None) -> str:
    """Returns the extension of a file name in lower case without the dot; "" where there is none."""
    last = re.split(r"[/\\]", name or "")[-1]
    _stem, dot, extension = last.rpartition(".")
    return extension.strip().lower() if dot else ""


def detect_media_type(head: bytes, tail: bytes) -> str:
    """Returns the media type of a file.

    Args:
        head: its first bytes, up to `HEAD_BYTES`.
        tail: its last bytes, up to `TAIL_BYTES`.
    """
    if b"%PDF-" in head[:1024]:  # readers of PDF accept the mark anywhere in the first kilobyte
        return PDF
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(head, tail)
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    found = filetype.guess_mime(head) if head else None
    return str(found) if found else _text_type(head)


def _zip_type(head: bytes, tail: bytes) -> str:
    for part, media_type in _PARTS:
        if part in head or part in tail:
            return media_type
    found = _OPEN_DOCUMENT.search(head)
    return found.group(1).decode("ascii") if found else ZIP


def _text_type(head: bytes) -> str:
    text = _decoded(head)
    if text is None or not text.strip() or _CONTROLS.search(text):
        return UNKNOWN
    start = text.lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "text/html"
    return "text/xml" if start.startswith("<?xml") or re.match(r"<[a-z]", start) else "text/plain"


def _decoded(head: bytes) -> str | None:
    """Returns the text of the first bytes, or None where they are no text; a cut last character is allowed."""
    codec = "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    try:
        return codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return None
