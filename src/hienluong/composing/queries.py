"""Reads: the drafts of one person, their files, and what became of one that was sent.

Whoever may send may write. A draft is its author's alone, in the agency it is written for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from hienluong.composing.errors import DraftNotFound
from hienluong.composing.models import Draft, DraftFile
from hienluong.directory.service import Actor, allowed, require
from hienluong.edxml.content import Content
from hienluong.exchange.service import Transmission, agency_of
from hienluong.files import service as files
from hienluong.kit.cursors import Page, page_of

PAGE = 50
DRAFT_KEY = "draft-"


def writer_of(actor: Actor | None) -> tuple[UUID, UUID]:
    """Returns the person who writes and the agency they write for.

    Raises:
        PermissionMissing: the actor may not send documents.
        DraftNotFound: a system: it has no drafts.
    """
    actor = require(actor, "exchange.send_packet")
    if actor.person_id is None:
        raise DraftNotFound
    return actor.person_id, agency_of(actor)


def drafts_visible_to(actor: Actor | None) -> QuerySet[Draft]:
    """Returns what the actor writes for the agency acted for; errors as `writer_of`."""
    author, agency = writer_of(actor)
    return Draft.objects.filter(author=author, agency=agency)


def drafts(actor: Actor | None, *, before: UUID | None = None, limit: int = PAGE) -> Page[Draft]:
    """Returns the actor's drafts, each with `file_count`, behind the draft `before`; errors as `writer_of`."""
    found = drafts_visible_to(actor)
    last = found.filter(pk=before).first() if before else None
    if last is not None:
        found = found.filter(Q(saved_at__lt=last.saved_at) | Q(saved_at=last.saved_at, pk__lt=last.pk))
    found = found.annotate(file_count=Count("files")).order_by("-saved_at", "-id")
    return page_of(found, limit)


def draft(actor: Actor | None, draft_id: UUID) -> Draft | None:
    """Returns a draft of the actor, None where there is none (any more).

    Raises:
        DraftNotFound: somebody else writes it, or the actor wrote it for another agency.
    """
    found = drafts_visible_to(actor).filter(pk=draft_id).first()
    if found is None and Draft.objects.filter(pk=draft_id).exists():
        raise DraftNotFound
    return found


def draft_count(actor: Actor | None) -> int | None:
    """Returns how many drafts the actor has, None for whoever does not write."""
    if actor is None or not allowed(actor, "exchange.send_packet"):
        return None
    return drafts_visible_to(actor).count()


def sent_as(actor: Actor | None, draft_id: UUID) -> UUID | None:
    """Returns the packet as which a draft was sent, None while it was not."""
    _author, agency = writer_of(actor)
    found = Transmission.objects.filter(submitter=agency, idempotency_key=key_of(draft_id))
    return found.values_list("packet_id", flat=True).first()


def key_of(draft_id: UUID) -> str:
    """Returns the idempotency key with which a draft is sent: it goes out once, however often it is sent."""
    return f"{DRAFT_KEY}{draft_id.hex}"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a draft as it is sent along."""

    name: str
    size: int
    file_id: UUID
    draft_id: UUID

    def content(self) -> Content:
        """Returns the file's bytes where they lie.

        Raises:
            FileNotHeld, FileGone: it was cleaned away with the draft, or is damaged.
        """
        return Content.of(self)

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces, as often as asked; errors as `content`."""
        yield from files.open_for(holder=self.draft_id, file_id=self.file_id)


def files_of(draft_id: UUID) -> list[KeptFile]:
    """Returns the files of a draft that the actor has in hand, in the order in which they were chosen."""
    rows = DraftFile.objects.filter(draft=draft_id).order_by("pk")
    return [KeptFile(row.name, row.size, row.file_id, draft_id) for row in rows]


def kept_until(saved_at: datetime) -> datetime:
    """Returns until when a draft is kept that was saved then and is left alone."""
    return saved_at + timedelta(days=settings.DRAFT_DAYS)
