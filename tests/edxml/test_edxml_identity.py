import io
from dataclasses import replace

import pytest
from authored_packets import COMMUNE, DEPARTMENT, OUTSIDE, document, header, staff, status, trace

from hienluong.edxml.attachments import attach
from hienluong.edxml.content import Content
from hienluong.edxml.identity import document_digest, status_key, transmission_digest
from hienluong.edxml.packet import Business, DocumentPacket, ToPlaces, TraceHeader
from hienluong.edxml.reader import read_packet
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.wire import QCVN_NAMESPACE, Extra, KeptAttribute, KeptElement
from hienluong.edxml.wire_values import WireTime
from hienluong.edxml.writer import write_packet


def _kept(*elements: Element) -> DocumentPacket:
    return document(header=header(extra=Extra(elements=tuple(KeptElement(one) for one in elements))))


def _hops(*codes: str) -> DocumentPacket:
    packet = document()
    assert packet.trace
    hops = tuple(TraceHeader(organ_id=code, timestamp=WireTime("2026/03/02 00:00:00")) for code in codes)
    return replace(packet, trace=replace(packet.trace, hops=hops))


A, B = Element("urn:a", "A", (), ("1",)), Element("urn:b", "B", (), ("2",))
FILES = document().attachments


@pytest.mark.parametrize(
    "same",
    [
        _hops("H50.19", "H50", "TT2"),
        document(header=header(receivers=(COMMUNE,))),
        document(
            header=header(sender=replace(DEPARTMENT, email="new@example.vn", telephone="1", organ_name="Sở"))
        ),
        document(header=header(subject="  V/v báo cáo <quý I> & kế hoạch\n")),
        document(attachments=tuple(reversed(FILES))),
        document(attachments=tuple(replace(one, content_id="cid:9", content_type="x/y") for one in FILES)),
        document(manifest=None),
        document(signature=Element(QCVN_NAMESPACE, "Signature", (), ("x",))),
        document(header=header(to_places=ToPlaces(places=("Như trên", "Lưu: VT", "")))),
        document(containers=(("edXML", Extra((KeptAttribute(Attribute("", "by", "axis")),))),)),
    ],
    ids=[
        "hops",
        "recipients",
        "contact",
        "spaces",
        "order of files",
        "transport",
        "manifest",
        "signature",
        "blank",
        "root",
    ],
)
def test_what_belongs_to_the_way_leaves_the_document_the_same(same: DocumentPacket) -> None:
    assert document_digest(same) == document_digest(document())


@pytest.mark.parametrize(
    "other",
    [
        document(header=header(sender=replace(DEPARTMENT, organ_id="H50.20"))),
        document(header=header(document_id="X")),
        document(header=header(subject="Khác")),
        document(header=header(to_places=ToPlaces(places=("Lưu: VT", "Như trên")))),
        document(trace=trace(Business(kind_code="2", staff=(staff(),)))),
        document(attachments=FILES[:1]),
        document(attachments=(*FILES, FILES[0])),
        document(attachments=(replace(FILES[0], name="khác.pdf"), FILES[1])),
        document(attachments=(replace(FILES[0], content=Content.from_bytes(b"x")), FILES[1])),
        _kept(A),
        document(containers=(("edXMLHeader", Extra(elements=(KeptElement(A),))),)),
    ],
)
def test_what_the_document_says_makes_it_another(other: DocumentPacket) -> None:
    assert document_digest(other) != document_digest(document())


def test_unknown_elements_count_by_what_they_say_and_not_by_order_or_prefix() -> None:
    assert document_digest(_kept(A, B)) == document_digest(_kept(B, A))
    assert document_digest(_kept(A)) == document_digest(_kept(replace(A, prefix="p", children=(" 1 ",))))
    assert document_digest(_kept(A)) != document_digest(_kept(replace(A, namespace="urn:c")))
    assert document_digest(_kept(A)) != document_digest(
        _kept(replace(A, attributes=(Attribute("", "x", "1"),)))
    )


def test_values_cannot_slide_from_one_element_into_another() -> None:
    one = document(header=header(subject="A", content="BC"))
    two = document(header=header(subject="AB", content="C"))
    assert document_digest(one) != document_digest(two)


def test_new_zip_around_the_same_file_is_the_same_document() -> None:
    small = attach("a.txt", Content.from_bytes(b"a" * 2000), content_id="cid:1")
    packet = document(attachments=(small,))
    read = read_packet(write_packet(packet))
    assert isinstance(read, DocumentPacket)
    rezipped = replace(read.attachments[0], wire_content=None, content_type="application/octet-stream")
    again = read_packet(write_packet(replace(read, attachments=(rezipped,))))
    assert document_digest(read) == document_digest(packet) == document_digest(again)


def test_absent_business_is_the_same_as_new() -> None:
    assert document_digest(document(trace=trace(None))) == document_digest(
        document(trace=trace(Business(kind_code="0")))
    )


def test_status_is_keyed_by_who_to_whom_about_what_and_when() -> None:
    key = status_key(status("05"))
    assert key[:5] == ("H50.77", "H50.19", "H50.19,2026/03/02,267/SNV-VP", "05", "2026/03/02 08:05:09")
    later = status("05")
    later = replace(later, header=replace(later.header, timestamp=WireTime("2026/03/03 08:00:00")))
    assert status_key(later) != key
    assert status_key(status("05", "ghi chú khác")) != key
    moved = replace(
        status("05"), header=replace(status("05").header, sender=replace(COMMUNE, email="x@example.vn"))
    )
    assert status_key(moved) == key


def test_transmission_is_the_digest_of_the_file() -> None:
    data = write_packet(document())
    assert transmission_digest(data) == transmission_digest(io.BytesIO(data))
    assert transmission_digest(data) != transmission_digest(data + b" ")
    assert len(transmission_digest(b"")) == 64


def test_codes_of_both_forms_are_other_senders() -> None:
    packet = document(
        header=header(sender=replace(DEPARTMENT, organ_id="000.00.19.H50"), receivers=(OUTSIDE,))
    )
    assert document_digest(packet) != document_digest(document())
