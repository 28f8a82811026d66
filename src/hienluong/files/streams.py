"""Files on their way in and out: bounded, never whole in memory, and a slow reader of a large one holds up nobody.

An answer whose length is known leaves the web server's thread at once; one that is sent in pieces holds it until the
reader has it (docs/decisions/0021). So small files are put together, and large ones have places of their own.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from secrets import token_hex
from typing import BinaryIO, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from hienluong.files.errors import TooManyDownloads
from hienluong.kit.errors import TooLarge
from hienluong.kit.spool import CHUNK, MEMORY_BYTES, Spool

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_lock = threading.Lock()
_under_way: weakref.WeakSet[_Pieces] = weakref.WeakSet()


class _Pieces:
    """The pieces of one answer; its place is free again when it is closed, or nobody holds it any more."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Gives the place back."""
        with _lock:
            _under_way.discard(self)


def file_answer(
    chunks: Iterable[bytes], *, size: int, content_type: str, headers: Mapping[str, str]
) -> HttpResponseBase:
    """Returns the answer that hands out a file of so many bytes.

    Raises:
        TooManyDownloads: it is large, and as many large ones as may be are under way in this process.
    """
    if size <= MEMORY_BYTES:
        return HttpResponse(b"".join(chunks), content_type=content_type, headers=headers)
    pieces = _Pieces(chunks)
    with _lock:
        if len(_under_way) >= settings.DOWNLOAD_PLACES:
            raise TooManyDownloads(most=settings.DOWNLOAD_PLACES)
        _under_way.add(pieces)
    return StreamingHttpResponse(
        pieces, content_type=content_type, headers={**headers, "Content-Length": str(size)}
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart answer: its headers, its size in bytes, its bytes in pieces."""

    headers: Mapping[str, str]
    size: int
    chunks: Iterable[bytes]


def multipart_answer(parts: Sequence[Part]) -> HttpResponseBase:
    """Returns several files in one answer, as multipart/mixed (RFC 2046); errors as `file_answer`."""
    boundary = token_hex(24)
    heads = [_head(boundary, one) for one in parts]
    end = f"--{boundary}--\r\n".encode()
    size = sum(len(head) + one.size + 2 for head, one in zip(heads, parts, strict=True)) + len(end)
    chunks = (
        chunk for head, one in zip(heads, parts, strict=True) for chunk in ([head], one.chunks, [b"\r\n"])
    )
    return file_answer(
        chain(chain.from_iterable(chunks), [end]),
        size=size,
        content_type=f"multipart/mixed; boundary={boundary}",
        headers={},
    )


def _head(boundary: str, part: Part) -> bytes:
    lines = [f"--{boundary}", *(f"{name}: {value}" for name, value in part.headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {part.size}", "", ""]).encode()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file larger than an attachment that a page takes.

    Attributes:
        most: bytes.
        permission: who may hand it in; from others the page takes no more than any form.
        refusal: what is said of a larger one.
    """

    most: int
    permission: str
    refusal: TooLarge


def takes_file(*, most: int, permission: str, refusal: TooLarge) -> Callable[[View], View]:
    """Declares that a page takes a file of so many bytes; `config.uploads` sees to it before the page is asked."""

    def declare(view: View) -> View:
        view.upload = Upload(most, permission, refusal)  # type: ignore[attr-defined]  # functions take attributes
        return view

    return declare


def read_body(request: HttpRequest, *, refusal: TooLarge, most: int) -> bytes | BinaryIO:
    """Reads a request's body up to so many bytes: a large one to an unnamed temporary file.

    Raises:
        TooLarge: it is longer, as the refusal given says; the rest is not read.
    """
    if int(request.headers.get("Content-Length") or 0) > most:
        raise refusal
    spool = Spool()
    while chunk := request.read(CHUNK):
        spool.append(chunk)
        if spool.size > most:
            raise refusal
    return spool.read_at(0, spool.size) if spool.size <= MEMORY_BYTES else spool.whole().open()
