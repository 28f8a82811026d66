"""The signer on a person's machine: whom it answers, what it signs, that it asks, and that nothing of it is taken on trust."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from world import NOW, PERSON, World

from hienluong.signing.cli import group
from hienluong.signing.formats.device import AgentServer, Device, Wanted, fingerprint
from hienluong.signing.formats.keys import MemoryKey, fits

PAGE = "https://vanban.example.vn"
PASSWORD = "only in a specification"


def request_of(key: MemoryKey, number: int = 1, **changes: Any) -> dict[str, Any]:
    """What a page asks for one document."""
    digest = hashlib.sha256(str(number).encode()).digest()
    return {
        "id": str(number),
        "hash": base64.b64encode(digest).decode(),
        "hash_algorithm": "sha256",
        "certificate": fingerprint(key),
        "title": f"Công văn {number}",
        **changes,
    }


class Owner:
    """Whoever sits at the terminal: what they were shown, and what they say."""

    def __init__(self) -> None:
        self.agrees = True
        self.shown: list[tuple[str, list[str]]] = []

    def __call__(self, origin: str, batch: Sequence[Wanted]) -> bool:
        """Answers."""
        self.shown.append((origin, [one.title for one in batch]))
        return self.agrees


@pytest.fixture(scope="module")
def owner() -> Owner:
    """The owner of the device."""
    return Owner()


@pytest.fixture(scope="module")
def agent(world: World, owner: Owner) -> Iterator[int]:
    """The port of a device that serves one page."""
    server = AgentServer(Device([world.person, world.seal], owner), 0, [PAGE])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(
    port: int, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Mapping[str, str], Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    sent = {"Origin": PAGE, "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection.request(method, path, content, {name: value for name, value in sent.items() if value})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), json.loads(text) if text else None


def test_batch_is_signed_after_one_question_that_names_page_and_documents(
    agent: int, owner: Owner, world: World
) -> None:
    owner.shown.clear()
    asked = [request_of(world.person, 1), request_of(world.seal, 2, title="Hai\x1b[2J\nba")]
    status, headers, answer = ask(agent, "POST", "/sign", {"requests": asked})
    assert (status, headers["Access-Control-Allow-Origin"], headers["Cache-Control"]) == (
        200,
        PAGE,
        "no-store",
    )
    for key, one, given in zip((world.person, world.seal), asked, answer["signatures"], strict=True):
        assert given["id"] == one["id"]
        signature = base64.b64decode(given["signature"])
        assert fits(key.certificate, base64.b64decode(one["hash"]), signature)
    assert owner.shown == [(PAGE, ["Công văn 1", "Hai [2J ba"])], "nothing that moves the cursor"


def test_owner_who_refuses_gives_no_signature_and_what_does_not_fit_is_not_asked(
    agent: int, owner: Owner, world: World
) -> None:
    owner.shown.clear()
    owner.agrees = False
    wrong = [
        request_of(world.person, 1, certificate="0" * 64),
        request_of(world.person, 2, hash="AAAA"),
        request_of(world.person, 3, hash_algorithm="sha512"),
        request_of(world.person, 4, hash="?"),
    ]
    _status, _headers, answer = ask(agent, "POST", "/sign", {"requests": wrong})
    assert [one["error"] for one in answer["signatures"]] == ["unknown-certificate", *["hash-unfit"] * 3]
    assert owner.shown == []
    _status, _headers, answer = ask(agent, "POST", "/sign", {"requests": [request_of(world.person)]})
    owner.agrees = True
    assert (answer["signatures"], len(owner.shown)) == ([{"id": "1", "error": "refused"}], 1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": f"{PAGE}.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_page_that_is_not_allowed_and_name_that_was_bent_are_refused(
    headers: dict[str, str], status: int, agent: int, owner: Owner, world: World
) -> None:
    owner.shown.clear()
    given = {name: value.format(port=agent) for name, value in headers.items()}
    found, answered, _answer = ask(agent, "POST", "/sign", {"requests": [request_of(world.person)]}, **given)
    assert (found, owner.shown) == (status, [])
    assert answered.get("Access-Control-Allow-Origin", "") in ("", PAGE)
    if status != 415:
        assert ask(agent, "OPTIONS", "/sign", **given)[0] == status, "and no browser lets the page ask"
        assert ask(agent, "GET", "/", **given)[0] == status, "nor tell who sits here"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"[" * 100_000, {"requests": []}, {"requests": [1]}, {"requests": [{"id": 1}]},
     {"requests": [{}] * 101}],
)  # fmt: skip
def test_whatever_comes_is_answered(body: object, agent: int) -> None:
    status, _headers, _answer = ask(agent, "POST", "/sign", body)
    assert status == 400
    assert ask(agent, "POST", "/sign", b"x", Content_Length="9" * 9)[0] == 413
    assert (ask(agent, "GET", "/other")[0], ask(agent, "POST", "/", {})[0]) == (404, 404)


def test_page_that_is_allowed_learns_the_certificates(agent: int, world: World) -> None:
    status, headers, found = ask(agent, "OPTIONS", "/sign")
    assert (status, headers["Access-Control-Allow-Headers"], found) == (204, "Content-Type", None)
    _status, _headers, told = ask(agent, "GET", "/", Host=f"localhost:{agent}")
    assert [one["name"] for one in told["certificates"]] == ["Nguyễn Văn An", "UBND tỉnh Quảng Trị"]
    assert told["certificates"][0]["pem"].count("BEGIN CERTIFICATE") == 3


@pytest.fixture
def key_file(world: World, tmp_path: Path) -> Path:
    """A person's key as a file of PKCS#12, and its password beside it."""
    content, _serial = world.authority.issue_pkcs12(PERSON, PASSWORD, now=NOW)
    (tmp_path / "secret").write_text(PASSWORD, encoding="utf-8")
    (tmp_path / "an.p12").write_bytes(content)
    return tmp_path / "an.p12"


def test_device_is_a_program_of_its_own_that_needs_no_installation(key_file: Path, tmp_path: Path) -> None:
    key = MemoryKey.from_pkcs12(key_file.read_bytes(), PASSWORD)
    command = [
        sys.executable, "-m", "hienluong.config.cli", "signing", "device", "serve", "--port", "0", "--yes",
        "--key", str(key_file), "--password-file", str(tmp_path / "secret"), "--origin", PAGE,
    ]  # fmt: skip
    environment = {
        "PATH": "",
        "PYTHONUNBUFFERED": "1",
        "LANGUAGE": "en",
        "HIENLUONG_DATA_DIR": str(tmp_path / "none"),
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert found is not None
            port = int(found[1])
            status, _headers, answer = ask(port, "POST", "/sign", {"requests": [request_of(key)]})
            assert (status, "signature" in answer["signatures"][0]) == (200, True)
            assert ask(port, "GET", "/", Origin="https://evil.example")[0] == 403
        finally:
            process.terminate()
        said = process.stdout.read()
    assert f"To sign for {PAGE} (1):" in said
    assert "Công văn 1" in said
    assert "django" not in said


def test_file_of_requests_is_signed_after_a_question(key_file: Path, tmp_path: Path) -> None:
    key = MemoryKey.from_pkcs12(key_file.read_bytes(), PASSWORD)
    (tmp_path / "request.json").write_text(json.dumps({"requests": [request_of(key)]}), encoding="utf-8")
    output = tmp_path / "signatures.json"
    command = [
        "device",
        "sign",
        str(tmp_path / "request.json"),
        "--key",
        str(key_file),
        "--output",
        str(output),
    ]
    refused = CliRunner().invoke(group, command, input=f"{PASSWORD}\nn\n")
    assert (refused.exit_code, json.loads(output.read_text())["signatures"][0]["error"]) == (1, "refused")
    done = CliRunner().invoke(group, command, input=f"{PASSWORD}\ny\n")
    assert done.exit_code == 0, done.output
    assert "signature" in json.loads(output.read_text())["signatures"][0]
    wrong = CliRunner().invoke(group, command, input="wrong\n")
    assert wrong.exit_code == 1
    assert "password" in wrong.output
