"""Makes entries of looks at people's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from hienluong.directory.events import PeopleSeen
from hienluong.evidence.policy import SEEN
from hienluong.kit.events import subscribe
from hienluong.ledger import service as ledger

# Whoever looked at the same person for the same purpose a short while ago is still looking; two requests at the same
# moment count once, since the second one waits for the row and then finds it young.
_NOTE = """
INSERT INTO evidence_look (person_id, actor, purpose, seen_at)
SELECT id, %(actor)s, %(purpose)s, %(at)s::timestamptz FROM directory_person
WHERE id = ANY(%(people)s::uuid[]) ORDER BY id
ON CONFLICT (person_id, actor, purpose) DO UPDATE SET seen_at = excluded.seen_at
WHERE evidence_look.seen_at <= %(since)s::timestamptz
RETURNING person_id
"""


@subscribe(PeopleSeen)
def record_look(event: PeopleSeen) -> None:
    """Records one entry per person, unless the same actor looked at the person for the same purpose a short while ago."""
    span = (
        timedelta(hours=settings.LISTED_LOOK_HOURS)
        if event.listed
        else timedelta(minutes=settings.LOOK_MINUTES)
    )
    values: dict[str, Any] = {
        "actor": f"{event.by.kind}:{event.by.id}"[:80],
        "purpose": event.purpose,
        "at": event.at,
        "people": list(event.person_ids),
        "since": event.at - span,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, values)
            seen = [person for (person,) in cursor.fetchall()]
        ledger.record_many(
            actor=event.by,
            acts=[ledger.Act(SEEN, f"person:{person}", {"purpose": event.purpose}) for person in seen],
            now=event.at,
        )
