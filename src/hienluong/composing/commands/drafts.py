"""Saves, discards and clears drafts. Nothing typed is lost: where two pages wrote, both texts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction

from hienluong.composing.errors import DraftNotFound, DraftSent, DraftTooLong
from hienluong.composing.models import Draft, DraftFile
from hienluong.composing.queries import draft as find_draft
from hienluong.composing.queries import sent_as, writer_of
from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.files.service import StoredFile
from hienluong.ledger import service as ledger

LETTERS_MAX = 100_000
CLEARED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a page holds when it saves.

    Attributes:
        draft: the id the draft goes by; the first saving makes it.
        page: the page that saves, so that an answer that was lost is not taken for somebody else's change.
        version: the version that the page began with, 0 for none.
        turn: when it saves, by its own clock in ms; an earlier one of the same page changes nothing. None: a form that
            was sent, which is always the latest.
        answers: what was typed and chosen, by field.
        change_kind, changes: 2 or 3 and the packet, where it updates or replaces one.
        files: names and bytes of files chosen now.
    """

    draft: UUID
    page: UUID
    version: int
    turn: int | None = None
    answers: Mapping[str, list[str]]
    change_kind: int | None = None
    changes: UUID | None = None
    files: Sequence[tuple[str, BinaryIO]] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it is kept now; `elsewhere` is the one that another page changed, where this became one of its own."""

    draft: Draft
    elsewhere: Draft | None
    added: list[UUID]


def save_draft(*, actor: Actor, written: Written, now: datetime) -> Saved:
    """Keeps what a page holds; saying it again harms nothing.

    Where another page saved the draft meanwhile, what this page holds becomes a draft of its own, always the same one.

    Raises:
        PermissionMissing: the actor may not send documents.
        DraftNotFound: the draft is somebody else's, or was written for another agency.
        DraftSent: it was sent meanwhile.
        DraftTooLong: more text than any document has; the draft stays as it was.
        Unavailable: the disk is full.
    """
    author, agency = writer_of(actor)
    letters = sum(len(text) for texts in written.answers.values() for text in texts)
    if letters > LETTERS_MAX:
        raise DraftTooLong(limit=LETTERS_MAX)
    stored = [(name, files.store(source)) for name, source in written.files]
    with transaction.atomic():
        draft, elsewhere = _locked(actor, written.draft), None
        draft_id = written.draft
        if draft is not None and written.page != draft.page and written.version != draft.version:
            elsewhere, draft_id = draft, uuid5(draft.pk, written.page.hex)
            draft = _locked(actor, draft_id)
        if draft is None:
            draft = Draft(pk=draft_id, author_id=author, agency_id=agency, begun_at=now, version=0)
            ledger.record(
                actor=actor.ref,
                action="composing.draft-begun",
                subject=f"draft:{draft_id}",
                details={"beside": str(elsewhere.pk) if elsewhere else ""},
                now=now,
            )
        if (
            draft.version == 0
            or written.turn is None
            or written.page != draft.page
            or written.turn > draft.turn
        ):
            _write(draft, written, now)
        if elsewhere is not None:
            _take_files(elsewhere, draft, written.answers.get("kept", []))
        added = _add_files(draft, stored, now)
    return Saved(draft, elsewhere, added)


def _locked(actor: Actor, draft_id: UUID) -> Draft | None:
    """Returns the draft, None where there is none, and keeps others from saving or sending it until the transaction ends.

    Raises:
        DraftNotFound, DraftSent: as `save_draft`.
    """
    lock_draft(draft_id)
    if sent_as(actor, draft_id) is not None:
        raise DraftSent
    return find_draft(actor, draft_id)


def lock_draft(draft_id: UUID) -> None:
    """Keeps others from saving or sending a draft, one that has no row yet too, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [f"draft {draft_id.hex}"]
        )


def _write(draft: Draft, written: Written, now: datetime) -> None:
    draft.answers = dict(written.answers)
    draft.change_kind, draft.changes = written.change_kind, written.changes
    draft.page = written.page
    draft.turn = draft.turn if written.turn is None else written.turn
    draft.version += 1
    draft.saved_at = now
    draft.save()


def _add_files(draft: Draft, stored: Sequence[tuple[str, StoredFile]], now: datetime) -> list[UUID]:
    """Keeps files with the draft and returns their ids; one that it has already under the same name is not kept twice."""
    kept = []
    for name, one in stored:
        row, is_new = DraftFile.objects.get_or_create(
            draft=draft, name=name, sha256=one.sha256, defaults={"file_id": one.id, "size": one.size}
        )
        if is_new:
            files.hold(one, holders=[draft.pk], now=now)
        kept.append(row.file_id)
    ticked = draft.answers.get("kept", [])
    if fresh := [one.hex for one in kept if one.hex not in ticked]:
        draft.answers["kept"] = [*ticked, *fresh]
        draft.save(update_fields=["answers"])
    return kept


def _take_files(source: Draft, target: Draft, wanted: Sequence[str]) -> None:
    """Keeps files of one draft with another too."""
    for row in source.files.order_by("pk"):
        if row.file_id.hex not in wanted:
            continue
        _row, is_new = DraftFile.objects.get_or_create(
            draft=target,
            name=row.name,
            sha256=row.sha256,
            defaults={"file_id": row.file_id, "size": row.size},
        )
        if is_new:
            files.share(file_id=row.file_id, holder=source.pk, others=[target.pk])


@transaction.atomic
def discard_draft(*, actor: Actor, draft_id: UUID, now: datetime) -> None:
    """Throws a draft away with its files.

    Raises:
        PermissionMissing: the actor may not send documents.
        DraftNotFound: there is none, or it is not the actor's.
    """
    writer_of(actor)
    lock_draft(draft_id)
    found = find_draft(actor, draft_id)
    if found is None:
        raise DraftNotFound
    remove(found)
    ledger.record(
        actor=actor.ref, action="composing.draft-discarded", subject=f"draft:{draft_id}", details={}, now=now
    )


def remove(draft: Draft) -> None:
    """Deletes a draft and gives its files up, in the caller's transaction."""
    files.let_go(holder=draft.pk, file_ids=draft.files.values_list("file_id", flat=True))
    draft.delete()


def clear_drafts(*, now: datetime) -> int:
    """Throws away drafts that nobody saved for as long as the setting says; returns how many."""
    before, cleared = now - timedelta(days=settings.DRAFT_DAYS), 0
    while True:
        with transaction.atomic():
            left = Draft.objects.select_for_update(skip_locked=True).filter(saved_at__lt=before)
            rows = list(left.order_by("saved_at")[:CLEARED_AT_ONCE])
            for row in rows:
                remove(row)
            if rows:
                ledger.record(
                    actor=Actor.platform("drafts").ref,
                    action="composing.drafts-cleared",
                    subject="drafts",
                    details={"count": len(rows), "saved_before": before.isoformat(timespec="seconds")},
                    now=now,
                )
        cleared += len(rows)
        if len(rows) < CLEARED_AT_ONCE:
            return cleared
