"""Rows of the lists as tables: read page by page, so that a list of any length needs the memory of one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet, policy
from hienluong.kit.clock import in_vietnam
from hienluong.kit.cursors import all_rows
from hienluong.kit.ids import as_number, as_uuid

AT_ONCE = 500
CELL_MAX = 32_000
"""A cell of a workbook holds 32,767 characters."""

Words = Mapping[str, Mapping[Any, str]]
"""Names of states and priorities in the reader's language, settled before the rows are read."""


def entries_of(actor: Actor, ids: Sequence[int]) -> list[Delivery]:
    """Returns these entries of the agency's mailbox as they stand in its list, newest first; what is not there is left out."""
    require(actor, "exchange.view_mailbox")
    if not ids:
        return []
    page = exchange.inbox(actor, states=policy.ALL_STATES, only=ids, limit=AT_ONCE)
    return page.items


def inbox_rows(
    actor: Actor, query: Mapping[str, Any], words: Words, *, at_once: int = AT_ONCE
) -> Iterator[list[str]]:
    """Yields what came in, newest first, as a person's list has it; what was taken out of the exchange is left out."""
    require(actor, "exchange.view_mailbox")
    for delivery in all_rows(
        lambda before: exchange.inbox(actor, **query, before=as_number(before), limit=at_once)
    ):
        if delivery.packet.secrecy == Packet.Secrecy.OPEN:
            yield _inbox_row(delivery, words)


def sent_rows(
    actor: Actor, query: Mapping[str, Any], words: Words, *, at_once: int = AT_ONCE
) -> Iterator[list[str]]:
    """Yields what was sent, newest first, each with its recipients and how far it is at each."""
    require(actor, "exchange.view_mailbox")
    for packet in all_rows(
        lambda before: exchange.sent(actor, **query, before=as_uuid(before), limit=at_once)
    ):
        yield _sent_row(packet, words)


def _inbox_row(delivery: Delivery, words: Words) -> list[str]:
    packet = delivery.packet
    return [
        *_document(packet, words),
        packet.sender_name,
        packet.sender_code,
        _moment(delivery.delivered_at),
        _how_far(delivery, words),
        words["standing"].get(delivery.standing, ""),
        packet.document_id,
    ]


def _sent_row(packet: Packet, words: Words) -> list[str]:
    deliveries = list(packet.deliveries.all())
    recipients = "; ".join(f"{one.recipient.name}: {_how_far(one, words)}" for one in deliveries)
    return [
        *_document(packet, words),
        _moment(packet.accepted_at),
        str(len(deliveries)),
        recipients[:CELL_MAX],
        packet.document_id,
    ]


def _document(packet: Packet, words: Words) -> list[str]:
    is_status = packet.kind == Packet.Kind.STATUS
    said = words["business"].get(packet.status_code, packet.status_code) if is_status else packet.subject
    return [
        packet.code_number,
        packet.code_notation,
        _day(packet.promulgated_on) or packet.promulgated_raw,
        packet.type_name,
        said[:CELL_MAX],
        words["priority"].get(packet.priority, str(packet.priority)),
    ]


def _how_far(delivery: Delivery, words: Words) -> str:
    if delivery.business_state:
        return words["business"].get(delivery.business_state, delivery.business_state)
    return words["mailbox"].get(delivery.state, delivery.state)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _moment(at: datetime | None) -> str:
    return f"{in_vietnam(at):%d/%m/%Y %H:%M}" if at else ""
