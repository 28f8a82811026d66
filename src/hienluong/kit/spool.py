"""A place for bytes on their way that are not held in memory, and views into it."""

import io
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hienluong.kit.streams import reader_at

CHUNK = 64 * 1024
MEMORY_BYTES = 1024 * 1024
"""So much of a spool is held in memory; the rest lies in an unnamed temporary file."""


class Spool:
    """Holds bytes in memory up to `MEMORY_BYTES` and then in an unnamed temporary file, which goes away with it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed by the finalizer
        self._lock = threading.Lock()
        self.size = 0
        weakref.finalize(self, self._file.close)

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> "Spool":
        """Returns a spool that holds the pieces."""
        spool = cls()
        for chunk in chunks:
            spool.append(chunk)
        return spool

    def append(self, data: bytes) -> None:
        """Adds bytes at the end."""
        with self._lock:
            self._file.seek(0, io.SEEK_END)
            self._file.write(data)
            self.size += len(data)

    write = append

    def whole(self) -> "SpoolSlice":
        """Returns all that it holds at this moment."""
        return SpoolSlice(self, 0, self.size)

    def read_at(self, offset: int, size: int) -> bytes:
        """Returns up to `size` bytes from `offset` on."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)


@dataclass(frozen=True, slots=True)
class SpoolSlice:
    """A part of a spool."""

    spool: Spool
    offset: int
    size: int

    def read_at(self, offset: int, size: int) -> bytes:
        """Returns up to `size` bytes from `offset` within the slice on."""
        return self.spool.read_at(self.offset + offset, max(0, min(size, self.size - offset)))

    def open(self) -> BinaryIO:
        """Returns a file to read it from any place."""
        return reader_at(self.read_at, self.size)

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces."""
        for offset in range(0, self.size, CHUNK):
            yield self.read_at(offset, CHUNK)
