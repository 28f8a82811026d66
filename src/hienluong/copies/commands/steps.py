"""What every act on a copy shares: finding it locked, writing what was done, and recording what was refused."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from hienluong.copies import queries
from hienluong.copies.errors import CopyChanged, CopyNotFound
from hienluong.copies.models import Copy
from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.files.service import StoredFile
from hienluong.ledger import service as ledger


def locked(actor: Actor | None, copy_id: UUID) -> Copy:
    """Returns a copy that the actor may see, locked until the transaction ends.

    Raises:
        NotAuthenticated, PermissionMissing, CopyNotFound.
    """
    found = queries.visible_to(actor).select_for_update(of=("self",)).filter(pk=copy_id).first()
    if found is None:
        raise CopyNotFound(id=copy_id)
    return found


def locked_as(actor: Actor, seen: Copy) -> Copy:
    """Returns a copy that was read before, locked, once it is found to be as it was read.

    Raises:
        CopyChanged: another act came between.
    """
    found = locked(actor, seen.pk)
    if (found.step, found.file_sha256) != (seen.step, seen.file_sha256):
        raise CopyChanged
    return found


def replace_file(one: Copy, stored: StoredFile, *, now: datetime) -> None:
    """Lets a copy have other bytes from now on; those before go."""
    files.hold(stored, holders=[one.pk], now=now)
    if one.file != stored.id:
        files.let_go(holder=one.pk, file_ids=[one.file])
    one.file, one.file_sha256 = stored.id, stored.sha256.hex()


def keep(one: Copy, action: str, *, actor: Actor, now: datetime, **details: Any) -> None:
    """Writes a copy with the entry of what was done with it, in the caller's transaction."""
    one.changed_at = now
    one.save()
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"copies:{one.pk}",
        details={"kind": one.kind, "file_sha256": one.file_sha256, **details},
        now=now,
    )


def recording_refusals(
    actor: Actor | None, action: str, copy_id: UUID, now: datetime
) -> AbstractContextManager[None]:
    """Records that an act on a copy was refused."""
    return ledger.recording_refusals(
        actor=actor.ref if actor else None,
        action=action,
        subject=f"copies:{copy_id}",
        now=now,
        besides=CopyNotFound,
    )
