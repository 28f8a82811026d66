"""Large packets pass without being held in memory, within limits that are checked while they are read."""

from __future__ import annotations

import base64
import gc
import hashlib
import io
import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signals
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections
from django.test import Client
from personas import DONG_HOI, HOME_AFFAIRS, PDF, System, deliver, document, problem
from pytest_django.fixtures import Settings
from tests.exchange.pages import conftest as pages
from tests.faults.papers import pdf_of

from hienluong.config import wsgi
from hienluong.edxml.attachments import base64_pieces
from hienluong.edxml.content import Content, Spool
from hienluong.edxml.reader import read_attachments
from hienluong.edxml.stamps import stamp_in
from hienluong.exchange import service
from hienluong.exchange.models import Packet
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.kit.streams import reader_at, reader_of

pytestmark = pytest.mark.django_db
PAYLOAD = 24 * 1024 * 1024
FIELDS = {
    "recipients": DONG_HOI,
    "type_name": "Công văn",
    "number": "3",
    "notation": "SNV-VP",
    "issued_on": "2026-11-24",
    "subject": "V/v hồ sơ lớn",
    "signer_name": "Lê Quang Ánh",
}


def most_resident() -> int:
    """Returns the most memory this process ever had since it was last asked, in bytes, by the kernel's count."""
    status = Path("/proc/self/status").read_text()
    found = dict(re.findall(r"^(VmHWM|VmRSS):\s+(\d+) kB", status, re.MULTILINE))
    Path("/proc/self/clear_refs").write_text("5")
    return int(found["VmHWM"]) * 1024


def growth_of(act: Callable[[], Any]) -> tuple[float, Any]:
    """Returns how much memory an act takes at most, in payloads, and its result."""
    most_resident()
    before = most_resident()
    result = act()
    return (most_resident() - before) / PAYLOAD, result


visit, _in_english = pages.visit, pages._in_english


@pytest.fixture
def large(tmp_path: Path) -> Spool:
    """A packet with a large PDF, on the disk."""
    with pdf_of(PAYLOAD, tmp_path / "ho-so.pdf").open("rb") as source:
        part = Content.from_stream(source)
    head, _pdf, tail = document(1, files=[("ho-so.pdf", PDF)]).partition(base64.b64encode(PDF))
    return Spool.of([head, *base64_pieces(part), tail])


def test_large_packet_is_accepted_looked_through_and_fetched_in_little_memory(
    home_affairs: System, dong_hoi: System, large: Spool
) -> None:
    accepting, receipt = growth_of(
        lambda: service.accept_packet(
            actor=home_affairs.actor, source=large.whole().open(), declared_not_secret=True, now=clock.now()
        )
    )
    deliver()
    file_id = service.files_of(receipt.packet_id)[0]
    looking, stamp = growth_of(
        lambda: stamp_in(files.stream_for(holder=home_affairs.agency.pk, file_id=file_id), markers=["MẬT"])
    )
    assert stamp is None
    entry = dong_hoi.inbox()[0]["id"]
    answer = dong_hoi.get(f"/inbox/{entry}/packet")
    digest = hashlib.sha256()
    fetching, size = growth_of(
        lambda: sum(digest.update(one) or len(one) for one in answer.streaming_content)
    )
    assert answer.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert int(answer.headers["Content-Length"]) == size > large.size
    growths = {"accepting": accepting, "looking": looking, "fetching": fetching}
    assert max(growths.values()) < 1.5, growths  # a PDF's picture is read once, whole
    again = dong_hoi.get(f"/inbox/{entry}/packet", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_stamp_in_the_last_line_of_a_long_text_is_found_and_one_inside_a_long_line_is_none() -> None:
    lines = [f"Dòng thứ {number} của văn bản" for number in range(5000)]
    with_stamp = "\n".join([*lines, "TỐI MẬT"]).encode()
    one_line = ("chữ " * 100_000 + "MẬT").encode()
    for content, found in ((with_stamp, "TỐI MẬT"), (one_line, None)):
        packet = document(2, files=[("noi-dung.txt", content)])
        assert stamp_in(io.BytesIO(packet), markers=["MẬT", "TỐI MẬT"]) == found


@pytest.mark.parametrize("places", [0, 1])
def test_more_large_downloads_than_places_are_told_to_come_again(
    home_affairs: System, dong_hoi: System, large: Spool, settings: Settings, places: int
) -> None:
    settings.DOWNLOAD_PLACES = places
    service.accept_packet(
        actor=home_affairs.actor, source=large.whole().open(), declared_not_secret=True, now=clock.now()
    )
    deliver()
    path = f"/inbox/{dong_hoi.inbox()[0]['id']}/packet"
    first = dong_hoi.get(path)
    assert first.status_code == (200 if places else 503)
    busy = dong_hoi.get(path)
    assert (busy.status_code, problem(busy)["code"]) == (503, "files.too-many-downloads")
    assert busy.headers["Retry-After"] == "5"
    if places:
        for _ in first.streaming_content:
            pass
        second = dong_hoi.get(path)
        assert second.status_code == 200, "its place is free again"
        second.close()


def test_place_of_a_reader_who_hangs_up_is_free_again(settings: Settings) -> None:
    settings.DOWNLOAD_PLACES = 1
    chunks = [bytes(1024 * 1024)] * 2

    def hand_out() -> Any:
        return files.file_answer(chunks, size=2 * 1024 * 1024, content_type="text/plain", headers={})

    gc.collect()  # whoever came before
    answer = hand_out()
    answer.close()
    answer = hand_out()
    del answer  # as a server that forgets to close it
    assert hand_out().status_code == 200


# Limits.


def test_attachments_limits_are_named_by_the_api(home_affairs: System, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_MAX = 2000, 2
    big = home_affairs.hand_in(document(1, files=[("a.txt", b"x" * 5000), ("b.pdf", PDF + bytes(3000))]))
    assert problem(big)["params"]["limit"] == 2000
    many = home_affairs.hand_in(document(2, files=[(f"{one}.pdf", PDF) for one in range(3)]))
    assert problem(many)["params"]["limit"] == 2
    form = home_affairs.send(FIELDS, ("a.pdf", PDF + bytes(3000)))
    assert form.status_code == 413
    assert problem(form)["code"] == "files.attachment-too-large"
    assert problem(form)["params"] == {"name": "a.pdf", "limit": 2000}
    forms = home_affairs.send(FIELDS, *((f"{one}.pdf", PDF) for one in range(3)))
    assert (forms.status_code, problem(forms)["code"]) == (413, "files.too-many-attachments")
    assert not Packet.objects.exists()


def test_more_files_than_the_limit_are_refused_on_the_page_and_nothing_typed_is_lost(
    visit: Callable[..., Client], settings: Settings
) -> None:
    settings.ATTACHMENTS_MAX = 2
    uploads = [SimpleUploadedFile(f"{one}.pdf", PDF) for one in range(3)]
    page = visit(HOME_AFFAIRS).post(
        "/exchange/send/", {"subject": "Đã gõ", "attachments": uploads, "step": "check"}
    )
    text = page.content.decode()
    assert "There are more than 2 attachments." in text
    assert "Đã gõ" in text


def test_request_larger_than_a_packet_is_refused_before_it_is_read(
    visit: Callable[..., Client], settings: Settings
) -> None:
    settings.PACKET_MAX_BYTES = 10_000
    answer = visit(HOME_AFFAIRS).post(
        "/exchange/send/", {"attachments": [SimpleUploadedFile("a.pdf", PDF + bytes(20_000))]}
    )
    assert answer.status_code == 413
    assert "10000" in answer.content.decode()


def test_file_that_is_not_what_its_name_says_is_refused_where_we_write_the_packet(
    home_affairs: System, visit: Callable[..., Client]
) -> None:
    answer = home_affairs.send(FIELDS, ("a.pdf", b"MZ" + bytes(500)), ("b.pdf", PDF), ("c.pdf", b""))
    assert answer.status_code == 422
    errors = problem(answer)["errors"]
    assert [one["pointer"] for one in errors] == ["/attachments/0", "/attachments/2"]
    page = visit(HOME_AFFAIRS).post(
        "/exchange/send/", {"attachments": [SimpleUploadedFile("a.pdf", b"MZ" + bytes(500))]}
    )
    assert "“a.pdf” is not what its name says" in page.content.decode()
    assert home_affairs.hand_in(document(5, files=[("a.pdf", b"hello")])).status_code == 201, (
        "others' packets are taken"
    )


# The body of a request, whole or not at all.


def _call(system: System, path: str, body: bytes, *, length: int, kind: str) -> tuple[str, bytes]:
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {system.token}",
        "HTTP_DECLARED_NOT_SECRET": "true",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(length),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:  # this connection is the specification's own, with all that is not committed
        signal.disconnect(close_old_connections)
    try:
        answer = wsgi.application(environ, lambda status, _headers: said.append(status))
        return said[0], b"".join(answer)
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def test_each_process_of_the_suite_keeps_files_of_its_own() -> None:
    assert files.vault().root == Path(os.environ["HIENLUONG_FILES_DIR"])
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    assert worker is None or files.vault().root.name == worker


@pytest.mark.parametrize("cut", [1, 700])
def test_body_that_is_cut_is_refused_and_leaves_nothing(home_affairs: System, cut: int) -> None:
    boundary = "x-y-z"
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in FIELDS.items()
    )
    head = f'{fields}--{boundary}\r\nContent-Disposition: form-data; name="attachments"; filename="a.pdf"\r\n\r\n'
    form = head.encode() + PDF + bytes(1000) + f"\r\n--{boundary}--\r\n".encode()
    multipart = f"multipart/form-data; boundary={boundary}"
    packet = document(4)
    before = set(files.vault().names_older_than(-60))
    for path, body, kind in (
        ("/api/v1/documents", form, multipart),
        ("/api/v1/packets", packet, "application/xml"),
    ):
        status, _ = _call(home_affairs, path, body[:-cut], length=len(body), kind=kind)
        assert status.startswith("400")
    assert not Packet.objects.exists()
    assert set(files.vault().names_older_than(-60)) == before
    for path, body, kind in (
        ("/api/v1/documents", form, multipart),
        ("/api/v1/packets", packet, "application/xml"),
    ):
        status, answer = _call(home_affairs, path, body, length=len(body), kind=kind)
        assert status.startswith("201"), answer


# Readers.


def test_pieces_are_read_as_a_file() -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b"ab", b"", b"cdef", b"g")

    reader = reader_of(pieces())
    assert [reader.read(3), reader.read(3), reader.read()] == [b"abc", b"def", b"g"]
    data = bytes(range(256)) * 1000
    file = reader_at(lambda offset, count: data[offset : offset + count], len(data))
    assert file.read() == data
    assert (file.seek(-5, io.SEEK_END), file.read()) == (len(data) - 5, data[-5:])
    assert (file.seek(100_000), file.read(10)) == (100_000, data[100_000:100_010])


def test_packet_accepted_under_raised_limits_is_read_by_its_recipient_and_used_by_its_sender(
    home_affairs: System, dong_hoi: System, settings: Settings
) -> None:
    settings.ATTACHMENTS_MAX = 600  # more than the reader takes by itself
    annexes = [(f"phu-luc-{number}.txt", f"Phụ lục {number}".encode()) for number in range(501)]
    receipt = home_affairs.hand_in(document(7, files=annexes)).json()
    deliver()
    packet_id = uuid.UUID(receipt["packet"])
    part = service.read_part(actor=dong_hoi.clerk(), packet_id=packet_id, position=500, now=clock.now())
    assert b"".join(part.chunks) == "Phụ lục 500".encode()
    _packet, wire = service.own_document(home_affairs.clerk(), packet_id)
    assert len(wire.attachments) == 501
    assert stamp_in(io.BytesIO(document(7, files=annexes)), markers=["MẬT"]) is None


def test_content_that_is_unpacked_on_the_way_can_be_read_from_any_place() -> None:
    text = b"dong mot\n" * 30_000
    [part] = read_attachments(document(6, files=[("a.txt", text)]))
    file = part.content.open()
    file.seek(9)
    assert file.read(8) == b"dong mot"
