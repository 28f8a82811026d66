"""Gives a document its number and date, and writes them onto its page, before anybody signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hienluong.composing import service as composing
from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.issuing.blanks import Blanks, blanks_of, says, write_into
from hienluong.issuing.commands.steps import locked, recording_refusals, replace_file, take_step
from hienluong.issuing.errors import NumberFixed, NumberTaken
from hienluong.issuing.models import Document, Step
from hienluong.issuing.policy import require_step
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Numbered:
    """What giving a number came to.

    Attributes:
        document: with its number.
        wrote_number, wrote_date: whether the system wrote them onto the page.
        says_number, says_date: whether the page says them now.
    """

    document: Document
    wrote_number: bool
    wrote_date: bool
    says_number: bool
    says_date: bool


def number_document(
    *,
    actor: Actor | None,
    document_id: UUID,
    dated_on: date,
    now: datetime,
    number: str = "",
    series: str = "",
    in_file: bool = False,
) -> Numbered:
    """Gives number and date: from a book of the agency, or as typed. Again for the same document gives the same number.

    Unless they are declared to be in the file already, they are written into the gaps that its first page leaves for them.

    Args:
        actor: a clerk of the agency.
        document_id: which.
        dated_on: the document's day.
        now: the moment.
        number: as typed; empty: the book gives the next one.
        series: of the book; empty: none.
        in_file: whether the file has number and date already.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound, StepRefused.
        InvalidInput: neither a number nor a book, or a day that cannot be.
        NumberTaken: another document of the year has it; NumberFixed: this document has another one.
        NoSuchBook and whatever the books raise; no number was taken then.
    """
    actor = require(actor, "issuing.number_document")
    with recording_refusals(actor, "issuing.document-numbered", document_id, now), transaction.atomic():
        document = locked(actor, document_id)
        actor = require(actor, "issuing.number_document", document)
        require_step(document.step, Step.NUMBERED)
        _check_day(dated_on, now)
        _settle_number(actor, document, dated_on, number.strip(), series.strip(), now)
        pdf = files.read_for(holder=document.pk, file_id=document.file)
        blanks = Blanks() if in_file else blanks_of(pdf)
        if blanks != Blanks():
            pdf = write_into(pdf, blanks, number=document.number, dated_on=dated_on)
            replace_file(document, files.store(pdf), now=now)
        document.dated_on, document.number_in_file = dated_on, in_file
        document.numbered_by = actor.name[:200]
        said = says(pdf, number=document.number, notation=document.notation, dated_on=dated_on)
        try:
            with transaction.atomic():
                document.save()
        except IntegrityError as problem:
            raise NumberTaken(reference=document.reference, year=dated_on.year) from problem
        take_step(
            document,
            Step.NUMBERED,
            actor=actor,
            now=now,
            said=f"{document.reference}, {dated_on:%d/%m/%Y}",
            details={"dated_on": dated_on.isoformat(), "book": document.number_book, "in_file": in_file},
        )
    return Numbered(document, blanks.number is not None, blanks.dated, *said)


def _check_day(dated_on: date, now: datetime) -> None:
    """Refuses a day to come: a document is dated on the day on which it is signed or issued (art. 15; App. I, II.4)."""
    today = in_vietnam(now).date()
    if dated_on > today or dated_on.year < today.year - 1:
        raise InvalidInput(
            [FieldError("/dated_on", _("The day of the document is today or shortly before."))]
        )


def _settle_number(
    actor: Actor, document: Document, dated_on: date, number: str, series: str, now: datetime
) -> None:
    """Gives the document its number; one that it has stays with it."""
    if document.number:
        year = document.dated_on.year if document.dated_on else dated_on.year
        if (number and number != document.number) or year != dated_on.year:
            raise NumberFixed(reference=document.reference, year=year)
        return
    document.number = composing.number_given(
        actor=actor,
        typed=number,
        series=series,
        year=dated_on.year,
        purpose=document.subject,
        key=f"issuing-{document.pk.hex}",
        now=now,
    )
    document.number_book = "" if number else series
