"""Documents that passed here: in a time, for a comparison; and which of those taken over are among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit.criteria import Criteria, conditions
from hienluong.kit.search_key import words_of
from hienluong.takeover.models import TakenDocument

CANDIDATES = 500
Passed = tuple[UUID, str, str, str, date | None, str, str, str, datetime]
"""A document that passed: packet, document id, number, notation, date, sender's code and name, subject, when."""


def documents_between(agency_id: UUID, *, received: bool, begin: datetime, end: datetime) -> Iterator[Passed]:
    """Yields the documents that reached an agency, or that it sent, in a time; the caller has asked for the permission."""
    columns = (
        "document_id",
        "code_number",
        "code_notation",
        "promulgated_on",
        "sender_code",
        "sender_name",
        "subject",
    )
    if received:
        arrived = Delivery.objects.filter(
            recipient__agency_id=agency_id,
            kind=Packet.Kind.DOCUMENT,
            delivered_at__gte=begin,
            delivered_at__lt=end,
        ).filter(packet__secrecy="open")
        names = (f"packet__{name}" for name in columns)
        yield from arrived.values_list("packet_id", *names, "delivered_at").iterator(chunk_size=2000)
        return
    handed_in = Packet.objects.filter(
        sender_id=agency_id,
        kind=Packet.Kind.DOCUMENT,
        accepted_at__gte=begin,
        accepted_at__lt=end,
        secrecy="open",
    )
    yield from handed_in.values_list("id", *columns, "accepted_at").iterator(chunk_size=2000)


def keys_of(number: str, notation: str, code: str, party: str) -> tuple[str, str, str, str]:
    """Returns by what two documents are known as the same: number, notation, and their agency's code and name."""
    return words_of(number), words_of(notation), code.strip().upper(), words_of(party)


def also_passed(
    actor: Actor | None, taken: Sequence[TakenDocument], criteria: Criteria, *, received: bool
) -> set[UUID]:
    """Returns which of these documents a search finds as packets too: they need not be shown twice.

    The same by what a comparison of both systems goes by (`commands.comparisons`). A packet that the search does not
    find hides nothing.
    """
    actor = require(actor, "takeover.view_documents")
    of_documents = [one for one in taken if one.kind == Packet.Kind.DOCUMENT]
    if not of_documents or (criteria.agency and not received):  # whom a packet went to is not in its own row
        return set()
    found = Packet.objects.filter(
        Q(document_id__in={one.document_id for one in of_documents} - {""})
        | Q(promulgated_on__in={one.dated_on for one in of_documents} - {None}),
        holders__contains=[actor.agency_id],
        kind=Packet.Kind.DOCUMENT,
        secrecy="open",
    )
    mine = Q(sender=actor.agency_id)
    found = found.exclude(mine) if received else found.filter(mine)
    where = conditions(
        criteria,
        key="exchange_packet.search_key",
        day="exchange_packet.promulgated_on",
        agency_in_key=received,
    )
    found = found.extra(where=where.texts, params=where.values)  # noqa: S610 - values are parameters
    rows = list(found[:CANDIDATES])
    visible = exchange.packets_visible_to(actor).filter(id__in=[row.pk for row in rows])
    shown = set(visible.values_list("id", flat=True)) if rows else set()
    return _same(of_documents, [row for row in rows if row.pk in shown], received=received)


def _same(taken: Sequence[TakenDocument], packets: Sequence[Packet], *, received: bool) -> set[UUID]:
    """Returns the documents of the first that are among the second."""
    ids = {packet.document_id for packet in packets}
    theirs, named = Counter[Any](), set[Any]()
    for packet in packets:
        number, notation, code, party = keys_of(
            packet.code_number, packet.code_notation, packet.sender_code, packet.sender_name
        )
        numbered = (number, notation, packet.promulgated_on)
        theirs[numbered] += 1
        named |= {(*numbered, "code", code), (*numbered, "party", party)}
    keys = {one.pk: keys_of(one.number, one.notation, one.party_code, one.party) for one in taken}
    ours = Counter((*keys[one.pk][:2], one.dated_on) for one in taken)
    same = set()
    for one in taken:
        number, notation, code, party = keys[one.pk]
        numbered = (number, notation, one.dated_on)
        if one.document_id and one.document_id in ids:
            same.add(one.pk)
        elif one.dated_on and number + notation and numbered in theirs:
            known = not received or bool({(*numbered, "code", code), (*numbered, "party", party)} & named)
            if known or (theirs[numbered] == 1 and ours[numbered] == 1):
                same.add(one.pk)
    return same
