"""Entries of the ledger for those who may read them: found, followed, opened, verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hienluong.directory.service import Actor, Person, allowed, look, require
from hienluong.evidence import labels
from hienluong.evidence.errors import EntryNotVisible, SubjectNotVisible
from hienluong.evidence.names import names_of, packet_number
from hienluong.evidence.policy import concerns, sees_everything
from hienluong.evidence.purposes import AUDIT
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import PacketNotFound
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit.cursors import Page
from hienluong.kit.errors import HienluongError
from hienluong.kit.ids import as_uuid
from hienluong.ledger import service as ledger
from hienluong.ledger.errors import EntryUnknown
from hienluong.ledger.service import Cover, Disclosed, Recomputed, TlogProof, Wanted

PAGE = 50
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in words.

    Attributes:
        entry: as it was recorded.
        action: what was done.
        subject: what it was about; the id alone where there is no name.
        by: who acted, by the name of that time.
        agency: for which agency; "" where the entry does not say.
    """

    entry: Disclosed
    action: str
    subject: str
    by: str
    agency: str


def _lines(entries: Iterable[Disclosed]) -> list[Line]:
    """Returns entries in words; a bounded number of queries, however many they are."""
    shown = list(entries)
    agencies = {f"agency:{agency}" for one in shown if (agency := one.actor.get("agency"))}
    names = names_of({one.subject for one in shown} | agencies)
    return [
        Line(
            one,
            labels.action_words(one.action, refused=one.refused),
            names.get(one.subject, one.subject),
            labels.actor_words(one.actor),
            names.get(f"agency:{one.actor.get('agency', '')}", ""),
        )
        for one in shown
    ]


# --- Auditors ------------------------------------------------------------------------------------------------------------


def _everything(actor: Actor) -> bool:
    return sees_everything(actor, settings.AUDIT_AGENCIES)


def in_reach(actor: Actor | None, wanted: Wanted) -> Wanted:
    """Returns what is looked for, narrowed to the entries the actor may search: all, or those of the own agency.

    Raises:
        NotAuthenticated, PermissionMissing: the actor searches no entries.
    """
    actor = require(actor, "evidence.view_entries")
    return wanted if _everything(actor) else replace(wanted, agency=actor.agency_id)


def search(actor: Actor | None, wanted: Wanted, *, before: str = "", limit: int = PAGE) -> Page[Line]:
    """Returns entries that the actor may search, newest first, in words.

    Whoever is shown what the ledger says about a person looks at that person's data: that is an entry too.

    Raises:
        NotAuthenticated, PermissionMissing: as `in_reach`.
    """
    page = ledger.find_entries(in_reach(actor, wanted), before=before, limit=limit)
    _look(actor, page.items)
    return Page(_lines(page.items), page.next)


def _look(actor: Actor | None, entries: Iterable[Disclosed]) -> None:
    look(actor, (person_of(one.subject) for one in entries), AUDIT)


def person_of(subject: str) -> UUID | None:
    """Returns the person that a subject is; None: it is something else."""
    kind, _colon, number = subject.partition(":")
    return as_uuid(number) if kind == "person" else None


def subject_named(text: str) -> str:
    """Returns the subject that somebody means, as kind:id: written so, or an id alone, or a person's user name.

    Raises:
        SubjectNotVisible: it is none of these.
    """
    text = text.strip()
    kind, colon, number = text.partition(":")
    if colon and kind and number:
        return text
    if as_uuid(text) is not None:
        for name in names_of(f"{kind}:{text}" for kind in ("packet", "person", "system", "agency")):
            return name
    person = Person.objects.filter(user__username__iexact=text).first() if text else None
    if person is None:
        raise SubjectNotVisible(subject=text[:80])
    return f"person:{person.pk}"


# --- The parties of a packet ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Party:
    """How somebody is concerned with a packet: as sender or recipient, or as one who sees everything.

    Attributes:
        packet: the packet.
        agency: id of the agency; "" for who sees everything.
        deliveries: those it may follow; None: all, and every other entry too.
    """

    packet: Packet
    agency: str
    deliveries: frozenset[int] | None

    @property
    def number(self) -> str:
        """Returns number and notation of the packet."""
        return packet_number(self.packet)

    def sees(self, entry: Disclosed) -> bool:
        """Returns whether an entry about the packet is the party's to see."""
        return self.deliveries is None or concerns(entry, agency=self.agency, deliveries=self.deliveries)


def party_to(actor: Actor | None, packet_id: UUID) -> Party:
    """Returns how the actor is concerned with a packet.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees no evidence.
        PacketNotFound, PacketQuarantined: the agency neither sent nor received it, or it was taken out as secret.
    """
    actor = require(actor, "evidence.view_receipts")
    if _everything(actor):
        return Party(_packet(packet_id, Q()), "", None)
    agency = exchange.agency_of(actor)
    if allowed(actor, "exchange.view_mailbox"):
        packet = exchange.packet(actor, packet_id)
    else:  # an auditor of the agency: who and when, never what it says
        received = Delivery.objects.filter(recipient__agency=agency, state__in=exchange.policy.IN_MAILBOX)
        packet = _packet(packet_id, Q(sender=agency) | Q(pk__in=received.values("packet")))
    rows = (
        packet.deliveries.all()
        if packet.sender_id == agency
        else packet.deliveries.filter(recipient__agency=agency)
    )
    return Party(packet, str(agency), frozenset(rows.values_list("pk", flat=True)))


def _packet(packet_id: UUID, scope: Q) -> Packet:
    packet = Packet.objects.filter(scope, pk=packet_id).first()
    if packet is None:
        raise PacketNotFound(id=packet_id)
    return packet


def entries_of_packet(
    actor: Actor | None, packet_id: UUID, *, before: str = "", limit: int = PAGE
) -> tuple[Party, Page[Line]]:
    """Returns the entries of a packet that are the actor's to see, newest first; errors as `party_to`."""
    party = party_to(actor, packet_id)
    wanted = Wanted(subject=f"packet:{packet_id}")
    page = _filtered(
        lambda place: ledger.find_entries(wanted, before=place, limit=_CHUNK), party.sees, before, limit
    )
    return party, Page(_lines(page.items), page.next)


def _filtered(
    read: Callable[[str], Page[Disclosed]], keep: Callable[[Disclosed], bool], before: str, limit: int
) -> Page[Disclosed]:
    """Returns a page of those entries that are kept, reading on until it is full or the list ends."""
    kept: list[Disclosed] = []
    place: str | None = before
    while place is not None:
        page = read(place)
        for one in page.items:
            if keep(one):
                if len(kept) == limit:
                    return Page(kept, kept[-1].cursor)
                kept.append(one)
        place = page.next
    return Page(kept, None)


# --- One entry ----------------------------------------------------------------------------------------------------------------


def visible_entry(actor: Actor | None, entry_id: UUID) -> Disclosed:
    """Returns one entry.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees no evidence.
        EntryNotVisible: there is none, or it is not the actor's to see.
    """
    actor = require(actor, "evidence.view_receipts")
    try:
        entry = ledger.entry_by_id(entry_id)
    except EntryUnknown as problem:
        raise EntryNotVisible(entry_id=entry_id) from problem
    if not _is_visible(actor, entry):
        raise EntryNotVisible(entry_id=entry_id)
    return entry


def _is_visible(actor: Actor, entry: Disclosed) -> bool:
    if _everything(actor):
        return True
    own = actor.agency_id is not None and entry.actor.get("agency") == str(actor.agency_id)
    if own and actor.role == "auditor":
        return True
    kind, _colon, number = entry.subject.partition(":")
    packet_id = as_uuid(number)
    if kind != "packet" or packet_id is None:
        return False
    if own:  # the own agency's act, also where a third one sent in somebody's name
        return True
    try:
        return party_to(actor, packet_id).sees(entry)
    except HienluongError:
        return False


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry, whether a checkpoint covers it, and the proof computed anew.

    Attributes:
        line: the entry in words.
        cover: whether the newest checkpoint covers it.
        details: the facts as (name, value).
        proof, verified: None until a checkpoint covers it.
    """

    line: Line
    cover: Cover
    details: list[tuple[str, str]]
    proof: TlogProof | None
    verified: Recomputed | None


def entry_view(actor: Actor | None, entry_id: UUID, *, now: datetime) -> EntryView:
    """Returns one entry with its proof verified in place; errors as `visible_entry`."""
    entry = visible_entry(actor, entry_id)
    _look(actor, [entry])
    cover = ledger.cover_of(entry, now=now)
    proof, verified = ledger.recompute(entry_id) if cover.covered else (None, None)
    return EntryView(
        _lines([entry])[0],
        cover,
        [(name, labels.detail_value(name, value)) for name, value in entry.details.items()],
        proof,
        verified,
    )
