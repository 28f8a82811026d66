"""Copies an installation while it works, and makes a new one from a copy.

A backup is a directory `<UTC time>-<kind>` with the database (`database.dump`), the sealed files (`files/`) and,
written last, `manifest.json`: the SHA-256 of every piece and the number of rows of every table. A directory
without a manifest is not a backup.

The database is copied first, then the files: files are only ever added, so every file that a row of the copy
names is in the copy (or was destroyed meanwhile, and the list of destructions is applied again after a restore).
A file that the previous backup already has is linked to that copy, not copied again.

The secrets that open the files lie in a separate archive beside the backup, `<name>.secrets.tar` (mode 0600).
Whoever has both can read everything: keep them in different places.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from hienluong.config.database import answering, row_counts, tools_for
from hienluong.config.errors import (
    BackupFailed,
    BackupIncomplete,
    SecretsMissing,
)
from hienluong.config.installation import (
    PORTABLE_SECRETS,
    Installation,
    fsync_directory,
    number_setting,
    write_durably,
)

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a backup.

    Attributes:
        size: in bytes.
        sha256: of its content, in hexadecimal.
        modified: time of last change in nanoseconds since 1970; tells an unchanged file from a changed one.
    """

    size: int
    sha256: str
    modified: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        created_at: ISO 8601, UTC: the moment of the database's snapshot.
        installation: the id, kind, creation time and port of what was copied.
        version: of the program that made it.
        server_version: PostgreSQL's, as 180006 for 18.6.
        rows: number of rows by table, in the same snapshot as the dump.
        pieces: path inside the backup → piece.
        secrets: name of the archive with the secrets, beside the backup, or "" when they are kept elsewhere.
    """

    created_at: str
    installation: Mapping[str, Any]
    version: str
    server_version: int
    rows: Mapping[str, int]
    pieces: Mapping[str, Piece]
    secrets: str
    format: int = FORMAT

    @classmethod
    def read(cls, backup: Path) -> Manifest:
        """Reads the manifest of a backup.

        Raises:
            BackupIncomplete: there is none, or it is damaged.
        """
        try:
            content = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
            pieces = {path: Piece(**piece) for path, piece in content.pop("pieces").items()}
            manifest = cls(pieces=pieces, **content)
        except OSError as problem:
            raise BackupIncomplete(path=backup, reason=f"no readable {MANIFEST}") from problem
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise BackupIncomplete(path=backup, reason=f"{MANIFEST} is damaged") from problem
        if manifest.format != FORMAT:
            raise BackupIncomplete(path=backup, reason=f"its format {manifest.format} is unknown")
        return manifest


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup on disk."""

    path: Path
    manifest: Manifest

    def summary(self) -> dict[str, Any]:
        """Returns what an operator wants to know, as JSON can carry it."""
        pieces = self.manifest.pieces
        return {
            "path": str(self.path),
            "created_at": self.manifest.created_at,
            "kind": self.manifest.installation["kind"],
            "version": self.manifest.version,
            "files": len(pieces) - 1,
            "bytes": sum(piece.size for piece in pieces.values()),
            "rows": sum(self.manifest.rows.values()),
            "secrets": str(self.path.parent / self.manifest.secrets) if self.manifest.secrets else None,
        }


def complete_backups(place: Path) -> list[Backup]:
    """Returns the complete backups in a directory, oldest first; anything else there is left alone."""
    found = []
    if place.is_dir():
        for path in sorted(place.iterdir()):
            with suppress(BackupIncomplete):
                found.append(Backup(path, Manifest.read(path)))
    return sorted(found, key=lambda backup: backup.manifest.created_at)


def run_backup(
    installation: Installation | None = None,
    *,
    to: Path | None = None,
    with_secrets: bool | None = None,
    now: datetime | None = None,
) -> Backup:
    """Makes a backup and then removes those that retention no longer keeps.

    Args:
        installation: what to copy; default: the one of this process.
        to: where backups go; default: HIENLUONG_BACKUP_DIR or `backups/` inside the data directory.
        with_secrets: whether to write the archive of secrets; default: HIENLUONG_BACKUP_SECRETS (on).
        now: the time it bears.

    Raises:
        BackupFailed: it could not be made; nothing incomplete was left behind.
        OperationRefused: the database does not answer, or its tools are missing.
    """
    source = installation or Installation.load_complete()
    place = (to or source.backups).absolute()
    moment = now or datetime.now(UTC)
    keep_secrets = (
        os.environ.get("HIENLUONG_BACKUP_SECRETS", "1") == "1" if with_secrets is None else with_secrets
    )
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(place), answering(source) as url:
            for left in place.glob(".draft-*"):  # of a backup that was killed
                shutil.rmtree(left)
            draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place))
            try:
                backup = _copy(source, url, draft, moment, with_secrets=keep_secrets)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            _forget_old(place, source.id)
    except (OSError, psycopg.Error) as problem:
        raise BackupFailed(reason=str(problem)) from problem
    return backup


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / ".lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(reason=f"another backup to {place} is under way") from None
        yield


def _copy(source: Installation, url: str, draft: Path, now: datetime, *, with_secrets: bool) -> Backup:
    place = draft.parent
    previous = next((found for found in reversed(complete_backups(place)) if _is_of(found, source.id)), None)
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        if row is None:
            raise BackupFailed(reason="the server gave no snapshot")
        tools_for(url).dump(url, draft / DUMP, snapshot=str(row[0]))
        rows = row_counts(connection)
        server_version = connection.info.server_version
    pieces = {DUMP: _piece(draft / DUMP), **_copy_files(source.files, draft / "files", previous)}
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{source.kind}"
    target = place / name
    if target.exists():
        raise BackupFailed(reason=f"{target} exists already")
    secrets_name = f"{name}.secrets.tar" if with_secrets else ""
    if with_secrets:
        write_secrets(source, draft / secrets_name)
    manifest = Manifest(
        created_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        installation={
            "id": source.id,
            "kind": source.kind,
            "created_at": source.created_at,
            "port": source.port,
        },
        version=source.version,
        server_version=server_version,
        rows=rows,
        pieces=pieces,
        secrets=secrets_name,
    )
    write_durably(draft / MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
    if with_secrets:
        (draft / secrets_name).rename(place / secrets_name)
    draft.rename(target)
    fsync_directory(place)
    return Backup(target, manifest)


def _copy_files(source: Path, target: Path, previous: Backup | None) -> dict[str, Piece]:
    """Copies every file below `source`, or links it to the previous backup's copy of the unchanged file."""
    target.mkdir(mode=0o700)
    pieces: dict[str, Piece] = {}
    directories = {target}
    for path in _files_below(source):
        name = f"files/{path.relative_to(source).as_posix()}"
        copy = target.parent / name
        if copy.parent not in directories:
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            directories.update(parent for parent in copy.parents if parent.is_relative_to(target))
        with suppress(FileNotFoundError):  # destroyed, or an orphan swept, since the listing
            pieces[name] = _link_or_copy(path, copy, name, previous)
    for directory in directories:
        fsync_directory(directory)
    return pieces


def _link_or_copy(path: Path, copy: Path, name: str, previous: Backup | None) -> Piece:
    status = path.stat()
    known = previous.manifest.pieces.get(name) if previous else None
    if previous and known and (known.size, known.modified) == (status.st_size, status.st_mtime_ns):
        with suppress(OSError):  # the older copy vanished, or the disk has no hard links
            os.link(previous.path / name, copy)
            return known
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as reader, copy.open("xb") as writer:
        while block := reader.read(1_048_576):
            digest.update(block)
            size += len(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    copy.chmod(0o600)
    os.utime(copy, ns=(status.st_mtime_ns, status.st_mtime_ns))
    return Piece(size, digest.hexdigest(), status.st_mtime_ns)


def _files_below(root: Path) -> Iterator[Path]:
    for directory, _names, files in os.walk(root):
        for name in files:
            yield Path(directory, name)


def _piece(path: Path) -> Piece:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    status = path.stat()
    return Piece(status.st_size, digest, status.st_mtime_ns)


def write_secrets(source: Installation, target: Path) -> None:
    """Writes the secrets that belong to the data (not to one database server) into an archive of mode 0600.

    Raises:
        BackupFailed: the archive exists already or cannot be written.
    """
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, opened with its mode
            with tarfile.open(fileobj=file, mode="w") as archive:
                for path in sorted(source.secrets.iterdir()):
                    if path.is_file() and not path.name.startswith(("database-", ".")):
                        archive.add(path, arcname=path.name)
            file.flush()
            os.fsync(file.fileno())
        fsync_directory(target.parent)
    except OSError as problem:
        raise BackupFailed(reason=f"{target}: {problem.strerror}") from problem


def read_secrets(archive: Path) -> dict[str, str]:
    """Returns the secrets of such an archive by name.

    Raises:
        SecretsMissing: it is not there, is no such archive, or lacks a secret.
    """
    found: dict[str, str] = {}
    try:
        with tarfile.open(archive) as file:
            for member in file.getmembers():
                content = file.extractfile(member)
                if content and "/" not in member.name:
                    found[member.name] = content.read().decode()
    except (OSError, tarfile.TarError, UnicodeDecodeError) as problem:
        raise SecretsMissing(path=archive) from problem
    if not set(PORTABLE_SECRETS) <= set(found):
        raise SecretsMissing(path=archive)
    return found


def verify(backup: Path) -> Manifest:
    """Reads every piece of a backup again and compares it with the manifest.

    Raises:
        BackupIncomplete: a piece is missing or differs.
    """
    manifest = Manifest.read(backup)
    for name, piece in manifest.pieces.items():
        path = backup / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise BackupIncomplete(path=backup, reason=f"{name} leads outside")
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as problem:
            raise BackupIncomplete(path=backup, reason=f"{name} is missing") from problem
        if digest != piece.sha256:
            raise BackupIncomplete(path=backup, reason=f"{name} differs from what was written")
    return manifest


def _is_of(backup: Backup, installation_id: str) -> bool:
    return bool(backup.manifest.installation["id"] == installation_id)


def kept(moments: list[datetime], *, daily: int, weekly: int) -> set[datetime]:
    """Returns which backups retention keeps: the newest of each of the last days and weeks that have one."""
    keep: set[datetime] = set()
    rules: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (daily, lambda moment: moment.date()),
        (weekly, lambda moment: moment.isocalendar()[:2]),
    )
    for number, period in rules:
        newest: dict[object, datetime] = {}
        for moment in sorted(moments):
            newest[period(moment)] = moment
        keep.update(sorted(newest.values())[-number:] if number else [])
    if moments:
        keep.add(max(moments))
    return keep


def _forget_old(place: Path, installation_id: str) -> None:
    """Removes this installation's backups that retention does not keep; the manifest goes first."""
    own = [backup for backup in complete_backups(place) if _is_of(backup, installation_id)]
    moments = {datetime.fromisoformat(backup.manifest.created_at): backup for backup in own}
    keep = kept(
        list(moments),
        daily=number_setting("HIENLUONG_BACKUP_KEEP_DAILY", 7),
        weekly=number_setting("HIENLUONG_BACKUP_KEEP_WEEKLY", 5),
    )
    for moment, backup in moments.items():
        if moment not in keep:
            (backup.path / MANIFEST).unlink()
            shutil.rmtree(backup.path)
            if backup.manifest.secrets:
                (place / backup.manifest.secrets).unlink(missing_ok=True)
