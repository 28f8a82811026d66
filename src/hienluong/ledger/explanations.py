"""Explanations: who runs the database wrote past the application, and says so; the log keeps what was done and why.

Without one, such a change would be a fault of every verification for good. An explanation is an act: it names how many
changes no act came with, and takes the rows that were changed past the triggers as they now are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from hienluong.kit.errors import InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.guards import tables
from hienluong.ledger.models import Guard
from hienluong.ledger.rows import DELETED, compare
from hienluong.ledger.sequencer import sequence_waiting
from hienluong.ledger.triggers import write_rows

SUBJECT: Final = "rows:explained"
REASON_LIMIT: Final = 500
SHOWN: Final = 20
"""So many rows are named in the entry itself."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What an explanation covers: changes that no act came with, and rows that were changed past the triggers."""

    changes: int
    rows: int


def explained_to() -> int:
    """Returns up to which place (exclusive) changes without an act have been explained."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry FROM ledger_entry WHERE subject = %s ORDER BY index DESC LIMIT 1", [SUBJECT]
        )
        found = cursor.fetchone()
    try:
        return int(json.loads(bytes(found[0]))["details"]["to"]) if found else 0
    except (ValueError, LookupError, TypeError):
        return 0  # the entry was changed: that is named, and so are the changes


def explain_changes(*, actor: ActorRef, reason: str, now: datetime) -> Explained:
    """Explains everything that verification finds to have been written past the application until now.

    What waits in the queue is put in order before and after. The entries of the log themselves are beyond explanation.

    Args:
        actor: who explains.
        reason: what was done and why, for the record; at most 500 letters.
        now: the moment.

    Raises:
        InvalidInput: there is no reason, or it is too long.
        LedgerDamaged: the log does not fit together.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= REASON_LIMIT:
        raise InvalidInput(detail=_("Say in at most 500 letters what was done and why."))
    sequence_waiting(now=now)
    with transaction.atomic():
        done = _explain(actor, reason, now)
    sequence_waiting(now=now)
    return done


def _explain(actor: ActorRef, reason: str, now: datetime) -> Explained:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(place) + 1, 0) FROM ledger_change")
        to = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM ledger_change WHERE act IS NULL AND place >= %s", [explained_to()]
        )
        changes = cursor.fetchone()[0]
    rows = 0
    named: list[str] = []
    for guard in Guard.objects.filter(until=None, suspended=False):
        table = tables().get(guard.table_name)
        if table is None:
            continue
        found = list(compare(table, guard))
        rows += len(found)
        named += [one.place for one in found][: SHOWN - len(named)]
        write_rows(
            table,
            guard,
            there=[one.key for one in found if one.sentence != DELETED],
            gone=[one.key for one in found if one.sentence == DELETED],
        )
    details = {"reason": reason, "to": to, "changes": changes, "rows": rows, "named": named}
    record_many(actor=actor, acts=[Act("ledger.explain-changes", SUBJECT, details)], now=now)
    return Explained(changes, rows)
