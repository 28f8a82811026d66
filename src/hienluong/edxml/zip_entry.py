"""Reads and writes the ZIP of one entry that an attachment may travel in, within bounds.

Only what that ZIP needs is understood: one entry, stored or deflated, no encryption, no ZIP64, no nesting. Names in
it are compared with a pattern and never used as a path. (Field layouts: PKWARE APPNOTE 6.3.10, 4.3.7-4.3.16.)
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hienluong.edxml.content import CHUNK, ByteSource, Content, Spool, SpoolSlice

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_LONGEST_DIRECTORY = _CENTRAL.size + 3 * 0xFFFF
_IN_ZIP64 = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8_NAME = 0x0001, 0x0800
_VERSION = 20  # APPNOTE 4.4.3.2: deflate needs version 2.0
_FIRST_DATE = 0x21  # 1980-01-01, the earliest a ZIP can carry: the same file gives the same bytes each time


class ZipDamagedError(Exception):
    """The ZIP's content does not agree with what it says of itself."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """The one entry of a ZIP.

    Attributes:
        name: its name as written, for comparing only.
        packed: the packed bytes.
        size: unpacked size as stated.
        crc: CRC-32 of the unpacked bytes as stated.
        is_deflated: packed by deflate, else stored.
        is_encrypted: cannot be read without a password.
        is_supported: stored or deflated, and not ZIP64.
    """

    name: str
    packed: SpoolSlice
    size: int
    crc: int
    is_deflated: bool
    is_encrypted: bool
    is_supported: bool

    def chunks(self) -> Iterator[bytes]:
        """Yields the unpacked bytes, never more than the stated size.

        Raises:
            ZipDamagedError: the bytes do not unpack, or not to the stated size and checksum.
        """
        crc = size = 0
        for chunk in self._unpacked():
            size += len(chunk)
            if size > self.size:
                raise ZipDamagedError
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if size != self.size or crc != self.crc:
            raise ZipDamagedError

    def _unpacked(self) -> Iterator[bytes]:
        if not self.is_deflated:
            yield from self.packed.chunks()
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self.packed.chunks():
                waiting = packed
                while waiting and not inflater.eof:
                    yield inflater.decompress(waiting, CHUNK)
                    waiting = inflater.unconsumed_tail
            while not inflater.eof and (chunk := inflater.decompress(b"", CHUNK)):
                yield chunk
        except zlib.error:
            raise ZipDamagedError from None
        if not inflater.eof:
            raise ZipDamagedError


def sole_entry(archive: SpoolSlice) -> ZipEntry | None:
    """Returns the entry of a ZIP that has exactly one; None where the bytes are anything else."""
    if archive.read_at(0, 4) != _LOCAL_MARK:
        return None
    directory = _directory_of_one(archive)
    if directory is None:
        return None
    entry, at = directory
    _mark, _made, _needed, flags, method, _time, _date, crc, packed_size, size, *lengths = entry
    name_length, _extra, _comment, _disk, _internal, _external, offset = lengths
    local = archive.read_at(offset, _LOCAL.size)
    if len(local) < _LOCAL.size or not local.startswith(_LOCAL_MARK):
        return None
    *_rest, local_name, local_extra = _LOCAL.unpack(local)
    start = offset + _LOCAL.size + local_name + local_extra
    is_zip64 = _IN_ZIP64 in {packed_size, size}
    if not is_zip64 and start + packed_size > at:
        return None
    name = archive.read_at(at + _CENTRAL.size, name_length)
    return ZipEntry(
        name=name.decode("utf-8" if flags & _UTF8_NAME else "latin-1", "replace"),
        packed=SpoolSlice(archive.spool, archive.offset + start, packed_size),
        size=size,
        crc=crc,
        is_deflated=method == _DEFLATED,
        is_encrypted=bool(flags & _ENCRYPTED),
        is_supported=method in {_STORED, _DEFLATED} and not is_zip64,
    )


def _directory_of_one(archive: SpoolSlice) -> tuple[tuple[int, ...], int] | None:
    """Returns the fields of the only central header and where it stands."""
    tail_at = max(0, archive.size - _END.size - _LONGEST_COMMENT)
    tail = archive.read_at(tail_at, archive.size - tail_at)
    found = tail.rfind(_END_MARK)
    if found < 0 or len(tail) - found < _END.size:
        return None
    end_at = tail_at + found
    _mark, disk, start_disk, here, total, length, at, comment = _END.unpack_from(tail, found)
    is_one = (disk, start_disk, here, total) == (0, 0, 1, 1) and found + _END.size + comment == len(tail)
    if not is_one or not _CENTRAL.size <= length <= _LONGEST_DIRECTORY or at + length != end_at:
        return None
    fields = _CENTRAL.unpack(archive.read_at(at, _CENTRAL.size))
    name_length, extra_length, comment_length = fields[10:13]
    fills = _CENTRAL.size + name_length + extra_length + comment_length == length
    return (fields, at) if fields[0] == _CENTRAL_MARK and fills else None


@dataclass(frozen=True, slots=True)
class ZipOfOne:
    """A ZIP with one entry, as bytes that can be asked for again.

    Attributes:
        name: the entry's name.
        content: the file in it.
        packed: its deflated bytes; None where deflating does not make it smaller, and it is stored.
        crc: CRC-32 of the file.
    """

    name: str
    content: Content
    packed: SpoolSlice | None
    crc: int

    def chunks(self) -> Iterator[bytes]:
        """Yields the ZIP's bytes in pieces."""
        name = self.name.encode()
        flags = 0 if self.name.isascii() else _UTF8_NAME
        method = _STORED if self.packed is None else _DEFLATED
        body: ByteSource = self.packed or self.content
        packed_size = self.packed.size if self.packed else self.content.size
        facts = (_VERSION, flags, method, 0, _FIRST_DATE, self.crc, packed_size, self.content.size)
        yield _LOCAL.pack(_LOCAL_MARK, *facts, len(name), 0) + name
        yield from body.chunks()
        directory = _CENTRAL.pack(_CENTRAL_MARK, _VERSION, *facts, len(name), 0, 0, 0, 0, 0, 0) + name
        at = _LOCAL.size + len(name) + packed_size
        yield directory + _END.pack(_END_MARK, 0, 0, 1, 1, len(directory), at, 0)


def zip_of_one(name: str, content: Content) -> ZipOfOne:
    """Returns a file packed as the only entry of a ZIP; the same file always gives the same ZIP."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    spool = Spool()
    crc = 0
    for chunk in content.chunks():
        crc = zlib.crc32(chunk, crc)
        spool.append(deflater.compress(chunk))
    spool.append(deflater.flush())
    packed = SpoolSlice(spool, 0, spool.size) if spool.size < content.size else None
    return ZipOfOne(name, content, packed, crc)
