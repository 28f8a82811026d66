"""Packets that change earlier ones, as the wire has them; and the states that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from personas import HOME_AFFAIRS, System, document

from hienluong.edxml.packet import (
    Business,
    BusinessDocumentInfo,
    DocumentPacket,
    OrganIdList,
    Receiver,
    ReceiverList,
    ReplacementInfo,
    ReplacementInfoList,
    ResponseFor,
)
from hienluong.edxml.reader import read_packet
from hienluong.edxml.writer import write_packet
from hienluong.exchange.models import Delivery
from hienluong.files import service as files


def document_id(number: int, notation: str = "SNV-VP") -> str:
    """Returns the id of document `number` of Sở Nội vụ."""
    return f"{HOME_AFFAIRS},2026/11/24,{number}/{notation}"


def _with(
    number: int, to: Sequence[str], business: Business, of: Sequence[str] = (), **changes: Any
) -> bytes:
    wire = read_packet(document(number, *to, **changes))
    assert isinstance(wire, DocumentPacket)
    assert wire.trace is not None
    header = replace(wire.header, responses_for=tuple(ResponseFor(document_id=one) for one in of))
    return write_packet(replace(wire, header=header, trace=replace(wire.trace, business=business)))


def revocation(number: int, *to: str, of: Sequence[str], **changes: Any) -> bytes:
    """Returns a revocation (kind 1), itself document `number`, of the documents with these ids."""
    return _with(number, to, Business(kind_code="1", reason="Thu hồi"), of, **changes)


def update(
    number: int,
    *to: str,
    of: str | None,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
    **changes: Any,
) -> bytes:
    """Returns an update (kind 2), itself document `number`, of the document with the id."""
    receivers = tuple(
        Receiver(organ_id=code, receiver_type=sort)
        for sort, codes in (("0", removed), ("1", added))
        for code in codes
    )
    info = BusinessDocumentInfo(
        document_info="1", document_receiver="1", receiver_list=ReceiverList(receivers=receivers)
    )
    business = Business(kind_code="2", document_id=of, reason="Cập nhật", document_infos=(info,))
    return _with(number, to, business, **changes)


def replacement(number: int, *to: str, of: dict[str, Sequence[str]], **changes: Any) -> bytes:
    """Returns a replacement (kind 3), itself document `number`, of documents by id, each for these agencies."""
    infos = tuple(
        ReplacementInfo(document_id=one, organ_id_list=OrganIdList(organ_ids=tuple(codes)) if codes else None)
        for one, codes in of.items()
    )
    lists = (ReplacementInfoList(replacements=infos),)
    return _with(number, to, Business(kind_code="3", reason="Thay thế", replacement_lists=lists), **changes)


def standing(delivery: Delivery) -> tuple[str, str]:
    """Returns what later documents made of a delivery, and where the packet is."""
    delivery.refresh_from_db()
    return delivery.standing, delivery.state


def holds(system: System, delivery: Delivery) -> bool:
    """Returns whether an agency still holds a copy of what was delivered."""
    return system.agency.pk in files.holders_of(delivery.transmission.file_id)
