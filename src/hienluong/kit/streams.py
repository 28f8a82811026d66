"""Bytes in pieces, read like a file: for readers that want a file where there are only pieces, or a place to look at."""

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

BUFFER = 64 * 1024


def reader_of(chunks: Iterator[bytes]) -> BinaryIO:
    """Returns a file that reads pieces one after the other, once; it holds one of them."""
    return cast("BinaryIO", io.BufferedReader(_Chunks(chunks), BUFFER))


def reader_at(read_at: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """Returns a file that can be read from any place; `read_at(offset, count)` gives its bytes."""
    return cast("BinaryIO", io.BufferedReader(_Places(read_at, size), BUFFER))


def measure(source: BinaryIO, *, most: int) -> tuple[int, bytes]:
    """Returns size and SHA-256 of a file; one that is larger than `most` is not read to its end."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while size <= most and (chunk := source.read(1 << 20)):
        size += len(chunk)
        digest.update(chunk)
    source.seek(0)
    return size, digest.digest()


def from_the_start(source: bytes | BinaryIO) -> bytes | BinaryIO:
    """Returns bytes or a file, the file to be read once more from its beginning."""
    if not isinstance(source, bytes):
        source.seek(0)
    return source


class _Chunks(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # what io hands in
        while not self._rest:
            piece = next(self._chunks, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class _Places(io.RawIOBase):
    def __init__(self, read_at: Callable[[int, int], bytes], size: int) -> None:
        self._read_at, self._size, self._place = read_at, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # what io hands in
        data = self._read_at(self._place, min(len(buffer), BUFFER))  # a second copy of a piece, never of all
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
