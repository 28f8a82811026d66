"""Issues a document: sent over the axis to those it is for, or issued without sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Attached, Draft
from hienluong.issuing import queries
from hienluong.issuing.authority import line_above
from hienluong.issuing.commands.steps import locked, recording_refusals, take_step
from hienluong.issuing.errors import NothingToSend
from hienluong.issuing.models import Document, Step
from hienluong.issuing.policy import require_step

POST_MOST, NAME_MOST = 100, 50


def issue_document(
    *,
    actor: Actor | None,
    document_id: UUID,
    now: datetime,
    send: bool = True,
    recipients: Sequence[str] = (),
    groups: Sequence[UUID] = (),
    priority: int = 0,
    due_on: date | None = None,
    also_on_paper: bool = False,
    declared_not_secret: bool = False,
) -> Document:
    """Issues a sealed document, and sends it with the files beside it. Issued already, it stays as it is.

    Args:
        actor: a clerk of the agency.
        document_id: which.
        now: the moment.
        send: False: it goes out another way, on paper or by hand.
        recipients: codes of agencies.
        groups: of recipients.
        priority: as the axis has it: 0 none, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc.
        due_on: answer by.
        also_on_paper: whether a paper copy is sent as well.
        declared_not_secret: that it is no state secret.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound: the actor is no clerk of the agency.
        StepRefused: it is not sealed.
        NothingToSend: no recipient.
        and whatever `exchange.service.send_document` raises; it waits on, and nothing was sent.
    """
    actor = require(actor, "issuing.issue_document")
    with recording_refusals(actor, "issuing.document-issued", document_id, now), transaction.atomic():
        document = locked(actor, document_id)
        actor = require(actor, "issuing.issue_document", document)
        if document.step == Step.ISSUED:
            return document
        require_step(document.step, Step.ISSUED)
        if send:
            if not recipients and not groups:
                raise NothingToSend
            receipt = exchange.send_document(
                actor=actor,
                draft=_draft(document, recipients, groups, priority, due_on, also_on_paper=also_on_paper),
                declared_not_secret=declared_not_secret,
                idempotency_key=f"issuing-{document.pk.hex}",
                now=now,
            )
            document.packet = receipt.packet_id
        document.issued_by, document.issued_at = actor.name[:200], now
        details = {
            "packet": str(document.packet) if document.packet else "",
            "sealed_sha256": document.sealed_sha256,
        }
        take_step(document, Step.ISSUED, actor=actor, now=now, details=details)
    return document


def _draft(
    document: Document,
    recipients: Sequence[str],
    groups: Sequence[UUID],
    priority: int,
    due_on: date | None,
    *,
    also_on_paper: bool,
) -> Draft:
    """Returns what is sent: the sealed PDF first, then the files beside it."""
    signer = document.signer
    assert document.dated_on is not None  # noqa: S101 - numbered long ago
    beside = [Attached(one.name, queries.attached_bytes(document, one)) for one in queries.files_of(document)]
    return Draft(
        recipients=list(recipients),
        groups=list(groups),
        type_name=document.type_name,
        number=document.number,
        notation=document.notation,
        issued_on=document.dated_on,
        subject=document.subject,
        signer_name=signer.person.full_name[:NAME_MOST],
        signer_position=signer.title[:POST_MOST],
        signer_competence=line_above(document)[:POST_MOST],
        priority=priority,
        due_on=due_on,
        also_on_paper=also_on_paper,
        attachments=[Attached(document.file_name, queries.file_bytes(document)), *beside],
    )
