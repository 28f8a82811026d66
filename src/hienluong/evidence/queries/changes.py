"""Changes of rows that came with an act, for those who acted and those who watch over everything."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from hienluong.directory.service import Actor, require
from hienluong.evidence.errors import ChangeNotVisible
from hienluong.evidence.policy import sees_changes
from hienluong.evidence.queries.entries import visible_entry
from hienluong.ledger import service as ledger
from hienluong.ledger.errors import ChangeUnknown
from hienluong.ledger.service import ChangeProof, Disclosed, RowChange

SHOWN = 50
"""So many changes of one act are shown; each of the others has a proof too, by its number."""


def changes_of_entry(actor: Actor | None, entry_id: UUID, *, limit: int = SHOWN) -> list[RowChange]:
    """Returns the changes that came with an act, the first ones first; none where they are not the actor's to see.

    Raises:
        NotAuthenticated, PermissionMissing, EntryNotVisible: as `visible_entry`.
    """
    return changes_seen(actor, visible_entry(actor, entry_id), limit=limit)


def changes_seen(actor: Actor | None, entry: Disclosed, *, limit: int = SHOWN) -> list[RowChange]:
    """Returns the changes that came with an entry that the actor may see, as `changes_of_entry`."""
    actor = require(actor, "evidence.view_receipts")
    if entry.index is None or not sees_changes(actor, entry, settings.AUDIT_AGENCIES):
        return []
    return ledger.changes_of([entry.index], limit=limit)


def proof_of_change(actor: Actor | None, entry_id: UUID, place: int) -> ChangeProof:
    """Returns the proof of one change that came with an act.

    Args:
        actor: who asks.
        entry_id: the entry of the act.
        place: of the change.

    Raises:
        NotAuthenticated, PermissionMissing, EntryNotVisible: as `visible_entry`.
        ChangeNotVisible: the act did not change so, or it is not the actor's to see.
        NotInCheckpoint: no checkpoint covers it yet; it says when to ask again.
        LedgerDamaged: it is not what the log sealed.
    """
    actor = require(actor, "evidence.view_receipts")
    entry = visible_entry(actor, entry_id)
    try:
        change = ledger.change_at(place)
    except ChangeUnknown as problem:
        raise ChangeNotVisible(place=place, entry_id=entry_id) from problem
    came_with = entry.index is not None and change.said["act"] == entry.index
    if not came_with or not sees_changes(actor, entry, settings.AUDIT_AGENCIES):
        raise ChangeNotVisible(place=place, entry_id=entry_id)
    return ledger.prove_change(place)
