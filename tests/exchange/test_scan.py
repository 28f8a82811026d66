"""Marks of secrecy inside attachments: looked for after acceptance, and the packet is taken out (decision 5)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from personas import System, document
from pytest_django import Settings

from hienluong.exchange.commands import scan_packets
from hienluong.exchange.models import Packet, Scan, Transmission
from hienluong.exchange.queries import has_scan_due
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db

ORDINARY = "Kính gửi: các đơn vị trực thuộc\nQuy chế bảo mật, mật khẩu.\n".encode()
STAMPED = "TỐI MẬT\nKính gửi: các đơn vị trực thuộc\n".encode()


def pdf_of(line: str) -> bytes:
    """Returns a PDF of one page with one line of ASCII text."""
    text = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode()


def hand_in(sender: System, number: int, *attached: tuple[str, bytes]) -> Packet:
    answer = sender.hand_in(document(number, files=list(attached)))
    assert answer.status_code == 201, answer.content
    return Packet.objects.get(pk=answer.json()["packet"])


def secrecy(packet: Packet) -> str:
    return Packet.objects.get(pk=packet.pk).secrecy


def test_stamp_in_a_text_takes_the_packet_out_and_is_recorded(home_affairs: System) -> None:
    stamped = hand_in(home_affairs, 1, ("cong-van.pdf", pdf_of("Kinh gui")), ("phu-luc.txt", STAMPED))
    ordinary = hand_in(home_affairs, 2, ("phu-luc.txt", ORDINARY))
    assert scan_packets(now=clock.now()) == 2
    assert (secrecy(stamped), secrecy(ordinary)) == ("quarantined", "open")
    assert not Scan.objects.exists()
    assert scan_packets(now=clock.now()) == 0
    [entry] = QueuedEntry.objects.filter(action="exchange.packet-quarantined")
    assert entry.subject == f"packet:{stamped.pk}"
    assert "stamp found: TỐI MẬT" in bytes(entry.entry).decode()


def test_stamp_in_a_pdf_takes_the_packet_out(home_affairs: System, settings: Settings) -> None:
    settings.SECRECY_MARKERS = ["TUYET MAT"]
    stamped = hand_in(home_affairs, 1, ("cong-van.pdf", pdf_of("TUYET MAT")))
    damaged = hand_in(home_affairs, 2, ("cong-van.pdf", b"%PDF-1.4 no more than a head"))
    scan_packets(now=clock.now())
    assert (secrecy(stamped), secrecy(damaged)) == ("quarantined", "open")
    assert not Scan.objects.exists()


def test_packet_without_text_waits_for_no_scan(home_affairs: System) -> None:
    hand_in(home_affairs, 1, ("anh.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
    assert not has_scan_due(now=clock.now())


def test_scan_whose_file_is_missing_comes_again_later_and_is_given_up_at_last(home_affairs: System) -> None:
    packet = hand_in(home_affairs, 1, ("phu-luc.txt", STAMPED))
    file_id = Transmission.objects.get(packet=packet).file_id
    [path] = Path(files.vault().root).rglob(file_id.hex)
    aside = path.with_name(f"aside-{file_id.hex}")
    shutil.move(path, aside)
    at = clock.now()
    for minutes in (5, 10, 15, 20):
        assert scan_packets(now=at) == 1
        assert not has_scan_due(now=at + timedelta(minutes=minutes - 1))
        at += timedelta(minutes=minutes)
        assert has_scan_due(now=at)
    shutil.move(aside, path)
    Scan.objects.filter(packet=packet).update(attempts=3)
    assert scan_packets(now=at) == 1
    assert secrecy(packet) == "quarantined"

    late = hand_in(home_affairs, 2, ("phu-luc.txt", STAMPED))
    Scan.objects.filter(packet=late).update(attempts=4)
    file_id = Transmission.objects.get(packet=late).file_id
    files.vault().delete(file_id.hex)
    assert scan_packets(now=clock.now()) == 1
    assert Scan.objects.get(packet=late).due_at is None, "given up, and seen to be"
