"""Bytes of files without holding them, wherever they lie, and what one pass over them tells."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from hienluong.edxml.media_types import HEAD_BYTES, TAIL_BYTES, detect_media_type
from hienluong.kit.spool import CHUNK, Spool, SpoolSlice

__all__ = ["CHUNK", "ByteSource", "Content", "Spool", "SpoolSlice"]


class ByteSource(Protocol):
    """Gives the same bytes again each time it is asked."""

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces of at most `CHUNK`."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file, wherever they lie, and what they are.

    Attributes:
        size: number of bytes.
        sha256: SHA-256 of the bytes, in hex.
        media_type: what the bytes are, by their content and not by any name.
        source: gives the bytes.
    """

    size: int
    sha256: str
    media_type: str
    source: ByteSource = field(compare=False, repr=False)

    @classmethod
    def of(cls, source: ByteSource) -> "Content":
        """Returns the content of a source, measured in one pass."""
        digest = hashlib.sha256()
        size = 0
        head = tail = b""
        for chunk in source.chunks():
            digest.update(chunk)
            size += len(chunk)
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
            tail = (tail + chunk)[-TAIL_BYTES:]
        return cls(size, digest.hexdigest(), detect_media_type(head, tail), source)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Content":
        """Returns the content of bytes in memory."""
        return cls.of(_InMemory(data))

    @classmethod
    def from_stream(cls, stream: BinaryIO) -> "Content":
        """Returns the content of a binary file, copied to a spool first."""
        return cls.of(Spool.of(iter(lambda: stream.read(CHUNK), b"")).whole())

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces; it may be called again."""
        return self.source.chunks()

    def read(self) -> bytes:
        """Returns all bytes at once; for files known to be small."""
        return b"".join(self.chunks())

    def open(self) -> BinaryIO:
        """Returns a file to read the bytes from any place; what can only be read in pieces is copied to a spool first."""
        source = self.source if isinstance(self.source, SpoolSlice) else Spool.of(self.chunks()).whole()
        return source.open()


@dataclass(frozen=True, slots=True)
class _InMemory:
    """Bytes held in memory."""

    data: bytes

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces."""
        for offset in range(0, len(self.data), CHUNK):
            yield self.data[offset : offset + CHUNK]
