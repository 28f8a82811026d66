"""Witnesses whom we ask: Go's code plays one, others are down, slow or lie; what they give is checked, kept, published and proved with."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings
from tests.ledger.conftest import CLERK, Book, build_outside
from tests.ledger.other_log import OtherLog

from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.kit.jws import new_key
from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.errors import QuorumTooHigh, WitnessKnown, WitnessUnknown
from hienluong.ledger.keys import FileKey
from hienluong.ledger.models import (
    Contradiction,
    Cosignature,
    QueuedChange,
    QueuedEntry,
    SignedCheckpoint,
    Witness,
)
from hienluong.ledger.verification import verify_log
from hienluong.ledger.witness_administration import add_witness, remove_witness, set_quorum, watch_log
from hienluong.ledger.witnesses import LONGEST_PAUSE
from hienluong.tlog.cosignatures import Asked, Cosigner, cosign
from hienluong.tlog.notes import parse_note

Answers = Callable[[bytes], tuple[int, bytes]]


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    """Lets the loopback be called, as an operator lets the network of the province."""
    settings.LEDGER_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.LEDGER_PORTS = range(1024, 65536)


@pytest.fixture
def book(book: Book) -> Book:
    """A ledger whose clock is the real one: witnesses put their own time under what they cosign."""
    book.now = clock.now() - timedelta(minutes=3)  # some of these tests let minutes pass
    return book


@pytest.fixture(scope="session")
def go_witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outside witness, built once."""
    return build_outside("witness", tmp_path_factory.mktemp("outside"))


@contextmanager
def go_witness_at_work(program: Path) -> Iterator[tuple[str, str]]:
    """Yields key and address of an outside witness of our log."""
    command = [program, "serve", str(ledger.verifier()), "go.example.vn/witness"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.stdout.readline().strip()
        finally:
            process.kill()


class Scripted:
    """A witness that answers as a test wants."""

    def __init__(self, name: str = "w.example.vn/witness") -> None:
        self.key = FileKey(new_key())
        self.name = name
        self.vkey = str(Cosigner(name, self.key.public))
        self.asked: list[Asked] = []
        self.answer: Answers = self.honest
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                witness.asked.append(Asked.read(body))
                status, content = witness.answer(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Is down from now on."""
        self._server.shutdown()
        self._server.server_close()

    def honest(self, body: bytes) -> tuple[int, bytes]:
        """Cosigns whatever it is shown."""
        text = parse_note(Asked.read(body).note)[0]
        return 200, cosign(self.name, self.key, text, clock.now()).line().encode()


def forget_what_waits() -> None:
    """Empties the queues, so that sizes below are those of the acts of a test."""
    QueuedEntry.objects.all().delete()
    QueuedChange.objects.all().delete()


@pytest.fixture
def witness(book: Book) -> Iterator[Scripted]:
    """A scripted witness, which is asked."""
    scripted = Scripted()
    add_witness(actor=CLERK, now=book.now, vkey=scripted.vkey, url=scripted.url)
    forget_what_waits()
    yield scripted
    scripted.close()


def ask(book: Book) -> list[str]:
    """Asks all witnesses; returns the code of each problem, "" where it cosigned."""
    outcomes = ledger.ask_witnesses(now=book.now)
    return [one.problem.code if one.problem else "" for one in outcomes]


def test_outside_witness_follows_our_growth_and_its_cosignature_is_published_and_proved_with(
    book: Book, go_witness: Path, tmp_path: Path
) -> None:
    entry_id = book.grow(300)[217]
    with go_witness_at_work(go_witness) as (vkey, url):
        add_witness(actor=CLERK, now=book.now, vkey=vkey, url=url)
        assert ask(book) == [""]
        book.grow(77)
        book.now = clock.now() + timedelta(seconds=90)
        Witness.objects.update(size=5)  # we forgot: it says what it knows, and is asked again from there
        assert ask(book) == [""]
        assert Cosignature.objects.count() == 2
    published = Client().get("/log/checkpoint").content.decode()
    assert published.count("\n— ") == 2
    head = tmp_path / "checkpoint"
    head.write_text(published, encoding="utf-8")
    said = subprocess.run([go_witness, "cosigned", head, vkey], capture_output=True, text=True, check=False)
    assert said.stdout == "OK\n", said.stderr

    file = tmp_path / "act.tlog-proof"
    file.write_text(ledger.prove(entry_id).text(), encoding="utf-8")
    key = str(ledger.verifier())
    run = CliRunner().invoke(group, ["verify-proof", str(file), "--key", key, "--witness", vkey])
    assert run.exit_code == 0, run.output
    stranger = Scripted("stranger.example.vn")
    stranger.close()
    arguments = ["verify-proof", str(file), "--key", key, "--witness", vkey, "--witness", stranger.vkey]
    refused = CliRunner().invoke(group, arguments)
    assert (refused.exit_code, "1 of these witnesses" in refused.output) == (1, True)
    assert CliRunner().invoke(group, [*arguments, "--quorum", "1"]).exit_code == 0
    assert verify_log().faults == []


@pytest.mark.django_db(transaction=True)
def test_outside_log_is_cosigned_by_us_and_its_forks_are_refused(
    go_witness: Path, live_server: object
) -> None:
    name, key = "go.example.vn/log", "seed of a log"
    vkey = subprocess.run([go_witness, "vkey", name, key], capture_output=True, text=True, check=True).stdout
    watch_log(actor=CLERK, now=clock.now(), vkey=vkey)
    command = [go_witness, "log", str(ledger.our_cosigner()), name, f"{live_server}/witness", key]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert said.stderr == ""
    assert said.stdout.split() == ["200", "409", "200", "422", "409", "200"]
    assert sorted(Contradiction.objects.values_list("kind", flat=True)) == ["inconsistent", "split-view"]


@pytest.mark.django_db(transaction=True)
def test_our_log_and_our_witness_understand_each_other_over_http(live_server: object) -> None:
    book = Book()
    book.now = clock.now()
    book.grow(30)
    watch_log(actor=CLERK, now=book.now, vkey=str(ledger.verifier()))
    add_witness(actor=CLERK, now=book.now, vkey=str(ledger.our_cosigner()), url=f"{live_server}/witness/")
    assert ask(book) == [""]
    book.grow(1000)
    book.later(-60)
    assert ask(book) == [], "it was asked a moment ago"
    assert [one.problem for one in ledger.ask_witnesses(now=book.now, at_once=True)] == [None]
    assert verify_log().faults == []


def test_witness_is_asked_from_the_size_that_it_knows_and_not_again_for_the_same(
    book: Book, witness: Scripted
) -> None:
    assert ask(book) == [], "nothing is signed yet"
    book.grow(3)
    assert ask(book) == [""]
    assert ask(book) == []
    book.grow(4)
    book.later()
    assert ask(book) == [""]
    assert [one.old for one in witness.asked] == [0, 3]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((403, b"who?\n"), "ledger.witness-refused"),
        ((404, b"what?\n"), "ledger.witness-refused"),
        ((302, b""), "ledger.witness-refused"),
        ((500, b"oh\n"), "ledger.witness-refused"),
        ((409, b"many\n"), "ledger.witness-refused"),
        ((409, b"9" * 30), "ledger.witness-refused"),
        ((409, b"0\n"), "ledger.witness-refused"),
        ((200, b""), "ledger.cosignature-invalid"),
        ((200, b"\xff\xfe"), "ledger.cosignature-invalid"),
        ((200, "— someone.else AAAAAAAA\n".encode()), "ledger.cosignature-invalid"),
        ((200, b"x" * 20_000), "http.answer-too-large"),
    ],
)
def test_witness_that_does_not_cosign_is_told_and_asked_again_later(
    book: Book, witness: Scripted, answer: tuple[int, bytes], code: str
) -> None:
    witness.answer = lambda _body: answer
    book.grow(5)
    assert ask(book) == [code]
    row = Witness.objects.get()
    assert (row.failures, row.error, row.cosigned_at) == (1, code, None)
    assert ask(book) == [], "it rests"
    assert not Cosignature.objects.exists()
    for _ in range(9):
        book.later(3600)
        ask(book)
    assert Witness.objects.get().next_at == book.now + LONGEST_PAUSE
    book.now = clock.now() + timedelta(minutes=1)
    Witness.objects.update(next_at=book.now)
    witness.answer = witness.honest
    assert ask(book) == [""]
    row = Witness.objects.get()
    assert (row.failures, row.error) == (0, "")


def test_cosignature_that_lies_is_thrown_away(book: Book, witness: Scripted) -> None:
    book.grow(5)
    honest, origin = witness.honest, ledger.verifier().name

    def other_text(_body: bytes) -> tuple[int, bytes]:
        return honest(OtherLog(origin).grow(5).asks(0).body())

    def other_key(body: bytes) -> tuple[int, bytes]:
        text = parse_note(Asked.read(body).note)[0]
        line = cosign(witness.name, FileKey(new_key()), text, clock.now())
        ours = Cosigner.parse(witness.vkey).key_id
        return 200, f"— {line.name} {base64.b64encode(ours + line.signature).decode()}\n".encode()

    def other_time(body: bytes) -> tuple[int, bytes]:
        text = parse_note(Asked.read(body).note)[0]
        moment = clock.now() + timedelta(hours=1)
        return 200, cosign(witness.name, witness.key, text, moment).line().encode()

    for lie in (other_text, other_key, other_time):
        witness.answer = lie
        book.later(3600)
        book.now = clock.now()
        Witness.objects.update(next_at=book.now)
        assert ask(book) == ["ledger.cosignature-invalid"], lie.__name__
    assert not Cosignature.objects.exists()


def test_witness_that_is_down_slow_or_forbidden_holds_nothing_up(
    book: Book, witness: Scripted, settings: Settings
) -> None:
    down = Scripted("down.example.vn")
    down.close()
    add_witness(actor=CLERK, now=book.now, vkey=down.vkey, url=down.url)
    forget_what_waits()
    book.grow(5)
    assert sorted(ask(book)) == ["", "http.peer-unreachable"]
    assert Cosignature.objects.count() == 1
    settings.LEDGER_ALLOWED_NETWORKS = []
    book.grow(5)
    book.later()
    assert ask(book) == ["http.address-refused"] * 2
    book.grow(5)  # the sequencer has not heard of any of it
    assert ledger.published().size == 15


def test_witness_that_knows_more_than_we_have_sounds_the_alarm_once(book: Book, witness: Scripted) -> None:
    book.grow(5)
    witness.answer = lambda _body: (409, b"9\n")
    assert ask(book) == ["ledger.witness-contradicts"]
    book.later(3600)
    assert ask(book) == ["ledger.witness-contradicts"]
    seen = Contradiction.objects.get()
    assert (seen.kind, seen.size, seen.known_size, seen.told_by) == ("ours-behind", 9, 5, witness.name)
    assert ledger.open_contradictions() == 1
    last = json.loads(bytes(QueuedEntry.objects.order_by("queued_at").last().entry))  # type: ignore[union-attr]  # there is one
    assert (last["action"], last["details"]["told_by"]) == ("ledger.contradiction-seen", witness.name)


@pytest.mark.parametrize("status", [409, 422])
def test_witness_that_knows_another_log_of_ours_sounds_the_alarm(
    book: Book, witness: Scripted, status: int
) -> None:
    book.grow(5)
    Witness.objects.update(size=5)
    witness.answer = lambda _body: (status, b"5\n")
    assert ask(book) == ["ledger.witness-contradicts"]
    assert Contradiction.objects.get().kind == "ours-differs"


def test_quorum_waits_from_the_first_checkpoint_that_lacks_it(book: Book, witness: Scripted) -> None:
    second = Scripted("second.example.vn")
    add_witness(actor=CLERK, now=book.now, vkey=second.vkey, url=second.url)
    set_quorum(actor=CLERK, now=book.now, quorum=2)
    assert ledger.quorum_waiting_since() is None
    book.grow(2)
    ask(book)
    assert ledger.quorum_waiting_since() is None
    second.answer = lambda _body: (500, b"")
    book.grow(2)
    since = book.now
    book.later()
    ask(book)
    book.grow(2)
    assert ledger.quorum_waiting_since() == since
    remove_witness(actor=CLERK, now=book.now, name=second.name)
    second.close()
    book.later()
    ask(book)
    assert ledger.quorum_waiting_since() is None


def test_proof_takes_the_newest_checkpoint_that_enough_witnesses_saw(book: Book, witness: Scripted) -> None:
    entry_id = book.grow(2)[0]
    ask(book)
    (later,) = book.grow(1)
    assert ledger.prove(entry_id).checkpoint.split("\n")[1] == "2"
    assert ledger.prove(later).checkpoint == ledger.published().note


def test_cosignature_is_short(book: Book, witness: Scripted) -> None:
    book.grow(2)
    ask(book)
    assert len(ledger.head_note().encode()) - len(ledger.published().note.encode()) <= 200


def test_forged_cosignatures_are_named_by_the_verification(book: Book, witness: Scripted) -> None:
    book.grow(2)
    ask(book)
    assert verify_log().faults == []
    row = Cosignature.objects.get()
    Cosignature.objects.update(line=row.line[:-10] + "AAAA" + row.line[-6:])
    assert [one.text() for one in verify_log().faults] == [
        "Cosignature under checkpoint 2: w.example.vn/witness did not give it."
    ]
    Cosignature.objects.update(line=row.line, size=1)
    assert [one.text() for one in verify_log().faults] == [
        "Cosignature under checkpoint 1: w.example.vn/witness did not give it."
    ]
    assert SignedCheckpoint.objects.count() == 1


def test_witnesses_are_added_required_and_removed_with_entries(book: Book) -> None:
    now = book.now
    one, two = Scripted("one.example.vn"), Scripted("two.example.vn")
    for scripted in (one, two):
        scripted.close()
    for vkey, url in [
        ("nonsense", one.url),
        (str(OtherLog().vkey), one.url),
        (one.vkey, "ftp://one.example.vn"),
        (one.vkey, "https://user@one.example.vn"),
        (one.vkey, "https://one.example.vn?x"),
        (one.vkey, "https://" + "a" * 500),
        (one.vkey, "https://one.example.vn:99999"),
    ]:
        with pytest.raises(InvalidInput):
            add_witness(actor=CLERK, now=now, vkey=vkey, url=url)
    add_witness(actor=CLERK, now=now, vkey=one.vkey, url=one.url)
    with pytest.raises(WitnessKnown):
        add_witness(actor=CLERK, now=now, vkey=one.vkey, url=one.url)
    with pytest.raises(WitnessKnown):
        add_witness(actor=CLERK, now=now, vkey=str(Cosigner(one.name, two.key.public)), url=one.url)
    with pytest.raises(QuorumTooHigh):
        set_quorum(actor=CLERK, now=now, quorum=2)
    with pytest.raises(WitnessUnknown):
        remove_witness(actor=CLERK, now=now, name="nobody")
    remove_witness(actor=CLERK, now=now, name=one.name)
    add_witness(actor=CLERK, now=now, vkey=one.vkey, url=two.url)
    assert Witness.objects.get().url == two.url
    actions = [
        json.loads(bytes(row.entry))["action"] for row in QueuedEntry.objects.order_by("queued_at", "id")
    ]
    assert sorted(actions) == sorted(
        ["ledger.witness-added", "ledger.quorum-set"] * 2 + ["ledger.witness-removed", "ledger.quorum-set"]
    )


def test_commands_say_whom_we_ask_and_whom_we_cosign(book: Book, witness: Scripted, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(group, ["witness", *arguments], obj=nullcontext)
        assert result.exit_code == 0, result.output
        return result.output

    book.grow(2)
    assert run("ask") == f"{witness.name}: cosigned.\n"
    assert run("ask") == "Nobody had to be asked.\n"
    assert run("list").startswith("1 witnesses are asked, 1 required.\n")
    assert json.loads(run("list", "--json"))["witnesses"][0]["size"] == 2
    assert run("key").strip() == str(ledger.our_cosigner())
    assert run("logs") == "No log is cosigned here.\n"
    other = OtherLog()
    assert "from size 0 on" in run("watch", other.vkey)
    assert other.origin in run("logs")
    assert "no more" in run("unwatch", other.origin)
    assert run("quorum", "0") == "0 cosignatures are required; before: 1.\n"
    assert run("status") == "No checkpoint waits for cosignatures.\n"
    assert "is asked no more" in run("remove", witness.name)
    assert "0 cosignatures" not in run("add", witness.vkey, witness.url)
    witness.answer = lambda _body: (409, b"99\n")
    book.grow(2)
    failed = CliRunner().invoke(group, ["witness", "ask"], obj=nullcontext)
    assert (failed.exit_code, "knows our log at size 99" in failed.output) == (1, True)
    assert "ours-behind" in run("status")
    assert run("settle", ledger.verifier().name, "--reason", "it was a test") == "Settled: 1.\n"
