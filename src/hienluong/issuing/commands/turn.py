"""Returns a document with a reason, gives it up, moves what goes onto its page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.issuing import queries
from hienluong.issuing.commands.steps import locked, recording_refusals, take_step
from hienluong.issuing.errors import StepRefused
from hienluong.issuing.models import Document, Step
from hienluong.issuing.places import PERSON, SEAL, place_on, sizes_of
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger

REASON_MOST = 1000
_BEFORE = {PERSON: Step.NUMBERED, SEAL: Step.SIGNED}
_WHO = {PERSON: "issuing.sign_document", SEAL: "issuing.seal_document"}


def return_document(*, actor: Actor | None, document_id: UUID, reason: str, now: datetime) -> Document:
    """Returns a document to who prepared it. A number that it has stays with it.

    Args:
        actor: a clerk of the agency; while it waits for the signature, who is to sign it, too.
        document_id: which.
        reason: what is to be put right.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound.
        StepRefused: it is issued, given up, or was returned already.
        InvalidInput: no reason.
    """
    actor = require(actor, "issuing.return_document")
    with recording_refusals(actor, "issuing.document-returned", document_id, now), transaction.atomic():
        document = locked(actor, document_id)
        actor = require(actor, "issuing.return_document", document)
        words = _reason(reason)
        before, document.returned_why = document.step, words
        details = {"from": before}
        take_step(document, Step.RETURNED, actor=actor, now=now, said=words, details=details)
    return document


def give_up_document(*, actor: Actor | None, document_id: UUID, reason: str, now: datetime) -> Document:
    """Gives a document up for good. A number that it has is not given to another one.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound: as `return_document`, and for whoever did not prepare it.
        StepRefused: it is issued, or given up already. InvalidInput: no reason.
    """
    actor = require(actor, "issuing.withdraw_document")
    with recording_refusals(actor, "issuing.document-given-up", document_id, now), transaction.atomic():
        document = locked(actor, document_id)
        actor = require(actor, "issuing.withdraw_document", document)
        words = _reason(reason)
        details = {"from": document.step}
        take_step(document, Step.GIVEN_UP, actor=actor, now=now, said=words, details=details)
    return document


def move_place(
    *,
    actor: Actor | None,
    document_id: UUID,
    what: str,
    page: int,
    left: float,
    top: float,
    width: float,
    height: float,
    now: datetime,
) -> Document:
    """Puts the person's signature or the agency's seal somewhere else on the page, before it is made.

    Args:
        actor: who is to sign, or a clerk for the seal.
        document_id: which.
        what: "person" or "seal".
        page: counted from 1.
        left: from the left edge of the page, in millimetres, as the following.
        top: from its upper edge.
        width: of the place.
        height: of the place.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound.
        StepRefused: it is not what comes next. InvalidInput, PageUnreadable: the place is not on a page.
    """
    if what not in _BEFORE:
        raise InvalidInput([FieldError("/what", _("There is no such place."))])
    with transaction.atomic():
        document = locked(actor, document_id)
        actor = require(actor, _WHO[what], document)
        if document.step != _BEFORE[what]:
            raise StepRefused(before=document.get_step_display(), after=what)
        place = place_on(
            sizes_of(queries.file_bytes(document)), page=page, left=left, top=top, width=width, height=height
        )
        document.places = {**document.places, what: place.stored()}
        document.changed_at = now
        document.save(update_fields=["places", "changed_at"])
        ledger.record(
            actor=actor.ref,
            action="issuing.place-moved",
            subject=f"issuing:{document.pk}",
            details={"what": what, **{name: str(value) for name, value in place.stored().items()}},
            now=now,
        )
    return document


def _reason(reason: str) -> str:
    words = normalise(reason)
    if not words:
        raise InvalidInput([FieldError("/reason", _("Say why."))])
    if len(words) > REASON_MOST:
        raise InvalidInput([FieldError("/reason", _("At most {limit} characters."), {"limit": REASON_MOST})])
    return words
