"""Counts what an administrator should see of a system's calls: refusals, and operations that will be taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from hienluong.kit import clock
from hienluong.systems.models import SystemTally

KEEP_DAYS = 400


def note_refusal(*, system: UUID, code: str, detail: str, now: datetime) -> None:
    """Counts that a system was refused, by the error's code; the ledger has the act itself."""
    _count(system, SystemTally.Kind.REFUSAL, code, detail, now)


def note_deprecated_call(*, system: UUID, operation: str, now: datetime) -> None:
    """Counts a call of an operation that will be taken away (`GET /api/v1/…`)."""
    _count(system, SystemTally.Kind.DEPRECATED, operation, "", now)


def _count(system: UUID, kind: str, what: str, detail: str, now: datetime) -> None:
    shown = "".join(letter for letter in detail if letter.isprintable())[:200]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO systems_systemtally (system_id, kind, what, day, count, last_at, last_detail) "
            "SELECT id, %s, %s, %s, 1, %s, %s FROM systems_agencysystem WHERE id = %s "
            "ON CONFLICT (system_id, kind, what, day) DO UPDATE SET count = systems_systemtally.count + 1, "
            "last_at = EXCLUDED.last_at, last_detail = EXCLUDED.last_detail",
            [str(kind), what[:100], clock.in_vietnam(now).date(), now, shown, system],
        )


def sweep_counts(*, now: datetime) -> int:
    """Deletes counts of more than `KEEP_DAYS` days ago and returns how many."""
    before = clock.in_vietnam(now).date() - timedelta(days=KEEP_DAYS)
    return SystemTally.objects.filter(day__lt=before).delete()[0]
