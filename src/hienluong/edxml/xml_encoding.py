"""Finds out in which encoding an XML file is really written, whatever it declares.

The first bytes decide (XML 1.0 appendix F); a declaration that contradicts them is set aside with a warning, since
producers often write UTF-8 under the declaration of another writer (`encoding="utf-16"` of .NET's StringWriter).
"""

import codecs
import re
from dataclasses import dataclass

from hienluong.edxml.errors import FormatError, FormatWarning

HEAD_BYTES = 1024
"""How many of the first bytes are enough to decide."""

_DECLARED = re.compile(r"""^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")

# Declared names of one-byte encodings and what expat is told.
_ONE_BYTE = {
    "us-ascii": "US-ASCII",
    "ascii": "US-ASCII",
    "iso-8859-1": "ISO-8859-1",
    "latin1": "ISO-8859-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "windows-1258": "cp1258",
    "cp1258": "cp1258",
}
_UNMARKED = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}

# Loaded now, so that no file's declaration makes the interpreter look for a codec while it reads.
for _codec in (*_UNMARKED, *_ONE_BYTE.values()):
    codecs.lookup(_codec)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file.

    Attributes:
        expat_name: what the parser is told.
        codec: Python's name, for text written into the file; without a byte order mark.
        warnings: a declaration that was set aside.
    """

    expat_name: str
    codec: str
    warnings: tuple[FormatWarning, ...] = ()


def detect_encoding(head: bytes) -> Encoding:
    """Returns the encoding that the first bytes of an XML file show.

    Raises:
        FormatError: the encoding is none of UTF-8, UTF-16 and a few one-byte ones.
    """
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\x00\x00\x00<", b"<\x00\x00\x00")):
        raise FormatError("edXML", 1, "encoding-unknown", encoding="UTF-32")
    wide = _wide_codec(head)
    if wide:
        # With a byte order mark expat's UTF-16 decides by it and drops it; without one the order must be told.
        marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        declared = _declared(head[2 if marked else 0 :].decode(wide, "replace"))
        is_wide = declared is None or declared.startswith(("utf-16", "utf16", "ucs-2", "iso-10646-ucs-2"))
        return Encoding(
            "UTF-16" if marked else _UNMARKED[wide],
            wide,
            () if is_wide else _mismatch(declared or "", "UTF-16"),
        )
    marked = head.startswith(codecs.BOM_UTF8)
    declared = _declared(head[3 if marked else 0 :].decode("latin-1"))
    if declared is None or declared in {"utf-8", "utf8"}:
        return Encoding("UTF-8", "utf-8")
    if marked or declared.startswith(("utf-16", "utf16", "ucs-2", "iso-10646-ucs-2")):
        return Encoding("UTF-8", "utf-8", _mismatch(declared, "UTF-8"))
    if declared not in _ONE_BYTE:
        raise FormatError("edXML", 1, "encoding-unknown", encoding=declared)
    return Encoding(_ONE_BYTE[declared], _ONE_BYTE[declared].lower())


def _wide_codec(head: bytes) -> str | None:
    if head.startswith(b"\xff\xfe") or (len(head) > 1 and head[1] == 0 and head[0] != 0):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff") or (len(head) > 1 and head[0] == 0 and head[1] != 0):
        return "utf-16-be"
    return None


def _declared(head: str) -> str | None:
    found = _DECLARED.match(head)
    return found.group(1).lower() if found else None


def _mismatch(declared: str, actual: str) -> tuple[FormatWarning, ...]:
    return (FormatWarning("encoding-mismatch", "edXML", 1, {"declared": declared, "actual": actual}),)
