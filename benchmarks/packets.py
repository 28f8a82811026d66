"""Documents to hand in: one template per recipient, its number a place of fixed width that each sending fills."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime

from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Business,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    PromulgationInfo,
    SignerInfo,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet

SENT_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NUMBER_PLACE = "987654321012"
"""Twelve digits that nothing else in a template holds; a sending writes its own number over them."""


def template(sender: str, recipient: str, attachment_bytes: int) -> bytes:
    """Returns an edXML file of a new document with one PDF of about the given size, numbered `NUMBER_PLACE`."""
    part = attach("cong-van.pdf", Content.from_bytes(pdf(attachment_bytes)), content_id="cid:0")
    hop = TraceHeader(organ_id=sender, timestamp=WireTime.of(SENT_AT))
    return write_packet(
        DocumentPacket(
            header=DocumentHeader(
                sender=Organ(organ_id=sender, organ_name="Sở Nội vụ", email="sonoivu@example.vn"),
                receivers=(Organ(organ_id=recipient, organ_name="Nơi nhận"),),
                document_id=f"{sender},2026/11/24,{NUMBER_PLACE}/SNV-VP",
                code=Code(number="15", notation="SNV-VP"),
                promulgation=PromulgationInfo(place="Quảng Trị", date=WireDate("2026/11/24")),
                document_type=DocumentType(type_name="Công văn"),
                subject="V/v tập huấn công tác văn thư, lưu trữ năm 2026",
                signer=SignerInfo(full_name="Lê Quang Ánh"),
            ),
            trace=TraceHeaderList(
                hops=(hop,), business=Business(kind_code="0", staff=(StaffInfo(staff="Văn thư"),))
            ),
            manifest=list_attachments((part,)),
            attachments=(part,),
        )
    )


def pdf(size: int) -> bytes:
    """Returns a PDF of one page with a line of text, and an image of noise that brings it to about `size` bytes."""
    text = b"BT /F1 12 Tf 72 720 Td (Kinh gui: cac don vi truc thuoc) Tj ET"
    noise = zlib.compress(random.Random(size).randbytes(max(size - 700, 0)), 0)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(noise), noise),
    ]
    document = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return document + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
