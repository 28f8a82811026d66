"""Comparisons of both systems, their counts by day and agency, and the documents in which they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from hienluong.directory.service import Actor, require
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.errors import FieldError
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.models import Comparison, DayCount, Difference

PER_PAGE = 50
COMPARISONS_SHOWN = 50
DAYS_SHOWN = 400


def comparisons(actor: Actor | None) -> list[Comparison]:
    """Returns the agency's comparisons, newest first.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    actor = require(actor, "takeover.manage_intakes")
    found = Comparison.objects.filter(agency=actor.agency_id).order_by("-created_at", "pk")
    return list(found[:COMPARISONS_SHOWN])


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison: its counts by day and agency, and one page of its differences of one kind."""

    row: Comparison
    days: list[DayCount]
    differences: Page[Difference]
    errors: list[FieldError]


def comparison(actor: Actor | None, comparison_id: UUID, *, kind: str = "", after: int = 0) -> Compared:
    """Returns one comparison of the agency.

    Raises:
        NotAuthenticated, PermissionMissing, IntakeUnknown.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = Comparison.objects.filter(pk=comparison_id, agency=actor.agency_id).first()
    if row is None:
        raise IntakeUnknown(id=comparison_id)
    found = row.differences.filter(pk__gt=after).order_by("pk")
    if kind:
        found = found.filter(kind=kind)
    return Compared(
        row,
        list(row.days.order_by("day", "agency_name")[:DAYS_SHOWN]),
        page_of(found, PER_PAGE),
        [FieldError(**one) for one in row.errors],
    )


def difference_rows(
    actor: Actor | None, comparison_id: UUID, words: Mapping[str, str], *, agency: str = ""
) -> Iterator[list[str]]:
    """Yields every difference as a row of a table; one row per field that differs.

    Args:
        actor: a clerk of the agency, or the platform with the agency's code.
        comparison_id: of the comparison.
        words: names of kinds and fields in the reader's language.
        agency: its code, where the actor acts for none.

    Raises:
        NotAuthenticated, PermissionMissing, AgencyNotNamed, IntakeUnknown.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = Comparison.objects.filter(pk=comparison_id, agency=agency_for(actor, agency)).first()
    if row is None:
        raise IntakeUnknown(id=comparison_id)
    return _rows(row, words)


def _rows(row: Comparison, words: Mapping[str, str]) -> Iterator[list[str]]:
    for one in row.differences.order_by("kind", "pk").iterator(chunk_size=1000):
        begin = [
            words.get(one.kind, one.kind),
            f"{one.day:%d/%m/%Y}" if one.day else "",
            one.number,
            one.agency_name,
            one.subject,
            str(one.row or ""),
        ]
        for field, theirs, ours in one.found or [["", "", ""]]:
            yield [*begin, words.get(field, field), theirs or "", ours or ""]
