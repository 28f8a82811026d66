"""Answers to people who ask in writing who has looked at their data."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, Person, require
from hienluong.evidence.policy import REASON_MAX
from hienluong.kit.errors import FieldError, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger


@transaction.atomic
def answer_request(*, actor: Actor | None, person_id: UUID, request: str, now: datetime) -> Person:
    """Records that somebody sees who looked at a person's data, because that person asked in writing.

    Args:
        actor: who answers.
        person_id: who asked.
        request: number and date of the letter.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not answer such requests.
        NotFound: there is no such person.
        InvalidInput: no letter is named.
    """
    actor = require(actor, "evidence.view_looks")
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    letter = request.strip()[:REASON_MAX]
    if not letter:
        raise InvalidInput([FieldError("/request", _("Name the letter: number and date."))])
    ledger.record(
        actor=actor.ref,
        action="evidence.request-answered",
        subject=f"person:{person.pk}",
        details={"request": letter},
        now=now,
    )
    return person
