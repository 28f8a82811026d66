"""Taking evidence along: entries with their proofs, and documents where the actor may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from hienluong.directory.service import Actor, allowed, look, require
from hienluong.evidence.bundle import Bundle, File
from hienluong.evidence.errors import BundleEmpty, BundleTooLarge
from hienluong.evidence.policy import BUNDLE_MOST, CHANGES_MOST, sees_changes
from hienluong.evidence.purposes import AUDIT
from hienluong.evidence.queries.entries import Party, in_reach, party_to, person_of
from hienluong.exchange import service as exchange
from hienluong.files import service as files
from hienluong.files.errors import FileGone, FileNotHeld
from hienluong.kit.errors import Forbidden, NotFound
from hienluong.ledger import service as ledger
from hienluong.ledger.service import Disclosed, RowChange, SignedCheckpoint, Wanted

_CHUNK = 500


@transaction.atomic
def export_entries(*, actor: Actor | None, wanted: Wanted, now: datetime, most: int = BUNDLE_MOST) -> Bundle:
    """Takes along the entries of a search, as far as the actor may search them.

    Raises:
        NotAuthenticated, PermissionMissing: the actor takes nothing along, or searches no entries.
        BundleTooLarge: they are more than a bundle holds.
        BundleEmpty: none of them is under a checkpoint.
    """
    actor = require(actor, "evidence.export_bundle")
    reach = in_reach(actor, wanted)
    head, found = _covered(_all(reach), most)
    look(actor, (person_of(one.subject) for one in found), AUDIT)
    subject = wanted.subject or "entries"
    details = {
        name: str(value)
        for name, value in (
            ("actor", wanted.actor), ("action", wanted.action), ("agency", reach.agency),
            ("since", wanted.since), ("until", wanted.until),
        )
        if value
    }  # fmt: skip
    _record(actor, subject, found, head, details, now)
    name, rows = f"evidence-{now:%Y%m%d-%H%M%S}", _changes(actor, found)
    return Bundle(name, subject, now, _who(actor), head, str(ledger.verifier()), found, rows)


@transaction.atomic
def export_packet(*, actor: Actor | None, packet_id: UUID, now: datetime, most: int = BUNDLE_MOST) -> Bundle:
    """Takes along the evidence of a packet: the entries that are the actor's to see, and the document where the actor may see it.

    People of an agency that holds a copy get the file as it was handed in; by break-glass one gets the attachments, and each
    is a look taken; an auditor gets no content.

    Raises:
        NotAuthenticated, PermissionMissing: the actor takes nothing along.
        PacketNotFound, PacketQuarantined: the agency neither sent nor received it, or it was taken out as secret.
        BundleTooLarge, BundleEmpty: as `export_entries`; and what a gate raises that keeps the packet closed.
    """
    actor = require(actor, "evidence.export_bundle")
    party = party_to(actor, packet_id)
    wanted = Wanted(subject=f"packet:{packet_id}")
    head, found = _covered((one for one in _all(wanted) if party.sees(one)), most)
    documents = _document(actor, party, now)
    details = {"document": ", ".join(name for name, _chunks in documents)[:300]}
    _record(actor, wanted.subject, found, head, details, now)
    name, rows = f"evidence-{packet_id}", _changes(actor, found)
    key = str(ledger.verifier())
    return Bundle(name, party.number, now, _who(actor), head, key, found, rows, documents)


def _all(wanted: Wanted) -> Iterator[Disclosed]:
    place: str | None = ""
    while place is not None:
        page = ledger.find_entries(wanted, before=place, limit=_CHUNK)
        yield from page.items
        place = page.next


def _covered(entries: Iterator[Disclosed], most: int) -> tuple[SignedCheckpoint, list[Disclosed]]:
    """Returns the newest checkpoint and the entries that it covers, in the order of the log."""
    head = ledger.newest_checkpoint()
    found: list[Disclosed] = []
    for one in entries:
        if head is not None and one.index is not None and one.index < head.size:
            found.append(one)
        if len(found) > most:
            raise BundleTooLarge(most=most)
    if head is None or not found:
        raise BundleEmpty
    return head, sorted(found, key=lambda one: one.index or 0)


def _changes(actor: Actor, found: list[Disclosed]) -> list[RowChange]:
    """Returns the rows that these acts changed, as far as they are the actor's to see, and as many as a bundle holds."""
    seen = [
        one.index
        for one in found
        if one.index is not None and sees_changes(actor, one, settings.AUDIT_AGENCIES)
    ]
    return ledger.changes_of(seen, limit=CHANGES_MOST)


def _document(actor: Actor, party: Party, now: datetime) -> list[File]:
    packet = party.packet
    if allowed(actor, "exchange.view_mailbox"):
        exchange.refuse_closed(packet.pk)
        return _original(actor, packet.pk)
    try:
        opened = exchange.open_packet(actor=actor, packet_id=packet.pk, now=now)
    except (Forbidden, NotFound):  # no break-glass is running: metadata only
        return []
    parts = opened.journey.parts
    return [
        (f"document/{part.position:02}-{_plain(part.name)}", _part(actor, packet.pk, part.position, now))
        for part in parts
    ]


def _original(actor: Actor, packet_id: UUID) -> list[File]:
    """Returns the file that was handed in, from the agency's own copy; none where that was destroyed."""
    holder = exchange.agency_of(actor)
    for file_id in exchange.files_of(packet_id):
        if holder in files.holders_of(file_id) and files.is_present(file_id):
            try:
                return [("document/packet.edxml", files.open_for(holder=holder, file_id=file_id))]
            except (FileNotHeld, FileGone):
                continue
    return []


def _part(actor: Actor, packet_id: UUID, position: int, now: datetime) -> Iterator[bytes]:
    yield from exchange.read_part(actor=actor, packet_id=packet_id, position=position, now=now).chunks


def _plain(name: str) -> str:
    """Returns a name that is safe inside a ZIP wherever it is unpacked."""
    kept = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name).strip(" .")
    return kept[-80:] or "attachment"


def _who(actor: Actor) -> str:
    return f"{actor.name}, {actor.agency_name}" if actor.agency_name else _("the server’s command line")


def _record(
    actor: Actor,
    subject: str,
    found: list[Disclosed],
    head: SignedCheckpoint,
    details: dict[str, str],
    now: datetime,
) -> None:
    ledger.record(
        actor=actor.ref,
        action="evidence.bundle-exported",
        subject=subject,
        details={"entries": len(found), "checkpoint": head.size, **details},
        now=now,
    )
