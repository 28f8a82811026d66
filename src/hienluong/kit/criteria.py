"""What people look for among documents, and the conditions of SQL that say it of a search key (`search_key`).

The first line of such a key is number and notation, the third the subject, the fourth the other agency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hienluong.kit.search_key import number_pattern, patterns

_TELLS_LITTLE = len("%abc%")
_LINES = {"notation": 1, "subject": 3, "agency": 4}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; empty means any. Diacritics and capitals do not count. Dates are the documents' own.

    `agency` is the sender of what came in, and any recipient of what was sent.
    """

    text: str = ""
    number: str = ""
    notation: str = ""
    subject: str = ""
    agency: str = ""
    dated_from: date | None = None
    dated_to: date | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != NO_CRITERIA


NO_CRITERIA = Criteria()


class Conditions:
    """Conditions joined by AND, with the values of their parameters."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        """Adds one, written with %s for each value."""
        self.texts.append(condition)
        self.values += values

    def plus(self, *others: Conditions) -> Conditions:
        """Returns these and those of others."""
        found = Conditions()
        for one in (self, *others):
            found.texts += one.texts
            found.values += one.values
        return found

    def __str__(self) -> str:
        return " AND ".join(self.texts) or "true"


def conditions(criteria: Criteria, *, key: str, day: str, agency_in_key: bool = True) -> Conditions:
    """Returns what a document must be.

    Args:
        criteria: what is looked for.
        key: the column of the search key.
        day: the column of the document's date.
        agency_in_key: whether the agency that is looked for is the one in the key; else it is left out.
    """
    found = Conditions()
    asked = patterns(criteria.text)
    telling = [
        pattern for pattern in asked if len(pattern) > _TELLS_LITTLE or any(map(str.isdecimal, pattern))
    ]
    for pattern in asked:
        # Short words stand in half of all keys: to follow them through an index costs more than to look for them in
        # what the others found.
        column = key if pattern in telling or not telling else f"({key} || '')"
        found.add(f"{column} LIKE %s", pattern)
    if criteria.number:
        found.add(f"{key} LIKE %s", number_pattern(criteria.number))
    for name, line in _LINES.items():
        if name == "agency" and not agency_in_key:
            continue
        for pattern in patterns(getattr(criteria, name)):
            found.add(f"{key} LIKE %s", pattern)  # what an index can answer; the line is looked at then
            found.add(f"split_part({key}, E'\\n', {line}) LIKE %s", pattern)
    return found.plus(days(criteria, day=day))


def days(criteria: Criteria, *, day: str) -> Conditions:
    """Returns what the column of a document's date must be."""
    found = Conditions()
    if criteria.dated_from:
        found.add(f"{day} >= %s::date", criteria.dated_from)
    if criteria.dated_to:
        found.add(f"{day} <= %s::date", criteria.dated_to)
    return found
