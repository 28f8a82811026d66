"""Pure decisions: whose entries an auditor sees, which entries of a packet a party sees."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from hienluong.directory.service import Actor
from hienluong.ledger.service import Disclosed

SEEN: Final = "evidence.person-seen"
"""The act of looking at a person's data; its subject is that person."""
BUNDLE_MOST: Final = 5_000
"""Entries that one bundle holds at most."""
CHANGES_MOST: Final = 5_000
"""Changes of rows whose proofs one bundle holds at most."""
REASON_MAX: Final = 300


def sees_everything(actor: Actor, audit_agencies: Collection[str]) -> bool:
    """Returns whether the actor sees the entries of every agency: the server itself, and the auditors of these agencies.

    Args:
        actor: who reads.
        audit_agencies: codes of the agencies whose auditors watch over the whole province.
    """
    return actor.kind == "platform" or (actor.role == "auditor" and actor.agency_code in audit_agencies)


def sees_changes(actor: Actor, entry: Disclosed, audit_agencies: Collection[str]) -> bool:
    """Returns whether the rows that an act changed are an actor's to see: who sees everything, and the agency that acted.

    Digests of short values can be guessed, so the other party of a packet does not get them.

    Args:
        actor: who reads; the entry itself is known to be the actor's to see.
        entry: of the act.
        audit_agencies: as for `sees_everything`.
    """
    own = actor.agency_id is not None and entry.actor.get("agency") == str(actor.agency_id)
    return own or sees_everything(actor, audit_agencies)


def concerns(entry: Disclosed, *, agency: str, deliveries: Collection[int]) -> bool:
    """Returns whether an entry about a packet is a party's to see: it acted itself, or the entry is about its deliveries.

    Args:
        entry: about the packet.
        agency: id of the party.
        deliveries: those it may follow: the sender all, a recipient its own.
    """
    if entry.actor.get("agency") == agency:
        return True
    delivery = entry.details.get("delivery")
    return not entry.refused and isinstance(delivery, int) and delivery in deliveries
