"""A system that sends, as a process of its own: `sender.py CREDENTIALS BOOK RECIPIENT …`.

Each number read from the standard input is how many documents to send next. The intent is in the book before the
first attempt, the receipt after the last; started again after a crash, it first sends what has no receipt.
"""

from __future__ import annotations

import hashlib
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Attachment,
    Business,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    PromulgationInfo,
    SignerInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet

sys.path.insert(0, str(Path(__file__).parent))
from book import Book
from client import Caller

SENT_AT = WireTime.of(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))


def content_of(sender: str, number: int) -> bytes:
    """Returns the attachment of a document: text of 1 to 40 kB, the same for the same number."""
    return random.Random(f"{sender}/{number}").randbytes(500 + number * 7919 % 20_000).hex().encode()


def document(sender: str, number: int, recipients: list[str]) -> tuple[str, bytes]:
    """Returns id and edXML file of a document; the same number gives the same bytes."""
    part = attach("noi-dung.txt", Content.from_bytes(content_of(sender, number)), content_id="cid:0")
    document_id, packet = packet_of(sender, number, recipients, part)
    return document_id, write_packet(packet)


def packet_of(
    sender: str, number: int, recipients: list[str], part: Attachment
) -> tuple[str, DocumentPacket]:
    """Returns id and packet of a document with one attachment."""
    document_id = f"{sender},2026/11/24,{number}/CV-FAULT"
    return document_id, DocumentPacket(
        header=DocumentHeader(
            sender=Organ(organ_id=sender, organ_name="Cơ quan gửi"),
            receivers=tuple(Organ(organ_id=code, organ_name="Nơi nhận") for code in recipients),
            document_id=document_id,
            code=Code(number=str(number), notation="CV-FAULT"),
            promulgation=PromulgationInfo(place="Quảng Trị", date=WireDate("2026/11/24")),
            document_type=DocumentType(type_name="Công văn"),
            subject=f"V/v thử độ bền của trục, văn bản {number}",
            signer=SignerInfo(full_name="Lê Quang Ánh"),
        ),
        trace=TraceHeaderList(
            hops=(TraceHeader(organ_id=sender, timestamp=SENT_AT),), business=Business(kind_code="0")
        ),
        manifest=list_attachments((part,)),
        attachments=(part,),
    )


def send(caller: Caller, book: Book, number: int, recipients: list[str]) -> None:
    """Hands in a document until there is a receipt, and writes the receipt down."""
    document_id, source = document(caller.agency, number, recipients)
    before = caller.resends
    answer = caller.call(
        "POST",
        "/packets",
        content=source,
        headers={"Content-Type": "application/xml", "Declared-Not-Secret": "true"},
    )
    receipt = answer.json()
    assert receipt["sha256"] == hashlib.sha256(source).hexdigest()
    assert receipt["document_id"] == document_id
    book.write(
        "acknowledged",
        number=number,
        document=document_id,
        packet=receipt["packet"],
        ledger_entry=receipt["ledger_entry"],
        resends=caller.resends - before,
        repeated=answer.status_code == 200,
    )


def main(credentials: str, path: str, *recipients: str) -> None:
    """Sends what is asked for."""
    caller, book = Caller(Path(credentials)), Book(Path(path))
    acknowledged = {fact["number"] for fact in book.facts.of("acknowledged")}
    intents = list(book.facts.of("intent"))
    for fact in intents:
        if fact["number"] not in acknowledged:
            send(caller, book, fact["number"], fact["recipients"])
    number = len(intents)
    for line in sys.stdin:
        for _ in range(int(line)):
            number += 1
            chosen = random.Random(f"{caller.agency}:{number}").sample(
                recipients, number % len(recipients) + 1
            )
            content = hashlib.sha256(content_of(caller.agency, number)).hexdigest()
            book.write("intent", number=number, recipients=chosen, content=content)
            send(caller, book, number, chosen)


if __name__ == "__main__":
    main(*sys.argv[1:])
