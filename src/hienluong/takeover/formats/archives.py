"""Walks through an archive of packets: a ZIP or a folder; nothing is unpacked to the disk, no name is followed.

A name inside an archive is only a label. Sizes that an archive declares are not believed: reading stops at the limit.
"""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _

MAX_BYTES = 4_000_000_000
MAX_FILES = 200_000
INFLATED_MAX = 20_000_000_000
DIRECTORY_MAX = 32_000_000
"""Bytes of an archive's directory, which is read as a whole and takes ten times as much memory."""
RATIO_MAX = 200
SMALL = 1 << 20
NAME_MAX = 400
SUFFIXES = (".edxml", ".xml")

NOT_A_ZIP = _("It is no ZIP archive, or a damaged one ({problem}).")
TOO_MANY_FILES = _("It has more than {limit} files: hand it in part by part.")
INFLATES = _("It unpacks to more than {limit} bytes: hand it in part by part.")

TOO_LARGE = "too-large"
ENCRYPTED = "encrypted"
DAMAGED = "damaged"
BOMB = "unpacks-too-far"
NOT_A_FILE = "not-a-file"


class ArchiveUnreadable(InvalidInput):
    """The archive as a whole cannot be walked through; nothing of it was taken."""

    code = "takeover.archive-unreadable"
    title = _("The archive cannot be read")
    detail = _("The file is not an archive of packets that can be read.")
    kept = _("Nothing was taken over.")
    todo = _("Correct what is named below and hand the archive in again.")


def _unreadable(detail: str, **params: object) -> ArchiveUnreadable:
    return ArchiveUnreadable([FieldError("", detail, params)])


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of an archive: its name there, and its bytes, or why they cannot be had."""

    name: str
    content: bytes
    trouble: str = ""

    @property
    def is_packet(self) -> bool:
        """Whether its name says that it is a packet."""
        return self.name.lower().endswith(SUFFIXES)


def directory_bytes(source: BinaryIO) -> int:
    """Returns how long the directory of a ZIP says it is, 0 where there is none: ZipFile reads as much into memory.

    Raises:
        BadZipFile: its end is damaged.
    """
    # What ZipFile itself goes by; a look of our own could see another end than it does.
    end = zipfile._EndRecData(source)  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return int(end[zipfile._ECD_SIZE]) if end else 0  # type: ignore[attr-defined]  # noqa: SLF001 - the same


def walk_zip(
    source: BinaryIO, *, file_limit: int, most: int = MAX_FILES, directory: int = DIRECTORY_MAX
) -> Iterator[ArchivedFile]:
    """Yields the files of a ZIP, `most` at the most, one at a time in memory.

    Raises:
        ArchiveUnreadable: it is no ZIP, or beyond the limits as a whole.
    """
    try:
        if directory_bytes(source) > directory:
            raise _unreadable(TOO_MANY_FILES, limit=MAX_FILES)
        with zipfile.ZipFile(source) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > most:
                raise _unreadable(TOO_MANY_FILES, limit=most)
            if sum(entry.file_size for entry in entries) > INFLATED_MAX:
                raise _unreadable(INFLATES, limit=INFLATED_MAX)
            for entry in entries:
                yield _from_zip(packed, entry, file_limit)
    except (zipfile.BadZipFile, OSError, UnicodeError, NotImplementedError) as problem:
        raise _unreadable(NOT_A_ZIP, problem=str(problem)[:200]) from problem


def _from_zip(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> ArchivedFile:
    name = entry.filename[-NAME_MAX:]
    if not name.lower().endswith(SUFFIXES):
        return ArchivedFile(name, b"")
    if trouble := _trouble(entry, limit):
        return ArchivedFile(name, b"", trouble)
    try:
        with packed.open(entry) as opened:
            content = opened.read(limit + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        EOFError,
        NotImplementedError,
        ValueError,
    ):
        return ArchivedFile(name, b"", DAMAGED)
    return ArchivedFile(name, b"", TOO_LARGE) if len(content) > limit else ArchivedFile(name, content)


def _trouble(entry: zipfile.ZipInfo, limit: int) -> str:
    if entry.flag_bits & 1:
        return ENCRYPTED
    if entry.file_size > limit:
        return TOO_LARGE
    if entry.file_size > SMALL and entry.file_size > RATIO_MAX * max(entry.compress_size, 1):
        return BOMB
    return ""


def walk_folder(folder: Path, *, file_limit: int) -> Iterator[ArchivedFile]:
    """Yields the files below a folder, in the order of their names; links are told, never followed."""
    for directory, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(directory, name)
            yield _from_folder(path, str(path.relative_to(folder))[-NAME_MAX:], file_limit)


def _from_folder(path: Path, name: str, limit: int) -> ArchivedFile:
    label = name.encode("utf-8", "replace").decode()
    if not label.lower().endswith(SUFFIXES):
        return ArchivedFile(label, b"")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ArchivedFile(label, b"", NOT_A_FILE)
    with os.fdopen(descriptor, "rb") as opened:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return ArchivedFile(label, b"", NOT_A_FILE)
        if facts.st_size > limit:
            return ArchivedFile(label, b"", TOO_LARGE)
        content = opened.read(limit + 1)
    return ArchivedFile(label, b"", TOO_LARGE) if len(content) > limit else ArchivedFile(label, content)
