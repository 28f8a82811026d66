"""Reads of the list of reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from hienluong.directory.service import Actor, require, valid_on
from hienluong.reasons.errors import ReasonUnknown
from hienluong.reasons.models import Reason


def reasons(actor: Actor | None, *, on: date | None = None, act: str = "") -> list[Reason]:
    """Returns the reasons in force on a day (None: every one there ever was), by act and in their order."""
    require(actor, "reasons.view_reasons")
    found = Reason.objects.filter(valid_on(on)) if on else Reason.objects.all()
    if act:
        found = found.filter(act=act)
    return list(found.order_by("act", "-valid_to", "valid_from", "id"))


def reason_by_id(actor: Actor | None, reason_id: UUID) -> Reason:
    """Returns one reason.

    Raises:
        ReasonUnknown: there is none.
    """
    require(actor, "reasons.view_reasons")
    found = Reason.objects.filter(pk=reason_id).first()
    if found is None:
        raise ReasonUnknown(reason=reason_id, act="–")
    return found


def phrase(*, act: str, code: str, note: str, on: date) -> str:
    """Returns the words that go with a status: the reason's in Vietnamese, then what the person added.

    Raises:
        ReasonUnknown: the code is not offered for the act on that day.
    """
    if not code:
        return note
    found = Reason.objects.filter(valid_on(on), act=act, code=code).first()
    if found is None:
        raise ReasonUnknown(reason=code, act=act)
    return f"{found.text_vi}: {note.strip()}" if note.strip() else found.text_vi


def codes_in(texts: Sequence[str], *, act: str) -> list[str]:
    """Returns, for each note of another agency, the code of the reason it begins with, "" for one in its own words.

    Ended wordings count too: a status may have been written while they were offered.
    """
    rows = [(words.casefold(), code) for code, words in _wordings(act)]
    fitting = (
        [(len(words), code) for words, code in rows if text.casefold().startswith(words)] for text in texts
    )
    return [max(found)[1] if found else "" for found in fitting]


def _wordings(act: str) -> Iterable[tuple[str, str]]:
    return Reason.objects.filter(act=act).values_list("code", "text_vi")
