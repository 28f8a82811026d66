from hypothesis import HealthCheck, Phase, given, settings
from packet_strategies import documents, statuses

from hienluong.edxml.identity import document_digest
from hienluong.edxml.packet import DocumentPacket, StatusPacket
from hienluong.edxml.reader import read_attachments, read_packet
from hienluong.edxml.writer import write_packet

_SETTINGS = settings(
    max_examples=80,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking whole packets takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_SETTINGS
@given(documents())
def test_document_written_and_read_is_the_same(packet: DocumentPacket) -> None:
    written = write_packet(packet)
    again = read_packet(written)
    assert again == packet
    assert write_packet(again) == written
    assert document_digest(again) == document_digest(packet)
    assert read_attachments(written) == again.attachments


@_SETTINGS
@given(statuses())
def test_status_written_and_read_is_the_same(packet: StatusPacket) -> None:
    written = write_packet(packet)
    again = read_packet(written)
    assert again == packet
    assert write_packet(again) == written
    assert document_digest(again) == document_digest(packet)
    assert read_attachments(written) == ()
