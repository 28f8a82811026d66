"""The commands `hienluong exchange …`: against a real server over HTTP, and `inspect` on a file alone."""

from __future__ import annotations

import hashlib
import http.server
import json
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result
from personas import CABINET, DONG_HOI, HOME_AFFAIRS, KHE_SANH, PDF, System, deliver, document
from pytest_django.live_server_helper import LiveServer

from hienluong.client import connection
from hienluong.config.cli import cli
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery, Packet
from hienluong.kit import clock
from hienluong.recipients import service as recipients

Call = Callable[..., Result]


def credentials(system: System, folder: Path) -> Path:
    """Writes a system's credentials as its operator would: readable by nobody else."""
    file = folder / f"{system.code}.json"
    file.touch(0o600)
    file.write_text(json.dumps({"client_id": system.client_id, "client_secret": system.client_secret}))
    return file


def run(*arguments: object, **environment: str) -> Result:
    """Runs `hienluong exchange …`."""
    return CliRunner().invoke(cli, ["exchange", *map(str, arguments)], env={"LANGUAGE": "en", **environment})


@pytest.fixture
def call(live_server: LiveServer, tmp_path: Path) -> Call:
    """Runs a command as a system against the server."""

    def as_system(system: System, *arguments: object) -> Result:
        return run(
            *arguments,
            HIENLUONG_API_URL=live_server.url,
            HIENLUONG_CREDENTIALS=str(credentials(system, tmp_path)),
        )

    return as_system


@pytest.fixture
def packet_file(tmp_path: Path) -> Path:
    """An edXML file of Sở Nội vụ for two communes and one agency outside."""
    file = tmp_path / "packet.edxml"
    file.write_bytes(document(15, DONG_HOI, KHE_SANH, CABINET))
    return file


# --- sending ------------------------------------------------------------------------------------------------------


def test_file_is_sent_and_sent_again_with_the_first_receipt(
    call: Call, home_affairs: System, packet_file: Path
) -> None:
    first = call(home_affairs, "send", packet_file, "--not-secret", "--json")
    again = call(home_affairs, "send", packet_file, "--not-secret", "--json")

    assert first.exit_code == 0, first.output
    receipt = json.loads(first.stdout)
    assert [one["state"] for one in receipt["recipients"]] == ["waiting", "waiting", "unrouted"]
    assert json.loads(again.stdout) == receipt
    assert Packet.objects.count() == 1


def test_receipt_is_shown_to_people(call: Call, home_affairs: System, packet_file: Path) -> None:
    shown = call(home_affairs, "send", packet_file, "--not-secret").stdout

    assert "Accepted at " in shown
    assert f"{CABINET:<14} Văn phòng Chính phủ: waiting for a route" in shown


def test_document_is_written_by_the_axis_and_written_again_is_the_same(
    call: Call, home_affairs: System, tmp_path: Path
) -> None:
    letter = tmp_path / "công văn.pdf"
    letter.write_bytes(PDF)
    order: list[object] = ["send", "--to", DONG_HOI, "--to", KHE_SANH, "--type", "Công văn", "--number", 15]
    order += [
        "--notation",
        "SNV-VP",
        "--date",
        "2026-11-24",
        "--subject",
        "V/v họp giao ban",
        "--priority",
        1,
    ]
    order += ["--signer", "Lê Quang Ánh", "--not-secret", "--json", letter]

    first, again = call(home_affairs, *order), call(home_affairs, *order)

    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == json.loads(again.stdout)
    packet = Packet.objects.get()
    assert (packet.subject, packet.priority, packet.parts.get().name) == (
        "V/v họp giao ban",
        1,
        "công văn.pdf",
    )


def test_document_is_sent_to_a_group(
    call: Call, home_affairs: System, agencies: Mapping[str, Agency], tmp_path: Path
) -> None:
    group = recipients.create_group(
        actor=Actor.platform("specification"),
        owner=None,
        name="Hai xã",
        members=[agencies[DONG_HOI], agencies[KHE_SANH]],
        now=clock.now(),
    )
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    order: list[object] = [
        "send",
        "--to-group",
        group.pk,
        "--type",
        "Công văn",
        "--number",
        15,
        "--notation",
        "SNV-VP",
    ]
    order += [
        "--date",
        "2026-11-24",
        "--subject",
        "V/v họp",
        "--signer",
        "Lê Quang Ánh",
        "--not-secret",
        "--json",
    ]
    sent = call(home_affairs, *order, letter)
    assert sent.exit_code == 0, sent.output
    assert {one["code"] for one in json.loads(sent.stdout)["recipients"]} == {DONG_HOI, KHE_SANH}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--not-secret"),
        (
            ["--not-secret", "--to", DONG_HOI, "--number", "1"],
            "--type, --notation, --date, --subject, --signer",
        ),
        (["--not-secret", "--number", "1"], "Give one edXML file"),
        (["--not-secret", "--idempotency-key", "khóa"], "1 to 100 ASCII characters"),
    ],
)
def test_sending_that_is_not_complete_is_a_usage_error(
    call: Call, home_affairs: System, packet_file: Path, arguments: list[str], says: str
) -> None:
    result = call(home_affairs, "send", packet_file, *arguments)

    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert not Packet.objects.exists()


def test_refusal_says_what_was_wrong_what_was_kept_and_what_to_do(
    call: Call, finance: System, packet_file: Path
) -> None:
    text = call(finance, "send", packet_file, "--not-secret")
    document = call(finance, "send", packet_file, "--not-secret", "--json")

    assert (text.exit_code, document.exit_code) == (1, 1)
    assert text.stderr.splitlines() == [
        (
            f"Sở Tài chính has no right to send for {HOME_AFFAIRS}. Nothing was stored and nothing was sent. "
            "Send with the sender's own connection, or have the right to send for it registered."
        )
    ]
    assert json.loads(document.stdout)["code"] == "exchange.sender-not-allowed"


# --- receiving ----------------------------------------------------------------------------------------------------


def test_mailbox_is_listed_fetched_confirmed_and_answered(
    call: Call, home_affairs: System, dong_hoi: System, tmp_path: Path
) -> None:
    source = document(15, DONG_HOI, subject="V/v họp\x85giao ban")
    packet = home_affairs.hand_in(source).json()["packet"]
    deliver()
    entry = Delivery.objects.get().pk

    listed = call(dong_hoi, "inbox", "--kind", "edoc").stdout
    fetched = json.loads(call(dong_hoi, "fetch", entry, tmp_path, "--json").stdout)["items"][0]
    confirmed = call(dong_hoi, "confirm", entry)
    registered = call(dong_hoi, "status", entry, "03", "--note", "Số đến 125")
    deliver()
    traced = call(home_affairs, "trace", packet).stdout

    assert "15/SNV-VP" in listed
    assert "V/v họp giao ban" in listed, "a sender's text does not steer the terminal"
    assert Path(fetched["file"]) == tmp_path / f"{packet}.edxml"
    assert len(Path(fetched["file"]).read_bytes()) > len(source)
    assert not list(tmp_path.glob(".*.draft"))
    assert confirmed.stdout == f"Entry {entry}: confirmed\n"
    assert registered.exit_code == 0
    assert "Số đến 125" in traced
    assert call(home_affairs, "inbox", "--kind", "status").stdout.count(DONG_HOI) == 1


def test_everything_is_fetched_and_confirmed_in_one_go(
    call: Call, home_affairs: System, dong_hoi: System, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        home_affairs.hand_in(document(number))
    deliver()

    result = call(dong_hoi, "fetch", "--all", "--confirm", tmp_path)

    assert result.exit_code == 0, result.output
    assert result.stdout.count("confirmed") == 3
    assert len(list(tmp_path.glob("*.edxml"))) == 3
    assert call(dong_hoi, "inbox").stdout == "Nothing is waiting.\n"


def test_entry_that_cannot_be_fetched_does_not_hold_up_the_others(
    call: Call, home_affairs: System, dong_hoi: System, tmp_path: Path
) -> None:
    home_affairs.hand_in(document())
    deliver()
    entry = Delivery.objects.get().pk

    result = call(dong_hoi, "fetch", entry + 1, entry, tmp_path)

    assert result.exit_code == 1
    assert len(list(tmp_path.glob("*.edxml"))) == 1
    assert "There is no entry" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["fetch", "."], ["fetch", "--all", "7", "."], ["confirm", "7", "--fail"]]
)
def test_receiving_that_is_not_complete_is_a_usage_error(
    call: Call, dong_hoi: System, arguments: list[str]
) -> None:
    assert call(dong_hoi, *arguments).exit_code == 2


def test_packet_that_cannot_be_taken_is_reported(call: Call, home_affairs: System, dong_hoi: System) -> None:
    home_affairs.hand_in(document())
    deliver()
    entry = Delivery.objects.get().pk

    result = call(dong_hoi, "confirm", entry, "--fail", "--note", "tệp hỏng")

    assert result.stdout == f"Entry {entry}: refused by the recipient's system\n"
    assert Delivery.objects.get().failure == "tệp hỏng"


def test_status_without_its_reason_is_refused_with_the_field(
    call: Call, home_affairs: System, dong_hoi: System
) -> None:
    home_affairs.hand_in(document())
    deliver()

    result = call(dong_hoi, "status", Delivery.objects.get().pk, "02")

    assert result.exit_code == 1
    assert result.stderr.strip().endswith("/note: Give the reason.")


# --- credentials and the network ----------------------------------------------------------------------------------


def test_credentials_that_others_may_read_are_refused_in_one_line(
    live_server: LiveServer, home_affairs: System, tmp_path: Path
) -> None:
    file = credentials(home_affairs, tmp_path)
    file.chmod(0o644)

    result = run("inbox", "--url", live_server.url, "--credentials", file)

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        (
            f"The credentials in {file} cannot be used: other users may read the file. "
            f"Nothing was sent. Run: chmod 600 {file}"
        )
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"client_id": "x"}', "\x00"])
def test_credentials_that_are_none_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "system.json"
    file.touch(0o600)
    file.write_text(content)

    result = run("inbox", "--credentials", file)

    assert result.exit_code == 2
    assert '"client_id" and "client_secret"' in result.stderr


def test_credentials_are_needed_and_never_taken_from_the_command_line() -> None:
    assert run("inbox", HIENLUONG_CREDENTIALS="").exit_code == 2
    assert "secret" not in run("inbox", "--help").stdout.replace('"client_secret"', "")


def test_secret_that_the_axis_does_not_know_is_refused(
    live_server: LiveServer, home_affairs: System, tmp_path: Path
) -> None:
    file = tmp_path / "system.json"
    file.touch(0o600)
    file.write_text(json.dumps({"client_id": home_affairs.client_id, "client_secret": "guessed"}))

    result = run("inbox", "--url", live_server.url, "--credentials", file)

    assert result.exit_code == 2
    assert "does not know the client id or the secret" in result.stderr
    assert "guessed" not in result.output


@pytest.mark.parametrize(
    "url", ["http://axis.example", "ftp://127.0.0.1", "nowhere", "http://[", "http://u:p@127.0.0.1"]
)
def test_address_that_is_not_safe_to_call_is_refused(tmp_path: Path, url: str) -> None:
    file = tmp_path / "system.json"
    file.touch(0o600)
    file.write_text('{"client_id": "x", "client_secret": "y"}')

    assert run("inbox", "--url", url, "--credentials", file).exit_code == 2


class _Axis(http.server.BaseHTTPRequestHandler):
    """A server that gives what it was told to, one answer after the other."""

    answers: ClassVar[list[tuple[int, dict[str, str], object]]] = []
    asked: ClassVar[list[str]] = []

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        status, headers, body = (
            (200, {}, {"access_token": "t", "expires_in": 3600})
            if self.path == "/api/oauth/token"
            else self.answers.pop(0)
        )
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815 - the names http.server calls

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def axis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Runs a command against a server with the given answers; what it was asked is in `_Axis.asked`."""
    pauses: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", pauses.append)
    file = tmp_path / "system.json"
    file.touch(0o600)
    file.write_text('{"client_id": "x", "client_secret": "y"}')
    _Axis.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Axis) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def answer(
            *answers: tuple[int, dict[str, str], object], order: tuple[object, ...] = ("inbox",)
        ) -> Any:
            _Axis.answers[:] = answers
            url = f"http://127.0.0.1:{server.server_port}"
            return run(*order, "--json", "--url", url, "--credentials", file), pauses

        yield answer
        server.shutdown()
        thread.join()


EMPTY = (200, {}, {"items": [], "next": None, "resume": "x"})


def together(content: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Returns the answer with one packet among several that may be fetched together."""
    parts = [
        ("application/xml", content, headers),
        ("application/json", json.dumps({"left_out": [], "refused": []}), {}),
    ]
    body = ""
    for kind, said, more in parts:
        lines = {"Content-Type": kind, "Content-Length": str(len(said)), **more}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        body += f"--b\r\n{head}\r\n{said}\r\n"
    return 200, {"Content-Type": "multipart/mixed; boundary=b"}, body + "--b--\r\n"


def test_failure_of_the_axis_is_tried_again_with_growing_pauses(axis: Callable[..., Any]) -> None:
    result, pauses = axis((500, {}, "<html>"), (503, {}, {"detail": "busy"}), EMPTY)

    assert result.exit_code == 0
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_axis_that_asks_for_patience_is_given_it_within_bounds(axis: Callable[..., Any]) -> None:
    result, pauses = axis((429, {"Retry-After": "7"}, {}), (429, {"Retry-After": "86400"}, {}), EMPTY)

    assert result.exit_code == 0
    assert pauses == [7.0, 60.0]


def test_axis_that_fails_every_time_is_given_up(axis: Callable[..., Any]) -> None:
    result, pauses = axis(*[(503, {}, {"detail": "Not available.", "todo": "Try again later."})] * 5)

    assert result.exit_code == 3
    assert len(pauses) == 4
    assert json.loads(result.stdout)["detail"] == "Not available."


def test_refusal_is_not_tried_again(axis: Callable[..., Any]) -> None:
    result, pauses = axis((409, {}, {"detail": "Conflict.", "code": "conflict"}))

    assert (result.exit_code, pauses) == (1, [])


def test_token_that_ran_out_is_replaced_once(axis: Callable[..., Any]) -> None:
    result, _ = axis((401, {}, {}), EMPTY)
    again, _ = axis((401, {}, {}), (401, {}, {"detail": "Not signed in."}))

    assert (result.exit_code, again.exit_code) == (0, 1)
    assert _Axis.asked.count("POST /api/oauth/token") == 4


def test_answer_of_something_else_is_refused(axis: Callable[..., Any]) -> None:
    result, _ = axis((200, {}, "<html>a proxy</html>"))

    assert result.exit_code == 1
    assert "check the address" in result.stdout


def test_axis_that_is_not_there_is_a_temporary_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.time, "sleep", lambda _seconds: None)
    file = tmp_path / "system.json"
    file.touch(0o600)
    file.write_text('{"client_id": "x", "client_secret": "y"}')

    with socket.socket() as nobody:  # holds the port and does not listen
        nobody.bind(("127.0.0.1", 0))
        result = run("inbox", "--url", f"http://127.0.0.1:{nobody.getsockname()[1]}", "--credentials", file)

    assert result.exit_code == 3
    assert result.stderr.startswith("The connection to 127.0.0.1")


def test_packet_that_was_damaged_on_the_way_is_not_written(axis: Callable[..., Any], tmp_path: Path) -> None:
    name = f'attachment; filename="{uuid.uuid4()}.edxml"'
    damaged = together("<edXML/>", Entry="7", ETag='"0000"', Content_Disposition=name)

    result, _ = axis(damaged, order=("fetch", "--confirm", 7, tmp_path))

    assert result.exit_code == 3
    assert not list(tmp_path.glob("*.edxml"))
    assert not [asked for asked in _Axis.asked if "confirm" in asked]


@pytest.mark.parametrize("body", ["", "--b", "--b\r\nContent-Length: 99\r\n\r\nx", "<html>", "--b--\r\n"])
def test_answer_that_is_cut_or_something_else_is_refused(
    axis: Callable[..., Any], tmp_path: Path, body: str
) -> None:
    result, _ = axis(
        (200, {"Content-Type": "multipart/mixed; boundary=b"}, body), order=("fetch", 7, tmp_path)
    )

    assert result.exit_code == 1
    assert not list(tmp_path.glob("*.edxml"))


def test_name_that_the_axis_gives_never_leads_out_of_the_directory(
    axis: Callable[..., Any], tmp_path: Path
) -> None:
    content = "<edXML/>"
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()}"'
    name = 'attachment; filename="../../escaped.edxml"'
    answer = together(content, Entry="7", ETag=etag, Content_Disposition=name)

    result, _ = axis(answer, order=("fetch", 7, tmp_path))

    assert result.exit_code == 3
    assert not list(tmp_path.parent.rglob("escaped*"))


# --- on a file alone ----------------------------------------------------------------------------------------------


def test_file_is_inspected_without_axis_and_without_django(packet_file: Path) -> None:
    program = (
        "import sys; from hienluong.config.cli import cli\n"
        "try: cli(sys.argv[1:])\n"
        "except SystemExit as end: print(end.code, 'django' in sys.modules, 'httpx' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "exchange", "inspect", str(packet_file)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "cong-van.pdf" in result.stdout
    assert result.stdout.splitlines()[-1] == "0 False False"


def test_client_needs_no_django() -> None:
    program = "import sys, hienluong.client.service; print('django' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "False\n"


def test_what_is_no_packet_is_inspected_with_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "x.edxml"
    file.write_text("<edXML>\n<oops")

    result = run("inspect", file, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["line"] == 2


@pytest.mark.parametrize("command", ["send", "inbox", "fetch", "confirm", "status", "trace", "inspect"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert f"Example: hienluong exchange {command}" in result.stdout
    assert "--json" in result.stdout
