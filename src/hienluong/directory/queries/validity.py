"""Which rows are in force on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from hienluong.kit import clock


def today() -> date:
    """Returns the present day in Vietnam, by which validity is judged."""
    return clock.in_vietnam(clock.now()).date()


def valid_on(day: date) -> Q:
    """Returns the condition "in force on the day" for rows with valid_from and valid_to (the first day after)."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def not_ended(day: date) -> Q:
    """Returns the condition "in force on the day or later" for rows with valid_to (the first day after)."""
    return Q(valid_to=None) | Q(valid_to__gt=day)
