"""Receipts with the proof that the acceptance stands in the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hienluong.directory.service import Actor, require
from hienluong.evidence.queries.entries import visible_entry
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Transmission
from hienluong.ledger import service as ledger
from hienluong.ledger.errors import EntryUnknown, NotInCheckpoint
from hienluong.ledger.service import Cover, Disclosed, TlogProof


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry and, once a checkpoint covers it, its proof; with the receipt that names it, if it is about one."""

    entry: Disclosed
    cover: Cover
    proof: TlogProof | None
    receipt: dict[str, Any] | None = None


def proven_entry(actor: Actor | None, entry_id: UUID, *, now: datetime) -> Proven:
    """Returns an entry with its proof as far as there is one; errors as `visible_entry`."""
    return _proven(visible_entry(actor, entry_id), now)


def proof_of_entry(actor: Actor | None, entry_id: UUID) -> TlogProof:
    """Returns the proof of an entry.

    Raises:
        NotAuthenticated, PermissionMissing, EntryNotVisible: as `visible_entry`.
        NotInCheckpoint: no checkpoint covers it yet; it says when to ask again.
    """
    return ledger.prove(visible_entry(actor, entry_id).id)


def proven_receipt(actor: Actor | None, receipt_id: UUID, *, now: datetime) -> Proven:
    """Returns the receipt of a file that the actor's agency handed in, with the proof as far as there is one.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees no receipts.
        PacketNotFound, PacketQuarantined: as the exchange's `receipt`.
        EntryUnknown: the ledger has lost the entry.
    """
    actor = require(actor, "evidence.view_receipts")
    facts = exchange.receipt(actor, receipt_id)
    found = _proven(ledger.entry_by_id(UUID(facts["ledger_entry"])), now)
    return Proven(found.entry, found.cover, found.proof, facts)


def proof_of(found: Proven) -> TlogProof:
    """Returns the proof of what was found.

    Raises:
        NotInCheckpoint: no checkpoint covers it yet; it says when to ask again.
    """
    if found.proof is None:
        raise NotInCheckpoint(entry_id=found.entry.id)
    return found.proof


def _proven(entry: Disclosed, now: datetime) -> Proven:
    cover = ledger.cover_of(entry, now=now)
    return Proven(entry, cover, ledger.prove(entry.id) if cover.covered else None)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt of the agency: its id, when the file was accepted, and its entry with whether a checkpoint covers it."""

    id: UUID
    accepted_at: datetime
    entry_id: UUID
    cover: Cover


def receipts_of_packet(actor: Actor | None, packet_id: UUID, *, now: datetime) -> list[ReceiptRow]:
    """Returns the receipts that the actor's agency was given for a packet, the first one first.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees no receipts.
    """
    actor = require(actor, "evidence.view_receipts")
    if actor.agency_id is None or actor.role == "auditor":
        return []
    rows = []
    for row in Transmission.objects.filter(packet=packet_id, submitter=actor.agency_id).order_by(
        "accepted_at"
    )[:50]:
        try:
            entry = ledger.entry_by_id(UUID(row.receipt.get("ledger_entry", "")))
        except (ValueError, EntryUnknown):
            continue  # destroyed with the packet, or from before receipts named their entries
        rows.append(ReceiptRow(row.pk, row.accepted_at, entry.id, ledger.cover_of(entry, now=now)))
    return rows
