import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from authored_packets import document, status

from hienluong.edxml.errors import FormatError
from hienluong.edxml.identity import document_digest
from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.reader import read_packet
from hienluong.edxml.trace import append_trace
from hienluong.edxml.writer import write_packet

NEW = write_packet(document()).decode()
AT = datetime(2026, 3, 2, 2, 0, 0, tzinfo=UTC)
HOP = (
    "<edXML:TraceHeader><edXML:OrganId>H50</edXML:OrganId>"
    "<edXML:Timestamp>2026/03/02 09:00:00</edXML:Timestamp></edXML:TraceHeader>"
)


def _hops(data: bytes) -> list[str | None]:
    packet = read_packet(data)
    assert isinstance(packet, DocumentPacket)
    assert packet.trace
    return [hop.organ_id for hop in packet.trace.hops]


def test_hop_stands_after_the_last_one_and_no_other_byte_changes() -> None:
    relayed = append_trace(NEW.encode(), "H50", AT).decode()
    assert relayed.replace(HOP, "", 1) == NEW
    assert relayed.index(HOP) == NEW.index("</edXML:TraceHeader>") + len("</edXML:TraceHeader>")


def test_hops_stand_in_the_order_of_the_way() -> None:
    first = append_trace(NEW.encode(), "H50", AT)
    assert _hops(append_trace(first, "001.00.20.TT2", AT)) == ["H50.19", "H50", "001.00.20.TT2"]


def test_relayed_document_says_the_same() -> None:
    relayed = append_trace(NEW.encode(), "H50", AT)
    assert document_digest(read_packet(relayed)) == document_digest(read_packet(NEW.encode()))


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_keep_their_bytes(codec: str) -> None:
    declared = "UTF-16" if "16" in codec else "UTF-8"
    original = NEW.replace("UTF-8", declared).encode(codec)
    relayed = append_trace(original, "H50", AT)
    inserted = HOP.encode("utf-16-be" if codec.endswith("be") else "utf-16-le" if "16" in codec else "utf-8")
    assert relayed.replace(inserted, b"", 1) == original
    assert _hops(relayed) == ["H50.19", "H50"]


@pytest.mark.parametrize(
    ("change", "hops"),
    [
        # no hop yet: before Bussiness
        (
            lambda text: re.sub(r"\s*<edXML:TraceHeader>.*?</edXML:TraceHeader>", "", text, flags=re.DOTALL),
            ["H50"],
        ),
        # no list: a new one after the MessageHeader
        (
            lambda text: re.sub(
                r"\s*<edXML:TraceHeaderList>.*</edXML:TraceHeaderList>", "", text, flags=re.DOTALL
            ),
            ["H50"],
        ),
        # an empty list is opened up
        (
            lambda text: re.sub(
                r"<edXML:TraceHeaderList>.*</edXML:TraceHeaderList>",
                '<edXML:TraceHeaderList id="/>" />',
                text,
                flags=re.DOTALL,
            ),
            ["H50"],
        ),
        # the last hop is an empty tag, and Bussiness stood first
        (
            lambda text: text.replace(
                "</edXML:TraceHeaderList>", "<edXML:TraceHeader a='>'/></edXML:TraceHeaderList>"
            ),
            ["H50.19", None, "H50"],
        ),
        # another prefix, declared on the list itself
        (
            lambda text: text.replace("edXML:TraceHeaderList>", "z:TraceHeaderList>").replace(
                "<z:TraceHeaderList>", '<z:TraceHeaderList xmlns:z="http://www.mic.gov.vn/TBT/QCVN_102_2016">'
            ),
            ["H50.19", "H50"],
        ),
        # look-alikes in comments, CDATA, attributes and foreign elements
        (
            lambda text: text.replace(
                "<edXML:Subject>",
                '<!--</edXML:TraceHeader>--><f:TraceHeaderList xmlns:f="urn:f" a="&lt;/edXML:TraceHeader>"><f:TraceHeader/></f:TraceHeaderList><edXML:Subject><![CDATA[</edXML:TraceHeader>]]>',
            ),
            ["H50.19", "H50"],
        ),
    ],
    ids=["no hop", "no list", "empty list", "empty hop", "own prefix", "look-alikes"],
)
def test_place_is_found_in_every_shape(change: Callable[[str], str], hops: list[str | None]) -> None:
    original = change(NEW)
    assert original != NEW
    relayed = append_trace(original.encode(), "H50", AT)
    assert _hops(relayed) == hops
    assert len(relayed) > len(original.encode())


def test_attachments_before_the_header_are_no_obstacle() -> None:
    files = NEW[NEW.index("  <AttachmentEncoded>") : NEW.index("</edXML>")]
    turned = NEW.replace(files, "").replace("  <edXML:edXMLEnvelope", f"{files}  <edXML:edXMLEnvelope")
    assert _hops(append_trace(turned.encode(), "H50", AT)) == ["H50.19", "H50"]


def test_status_has_no_trace_and_comes_back_as_it_is() -> None:
    original = write_packet(status())
    assert append_trace(original, "H50", AT) == original


@pytest.mark.parametrize("organ_id", ["", "a b", "H50<", "H" * 36, "Đ50"])
def test_code_that_is_none_is_refused(organ_id: str) -> None:
    with pytest.raises(FormatError) as refused:
        append_trace(NEW.encode(), organ_id, AT)
    assert refused.value.wire_code == "M.TraceHeaderList.TraceHeader.OrganId"


@pytest.mark.parametrize("original", [b"", b"\x00", b"<a/>", b"<edXML>", NEW[:400].encode()])
def test_bytes_that_are_no_packet_are_refused(original: bytes) -> None:
    with pytest.raises(FormatError):
        append_trace(original, "H50", AT)


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        append_trace(NEW.encode(), "H50", AT.replace(tzinfo=None))
