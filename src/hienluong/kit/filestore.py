"""A durable local store of files: what `write` returned from is on the disk, after a power cut too.

A file is named by 32 hexadecimal letters (a UUID chosen by the caller) and lies in the directory of the name's
last two: `root/9f/0190…9f`. The letters of a UUIDv7 begin with the time, only its end spreads evenly.

A new file is written under its final name: no row refers to it yet, so that a torn file is an orphan, which
`names_older_than` finds for the sweep. That saves the rename: one fsync of the file, one of its directory.
"""

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from hienluong.kit.errors import Conflict, HienluongError, Unavailable
from hienluong.kit.errors import gettext_noop as _

Result = TypeVar("Result")

_NAME = re.compile(r"[0-9a-f]{32}")
_SHARDS = tuple(f"{number:02x}" for number in range(256))
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_BROKEN = frozenset({errno.EIO, errno.EROFS})


class StoreFull(Unavailable):
    """The disk or quota under the file store is full."""

    code = "filestore.full"
    status = 507
    title = _("The file store is full")
    detail = _("There is no space left for files in {store} ({free_bytes} bytes free).")
    kept = _("Nothing was stored; what was there before is unharmed.")
    todo = _("The operator must free or add space; then send again.")


class StoreFailed(Unavailable):
    """The disk under the file store fails or can only be read."""

    code = "filestore.failed"
    title = _("The file store does not work")
    detail = _("The disk under {store} reports: {reason}.")
    kept = _("Nothing was stored; what was there before may need checking.")
    todo = _("The operator must check the disk; then send again.")


class FileMissing(HienluongError):
    """A file that a row refers to is not in the store."""

    code = "filestore.missing"
    status = 500
    title = _("A stored file is missing")
    detail = _("The file {name} is not in the store {store}.")
    todo = _("Tell the operator; the file must be restored from a backup.")


class FileExists(Conflict):
    """A file of this name is stored already; names are used once."""

    code = "filestore.exists"
    title = _("A file of this name exists")
    detail = _("The file {name} is in the store already.")


class FileStore:
    """Files under one directory, which only its owner may read (directories 0700, files 0600)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prepared = False

    def write(self, write_into: Callable[[BinaryIO], Result], name: str) -> Result:
        """Stores a new file and returns what `write_into` returned, once file and directory are on the disk.

        Args:
            write_into: writes the content into the open file given to it and does not close it.
            name: 32 lower-case hexadecimal letters, never used before.

        Raises:
            FileExists: the name is taken.
            StoreFull, StoreFailed: the disk is full or broken; no file is left behind.
            ValueError: the name is not of the form above.
        """
        shard = self._shard(name)
        with self._naming_disk_errors():
            self._prepare()
            directory = os.open(shard, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                return self._write_new(write_into, name, directory)
            finally:
                os.close(directory)

    def open(self, name: str) -> BinaryIO:
        """Returns the stored file, open for reading.

        Raises:
            FileMissing: there is no file of this name.
            ValueError: the name is not 32 hexadecimal letters.
        """
        try:
            return (self._shard(name) / name).open("rb")
        except FileNotFoundError as error:
            raise FileMissing(name=name, store=self.root) from error

    def holds(self, name: str) -> bool:
        """Returns whether there is a file of this name that can be read.

        Raises:
            ValueError: the name is not 32 hexadecimal letters.
        """
        return os.access(self._shard(name) / name, os.R_OK)

    def delete(self, name: str) -> bool:
        """Deletes a file for good and returns whether it was there; the directory is synchronised either way.

        Raises:
            StoreFailed: the disk is broken.
            ValueError: the name is not 32 hexadecimal letters.
        """
        shard = self._shard(name)
        with self._naming_disk_errors():
            self._prepare()
            directory = os.open(shard, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                try:
                    os.unlink(name, dir_fd=directory)
                    found = True
                except FileNotFoundError:
                    found = False
                os.fsync(directory)
                return found
            finally:
                os.close(directory)

    def names_older_than(self, seconds: float) -> Iterator[str]:
        """Yields the names of files last written more than `seconds` ago, in no order, for the orphan sweep."""
        limit = time.time() - seconds
        for shard in _SHARDS:
            with suppress(FileNotFoundError), os.scandir(self.root / shard) as entries:
                for entry in entries:
                    # A file deleted while we look is nobody's orphan any more.
                    with suppress(FileNotFoundError):
                        if _NAME.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < limit:
                            yield entry.name

    def free_bytes(self) -> int:
        """Returns the bytes free for files on the disk of the store."""
        self._prepare()
        disk = os.statvfs(self.root)
        return disk.f_bavail * disk.f_frsize

    def _write_new(self, write_into: Callable[[BinaryIO], Result], name: str, directory: int) -> Result:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            descriptor = os.open(name, flags, 0o600, dir_fd=directory)
        except FileExistsError as error:
            raise FileExists(name=name) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                result = write_into(file)
                file.flush()
                os.fsync(descriptor)
            os.fsync(directory)
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=directory)
            raise
        return result

    def _shard(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"A stored file is named by 32 lower-case hexadecimal letters, not {name!r}.")
        return self.root / name[-2:]

    def _prepare(self) -> None:
        """Makes the directories and brings them to the disk, once per process.

        They are synchronised even when found: another process may have made them a moment ago.
        """
        if self._prepared:
            return
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for shard in _SHARDS:
            (self.root / shard).mkdir(mode=0o700, exist_ok=True)
        for place in (self.root, self.root.parent):
            _synchronise(place)
        self._prepared = True

    @contextmanager
    def _naming_disk_errors(self) -> Iterator[None]:
        """Turns the disk's own errors into ours, which name the store."""
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFull(store=self.root, free_bytes=self._free_or_none()) from error
            if error.errno in _BROKEN:
                raise StoreFailed(store=self.root, reason=os.strerror(error.errno)) from error
            raise

    def _free_or_none(self) -> int | None:
        try:
            disk = os.statvfs(self.root)
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize


def _synchronise(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
