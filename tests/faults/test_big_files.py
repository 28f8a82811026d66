"""What a document of 50 MB costs: the memory of the real web and worker processes, taken from the kernel."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest
from tests.faults.axis import Axis
from tests.faults.papers import CHUNK, pdf_of
from tests.faults.sender import packet_of

from hienluong.edxml.attachments import attach
from hienluong.edxml.content import Content
from hienluong.edxml.writer import write_packet_to

pytestmark = [pytest.mark.faults, pytest.mark.prove, pytest.mark.timeout(900)]

PAYLOAD = int(os.environ.get("BIG_FILE_BYTES", str(50 * 1024 * 1024 - 4096)))
MOST_GROWTH = 2.0
"""Times the payload: the issue's own limit."""
SENDER, RECEIVER = "H50.S01", "H50.C18880"
FORM = {
    "codes": RECEIVER,
    "type_name": "Công văn",
    "number": "77",
    "notation": "SNV-VP",
    "issued_on": "24/11/2026",
    "subject": "V/v gửi hồ sơ lớn",
    "signer_name": "Lê Quang Ánh",
    "priority": "0",
    "not_secret": "on",
}


class Memory:
    """The most resident memory of processes since a moment, as the kernel counts it (VmHWM), over what they had then."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._pids = [process.pid for process in processes]
        self._before = {pid: self._read(pid, "VmRSS") for pid in self._pids}
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # sets VmHWM back to VmRSS

    @property
    def growth(self) -> int:
        """Bytes, of the process that grew most."""
        return max(self._read(pid, "VmHWM") - self._before[pid] for pid in self._pids)

    @staticmethod
    def _read(pid: int, name: str) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
        assert found
        return int(found[1]) * 1024


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """The attachment."""
    return pdf_of(PAYLOAD, tmp_path / "ho-so.pdf")


@pytest.fixture
def served(axis: Axis) -> Axis:
    """An axis with one web process, so that it is known which one answers."""
    axis.start(HIENLUONG_WEB_WORKERS="1")
    return axis


@pytest.fixture
def systems(served: Axis) -> Iterator[dict[str, httpx.Client]]:
    """The systems of the sender and the recipient, signed in."""
    made = {}
    for code, values in served.inside("register_systems", [SENDER, RECEIVER]).items():
        form = {"grant_type": "client_credentials", **values}
        token = httpx.post(f"{served.url}/api/oauth/token", data=form).json()["access_token"]
        made[code] = httpx.Client(
            base_url=f"{served.url}/api/v1", timeout=120, headers={"Authorization": f"Bearer {token}"}
        )
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def clerk(served: Axis) -> Iterator[httpx.Client]:
    """The browser of a clerk of the sender."""
    with httpx.Client(base_url=served.url, timeout=120, headers={"Accept-Language": "en"}) as browser:
        browser.cookies.set("hienluong_session", served.inside("sign_in_clerk", SENDER), domain="127.0.0.1")
        yield browser


def _packet_file(pdf: Path, number: int) -> Path:
    """Writes a packet with the attachment, piece by piece."""
    with pdf.open("rb") as source:
        part = attach(pdf.name, Content.from_stream(source), content_id="cid:0")
    place = pdf.with_name(f"{number}.edxml")
    with place.open("wb") as out:
        write_packet_to(packet_of(SENDER, number, [RECEIVER], part)[1], out)
    return place


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _hand_in(system: httpx.Client, path: Path) -> httpx.Response:
    def pieces() -> Iterator[bytes]:
        with path.open("rb") as source:
            yield from iter(lambda: source.read(CHUNK), b"")

    return system.post(
        "/packets",
        content=pieces(),
        headers={
            "Content-Type": "application/xml",
            "Declared-Not-Secret": "true",
            "Content-Length": str(path.stat().st_size),
        },
    )


def _download(http_client: httpx.Client, path: str, *, slowly: bool = False) -> tuple[str, httpx.Headers]:
    digest = hashlib.sha256()
    with http_client.stream("GET", path) as answer:
        assert answer.status_code == 200, answer.read()
        for at, chunk in enumerate(answer.iter_bytes(CHUNK)):
            digest.update(chunk)
            if slowly and at % 40 == 0:
                time.sleep(0.05)
        return digest.hexdigest(), answer.headers


def _nothing_waits(served: Axis) -> Callable[[], bool]:
    def look() -> bool:
        with psycopg.connect(served.database_url, autocommit=True) as database:
            row = database.execute(
                "SELECT (SELECT count(*) FROM exchange_delivery WHERE state = 'waiting')"
                " + (SELECT count(*) FROM exchange_scan)"
            ).fetchone()
        return row == (0,)

    return look


def _token(page: httpx.Response) -> dict[str, str]:
    """Returns the protection against forgery, and which draft the page writes from which version on."""
    found = dict(
        re.findall(r'type="hidden" name="(csrfmiddlewaretoken|draft|page|version)" value="(\w+)"', page.text)
    )
    assert found["csrfmiddlewaretoken"], page.text[:500]
    return found


BOUNDARY = "cat-giua-chung"
MULTIPART = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"


def _beginning(fields: dict[str, str]) -> str:
    """Returns a form up to where its file begins."""
    parts = [f'name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append('name="attachments"; filename="a.pdf"\r\n\r\n')
    return "".join(f"--{BOUNDARY}\r\nContent-Disposition: form-data; {part}" for part in parts)


def test_document_of_50_mb_costs_less_than_twice_its_size_in_memory(
    served: Axis,
    systems: dict[str, httpx.Client],
    clerk: httpx.Client,
    pdf: Path,
    record_property: Callable[[str, object], None],
) -> None:
    figures: dict[str, float] = {}

    def measured(name: str, act: Callable[[], Any], part: Any = "web worker") -> Any:
        memory = Memory(served.processes(part))
        began = time.monotonic()
        result = act()
        figures[name] = memory.growth / PAYLOAD
        record_property(
            name,
            f"{memory.growth / 2**20:.1f} MiB = {figures[name]:.2f} × payload, {time.monotonic() - began:.1f} s",
        )
        return result

    # Everything once in small, so that what is loaded at the first use does not count.
    small = pdf_of(20_000, pdf.with_name("nho.pdf"))
    assert _hand_in(systems[SENDER], _packet_file(small, 1)).status_code == 201
    served.wait(_nothing_waits(served), 60)
    _download(systems[RECEIVER], f"/inbox/{systems[RECEIVER].get('/inbox').json()['items'][0]['id']}/packet")

    source = _packet_file(pdf, 2)
    worker = Memory(served.processes("worker"))
    answer = measured("hand in by the API", lambda: _hand_in(systems[SENDER], source))
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == _sha256(source)
    served.wait(_nothing_waits(served), 120)
    entry = systems[RECEIVER].get("/inbox").json()["items"][-1]
    where = f"/inbox/{entry['id']}/packet"
    digest, headers = measured("fetch by the API", lambda: _download(systems[RECEIVER], where, slowly=True))
    assert headers["ETag"] == f'"{digest}"'
    assert int(headers["Content-Length"]) > source.stat().st_size
    measured(
        "fetch several by the API",
        lambda: _download(systems[RECEIVER], f"/inbox/packets?entry={entry['id']}"),
    )

    with pdf.open("rb") as file:
        form = {key: value for key, value in FORM.items() if key not in {"codes", "not_secret"}}
        form |= {"recipients": RECEIVER, "number": "3", "issued_on": "2026-11-24"}
        sent = measured(
            "send a form by the API",
            lambda: systems[SENDER].post(
                "/documents",
                data=form,
                files={"attachments": (pdf.name, file, "application/pdf")},
                headers={"Declared-Not-Secret": "true"},
            ),
        )
    assert sent.status_code == 201, sent.text

    form = {**FORM, "step": "check", **_token(clerk.get("/exchange/send/"))}
    with pdf.open("rb") as file:
        checked = measured(
            "upload on the page",
            lambda: clerk.post("/exchange/send/", data=form, files={"attachments": (pdf.name, file)}),
        )
    assert "Check" in checked.text
    slips = re.findall(r'name="kept" value="([^"]+)"', checked.text)
    assert len(slips) == 1
    form |= {"step": "send", "kept": slips[0], **_token(checked)}
    done = measured("send on the page", lambda: clerk.post("/exchange/send/", data=form))
    assert done.status_code == 302, done.text[:2000]
    served.wait(_nothing_waits(served), 120)
    packet = done.headers["Location"]
    digest, _ = measured(
        "download on the page", lambda: _download(clerk, f"{packet}attachments/0/", slowly=True)
    )
    assert digest == _sha256(pdf)
    figures["worker: carry and look for stamps"] = worker.growth / PAYLOAD
    record_property("worker", f"{worker.growth / 2**20:.1f} MiB = {worker.growth / PAYLOAD:.2f} × payload")
    assert max(figures.values()) < MOST_GROWTH, figures


def test_client_killed_in_the_middle_leaves_no_row_and_no_file(
    served: Axis, systems: dict[str, httpx.Client], clerk: httpx.Client, pdf: Path
) -> None:
    source = _packet_file(pdf, 9)
    where = urlsplit(served.url)
    assert where.hostname
    token = systems[SENDER].headers["Authorization"]
    page = clerk.get("/exchange/send/")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in clerk.cookies.jar)
    by_system = f"Authorization: {token}\r\nDeclared-Not-Secret: true"
    document = {"recipients": RECEIVER, "issued_on": "2026-11-24"}
    document |= {name: FORM[name] for name in ("type_name", "number", "notation", "subject", "signer_name")}
    requests = [
        ("POST /api/v1/packets", f"{by_system}\r\nContent-Type: application/xml", ""),
        ("POST /api/v1/documents", f"{by_system}\r\n{MULTIPART}", _beginning(document)),
        (
            "POST /exchange/send/",
            f"Cookie: {cookies}\r\n{MULTIPART}",
            _beginning({**FORM, "step": "check", **_token(page)}),
        ),
    ]
    before = served.inside("open_all_files")
    for line, headers, start in requests:
        with socket.create_connection((where.hostname, where.port or 80)) as line_out:
            head = f"{line} HTTP/1.1\r\nHost: {where.netloc}\r\n{headers}\r\nContent-Length: {source.stat().st_size}\r\n\r\n"
            line_out.sendall((head + start).encode())
            with source.open("rb") as file:
                for _ in range(source.stat().st_size // CHUNK // 2):
                    line_out.sendall(file.read(CHUNK))
    time.sleep(3)
    after = served.inside("open_all_files")
    assert (after["copies"], after["orphans"]) == (before["copies"], before["orphans"])
    with psycopg.connect(served.database_url, autocommit=True) as database:
        assert database.execute("SELECT count(*) FROM exchange_packet").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM exchange_transmission").fetchone() == (0,)
    assert _hand_in(systems[SENDER], source).status_code == 201  # and the same comes through afterwards
