from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from authored_packets import COMMUNE, GOLDEN, document, header, status

from hienluong.edxml.attachments import attach
from hienluong.edxml.content import Content
from hienluong.edxml.errors import FormatError
from hienluong.edxml.packet import Business, Code, Organ, Packet, ToPlaces, TraceHeaderList
from hienluong.edxml.reader import read_packet
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.wire import Extra, KeptAttribute, KeptElement
from hienluong.edxml.writer import write_packet

_GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", GOLDEN)
def test_packet_is_written_byte_by_byte_as_laid_down(name: str) -> None:
    assert write_packet(GOLDEN[name]()) == (_GOLDEN / f"{name}.edxml").read_bytes()


@pytest.mark.parametrize("name", GOLDEN)
def test_packet_laid_down_is_read_as_authored(name: str) -> None:
    assert read_packet((_GOLDEN / f"{name}.edxml").read_bytes()) == GOLDEN[name]()


def test_prefixes_stand_where_a_strict_peer_wants_them() -> None:
    text = write_packet(document()).decode()
    assert '<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">' in text
    assert '<edXML:edXMLEnvelope xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">' in text
    assert "\n  <AttachmentEncoded>\n    <Attachment>\n      <ContentId>" in text
    assert '<edXML:ContentTransferEncoded xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">' in text


def test_file_is_wrapped_as_the_sdk_does_and_written_the_same_each_time() -> None:
    packet = document(attachments=(attach("a.xlsx", Content.from_bytes(b"x" * 5000), content_id="cid:1"),))
    assert write_packet(packet) == write_packet(packet)
    again = read_packet(write_packet(packet))
    assert again == packet
    assert again.attachments[0].is_wrapped


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (lambda: document(header=header(subject=" ")), "N.MessageHeader.Subject"),
        (lambda: document(header=header(receivers=())), "N.MessageHeader.To"),
        (
            lambda: document(header=header(receivers=(Organ(organ_id="H50.1"),))),
            "N.MessageHeader.To.OrganName",
        ),
        (lambda: document(header=header(code=Code(number="1"))), "N.MessageHeader.Code.CodeNotation"),
        (
            lambda: document(header=header(code=Code(number="1" * 12, notation="A"))),
            "R.MessageHeader.Code.CodeNumber",
        ),
        (lambda: document(header=header(subject="s" * 501)), "R.MessageHeader.Subject"),
        (lambda: document(header=header(subject="a\x00b")), "M.MessageHeader.Subject"),
        (lambda: document(header=header(subject="\ud800")), "M.MessageHeader.Subject"),
        (lambda: document(header=header(document_id=" A")), "M.MessageHeader.DocumentId"),
        (
            lambda: document(header=header(to_places=ToPlaces(places=("p" * 151,)))),
            "R.MessageHeader.ToPlaces.Place",
        ),
        (
            lambda: document(trace=TraceHeaderList(business=Business(kind_code="4"))),
            "R.TraceHeaderList.Bussiness.BussinessDocType",
        ),
        (lambda: status(code="07"), "R.MessageHeader.StatusCode"),
        (lambda: _kept(Element("", "a b")), "M.MessageHeader.a b"),
        (lambda: _kept(Element("", "a", (Attribute("", "b", "\x01"),))), "M.MessageHeader.a.b"),
        (
            lambda: document(header=header(extra=Extra((KeptAttribute(Attribute("", 'x="', "")),)))),
            'M.MessageHeader.x="',
        ),
    ],
)
def test_packet_that_may_not_be_written_is_refused_with_its_place(
    packet: Callable[[], Packet], code: str
) -> None:
    with pytest.raises(FormatError) as refused:
        write_packet(packet())
    assert refused.value.wire_code == code
    assert refused.value.line == 0
    assert "Line" not in str(refused.value)


def _kept(element: Element) -> Packet:
    return document(header=header(extra=Extra(elements=(KeptElement(element),))))


def test_second_recipient_is_named_by_its_number() -> None:
    packet = document(header=header(receivers=(COMMUNE, replace(COMMUNE, organ_id="H" * 36))))
    with pytest.raises(FormatError) as refused:
        write_packet(packet)
    assert refused.value.element == "MessageHeader.To[2].OrganId"
    assert refused.value.wire_code == "R.MessageHeader.To.OrganId"
    assert refused.value.params["length"] == 36
