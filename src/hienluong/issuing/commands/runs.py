"""Seals many documents one after the other: each has its own outcome, and what is done is not done again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, Post, User, actor_of, posts_of, require
from hienluong.issuing import queries
from hienluong.issuing.commands.seal import seal_document
from hienluong.issuing.errors import RunNotFound
from hienluong.issuing.models import Run, RunItem, Step
from hienluong.issuing.signatures import require_certificate
from hienluong.jobs import service as jobs
from hienluong.kit.errors import FieldError, HienluongError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger

MANY_MOST = 200


def begin_run(
    *,
    actor: Actor | None,
    document_ids: Sequence[UUID],
    certificate_id: UUID,
    now: datetime,
    key: UUID | None = None,
) -> Run:
    """Begins to seal several documents with a key of this installation; a job goes on. The same key again gives the same run.

    Raises:
        NotAuthenticated, PermissionMissing: the actor is no clerk.
        CertificateUnfit, SigningCertificateNotFound: no certificate of the agency.
        InvalidInput: none chosen, or more than 200.
    """
    actor = require(actor, "issuing.seal_document")
    if actor.person_id is None or actor.post_id is None:
        raise RunNotFound
    if key is not None and (before := Run.objects.filter(pk=key, person=actor.person_id).first()) is not None:
        return before
    row = require_certificate(actor, certificate_id, agency=True, now=now)
    chosen = queries.visible_to(actor).filter(
        pk__in=list(document_ids)[: MANY_MOST + 1], agency=actor.agency_id, step=Step.SIGNED
    )
    rows = list(chosen.order_by("pk").values_list("pk", flat=True))
    if not rows or len(document_ids) > MANY_MOST:
        raise InvalidInput(
            [FieldError("/documents", _("Choose between 1 and {limit} documents."), {"limit": MANY_MOST})]
        )
    with transaction.atomic():
        run = Run.objects.create(
            pk=key if key is not None and not Run.objects.filter(pk=key).exists() else new_id(),
            person_id=actor.person_id,
            post_id=actor.post_id,
            certificate=row.pk,
            begun_at=now,
        )
        RunItem.objects.bulk_create(
            RunItem(run=run, document_id=one, position=position) for position, one in enumerate(rows)
        )
        ledger.record(
            actor=actor.ref,
            action="issuing.run-begun",
            subject=f"issuing-run:{run.pk}",
            details={"documents": len(rows), "certificate": row.sha256},
            now=now,
        )
        jobs.defer("issuing.seal_run", run_id=str(run.pk))
    return run


def carry_on_run(*, run_id: UUID, now: datetime) -> int:
    """Seals what is left of a run, as the clerk who began it, if that one may still act in that post; returns how many have their outcome."""
    run = Run.objects.select_related("person__user").get(pk=run_id)
    actor = _actor(run)
    finished = 0
    for item in run.items.filter(done_at=None, refused__isnull=True).order_by("position"):
        try:
            seal_document(actor=actor, document_id=item.document_id, certificate_id=run.certificate, now=now)
        except HienluongError as problem:
            facts = {name: str(value) for name, value in problem.params.items()}
            item.refused = {
                "code": problem.code,
                "detail": problem.detail,
                "todo": problem.todo,
                "params": facts,
            }
        else:
            item.done_at = now
        item.save(update_fields=["done_at", "refused"])
        finished += 1
    Run.objects.filter(pk=run.pk, ended_at=None).update(ended_at=now)
    return finished


def _actor(run: Run) -> Actor | None:
    """Returns the clerk in the post of the run, None where the post is not theirs any more."""
    user: User | None = run.person.user
    held: list[Post] = posts_of(user) if user is not None else []
    return next((actor_of(post) for post in held if post.pk == run.post_id), None)
