"""Reads the attachments of a packet: content to a spool while parsing, then out of the ZIP, named and typed."""

from dataclasses import replace

from hienluong.edxml.attachments import Base64Sink, unwrap
from hienluong.edxml.content import Content, Spool
from hienluong.edxml.errors import FormatError
from hienluong.edxml.group_reader import GroupReader, WarningList, shortened
from hienluong.edxml.media_types import PROMISED, ZIP, extension_of
from hienluong.edxml.packet import Attachment
from hienluong.edxml.safe_xml import Element, Limits
from hienluong.edxml.wire import ACCEPTED_NAMESPACES, Extra, KeptAttribute

CONTENT_NAME = "ContentTransferEncoded"
_OTHER_CONTENT_NAME = "ContentTransferEncoding"
_CONTENT_NAMES = (CONTENT_NAME, _OTHER_CONTENT_NAME)


class AttachmentReader:
    """Takes the attachments' texts while the file is parsed, and makes attachments of them afterwards."""

    def __init__(self, spool: Spool, limits: Limits) -> None:
        self._spool = spool
        self._limits = limits
        self._begun = 0
        self._inflated = 0

    def sink_for(self, path: list[tuple[str, str]], line: int) -> Base64Sink | None:
        """Returns a sink where the path leads to an attachment's content, else None.

        Raises:
            FormatError: there are too many attachments.
        """
        namespace, name = path[-1]
        if name not in _CONTENT_NAMES or namespace not in ACCEPTED_NAMESPACES:
            return None
        if [above for _namespace, above in path[-3:-1]] != ["AttachmentEncoded", "Attachment"]:
            return None
        self._begun += 1
        place = f"{_place(self._begun)}.{name}"
        if self._begun > self._limits.attachments:
            raise FormatError(place, line, "too-many-attachments", limit=self._limits.attachments)
        return Base64Sink(self._spool, path=place, line=line, limit=self._limits.attachment_bytes)

    def read_all(self, elements: list[Element], reader: GroupReader) -> tuple[Attachment, ...]:
        """Returns the attachments of the parsed file in order.

        Raises:
            FormatError: an attachment has two contents or unpacks beyond the limits.
        """
        return tuple(self._read(element, _place(at), reader) for at, element in enumerate(elements, start=1))

    def _read(self, element: Element, path: str, reader: GroupReader) -> Attachment:
        contents = [child for child in element.elements if isinstance(child.payload, Content)]
        if len(contents) > 1:
            raise FormatError(f"{path}.{CONTENT_NAME}", contents[1].line, "repeated")
        carrier = contents[0] if contents else None
        if carrier is not None and carrier.name == _OTHER_CONTENT_NAME:
            reader.warnings.add("encoding-name", path, carrier.line)
        travelled = carrier.payload if carrier else None
        if not isinstance(travelled, Content):
            travelled = Content.from_bytes(b"")
        if not travelled.size:
            reader.warnings.add("no-content", path, element.line)
        rest = replace(element, children=tuple(child for child in element.children if child is not carrier))
        attachment: Attachment = reader.read(
            Attachment, rest, path, content=travelled, wire_content=travelled
        )
        if carrier is not None and carrier.attributes:
            on_content = tuple(KeptAttribute(one, CONTENT_NAME) for one in carrier.attributes)
            extra = Extra((*attachment.extra.attributes, *on_content), attachment.extra.elements)
            attachment = replace(attachment, extra=extra)
        return self._unwrapped(attachment, travelled, path, element.line, reader.warnings)

    def _unwrapped(
        self, attachment: Attachment, travelled: Content, path: str, line: int, warnings: WarningList
    ) -> Attachment:
        unwrapped = unwrap(
            travelled,
            name=attachment.name,
            content_type=attachment.content_type,
            allowance=self._limits.inflated_bytes - self._inflated,
            limits=self._limits,
            path=path,
            line=line,
        )
        name = shortened(attachment.name or attachment.content_id or "")
        if unwrapped.trouble:
            warnings.add(unwrapped.trouble, path, line, value=name)
        attachment = replace(attachment, content=unwrapped.content)
        if attachment.is_wrapped:
            self._inflated += unwrapped.content.size
            if (attachment.content_type or "").lower() != ZIP:
                warnings.add("zip-not-declared", path, line, value=name, declared=attachment.content_type)
        if attachment.name and ("/" in attachment.name or "\\" in attachment.name):
            warnings.add("path-in-name", path, line, value=name)
        promised = PROMISED.get(extension_of(attachment.name))
        actual = unwrapped.content.media_type
        if promised and actual not in promised and unwrapped.content.size:
            warnings.add("type-mismatch", path, line, value=name, expected=sorted(promised), actual=actual)
        return attachment


def _place(number: int) -> str:
    return "AttachmentEncoded.Attachment" + (f"[{number}]" if number > 1 else "")
