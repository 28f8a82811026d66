"""`hienluong exchange inspect`: one minute, 256 MB and no traceback, whatever the file."""

import base64
import io
import json
import os
import random
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from authored_packets import GOLDEN, document, status

from hienluong.edxml.inspect import run_inspect
from hienluong.edxml.writer import write_packet

NEW = write_packet(document()).decode()
_SCHEMA = Path(__file__).parents[2] / "docs" / "contracts" / "inspect.schema.json"
_CONTRACT = jsonschema_rs.validator_for(json.loads(_SCHEMA.read_text(encoding="utf-8")))

# Runs the command as the command line does, then tells the peak memory of the whole process.
_PROGRAM = textwrap.dedent("""
    import re, sys
    from hienluong.edxml.inspect import run_inspect
    code = run_inspect(sys.argv[1], sys.argv[2] == "--json", sys.stdout, sys.stderr)
    assert "django" not in sys.modules
    sys.stdout.flush()
    # Not ru_maxrss: that begins with what the parent had when it forked.
    print("PEAK", re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
    sys.exit(code)
""")


def _run(
    path: str | Path, *, as_json: bool = True, stdin: bytes | None = None
) -> tuple[int, str, str, float]:
    """Returns exit code, output, errors and megabytes at the peak of a run in a process of its own."""
    source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(path), "--json" if as_json else "--text"],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        **source,
    )
    errors = done.stderr.decode("ascii")
    assert "Traceback" not in errors
    said, _mark, peak = errors.rpartition("PEAK ")
    return done.returncode, done.stdout.decode("ascii"), said, int(peak) / 1024


def _report(path: Path) -> dict[str, Any]:
    out = io.StringIO()
    assert run_inspect(str(path), True, out, io.StringIO()) == 0
    report = json.loads(out.getvalue())
    _CONTRACT.validate(report)
    return report


@pytest.mark.parametrize("name", GOLDEN)
def test_report_keeps_the_contract(name: str, tmp_path: Path) -> None:
    path = tmp_path / "packet.edxml"
    path.write_bytes(write_packet(GOLDEN[name]()))
    assert _report(path)["valid"] is True


def test_report_on_a_document_names_everything(tmp_path: Path) -> None:
    path = tmp_path / "packet.edxml"
    path.write_text(NEW, encoding="utf-8")
    report = _report(path)
    assert (report["kind"], report["business"], report["code"]) == ("edoc", "new", "267/SNV-VP")
    assert report["sender"] == {"organ_id": "H50.19", "name": "Sở Nội vụ tỉnh Quảng Trị"}
    assert [one["organ_id"] for one in report["recipients"]] == ["H50.77", "000.00.00.G22"]
    assert report["dates"] == {
        "promulgation": {"raw": "2026/03/02", "value": "2026-03-02"},
        "due": {"raw": "2026/02/30", "value": None},
        "first_hop": {"raw": "2026/03/02 08:05:09", "value": "2026-03-02T08:05:09+07:00"},
        "last_hop": {"raw": "2026/03/02 08:05:09", "value": "2026-03-02T08:05:09+07:00"},
    }
    pdf, text = report["attachments"]
    assert (pdf["real_type"], pdf["declared_type"], pdf["travelled_in_zip"]) == (
        "application/pdf",
        "application/pdf",
        False,
    )
    assert (text["real_type"], text["declared_type"], text["travelled_in_zip"]) == (
        "text/plain",
        "application/zip",
        True,
    )
    assert [one["code"] for one in report["warnings"]] == ["impossible-date"]


def test_report_on_a_status_names_what_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "status.edxml"
    path.write_bytes(write_packet(status("13", "xin lấy lại")))
    report = _report(path)
    assert (report["status"], report["status_name"], report["description"]) == (
        "13",
        "recall_requested",
        "xin lấy lại",
    )
    assert report["about"] == ["H50.19,2026/03/02,267/SNV-VP"]


def test_text_for_people_names_the_same(tmp_path: Path) -> None:
    path = tmp_path / "packet.edxml"
    path.write_text(NEW.replace("V/v báo", "V/v \x85\u202e báo"), encoding="utf-8")
    out = io.StringIO()
    assert run_inspect(str(path), False, out, io.StringIO()) == 0
    text = out.getvalue()
    assert "document, new" in text
    assert "Công văn 267.pdf: 17 bytes" in text
    assert "2026/02/30 (not a possible date)" in text
    assert "\u202e" not in text  # nothing turns the terminal's text around


def test_fault_is_told_with_element_line_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "packet.edxml"
    path.write_text(NEW.replace("<edXML:OrganId>H50.77</edXML:OrganId>", ""), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    assert run_inspect(str(path), False, out, err) == 2
    assert (
        err.getvalue()
        == f"{path}: line 16, MessageHeader.To.OrganId: the element is missing or empty (N.MessageHeader.To.OrganId)\n"
    )
    assert run_inspect(str(path), True, out, err) == 2
    fault = json.loads(out.getvalue())
    _CONTRACT.validate(fault)
    assert fault["error"]["line"] == 16


def test_standard_input_is_read_and_an_ascii_terminal_is_no_obstacle() -> None:
    code, out, _errors, _peak = _run("-", as_json=False, stdin=NEW.encode())
    assert code == 0
    assert "H50.19 S\\u1edf N\\u1ed9i v\\u1ee5" in out


@pytest.mark.parametrize(
    "path",
    ["/nonexistent/file", ".", "/dev/null", "/dev/zero", "/dev/urandom", "/proc/self/mem", "a\x00b", ""],
)
def test_what_is_no_readable_file_is_refused(path: str) -> None:
    out = io.StringIO()
    assert run_inspect(path, True, out, io.StringIO()) == 2
    _CONTRACT.validate(json.loads(out.getvalue()))


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "closed.edxml"
    path.write_bytes(b"<edXML/>")
    path.chmod(0)
    out = io.StringIO()
    assert run_inspect(str(path), True, out, io.StringIO()) == 2


def test_pipe_without_a_writer_is_given_up_in_time(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    started = time.monotonic()
    out = io.StringIO()
    assert run_inspect(str(pipe), True, out, io.StringIO(), time_limit=0.3) == 2
    assert time.monotonic() - started < 5


def test_endless_pipe_is_given_up_at_a_limit() -> None:
    endless = subprocess.Popen(["yes", "<x/>"], stdout=subprocess.PIPE)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "-", "--json"],
        stdin=endless.stdout,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert endless.stdout
    endless.stdout.close()
    endless.kill()
    endless.wait()
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


# Size


def _attached(name: str, media_type: str, data: bytes, times: int = 1) -> Iterator[bytes]:
    start, rest = NEW.encode().split(b"    <Attachment>", 1)
    end = rest[rest.index(b"  </AttachmentEncoded>") :]
    yield start
    for number in range(times):
        yield f"<Attachment><ContentId>cid:{number}</ContentId><AttachmentName>{name}</AttachmentName>".encode()
        yield f"<ContentType>{media_type}</ContentType><ContentTransferEncoded>".encode()
        yield base64.b64encode(data)
        yield b"</ContentTransferEncoded></Attachment>"
    yield end


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _zip(data: bytes, name: str = "c3a1f0de-0000-4000-8000-000000000001.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def _entries(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    return out.getvalue()


def _recipients(count: int) -> Iterator[bytes]:
    start, end = NEW.encode().split(b"        <edXML:DocumentId>", 1)
    yield start
    for number in range(count):
        yield f"<edXML:To><edXML:OrganId>H50.{number}</edXML:OrganId></edXML:To>\n".encode()
    yield b"        <edXML:DocumentId>" + end


def _subject(inserted: str) -> Iterator[bytes]:
    yield NEW.replace("<edXML:Subject>", inserted).encode()


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        (lambda: _attached("a.pdf", "application/pdf", b"%PDF-1.7" + _noise(50 * 1024 * 1024 - 8)), 0),
        (lambda: _attached("a.txt", "application/zip", _zip(_noise(1_000_000) * 50)), 0),
        (lambda: _attached("a.pdf", "application/pdf", _noise(300_000), times=400), 0),
        (lambda: _attached("a.txt", "application/zip", _zip(bytes(600_000_000))), 2),
        (lambda: _attached("a.txt", "application/zip", _entries(60_000)), 0),
        (lambda: _attached("a.pdf", "application/pdf", b"", times=20_000), 2),
        (lambda: _recipients(40_000), 0),
        (lambda: _subject("<x/>" * 99_000 + "<edXML:Subject>"), 0),
        (lambda: _subject("<edXML:Subject>" + "😀" * 4_100_000), 0),
        (lambda: _subject("<x/>" * 1_000_000 + "<edXML:Subject>"), 2),
        (lambda: iter([b"<edXML>", *[b" " * 1_000_000] * 1000]), 2),
        (lambda: iter([b"<edXML><!--", *[b"-" + b"x" * 1_000_000] * 300]), 2),
        (lambda: iter([b"<edXML a='", *[b"x" * 1_000_000] * 300]), 2),
    ],
    ids=[
        "50 MB file", "50 MB in a ZIP", "400 files", "ZIP bomb", "ZIP of 60,000", "20,000 files", "40,000 recipients",
        "99,000 unknown elements", "4 million astral letters", "a million elements", "1 GB of spaces",
        "300 MB comment", "300 MB attribute",
    ],
)  # fmt: skip
def test_memory_and_time_stay_bounded(
    pieces: Callable[[], Iterator[bytes]], code: int, tmp_path: Path
) -> None:
    path = tmp_path / "big.edxml"
    with path.open("wb") as out:
        out.writelines(pieces())
    started = time.monotonic()
    returned, said, _errors, megabytes = _run(path)
    assert returned == code
    assert time.monotonic() - started < 60
    assert megabytes < 256
    _CONTRACT.validate(json.loads(said))
