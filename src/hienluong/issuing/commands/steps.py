"""What every act on a document shares: finding it locked, taking a step, and recording what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.files.service import StoredFile
from hienluong.issuing import queries
from hienluong.issuing.errors import DocumentChanged, DocumentNotFound
from hienluong.issuing.models import Document, Passage, Step
from hienluong.issuing.policy import require_step
from hienluong.issuing.telling import tell_next
from hienluong.ledger import service as ledger


def locked(actor: Actor | None, document_id: UUID) -> Document:
    """Returns a document that the actor may see, locked until the transaction ends.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound.
    """
    found = queries.visible_to(actor).select_for_update(of=("self",)).filter(pk=document_id).first()
    if found is None:
        raise DocumentNotFound(id=document_id)
    return found


def locked_as(actor: Actor, seen: Document) -> Document:
    """Returns a document that was read before, locked, once it is found to be as it was read.

    Raises:
        DocumentChanged: another act came between.
    """
    found = locked(actor, seen.pk)
    if (found.step, found.file_sha256, found.changed_at) != (seen.step, seen.file_sha256, seen.changed_at):
        raise DocumentChanged
    return found


def take_step(
    document: Document,
    step: Step,
    *,
    actor: Actor,
    now: datetime,
    said: str = "",
    by: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Takes a document one step further in the caller's transaction: its row, the passage, who is next, the entry.

    `by` names who took it where that is not the actor: a system carries the signature of a person.

    Raises:
        StepRefused: the table does not allow it.
    """
    require_step(document.step, step)
    document.step, document.changed_at = step, now
    document.save()
    record_passage(document, step, by=by or actor.name, now=now, said=said)
    tell_next(document, now)
    ledger.record(
        actor=actor.ref,
        action=f"issuing.document-{step.value}",
        subject=f"issuing:{document.pk}",
        details={"file_sha256": document.file_sha256, "reference": document.reference, **(details or {})},
        now=now,
    )


def record_passage(document: Document, step: Step, *, by: str, now: datetime, said: str = "") -> None:
    """Writes that a document came to a step, and by whom."""
    Passage.objects.create(document=document, step=step, at=now, by=by[:200], said=said[:1000])


def replace_file(document: Document, stored: StoredFile, *, now: datetime) -> None:
    """Lets a document have other bytes from now on; those it had before go, unless they are what was handed in."""
    files.hold(stored, holders=[document.pk], now=now)
    if document.file != document.original:
        files.let_go(holder=document.pk, file_ids=[document.file])
    document.file, document.file_sha256 = stored.id, stored.sha256.hex()


def recording_refusals(
    actor: Actor | None, action: str, document_id: UUID, now: datetime
) -> AbstractContextManager[None]:
    """Records that an act on a document was refused."""
    return ledger.recording_refusals(
        actor=actor.ref if actor else None,
        action=action,
        subject=f"issuing:{document_id}",
        now=now,
        besides=DocumentNotFound,
    )
