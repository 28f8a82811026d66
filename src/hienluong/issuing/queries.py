"""Reads: documents by where they wait, one of them with its files and passages, and how many wait for whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hienluong.directory.service import Actor, Post, allowed, require
from hienluong.files import service as files
from hienluong.issuing import authority
from hienluong.issuing.errors import DocumentNotFound, RunNotFound
from hienluong.issuing.models import AttachedFile, Document, Passage, Run, RunItem, Step
from hienluong.issuing.policy import ON_THE_WAY, Right
from hienluong.kit.clock import in_vietnam
from hienluong.kit.cursors import Page, page_of, read_id_cursor, write_cursor
from hienluong.signing import service as signing
from hienluong.signing.service import SigningCertificate

PER_PAGE: Final = 25
_ALL_OF_AGENCY: Final = frozenset({"clerk", "head", "deputy"})
SHOWS: Final = ("sign", "number", "seal", "issue", "mine", "returned", "issued", "all")
_BY_STEP: Final = {
    "number": Step.PREPARED,
    "seal": Step.SIGNED,
    "issue": Step.SEALED,
    "returned": Step.RETURNED,
    "issued": Step.ISSUED,
}
WAITS_FOR: Final = {
    "sign": (Step.NUMBERED, "issuing.sign_document"),
    "seal": (Step.SIGNED, "issuing.seal_document"),
}
_WITH: Final = ("agency", "signer__person", "signer__agency", "delegation__giver", "delegation__basis__giver")


def visible_to(actor: Actor | None) -> QuerySet[Document]:
    """Returns the documents that the actor may see.

    Clerks, heads, deputies and systems see all of their agency, and what they are to sign for another; officers what they
    handed in or are to sign; the command line all.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees none.
    """
    actor = require(actor, "issuing.view_documents")
    found = Document.objects.select_related(*_WITH)
    if actor.kind == "platform":
        return found
    own = Q(signer=actor.post_id) | Q(prepared_by=actor.post_id) if actor.post_id is not None else Q()
    if actor.kind == "system":
        return found.filter(agency=actor.agency_id)
    return found.filter(own | Q(agency=actor.agency_id) if actor.role in _ALL_OF_AGENCY else own)


def documents(
    actor: Actor | None,
    *,
    show: str = "all",
    after: str = "",
    limit: int = PER_PAGE,
    cursor_named: str = "",
) -> Page[Document]:
    """Returns documents, the newest first.

    Args:
        actor: who asks.
        show: one of `SHOWS`: what waits for the actor's signature, or is at a step, or was handed in by the actor.
        after: the cursor of the former page.
        limit: how many at most.
        cursor_named: the parameter to name when the cursor is none; empty: the list begins anew then.

    Raises:
        NotAuthenticated, PermissionMissing, InvalidInput.
    """
    found = _shown(actor, visible_to(actor), show)
    if place := read_id_cursor("issuing", after, field=cursor_named):
        found = found.filter(pk__lt=place)
    return page_of(found.order_by("-pk"), limit, lambda row: write_cursor("issuing", str(row.pk)))


def _shown(actor: Actor | None, found: QuerySet[Document], show: str) -> QuerySet[Document]:
    post = actor.post_id if actor is not None else None
    if show == "sign":
        return found.filter(step=Step.NUMBERED, signer=post) if post is not None else found.none()
    if show == "mine":
        return found.filter(prepared_by=post) if post is not None else found.filter(prepared_by=None)
    if step := _BY_STEP.get(show):
        return found.filter(step=step)
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for the actor: for a signature, and for the clerk's acts; those that came back."""

    to_sign: int = 0
    to_number: int = 0
    to_seal: int = 0
    to_issue: int = 0
    returned: int = 0


def waiting(actor: Actor) -> Waiting:
    """Returns what waits for the actor; one statement. Nothing for whoever has no part in it."""
    if actor.kind != "person" or not allowed(actor, "issuing.view_documents"):
        return Waiting()
    signs = Q(step=Step.NUMBERED, signer=actor.post_id)
    mine = Q(step=Step.RETURNED, prepared_by=actor.post_id)
    wanted = {"to_sign": signs, "returned": mine}
    if allowed(actor, "issuing.number_document"):
        own = Q(agency=actor.agency_id)
        wanted |= {
            "to_number": own & Q(step=Step.PREPARED),
            "to_seal": own & Q(step=Step.SIGNED),
            "to_issue": own & Q(step=Step.SEALED),
        }
    found = Document.objects.filter(step__in=ON_THE_WAY).filter(
        Q(agency=actor.agency_id) | Q(signer=actor.post_id)
    )
    return Waiting(**found.aggregate(**{name: Count("pk", filter=one) for name, one in wanted.items()}))


def document(actor: Actor | None, document_id: UUID) -> Document:
    """Returns a document.

    Raises:
        NotAuthenticated, PermissionMissing.
        DocumentNotFound: there is none, or the actor may not see it.
    """
    found = visible_to(actor).filter(pk=document_id).first()
    if found is None:
        raise DocumentNotFound(id=document_id)
    return found


def waiting_among(actor: Actor | None, ids: Sequence[UUID], what: str) -> list[Document]:
    """Returns those of some documents that wait for the actor to "sign" or "seal" them, the newest first.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    step, permission = WAITS_FOR[what]
    found = visible_to(actor).filter(pk__in=ids, step=step).order_by("-pk")
    return [one for one in found if allowed(actor, permission, one)]


def prepared_for(actor: Actor, prepared_id: UUID, what: str, *, now: datetime) -> tuple[Document, int | None]:
    """Returns the document for which something was prepared, and the position of the file beside it, None for itself.

    Raises:
        NotAuthenticated, PermissionMissing, PreparationNotFound.
        DocumentNotFound: no document of the actor's has these bytes any more.
    """
    sha256 = signing.prepared(actor, prepared_id, now=now).file_sha256
    waiting = visible_to(actor).filter(step=WAITS_FOR[what][0])
    found = waiting.filter(file_sha256=sha256).first()
    if found is not None:
        return found, None
    beside = AttachedFile.objects.filter(
        document__in=waiting.values("pk"), original_sha256=sha256, sealed=None
    ).first()
    if beside is None or what != "seal":
        raise DocumentNotFound
    return document(actor, beside.document_id), beside.position


@dataclass(frozen=True, slots=True)
class Certificates:
    """With which certificates a document can be signed as its named post, and sealed."""

    sign: list[SigningCertificate]
    seal: list[SigningCertificate]


def certificates_for(actor: Actor | None, document_id: UUID, *, now: datetime) -> Certificates:
    """Returns the certificates of a document for a system of its agency; errors as `document`."""
    found = document(actor, document_id)
    actor = require(actor, "issuing.sign_document", found)
    people = [one.pk for one in authority.people_acting_in(found.signer, in_vietnam(now).date())]
    return Certificates(
        sign=signing.certificates_of(actor, now=now, people=people, agency=False),
        seal=signing.certificates_of(actor, now=now, agency=True),
    )


def signers(actor: Actor | None, day: date) -> list[tuple[Post, list[Right]]]:
    """Returns who may sign for the actor's agency on a day, and by which rights.

    Raises:
        NotAuthenticated, PermissionMissing: the actor hands nothing in.
    """
    actor = require(actor, "issuing.prepare_document")
    return authority.signers_of(actor.agency_id, day) if actor.agency_id is not None else []


def signer(actor: Actor | None, post_id: int, day: date) -> Post | None:
    """Returns a post that may sign for the actor's agency on a day, None where it may not; errors as `signers`."""
    return next((post for post, _rights in signers(actor, day) if post.pk == post_id), None)


def files_of(document: Document) -> list[AttachedFile]:
    """Returns the files beside a document, in their order."""
    return list(document.files.order_by("position"))


def passages_of(document: Document) -> list[Passage]:
    """Returns what was done with a document, the first step first."""
    return list(document.passages.order_by("pk"))


def file_bytes(document: Document) -> bytes:
    """Returns the document's PDF as it is now.

    Raises:
        FileNotHeld, FileGone: it is damaged; an operator must restore it.
    """
    return files.read_for(holder=document.pk, file_id=document.file)


def attached_bytes(document: Document, one: AttachedFile) -> bytes:
    """Returns a file beside a document, sealed where it is; errors as `file_bytes`."""
    return files.read_for(holder=document.pk, file_id=one.sealed or one.original)


def attached_file(actor: Actor | None, document_id: UUID, position: int) -> tuple[Document, AttachedFile]:
    """Returns a document with one file beside it; errors as `document`."""
    found = document(actor, document_id)
    one = found.files.filter(position=position).first()
    if one is None:
        raise DocumentNotFound(id=document_id)
    return found, one


def due_for_renewal(limit: int, *, now: datetime) -> Iterator[Document]:
    """Yields documents whose last time-stamp is due to be renewed."""
    yield from (
        Document.objects.filter(renew_at__lte=now).select_related("agency").order_by("renew_at")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """A run with its items, and how many are done or were refused."""

    run: Run
    items: list[RunItem]

    @property
    def finished(self) -> int:
        """How many have their outcome."""
        return sum(1 for one in self.items if one.done_at is not None or one.refused is not None)

    @property
    def refused(self) -> int:
        """How many were refused."""
        return sum(1 for one in self.items if one.refused is not None)


def run(actor: Actor | None, run_id: UUID) -> Progress:
    """Returns a run that the actor began.

    Raises:
        NotAuthenticated, PermissionMissing, RunNotFound.
    """
    actor = require(actor, "issuing.view_documents")
    found = Run.objects.filter(pk=run_id, person=actor.person_id).first() if actor.person_id else None
    if found is None:
        raise RunNotFound(id=run_id)
    return Progress(found, list(found.items.select_related("document").order_by("position")))
