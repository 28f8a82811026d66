"""Finds packets by what stands in their header: number, notation, subject, agency, date, or words of any of these.

A mailbox of a million entries answers at once, whatever is asked. What many packets hold is met within the newest few
thousand entries, so these are walked first; where days are asked for, the newest few thousand of these days are next,
which an index knows. What is rare is met in neither; for that another index (`exchange_packet_search`) knows the packets
with these words that this agency holds. Each step is taken only where those before it did not fill the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from hienluong.kit.criteria import Conditions, Criteria, conditions, days
from hienluong.kit.search_key import patterns

WALKED = 2_000
"""So many entries are looked at one by one in a step."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where is looked: a table, in a statement `e`, its columns with the packet and the place, and that one's type."""

    table: str
    packet: str
    place: str
    type: str


_MAILBOX = _Shelf("exchange_delivery", "packet_id", "position", "bigint")
_SENT = _Shelf("exchange_packet", "id", "id", "uuid")

_WALK = """
WITH walked AS MATERIALIZED ({walk} ORDER BY place {order} LIMIT %s),
near AS (
    SELECT w.id, w.place FROM walked w
    CROSS JOIN LATERAL (SELECT * FROM exchange_packet WHERE id = w.packet_id OFFSET 0) p -- one by one, as meant
    WHERE {packet} ORDER BY w.place {order} LIMIT %s
)
SELECT ARRAY(SELECT id FROM near ORDER BY place {order}),
    (SELECT count(*) FROM walked), (SELECT place FROM walked ORDER BY place {reverse} LIMIT 1)
"""
_REST = """
WITH held AS MATERIALIZED (
    SELECT p.id FROM exchange_packet p WHERE p.holders @> ARRAY[%s::uuid] AND {packet}
)
SELECT e.id, e.{shelf.place} AS place FROM held
CROSS JOIN LATERAL (SELECT * FROM {shelf.table} WHERE {shelf.packet} = held.id OFFSET 0) e -- not by hash: it would read everything
WHERE {where} ORDER BY place {order} LIMIT %s
"""


def _of_packet(criteria: Criteria, *, received: bool, only_open: bool) -> Conditions:
    """Returns what a packet `p` must be."""
    where = conditions(criteria, key="p.search_key", day="p.promulgated_on", agency_in_key=received)
    if only_open:
        where.add("p.secrecy = 'open'")
    if not received and (asked := patterns(criteria.agency)):
        where.add(
            "EXISTS (SELECT 1 FROM exchange_delivery d JOIN exchange_recipient r ON r.id = d.recipient_id "  # noqa: S608 - only placeholders are joined
            f"WHERE d.packet_id = p.id AND {' AND '.join(['r.search_key LIKE %s'] * len(asked))})",
            *asked,
        )
    return where


def _find(
    shelf: _Shelf,
    entry: Conditions,
    packet: Conditions,
    criteria: Criteria,
    *,
    holder: UUID,
    start: int | UUID | None,
    limit: int,
    forward: bool = False,
) -> list[Any]:
    """Returns ids in the order of their places beyond `start`: what the walks meet, then what the index knows."""
    order, reverse, side = ("ASC", "DESC", ">") if forward else ("DESC", "ASC", "<")
    on_days = days(criteria, day="e.promulgated_on")

    def beyond(*conditions: Conditions) -> Conditions:
        where = entry.plus(*conditions)
        where.add(f"e.{shelf.place} IS NOT NULL")
        if start is not None:
            where.add(f"e.{shelf.place} {side} %s::{shelf.type}", start)
        return where

    found: list[Any] = []
    with connection.cursor() as cursor:
        # Days that leave out nothing at the end where the first walk began would only repeat it.
        for dated in (False, True) if (criteria.dated_from if forward else criteria.dated_to) else (False,):
            where = beyond(on_days) if dated else beyond()
            walk = f"SELECT e.id, e.{shelf.packet} AS packet_id, e.{shelf.place} AS place FROM {shelf.table} e WHERE {where}"  # noqa: S608 - our own statement
            if dated:  # out of the index of the days, however many they are, so that the first are mostly the wanted ones
                walk = f"SELECT * FROM ({walk} ORDER BY e.kind {order}, e.promulgated_on {order} OFFSET 0) AS dated"  # noqa: S608 - our own statement
            cursor.execute(
                _WALK.format(walk=walk, packet=packet, order=order, reverse=reverse),
                [*where.values, WALKED, *packet.values, limit - len(found)],
            )
            ids, walked, last = cursor.fetchone()
            found += ids
            if len(found) >= limit or walked < WALKED:
                return found
            start = last
        where = beyond()
        cursor.execute(
            _REST.format(shelf=shelf, packet=packet, where=where, order=order),
            [holder, *packet.values, *where.values, limit - len(found)],
        )
        return found + [number for (number, *_) in cursor.fetchall()]


def enter_waiting() -> None:
    """Enters into the index what waits in its list of new rows; until then a search reads that list as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('exchange_packet_search')")


def find_in_mailbox(
    criteria: Criteria,
    *,
    holder: UUID,
    states: Sequence[str],
    business_states: Sequence[str],
    kind: str | None,
    after: int | None,
    before: int | None,
    limit: int,
    only_open: bool,
) -> list[int]:
    """Returns ids of entries of an agency's mailbox: oldest first after a place, or newest first before one."""
    entry = Conditions()
    entry.add("e.recipient_id = (SELECT id FROM exchange_recipient WHERE agency_id = %s)", holder)
    for column, values in (("state", states), ("business_state", business_states), ("kind", [kind or ""])):
        if any(values):
            entry.add(f"e.{column} IN ({', '.join(['%s'] * len(values))})", *values)
    packet = _of_packet(criteria, received=True, only_open=only_open)
    start, forward = (before, False) if after is None else (after, True)
    return _find(_MAILBOX, entry, packet, criteria, holder=holder, start=start, limit=limit, forward=forward)


def find_sent(
    criteria: Criteria, *, holder: UUID, kind: str | None, before: UUID | None, limit: int
) -> list[UUID]:
    """Returns ids of packets that an agency sent, newest first."""
    sent = Conditions()
    sent.add("e.sender_id = %s::uuid", holder)
    if kind:
        sent.add("e.kind = %s", kind)
    packet = _of_packet(criteria, received=False, only_open=True)
    return _find(_SENT, sent, packet, criteria, holder=holder, start=before, limit=limit)
