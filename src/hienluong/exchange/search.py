"""Finds packets by what stands in their header: number, notation, subject, agency, date, or words of any of these.

A mailbox of a million entries answers at once, whatever is asked. What many packets hold is met within the newest few
thousand entries, so these are walked first. What is rare is not; for that an index (`exchange_packet_search`) knows the
packets with these words that this agency holds. Both are one statement, and the second half of it is done only where
the first did not fill the page. Where the dates asked for leave out the end that a walk would begin at, it begins at the
last of these days, which an index knows for each mailbox and each sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from hienluong.kit.criteria import Conditions, Criteria, conditions, days
from hienluong.kit.search_key import patterns

WALKED = 2_000
"""So many of the newest entries are looked at one by one before the index is asked."""
_RECIPIENT = "(SELECT id FROM exchange_recipient WHERE agency_id = %s)"


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


_FOUND = """
WITH walked AS MATERIALIZED ({walked}),
near AS MATERIALIZED (
    SELECT w.id, w.place FROM walked w
    CROSS JOIN LATERAL (SELECT * FROM exchange_packet WHERE id = w.packet_id OFFSET 0) p -- one by one, as meant
    WHERE {packet}
    ORDER BY w.place {order} LIMIT %s
),
held AS MATERIALIZED (
    SELECT p.id FROM exchange_packet p
    WHERE (SELECT count(*) FROM near) < %s AND (SELECT count(*) FROM walked) = %s
    AND p.holders @> ARRAY[%s::uuid] AND {packet}
),
far AS MATERIALIZED ({far} ORDER BY place {order} LIMIT %s)
SELECT id FROM (SELECT id, place FROM near UNION ALL SELECT id, place FROM far) found ORDER BY place {order} LIMIT %s
"""


def _find(
    walked: tuple[str, Sequence[Any]],
    far: tuple[str, Sequence[Any]],
    packet: Conditions,
    holder: UUID,
    order: str,
    limit: int,
) -> list[Any]:
    statement = _FOUND.format(walked=walked[0], far=far[0], packet=packet, order=order)
    values = [
        *walked[1],
        *(*packet.values, limit),
        *(limit, WALKED, holder, *packet.values),
        *(*far[1], limit, limit),
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [number for (number,) in cursor.fetchall()]


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
    entry.add(f"d.recipient_id = {_RECIPIENT}", holder)
    for column, values in (("state", states), ("business_state", business_states), ("kind", [kind or ""])):
        if any(values):
            entry.add(f"d.{column} IN ({', '.join(['%s'] * len(values))})", *values)
    if after is not None:
        entry.add("d.position > %s::bigint", after)
    elif before is not None:
        entry.add("d.position < %s::bigint", before)
    else:
        entry.add("d.position IS NOT NULL")
    order, beyond = ("ASC", "> (SELECT max(") if after is not None else ("DESC", "< (SELECT min(")
    walked = f"SELECT d.id, d.packet_id, d.position AS place FROM exchange_delivery d WHERE {entry} ORDER BY d.position {order} LIMIT %s"  # noqa: S608 - our own statement
    where = [*entry.values, WALKED]
    if criteria.dated_to if after is None else criteria.dated_from:
        on_days = days(criteria, day="d.promulgated_on")
        walked = (  # places first, since the index alone has them
            "SELECT d.id, d.packet_id, last.place FROM (SELECT position AS place FROM "  # noqa: S608 - our own statement
            f"(SELECT d.position FROM exchange_delivery d WHERE {entry} AND {on_days} OFFSET 0) dated "
            f"ORDER BY position {order} LIMIT %s) last CROSS JOIN LATERAL (SELECT id, packet_id "
            f"FROM exchange_delivery WHERE recipient_id = {_RECIPIENT} AND position = last.place OFFSET 0) d"
        )
        where = [*entry.values, *on_days.values, WALKED, holder]
    far = (  # one by one again: a hash join would read the whole mailbox
        "SELECT d.id, d.position AS place FROM held CROSS JOIN LATERAL "  # noqa: S608 - our own statement
        "(SELECT * FROM exchange_delivery WHERE packet_id = held.id OFFSET 0) d "
        f"WHERE {entry} AND d.position {beyond}place) FROM walked)"
    )
    packet = _of_packet(criteria, received=True, only_open=only_open)
    return _find((walked, where), (far, entry.values), packet, holder, order, limit)


def find_sent(
    criteria: Criteria, *, holder: UUID, kind: str | None, before: UUID | None, limit: int
) -> list[UUID]:
    """Returns ids of packets that an agency sent, newest first."""
    sent = Conditions()
    sent.add("s.sender_id = %s::uuid", holder)
    if kind:
        sent.add("s.kind = %s", kind)
    if before is not None:
        sent.add("s.id < %s::uuid", before)
    source, where = f"exchange_packet s WHERE {sent}", [*sent.values, WALKED]
    if criteria.dated_to:
        on_days = days(criteria, day="s.promulgated_on")
        source = f"(SELECT s.id FROM exchange_packet s WHERE {sent} AND {on_days} OFFSET 0) s"  # noqa: S608 - our own statement
        where = [*sent.values, *on_days.values, WALKED]
    walked = f"SELECT s.id, s.id AS packet_id, s.id AS place FROM {source} ORDER BY s.id DESC LIMIT %s"  # noqa: S608 - our own statement
    far = (
        "SELECT s.id, s.id AS place FROM held JOIN exchange_packet s ON s.id = held.id "  # noqa: S608 - our own statement
        f"WHERE {sent} AND s.id < (SELECT place FROM walked ORDER BY place LIMIT 1)"
    )
    packet = _of_packet(criteria, received=False, only_open=True)
    return _find((walked, where), (far, sent.values), packet, holder, "DESC", limit)
