"""Public Python API of the vault: store bytes durably, hold them for agencies, open, destroy.

`store` answers only when the ciphertext and its directory entry are on disk (decision 7); the rows that make
it reachable are written by `hold` in the caller's transaction. A file without a row is an orphan and is swept
after 24 hours.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction

from hienluong.files.errors import FileGone, FileKept, FileNotHeld
from hienluong.files.models import Destruction, Holding, SealedFile
from hienluong.files.streams import Part, Upload, file_answer, multipart_answer, read_body, takes_file
from hienluong.kit.filestore import FileMissing, FileStore
from hienluong.kit.ids import new_id
from hienluong.kit.sealed import SealBroken, new_data_key, open_sealed, seal, unwrap_key, wrap_key
from hienluong.kit.spool import Spool
from hienluong.kit.streams import reader_of

__all__ = [
    "Part",
    "StoredFile",
    "Upload",
    "add_keeper",
    "copy_for",
    "destroy",
    "facts_of",
    "file_answer",
    "free_bytes",
    "held_by",
    "hold",
    "holders_of",
    "is_kept",
    "is_present",
    "let_go",
    "lock",
    "multipart_answer",
    "open_for",
    "read_body",
    "read_for",
    "reapply_destructions",
    "release",
    "release_all",
    "share",
    "store",
    "stream_for",
    "sweep_orphans",
    "takes_file",
    "vault",
]

log = logging.getLogger(__name__)
ORPHAN_AFTER_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is on disk and has no holder yet; `key` opens it and is never stored in the clear."""

    id: UUID
    size: int
    sha256: bytes
    key: bytes


@functools.cache
def _store(root: Path) -> FileStore:
    return FileStore(root)


def vault() -> FileStore:
    """Returns the store of this installation."""
    return _store(Path(settings.FILES_ROOT))


@functools.cache
def _master_key(path: Path) -> bytes:
    return hashlib.sha256(b"tests").digest() if settings.TESTING else bytes.fromhex(path.read_text().strip())


@functools.lru_cache(maxsize=4096)
def _holder_key(holder: UUID) -> bytes:
    """Returns the holder's key-encryption key, derived from the master key (RFC 5869)."""
    master = _master_key(Path(settings.MASTER_KEY_FILE))
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hienluong holder " + holder.bytes).derive(
        master
    )


def store(source: bytes | BinaryIO) -> StoredFile:
    """Seals the bytes under a fresh key, writes and fsyncs them, and returns what `hold` needs.

    Raises:
        Unavailable: the disk is full or cannot be written.
    """
    key = new_data_key()
    file_id = new_id()
    info = vault().write(lambda target: seal(source, target, key), file_id.hex)
    return StoredFile(file_id, info.size, info.sha256, key)


def hold(stored: StoredFile, *, holders: Iterable[UUID], now: datetime) -> None:
    """Writes the file's row and one wrapped key per holder, in the caller's transaction."""
    rows: list[Any] = []
    wanted = sorted(set(holders))
    for holder in wanted:
        rows += [stored.id, holder, _wrap(stored.id, holder, stored.key)]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH file AS (INSERT INTO files_sealedfile (id, size, sha256, stored_at) VALUES (%s,%s,%s,%s)) "  # noqa: S608 - only placeholders are joined
            "INSERT INTO files_holding (file_id, holder, wrapped_key) VALUES "
            + ",".join(["(%s,%s,%s)"] * len(wanted)),
            [stored.id, stored.size, stored.sha256, now, *rows],
        )


def share(*, file_id: UUID, holder: UUID, others: Iterable[UUID]) -> None:
    """Gives further holders a key of their own to a file that `holder` can open, in the caller's transaction.

    Raises:
        FileNotHeld: the holder has no key.
    """
    key = _key_of(holder, file_id)
    Holding.objects.bulk_create(
        [
            Holding(file_id=file_id, holder=one, wrapped_key=_wrap(file_id, one, key))
            for one in sorted(others)
        ],
        ignore_conflicts=True,
    )


def _wrap(file_id: UUID, holder: UUID, key: bytes) -> bytes:
    return wrap_key(_holder_key(holder), key, file_id.bytes + holder.bytes)


def open_for(*, holder: UUID, file_id: UUID) -> Iterator[bytes]:
    """Yields the file's bytes to a holder, in chunks.

    Raises:
        FileNotHeld: this holder has no key (never had one, or its copy was destroyed).
        FileGone: the key is there but the ciphertext is missing or damaged: an operator must restore it.
    """
    return _chunks(file_id, _key_of(holder, file_id))


def _key_of(holder: UUID, file_id: UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wrapped_key FROM files_holding WHERE file_id = %s AND holder = %s", [file_id, holder]
        )
        row = cursor.fetchone()
    if row is None:
        raise FileNotHeld(file_id=file_id)
    return unwrap_key(_holder_key(holder), bytes(row[0]), file_id.bytes + holder.bytes)


def _chunks(file_id: UUID, key: bytes) -> Iterator[bytes]:
    try:
        with vault().open(file_id.hex) as source:
            yield from open_sealed(source, key)
    except (FileMissing, SealBroken) as problem:
        raise FileGone(file_id=file_id) from problem


def stream_for(*, holder: UUID, file_id: UUID) -> BinaryIO:
    """Returns the file to a holder as something to read from once; errors as `open_for`, the latter while reading."""
    return reader_of(open_for(holder=holder, file_id=file_id))


def copy_for(*, holder: UUID, file_id: UUID) -> BinaryIO:
    """Returns a copy of the file to a holder, to be read from any place; it is gone once nobody reads it any more.

    Raises:
        FileNotHeld, FileGone: as `open_for`; nothing of the copy stays.
    """
    return Spool.of(open_for(holder=holder, file_id=file_id)).whole().open()


def read_for(*, holder: UUID, file_id: UUID) -> bytes:
    """Returns the whole file to a holder; for files known to be small."""
    return b"".join(open_for(holder=holder, file_id=file_id))


def is_present(file_id: UUID) -> bool:
    """Returns whether the ciphertext is in the store."""
    return vault().holds(file_id.hex)


Keeper = Callable[[UUID, UUID], bool]
_keepers: list[Keeper] = []


def add_keeper(keeper: Keeper) -> None:
    """Asks the function before every destruction whether it keeps the copy: (file, holder)."""
    _keepers.append(keeper)


def is_kept(*, file_id: UUID, holder: UUID) -> bool:
    """Returns whether something keeps a holder's copy from being destroyed; the file's row is to be locked."""
    return any(keeper(file_id, holder) for keeper in _keepers)


def lock(file_ids: Iterable[UUID]) -> None:
    """Locks files until the end of the transaction: none of their copies is destroyed meanwhile."""
    list(SealedFile.objects.select_for_update().filter(id__in=list(file_ids)).order_by("id"))


def facts_of(file_id: UUID) -> tuple[int, bytes]:
    """Returns size and SHA-256 of the plain bytes of a file that somebody holds."""
    found = SealedFile.objects.get(id=file_id)
    return found.size, bytes(found.sha256)


@transaction.atomic
def destroy(*, file_id: UUID, holder: UUID, reason: str, now: datetime) -> None:
    """Destroys a holder's copy: its key goes now, the ciphertext with the last key (Decree 30/2020, App. VI, III.8).

    The destruction is kept for good, in the table and, once it has committed, in `destructions.jsonl` beside the files
    (fsynced), so that a restore from an older backup re-applies it.

    Raises:
        FileKept: something keeps the copy (`add_keeper`).
    """
    lock([file_id])
    if is_kept(file_id=file_id, holder=holder):
        raise FileKept(file_id=file_id)
    Destruction.objects.get_or_create(
        file_id=file_id, holder=holder, defaults={"destroyed_at": now, "reason": reason}
    )
    transaction.on_commit(write_journal, robust=True)
    _drop(file_id, holder)


@transaction.atomic
def write_journal() -> int:
    """Writes destructions into `destructions.jsonl` that have committed and are not there yet; returns how many.

    Never before their commit: what stands there is destroyed by every restore, and an act that was refused or broken
    off after its first destruction has destroyed nothing.
    """
    waiting = list(Destruction.objects.select_for_update().filter(journaled=False).order_by("pk"))
    if not waiting:
        return 0
    facts = (
        {
            "file": str(one.file_id),
            "holder": str(one.holder),
            "at": one.destroyed_at.isoformat(),
            "reason": one.reason,
        }
        for one in waiting
    )
    # Begun on a line of its own, whatever a power cut left of the last one.
    text = "\n" + "".join(f"{json.dumps(fact)}\n" for fact in facts)
    descriptor = os.open(_journal(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "ab") as journal:  # noqa: PTH123 - a descriptor, opened with its mode
        journal.write(text.encode())
        journal.flush()
        os.fsync(descriptor)
    Destruction.objects.filter(pk__in=[one.pk for one in waiting]).update(journaled=True)
    return len(waiting)


def _journal() -> Path:
    return Path(settings.FILES_ROOT) / "destructions.jsonl"


def _drop(file_id: UUID, holder: UUID) -> None:
    SealedFile.objects.select_for_update().filter(id=file_id).first()  # two holders' last keys at once
    Holding.objects.filter(file_id=file_id, holder=holder).delete()
    if not Holding.objects.filter(file_id=file_id).exists():
        SealedFile.objects.filter(id=file_id).delete()
        transaction.on_commit(lambda: vault().delete(file_id.hex))


@transaction.atomic
def release(*, file_id: UUID) -> None:
    """Gives a file up for every holder, without the lasting record that a destruction leaves: for test data only."""
    release_all(file_ids=[file_id])


@transaction.atomic
def release_all(*, file_ids: Iterable[UUID]) -> None:
    """Gives files up that were never more than handed in: what was taken over by mistake, say; no lasting record."""
    remaining = iter(sorted(file_ids))
    while batch := list(itertools.islice(remaining, 1000)):
        list(SealedFile.objects.select_for_update().filter(id__in=batch).values_list("id"))
        Holding.objects.filter(file_id__in=batch).delete()
        SealedFile.objects.filter(id__in=batch).delete()
        transaction.on_commit(functools.partial(_delete_ciphertexts, batch))


@transaction.atomic
def let_go(*, holder: UUID, file_ids: Iterable[UUID]) -> None:
    """Gives a holder's copies up that were never more than handed in, the ciphertext with the last; no lasting record."""
    for file_id in sorted(file_ids):
        _drop(file_id, holder)


def _delete_ciphertexts(file_ids: list[UUID]) -> None:
    for file_id in file_ids:
        vault().delete(file_id.hex)


@transaction.atomic
def reapply_destructions() -> int:
    """Destroys again, after a restore, whatever the table or the journal says was destroyed; returns how many copies."""
    if _journal().exists():
        for line in _journal().read_text().splitlines():
            try:
                fact = json.loads(line or "null")
            except ValueError:
                log.warning("A line of %s was cut by a power cut and is passed over.", _journal())
                continue  # it was written again below
            if fact is None:
                continue
            Destruction.objects.get_or_create(
                file_id=UUID(fact["file"]),
                holder=UUID(fact["holder"]),
                defaults={
                    "destroyed_at": datetime.fromisoformat(fact["at"]),
                    "reason": fact["reason"],
                    "journaled": True,
                },
            )
    count = 0
    with (
        connection.cursor() as cursor
    ):  # what was destroyed lawfully is, though a hold of then stands in the backup
        cursor.execute("SET LOCAL hienluong.reapplying = 'on'")
    for destruction in Destruction.objects.iterator():
        if Holding.objects.filter(file_id=destruction.file_id, holder=destruction.holder).exists():
            _drop(destruction.file_id, destruction.holder)
            count += 1
    return count


def sweep_orphans() -> int:
    """Deletes files older than 24 hours that no row refers to (the act that wrote them never committed).

    Completes the journal of destructions too, where a process ended between a commit and its line there.
    """
    write_journal()
    swept = 0
    batch: list[str] = []

    def sweep(names: list[str]) -> int:
        known = {
            file_id.hex for file_id in SealedFile.objects.filter(id__in=names).values_list("id", flat=True)
        }
        orphans = [name for name in names if name not in known]
        for name in orphans:
            vault().delete(name)
        return len(orphans)

    for name in vault().names_older_than(ORPHAN_AFTER_SECONDS):
        batch.append(name)
        if len(batch) == 1000:  # noqa: PLR2004 - a batch, not a rule
            swept += sweep(batch)
            batch = []
    return swept + sweep(batch)


def free_bytes() -> int:
    """Returns the free space of the disk the files are on."""
    return vault().free_bytes()


def holders_of(file_id: UUID) -> list[UUID]:
    """Returns who holds a copy of the file."""
    return list(Holding.objects.filter(file_id=file_id).values_list("holder", flat=True))


def held_by(holder: UUID, file_ids: Collection[UUID]) -> set[UUID]:
    """Returns of which of the files the holder has a copy."""
    found = Holding.objects.filter(holder=holder, file_id__in=file_ids)
    return set(found.values_list("file_id", flat=True))
