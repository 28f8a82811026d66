"""Attachments: base64 as a stream, and the rule which of them travel in a ZIP, both ways.

The SDK's rule on writing: pdf, doc, docx, xsl, xslx, zip travel as they are, all others as the one entry
"<uuid>.<extension>" of a ZIP. Its rule on reading: unpack where the declared type is application/zip and the name
does not end in zip. Real packets break both, so reading here looks at the bytes.
"""

import binascii
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hienluong.edxml.content import ByteSource, Content, Spool, SpoolSlice
from hienluong.edxml.errors import FormatError
from hienluong.edxml.media_types import ZIP, breaks_promise, extension_of
from hienluong.edxml.packet import Attachment, Manifest, ManifestReference
from hienluong.edxml.safe_xml import Limits
from hienluong.edxml.statuses import RAW_EXTENSIONS
from hienluong.edxml.zip_entry import ZipDamagedError, ZipEntry, sole_entry, zip_of_one
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _

_WHITE_SPACE = b" \t\r\n"
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
_GROUP = 4
_UUID_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[^/\\]*", re.IGNORECASE)


class Base64Sink:
    """Decodes the text of an attachment into a spool while it is being read.

    White space is ignored; anything else that is not base64 is refused with its line.
    """

    def __init__(self, spool: Spool, *, path: str, line: int, limit: int) -> None:
        self._spool = spool
        self._start = spool.size
        self._path = path
        self._line = line
        self._limit = limit
        self._rest = b""
        self._is_padded = False

    def feed(self, text: str) -> None:
        """Decodes the next piece of text.

        Raises:
            FormatError: the text is not base64, or the attachment grows beyond the limit.
        """
        if not text.isascii():
            self._refuse(text)
        data = self._rest + text.encode("ascii").translate(None, _WHITE_SPACE)
        whole = len(data) - len(data) % _GROUP
        self._rest = data[whole:]
        block = data[:whole]
        if block:
            if self._is_padded:
                self._refuse(text)
            self._is_padded = block.endswith(b"=")
            try:
                self._spool.append(binascii.a2b_base64(block, strict_mode=True))
            except binascii.Error:
                self._refuse(text)
        if self._spool.size - self._start > self._limit:
            raise FormatError(self._path, self._line, "attachment-too-large", limit=self._limit)
        self._line += text.count("\n")

    def finish(self) -> Content:
        """Returns the decoded bytes.

        Raises:
            FormatError: the text ends within a group of four.
        """
        if self._rest:
            self._refuse("")
        return Content.of(SpoolSlice(self._spool, self._start, self._spool.size - self._start))

    def _refuse(self, text: str) -> None:
        found = _NOT_BASE64.search(text)
        line = self._line + (text.count("\n", 0, found.start()) if found else 0)
        raise FormatError(self._path, line, "base64")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """An attachment out of its ZIP.

    Attributes:
        content: the file itself; what travelled, where there was nothing to unpack or it could not be.
        trouble: code of the warning why it could not be unpacked, or None.
    """

    content: Content
    trouble: str | None = None


def unwraps_by_sdk(name: str | None, content_type: str | None) -> bool:
    """Returns whether the SDK would unpack an attachment: declared application/zip, name not ending in zip."""
    return (content_type or "").lower() == ZIP and not (name or "").lower().endswith("zip")


def unwrap(
    travelled: Content,
    *,
    name: str | None,
    content_type: str | None,
    allowance: int,
    limits: Limits,
    path: str,
    line: int,
) -> Unwrapped:
    """Returns an attachment out of the ZIP that it travelled in, if it did.

    Unpacked is a ZIP of exactly one entry, when the name does not promise a ZIP and either the entry is named
    "<uuid>.<extension>" or the SDK's rule says so. An office document (a ZIP of many entries) is left as it is.

    Args:
        travelled: the decoded bytes.
        name: AttachmentName.
        content_type: ContentType.
        allowance: how many unpacked bytes this packet may still have.
        limits: the ratio of the packed to the unpacked size.
        path: the attachment's element, for errors.
        line: its line.

    Raises:
        FormatError: unpacking would pass the allowance or the ratio.
    """
    source = travelled.source
    entry = sole_entry(source) if isinstance(source, SpoolSlice) else None
    if entry is None or extension_of(name) == "zip":
        return Unwrapped(travelled)
    if not _UUID_NAME.fullmatch(entry.name) and not unwraps_by_sdk(name, content_type):
        return Unwrapped(travelled)
    if entry.is_encrypted:
        return Unwrapped(travelled, "zip-encrypted")
    if not entry.is_supported:
        return Unwrapped(travelled, "zip-unsupported")
    _check_growth(entry, allowance, limits, path, line)
    try:
        return Unwrapped(Content.of(entry))
    except ZipDamagedError:
        return Unwrapped(travelled, "zip-damaged")


def _check_growth(entry: ZipEntry, allowance: int, limits: Limits, path: str, line: int) -> None:
    grows_fast = entry.size > limits.inflate_ratio * entry.packed.size
    if entry.size > allowance or (entry.size > limits.inflate_free_bytes and grows_fast):
        raise FormatError(path, line, "inflates-too-much", limit=allowance, ratio=limits.inflate_ratio)


def attach(
    name: str, content: Content, *, content_id: str | None = None, description: str | None = None
) -> Attachment:
    """Returns a file as an attachment to be sent, typed as the SDK types it.

    Args:
        name: file name with its extension, at most 500 characters.
        content: the file.
        content_id: "cid:…"; a new one is made when it is not given.
        description: shown to people; the name when it is not given.
    """
    extension = extension_of(name)
    return Attachment(
        content_id=content_id or f"cid:{uuid.uuid4()}",
        name=name,
        description=name if description is None else description,
        content_type=f"application/{extension}" if extension in RAW_EXTENSIONS else ZIP,
        content=content,
    )


def faults_in(attachments: Sequence[Attachment]) -> list[FieldError]:
    """Returns which files are empty, or by their content not what their names say: what we write is to be readable.

    What others wrote is taken as it is, with a warning.
    """
    faults = []
    for position, part in enumerate(attachments):
        fault = fault_of(part.name or "", size=part.content.size, media_type=part.content.media_type)
        if fault is not None:
            faults.append(FieldError(f"/attachments/{position}", *fault))
    return faults


def fault_of(name: str, *, size: int, media_type: str) -> tuple[str, dict[str, str]] | None:
    """Returns the text that says what is wrong with a file by its content, and its values; None: nothing."""
    if not size:
        return _("“{name}” is empty."), {"name": name}
    if breaks_promise(name, media_type):
        text = _("“{name}” is not what its name says: by its content it is {type}.")
        return text, {"name": name, "type": media_type}
    return None


def list_attachments(attachments: Iterable[Attachment]) -> Manifest:
    """Returns the manifest that names the attachments."""
    return Manifest(
        references=tuple(
            ManifestReference(
                content_id=attachment.content_id,
                content_type=attachment.content_type,
                description=attachment.description,
                name=attachment.name,
            )
            for attachment in attachments
        )
    )


def travelling_bytes(attachment: Attachment) -> ByteSource:
    """Returns the bytes that travel: those that were read, or the file wrapped by the SDK's rule on writing.

    The ZIP's entry is named by a UUID made from the file's SHA-256, so that writing again gives the same bytes.
    """
    if attachment.wire_content is not None:
        return attachment.wire_content
    extension = extension_of(attachment.name)
    if extension in RAW_EXTENSIONS:
        return attachment.content
    entry_name = f"{uuid.uuid5(uuid.NAMESPACE_OID, attachment.content.sha256)}.{extension}"
    return zip_of_one(entry_name, attachment.content)


def base64_pieces(source: ByteSource) -> Iterator[bytes]:
    """Yields the base64 of a source as one line without breaks, in pieces."""
    rest = b""
    for chunk in source.chunks():
        data = rest + chunk
        whole = len(data) - len(data) % 3
        rest = data[whole:]
        yield binascii.b2a_base64(data[:whole], newline=False)
    if rest:
        yield binascii.b2a_base64(rest, newline=False)
