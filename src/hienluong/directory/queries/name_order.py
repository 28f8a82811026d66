"""Lists in Vietnamese order, by `sort_key` and then id: the cursor of a row, and what stands behind one."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import Q


class Named(Protocol):
    """A row of such a list."""

    pk: UUID
    sort_key: str


def name_cursor(row: Named) -> str:
    """Returns the cursor of a row."""
    return f"{row.sort_key}~{row.pk}"


def after_name(cursor: str) -> Q:
    """Returns the condition "after this place in the list"; after a damaged cursor there is nothing."""
    key, _, last = cursor.rpartition("~")
    try:
        place = UUID(last)
    except ValueError:
        return Q(pk__in=[])
    return Q(sort_key__gt=key) | Q(sort_key=key, pk__gt=place) if key.isprintable() else Q(pk__in=[])
