"""The register: a copy gets its number, or is given up before it is signed; the register is taken along as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hienluong.composing import service as composing
from hienluong.copies import queries
from hienluong.copies.commands.steps import keep, locked, recording_refusals
from hienluong.copies.errors import NumberFixed, NumberTaken
from hienluong.copies.models import Copy, Step
from hienluong.copies.policy import require_step
from hienluong.directory.service import Actor, require
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger


def number_copy(
    *, actor: Actor | None, copy_id: UUID, now: datetime, number: str = "", series: str = ""
) -> Copy:
    """Gives a copy its number of this year: from a book of the agency, or as typed. Again with the same one gives what was given.

    Args:
        actor: a clerk of the agency.
        copy_id: which.
        now: the moment.
        number: as typed; empty: the book gives the next one.
        series: of the book; empty: none.

    Raises:
        NotAuthenticated, PermissionMissing, CopyNotFound, StepRefused.
        InvalidInput: neither a number nor a book.
        NumberTaken: another copy of the year has it; NumberFixed: this copy has another one.
        and whatever the books raise; no number was taken then.
    """
    actor = require(actor, "copies.number_copy")
    number, series = number.strip(), series.strip()
    with recording_refusals(actor, "copies.copy-numbered", copy_id, now), transaction.atomic():
        one = locked(actor, copy_id)
        actor = require(actor, "copies.number_copy", one)
        if one.number:
            if number and number.zfill(2) != one.number:
                raise NumberFixed(number=one.number)
            return one
        require_step(one.step, Step.SEALED)
        one.numbered_on = in_vietnam(now).date()
        given = composing.number_given(
            actor=actor,
            typed=number,
            series=series,
            year=one.numbered_on.year,
            purpose=one.of_subject,
            key=f"copies-{one.pk.hex}",
            now=now,
        )
        one.number = given.zfill(2)
        one.number_book = "" if number else series
        try:
            with transaction.atomic():
                one.save()
        except IntegrityError as problem:
            raise NumberTaken(number=one.number, year=one.numbered_on.year) from problem
        keep(one, "copies.copy-numbered", actor=actor, now=now, number=one.number, book=bool(one.number_book))
    return one


def give_up_copy(*, actor: Actor | None, copy_id: UUID, reason: str, now: datetime) -> Copy:
    """Gives up a copy that is not signed yet; its row, number and file stay. Again it stays as it is.

    Raises:
        NotAuthenticated, PermissionMissing, CopyNotFound.
        StepRefused: it is signed. InvalidInput: no reason.
    """
    actor = require(actor, "copies.give_up_copy")
    with recording_refusals(actor, "copies.copy-given-up", copy_id, now), transaction.atomic():
        one = locked(actor, copy_id)
        actor = require(actor, "copies.give_up_copy", one)
        if one.step == Step.GIVEN_UP:
            return one
        require_step(one.step, Step.GIVEN_UP)
        if not reason.strip():
            raise InvalidInput([FieldError("/reason", _("This is required."))])
        one.step, one.given_up_why = Step.GIVEN_UP, reason.strip()[:1000]
        keep(one, "copies.copy-given-up", actor=actor, now=now)
    return one


def export_copies(
    *, actor: Actor | None, kind: str, step: str, form: str, now: datetime
) -> Iterator[list[str]]:
    """Returns the rows of the register, to be read as they are written, and records that they were taken.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not see the register.
    """
    actor = require(actor, "copies.view_copies")
    found = queries.narrowed(actor, kind=kind, step=step)
    with transaction.atomic():
        ledger.record(
            actor=actor.ref,
            action="copies.register-exported",
            subject=f"agency:{actor.agency_code}",
            details={"kind": kind[:10], "step": step[:10], "form": form},
            now=now,
        )
    return (queries.cells_of(one) for one in found.iterator(chunk_size=500))
