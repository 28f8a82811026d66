"""Sealed files: a stream encrypted in chunks, so that files of any size are read and written in bounded memory.

Layout: a header of 12 bytes (magic `HLSF`, version 1, nonce prefix of 7 random bytes), then chunks of 256 KiB of
plain text, each as AES-256-GCM cipher text with its 16-byte tag; the last chunk may be shorter or empty. The
nonce of a chunk is prefix, 32-bit counter and a byte that is 1 for the last chunk; the header is associated data
of every chunk. This is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015): a chunk
changed, moved, dropped, added, or a file cut at any place is refused.

A data key seals ONE file (a fresh one from `new_data_key`), stored wrapped by the key of its holder.
"""

import hashlib
import io
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hienluong.kit.errors import HienluongError, TooLarge
from hienluong.kit.errors import gettext_noop as _

CHUNK_SIZE = 256 * 1024
"""Bytes of plain text in every chunk but the last."""

KEY_SIZE = 32
_MAGIC = b"HLSF\x01"
_PREFIX_SIZE = 7
HEADER_SIZE = len(_MAGIC) + _PREFIX_SIZE
TAG_SIZE = 16
_WRAP_NONCE_SIZE = 12
_MOST_CHUNKS = 2**32


class SealBroken(HienluongError):
    """A sealed file or wrapped key was changed, cut, or is opened with another key; which one cannot be told."""

    code = "sealed.broken"
    status = 500
    title = _("A stored file cannot be opened")
    detail = _(
        "The sealed content fails its check at chunk {chunk}: it was changed or cut, or the key is another."
    )
    kept = _("Nothing of the content was used.")
    todo = _("Tell the operator; the file must be restored from a backup.")


class SealTooLong(TooLarge):
    """The content has more chunks than one key and prefix may seal (2^32, one pebibyte)."""

    code = "sealed.too-long"


@dataclass(frozen=True, slots=True)
class SealedInfo:
    """What was sealed: size of the plain content in bytes and its SHA-256."""

    size: int
    sha256: bytes


@runtime_checkable
class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Writer(Protocol):
    def write(self, data: bytes, /) -> object: ...


def new_data_key() -> bytes:
    """Returns a random AES-256 key for one file."""
    return secrets.token_bytes(KEY_SIZE)


def sealed_size(size: int) -> int:
    """Returns how many bytes a plain content of `size` bytes takes when sealed."""
    chunks = max(1, -(-size // CHUNK_SIZE))
    return HEADER_SIZE + size + chunks * TAG_SIZE


def seal(source: _Reader | bytes | Iterable[bytes], target: _Writer, key: bytes) -> SealedInfo:
    """Encrypts a content into `target` and returns its size and SHA-256; holds two chunks in memory.

    Args:
        source: a file open for reading, the bytes themselves, or parts of any size.
        target: a file open for writing; not closed, not synchronised.
        key: 32 bytes, used for this file only.

    Raises:
        SealTooLong: the content is longer than one pebibyte.
        ValueError: the key is not 32 bytes long.
    """
    cipher = _cipher(key)
    header = _MAGIC + secrets.token_bytes(_PREFIX_SIZE)
    if isinstance(source, bytes) and len(source) <= CHUNK_SIZE:
        target.write(header + cipher.encrypt(_nonce(header, 0, last=True), source, header))
        return SealedInfo(len(source), hashlib.sha256(source).digest())
    digest = hashlib.sha256()
    size = 0
    target.write(header)
    for index, (chunk, last) in enumerate(_mark_last(_plain_chunks(source))):
        digest.update(chunk)
        size += len(chunk)
        target.write(cipher.encrypt(_nonce(header, index, last=last), chunk, header))
    return SealedInfo(size, digest.digest())


def open_sealed(source: _Reader, key: bytes) -> Iterator[bytes]:
    """Yields the plain content chunk by chunk, each checked before it is given out; holds two chunks in memory.

    A file cut short is only known at its end: do not act on the content before the iteration has ended.

    Raises:
        SealBroken: the file is not sealed with this key, or was changed or cut.
        ValueError: the key is not 32 bytes long.
    """
    cipher = _cipher(key)
    header = _read_full(source, HEADER_SIZE)
    if len(header) != HEADER_SIZE or not header.startswith(_MAGIC):
        raise SealBroken(chunk=0)
    chunks = iter(lambda: _read_full(source, CHUNK_SIZE + TAG_SIZE), b"")
    index = -1
    for index, (chunk, last) in enumerate(_mark_last(chunks)):
        try:
            yield cipher.decrypt(_nonce(header, index, last=last), chunk, header)
        except InvalidTag as error:
            raise SealBroken(chunk=index) from error
    if index < 0:
        raise SealBroken(chunk=0)


def wrap_key(wrapping_key: bytes, key: bytes, context: bytes) -> bytes:
    """Returns a key encrypted under another, bound to its context: nonce and AES-256-GCM cipher text, 60 bytes.

    Args:
        wrapping_key: 32 bytes; the key of a holder, say.
        key: the key to wrap.
        context: what the wrapped key is for (holder and file); `unwrap_key` must be given the same.
    """
    nonce = secrets.token_bytes(_WRAP_NONCE_SIZE)
    return nonce + _cipher(wrapping_key).encrypt(nonce, key, context)


def unwrap_key(wrapping_key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Returns the key wrapped by `wrap_key`.

    Raises:
        SealBroken: another wrapping key or context, or the wrapped key was changed.
    """
    nonce, sealed = wrapped[:_WRAP_NONCE_SIZE], wrapped[_WRAP_NONCE_SIZE:]
    if len(sealed) < TAG_SIZE:
        raise SealBroken(chunk=0)
    try:
        return _cipher(wrapping_key).decrypt(nonce, sealed, context)
    except InvalidTag as error:
        raise SealBroken(chunk=0) from error


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_SIZE:
        raise ValueError(f"A sealing key has {KEY_SIZE} bytes, not {len(key)}.")
    return AESGCM(key)


def _nonce(header: bytes, index: int, *, last: bool) -> bytes:
    if index >= _MOST_CHUNKS:
        raise SealTooLong
    return header[len(_MAGIC) :] + index.to_bytes(4) + (b"\x01" if last else b"\x00")


def _plain_chunks(source: _Reader | bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Yields the content in full chunks; an empty content is one empty chunk."""
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    if isinstance(source, _Reader):
        reader = source
        yield _read_full(reader, CHUNK_SIZE)
        yield from iter(lambda: _read_full(reader, CHUNK_SIZE), b"")
        return
    waiting = bytearray()
    empty = True
    for part in source:
        waiting += part
        while len(waiting) >= CHUNK_SIZE:
            empty = False
            yield bytes(waiting[:CHUNK_SIZE])
            del waiting[:CHUNK_SIZE]
    if waiting or empty:
        yield bytes(waiting)


def _mark_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yields each chunk with whether it is the last."""
    waiting: bytes | None = None
    for chunk in chunks:
        if waiting is not None:
            yield waiting, False
        waiting = chunk
    if waiting is not None:
        yield waiting, True


def _read_full(source: _Reader, size: int) -> bytes:
    """Returns `size` bytes, fewer only at the end, even where one read gives less than asked."""
    data = source.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (data := source.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
