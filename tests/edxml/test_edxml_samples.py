"""The packets that the national axis's SDK ships as samples; they lie beside the repository or are skipped."""

from pathlib import Path

import pytest
from lxml import etree

from hienluong.edxml.identity import document_digest
from hienluong.edxml.packet import PacketKind
from hienluong.edxml.reader import read_packet
from hienluong.edxml.statuses import BusinessKind, StatusCode
from hienluong.edxml.writer import write_packet

_SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "edxml"
_FILES = sorted(_SAMPLES.glob("*.edxml"))

pytestmark = pytest.mark.skipif(not _FILES, reason="the samples are not beside the repository")


def _seen_by_another_parser(data: bytes) -> list[object]:
    """Returns names, attributes and values in order as lxml sees them, without the white space between elements."""

    def walk(element: etree._Element) -> list[object]:
        children = [walk(child) for child in element if isinstance(child.tag, str)]
        return [element.tag, sorted(element.attrib.items()), "" if children else element.text or "", children]

    return walk(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_sample_read_and_written_keeps_every_value_and_the_order(path: Path) -> None:
    original = path.read_bytes()
    packet = read_packet(original)
    written = write_packet(packet)
    assert _seen_by_another_parser(written) == _seen_by_another_parser(original)
    assert read_packet(written) == packet
    assert document_digest(read_packet(written)) == document_digest(packet)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("edoc_new", BusinessKind.NEW),
        ("edoc_revocation", BusinessKind.REVOCATION),
        ("edoc_update", BusinessKind.UPDATE),
        ("edoc_replacement", BusinessKind.REPLACEMENT),
    ],
)
def test_sample_document_has_its_kind_and_its_file_out_of_the_zip(name: str, kind: BusinessKind) -> None:
    packet = read_packet((_SAMPLES / f"{name}.edxml").read_bytes())
    assert packet.kind is PacketKind.DOCUMENT
    assert packet.business_kind is kind
    (attachment,) = packet.attachments
    assert attachment.is_wrapped
    assert attachment.content.read() == b"noi dung mau"


@pytest.mark.parametrize("path", sorted(_SAMPLES.glob("status_*.edxml")), ids=lambda path: path.stem)
def test_sample_status_has_the_code_of_its_name_and_no_warning(path: Path) -> None:
    packet = read_packet(path.read_bytes())
    assert packet.kind is PacketKind.STATUS
    assert packet.status_code is StatusCode(path.stem[-2:])
    assert packet.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"
    assert packet.warnings == ()
