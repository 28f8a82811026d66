"""We as a witness (c2sp.org/tlog-witness): what is cosigned, what is refused with which status, what is remembered and recorded."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from tests.ledger.conftest import CLERK, NOW
from tests.ledger.other_log import OtherLog, a_root

from hienluong.identity.middleware import REFUSALS_PER_MINUTE
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger import service as ledger
from hienluong.ledger import watching
from hienluong.ledger.errors import NothingToSettle, WatchedLogKnown, WatchedLogUnknown
from hienluong.ledger.models import Contradiction, CosignedHead, QueuedEntry, WatchedLog
from hienluong.ledger.witness_administration import follow_key_change, settle, unwatch_log, watch_log
from hienluong.tlog.checkpoints import Checkpoint
from hienluong.tlog.cosignatures import MAX_REQUEST_BYTES, Asked, cosignature_in
from hienluong.tlog.key_changes import KeyChangeStatement
from hienluong.tlog.notes import sign_note


@pytest.fixture
def other(db: None) -> OtherLog:
    """A log of another province that we watch."""
    log = OtherLog()
    watch_log(actor=CLERK, now=NOW, vkey=log.vkey)
    return log


def post(body: bytes) -> HttpResponse:
    return Client().post("/witness/add-checkpoint", body, content_type="text/plain")


def ask(asked: Asked) -> HttpResponse:
    return post(asked.body())


def recorded() -> list[tuple[str, str, str]]:
    """Returns action, outcome and kind of what the ledger took up about the witness."""
    entries = [json.loads(bytes(row.entry)) for row in QueuedEntry.objects.order_by("queued_at", "id")]
    return [
        (one["action"], one["outcome"], one["details"]["kind"]) for one in entries if "kind" in one["details"]
    ]


def test_checkpoint_that_grew_is_cosigned_for_its_moment(other: OtherLog) -> None:
    first = other.grow(3).asks(0)
    answer = ask(first)
    assert answer.status_code == 200
    given = cosignature_in(answer.content, first.note, ledger.our_cosigner())
    assert abs(given.at - clock.now()) < timedelta(seconds=5)
    assert ask(other.grow(400).asks(3)).status_code == 200
    again = ask(other.asks(403))  # the same once more: a fresh moment for what is known
    assert again.status_code == 200
    assert WatchedLog.objects.get().size == 403
    assert recorded() == []


def test_who_knows_another_size_is_told_ours(other: OtherLog) -> None:
    ask(other.grow(5).asks(0))
    other.grow(5)
    for old in (0, 3, 7):
        answer = ask(other.asks(old))
        assert (answer.status_code, answer.content) == (409, b"5\n")
        assert answer.headers["Content-Type"] == "text/x.tlog.size"
    assert ask(other.asks(5)).status_code == 200


def test_unknown_log_and_unknown_key_are_refused_apart(other: OtherLog) -> None:
    stranger = OtherLog("stranger.example.vn/log").grow(2)
    assert ask(stranger.asks(0)).status_code == 404
    impostor = OtherLog(other.origin).grow(2)
    assert ask(impostor.asks(0)).status_code == 403
    unwatch_log(actor=CLERK, now=NOW, origin=other.origin)
    assert ask(other.grow(2).asks(0)).status_code == 404
    assert not Contradiction.objects.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:0],
        lambda body: b"\xff" + body,
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * 64),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"\n\n", b"\n", 1),
        lambda body: body.removesuffix(b"\n"),
        lambda body: body.replace(b"old 0", b"old 9"),
    ],
)
def test_malformed_request_is_refused_and_leaves_nothing(other: OtherLog, spoil: object) -> None:
    answer = post(spoil(other.grow(3).asks(0).body()))  # type: ignore[operator]  # parametrised with functions
    assert answer.status_code == 400
    assert WatchedLog.objects.get().size == 0


def test_request_has_a_limit_and_one_method(other: OtherLog) -> None:
    assert post(other.grow(1).asks(0).body() + b"x" * MAX_REQUEST_BYTES).status_code == 413
    assert Client().get("/witness/add-checkpoint").status_code == 405
    assert Client().get("/witness/").status_code == 404


def test_split_view_is_refused_kept_as_proof_and_recorded_once(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    fork = other.fork(6, 4)
    for _ in range(2):
        assert ask(fork.asks(10)).status_code == 409
    seen = Contradiction.objects.get()
    assert (seen.kind, seen.size, seen.note, seen.known_note) == ("split-view", 10, fork.note(), other.note())
    assert recorded() == [("ledger.checkpoint-cosigned", "refused", "split-view")]
    assert ledger.open_contradictions() == 1
    assert ask(other.grow(1).asks(10)).status_code == 200, "the log itself goes on"


def test_fork_that_outgrew_the_log_has_no_proof_and_is_refused(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    fork = other.fork(6, 9)
    assert ask(fork.asks(10)).status_code == 422
    assert recorded() == [("ledger.checkpoint-cosigned", "refused", "inconsistent")]
    assert WatchedLog.objects.get().size == 10


def test_rollback_is_refused_and_recorded_but_not_what_we_cosigned_ourselves(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    ask(other.grow(10).asks(10))
    for old in (0, 5):
        assert ask(other.asks(old, 10)).content == b"20\n"  # somebody shows an old checkpoint again
    assert recorded() == []
    assert ask(other.asks(5, 15)).status_code == 409
    assert ask(other.fork(3, 7).asks(0)).status_code == 409
    assert recorded() == [("ledger.checkpoint-cosigned", "refused", "rollback")] * 2


def test_suspicion_ends_when_the_proof_comes(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    sound = other.grow(10).asks(10)
    assert ask(Asked(10, sound.proof[::-1], sound.note)).status_code == 422
    assert ledger.open_contradictions() == 1
    assert ask(sound).status_code == 200
    assert ledger.open_contradictions() == 0


def test_nobody_fills_our_tables_with_old_checkpoints_and_a_split_view_is_kept_all_the_same(
    other: OtherLog,
) -> None:
    ask(other.grow(60).asks(0))
    for size in range(1, 29):
        assert ask(other.asks(0, size)).status_code == 409
    assert Contradiction.objects.count() == watching.OPEN_SUSPICIONS
    ask(other.fork(3, 57).asks(60))
    assert Contradiction.objects.filter(kind="split-view").count() == 1


def test_signatures_of_others_under_a_checkpoint_are_not_kept(other: OtherLog) -> None:
    stranger = OtherLog("stranger.example.vn/log")
    asked = other.grow(2).asks(0)
    more = Asked(0, [], asked.note + stranger.signer.sign(asked.note.split("\n\n")[0] + "\n").line())
    assert ask(more).status_code == 200
    assert WatchedLog.objects.get().note == asked.note


def test_empty_log_of_a_wrong_root_is_refused(other: OtherLog) -> None:
    assert ask(other.asks(0)).status_code == 200
    wrong = Checkpoint(other.origin, 0, a_root("nothing")).signed(other.signer)
    assert ask(Asked(0, [], wrong)).status_code == 409


def test_settled_contradictions_are_closed_with_a_reason(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    ask(other.fork(6, 4).asks(10))
    with pytest.raises(InvalidInput):
        settle(actor=CLERK, now=NOW, origin=other.origin, reason=" ")
    assert settle(actor=CLERK, now=NOW, origin=other.origin, reason="a copy was restored") == 1
    assert ledger.open_contradictions() == 0
    with pytest.raises(NothingToSettle):
        settle(actor=CLERK, now=NOW, origin=other.origin, reason="again")


def test_what_was_seen_of_a_log_is_not_forgotten_with_it(other: OtherLog) -> None:
    ask(other.grow(10).asks(0))
    unwatch_log(actor=CLERK, now=NOW, origin=other.origin)
    with pytest.raises(WatchedLogUnknown):
        unwatch_log(actor=CLERK, now=NOW, origin=other.origin)
    watch_log(actor=CLERK, now=NOW, vkey=other.vkey)
    with pytest.raises(WatchedLogKnown):
        watch_log(actor=CLERK, now=NOW, vkey=other.vkey)
    assert ask(other.fork(6, 4).asks(0)).status_code == 409


def test_log_that_changes_its_key_is_followed_by_its_statement_alone(other: OtherLog) -> None:
    ask(other.grow(4).asks(0))
    new = OtherLog(other.origin).grow(6)
    change = KeyChangeStatement(other.origin, 4, other.signer.verifier, new.signer.verifier, NOW)
    with pytest.raises(InvalidInput):
        follow_key_change(actor=CLERK, now=NOW, note=sign_note(change.text(), [new.signer]))
    assert ask(new.asks(4)).status_code == 403
    follow_key_change(actor=CLERK, now=NOW, note=change.signed(other.signer, new.signer))
    assert ask(new.asks(4)).status_code == 200
    stranger = OtherLog(other.origin)
    unknown = KeyChangeStatement(other.origin, 4, stranger.signer.verifier, new.signer.verifier, NOW)
    with pytest.raises(InvalidInput, match=r"."):
        follow_key_change(actor=CLERK, now=NOW, note=unknown.signed(stranger.signer, new.signer))


def test_remembered_checkpoints_are_bounded(other: OtherLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "KEPT_HEADS", 3)
    for size in range(6):
        assert ask(other.grow(1).asks(size)).status_code == 200
    assert sorted(CosignedHead.objects.values_list("size", flat=True)) == [4, 5, 6]


@pytest.fixture
def closing_connections() -> Iterator[None]:
    """Closes what the threads of a test opened."""
    yield
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_none_leads_back(closing_connections: None) -> None:
    log = OtherLog().grow(40)
    watch_log(actor=CLERK, now=NOW, vkey=log.vkey)
    ask(log.asks(0, 8))
    gate = threading.Barrier(8)

    def at_once(size: int) -> int:
        gate.wait()
        try:
            return ledger.add_checkpoint(log.asks(8, size).body(), now=clock.now()).status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(at_once, range(9, 17)))
    assert sorted(statuses) == [200] + [409] * 7
    row = WatchedLog.objects.get()
    assert row.size == 9 + statuses.index(200)
    assert row.note == log.note(row.size)


def test_who_is_refused_too_often_waits_and_others_are_answered(other: OtherLog) -> None:
    def post_from(address: str, body: bytes) -> HttpResponse:
        return Client(REMOTE_ADDR=address).post("/witness/add-checkpoint", body, content_type="text/plain")

    asked = other.grow(3).asks(0).body()
    for _ in range(REFUSALS_PER_MINUTE):
        assert post_from("192.0.2.1", b"nonsense").status_code == 400
    refused = post_from("192.0.2.1", asked)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert post_from("192.0.2.2", asked).status_code == 200
    cache.clear()
    assert post_from("192.0.2.1", asked).status_code == 409, "it was cosigned meanwhile"
