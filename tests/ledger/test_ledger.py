"""The ledger: an act and its entry commit together; one sequencer gives places without a gap."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from hienluong.kit.errors import HienluongError, InvalidInput, NotAuthenticated, NotFound
from hienluong.ledger import service as ledger
from hienluong.ledger.models import Entry, QueuedEntry
from hienluong.ledger.sequencer import SEQUENCER_LOCK

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
CLERK = ledger.ActorRef("person", "0f3c", "Lê Thị Hoa")


def record(subject: str = "packet:1", **details: object) -> object:
    return ledger.record(
        actor=CLERK, action="exchange.packet-accepted", subject=subject, details=details, now=NOW
    )


@pytest.mark.django_db
def test_entry_holds_who_did_what_as_canonical_json_and_its_leaf_covers_salt_and_entry() -> None:
    entry_id = record(sha256="ab")
    row = QueuedEntry.objects.get(id=entry_id)
    entry = json.loads(bytes(row.entry))
    assert entry == {
        "v": 1,
        "id": str(entry_id),
        "at": "2026-11-24T08:30:00.000+00:00",
        "actor": {"kind": "person", "id": "0f3c", "name": "Lê Thị Hoa"},
        "action": "exchange.packet-accepted",
        "subject": "packet:1",
        "outcome": "done",
        "details": {"sha256": "ab"},
    }
    assert bytes(row.leaf) == hashlib.sha256(bytes(row.salt) + bytes(row.entry)).digest()


@pytest.mark.django_db
def test_two_equal_acts_have_different_leaves_so_the_public_learns_nothing() -> None:
    record()
    record()
    leaves = [bytes(row.leaf) for row in QueuedEntry.objects.all()]
    assert len(set(leaves)) == 2


@pytest.mark.django_db
def test_entry_over_4_kb_is_refused_because_bodies_do_not_belong_there() -> None:
    with pytest.raises(ValueError, match="4096"):
        record(body="x" * 4096)


@pytest.mark.django_db(transaction=True)
def test_entry_of_an_act_that_rolls_back_never_existed() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record()
        raise ZeroDivisionError
    assert QueuedEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_refusal_is_kept_although_the_refused_act_rolled_back() -> None:
    with pytest.raises(PermissionError), transaction.atomic():
        raise PermissionError
    ledger.record_refusal(actor=CLERK, action="exchange.send", subject="file:1", details={}, now=NOW)
    assert json.loads(bytes(QueuedEntry.objects.get().entry))["outcome"] == "refused"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("refusal", "actor", "kept"),
    [
        (InvalidInput(), CLERK, [{"size": 1, "code": "invalid-input"}]),
        (NotAuthenticated(), CLERK, []),  # the door records it
        (NotFound(), CLERK, []),
        (InvalidInput(), None, []),
    ],
)
def test_refusals_of_the_act_inside_are_recorded_and_go_on(
    refusal: HienluongError, actor: ledger.ActorRef | None, kept: list[dict[str, object]]
) -> None:
    around = ledger.recording_refusals(
        actor=actor, action="copies.seal", subject="copies:1", now=NOW, besides=NotFound, details={"size": 1}
    )
    with pytest.raises(type(refusal)), around, transaction.atomic():
        record()
        raise refusal
    found = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.all()]
    assert [one["details"] for one in found] == kept
    assert {one["outcome"] for one in found} <= {"refused"}


@pytest.mark.django_db(transaction=True)
def test_sequencer_gives_places_from_zero_without_a_gap_and_moves_each_entry_once() -> None:
    ids = [record(f"packet:{number}") for number in range(7)]
    assert ledger.sequence_waiting(now=NOW) == 7
    ids += [record(f"packet:{number}") for number in range(7, 10)]
    assert ledger.sequence_waiting(now=NOW) == 3
    assert list(Entry.objects.order_by("index").values_list("index", flat=True)) == list(range(10))
    assert set(Entry.objects.values_list("id", flat=True)) == set(ids)
    assert ledger.waiting() == 0
    assert ledger.head() == 10


@pytest.mark.django_db(transaction=True)
def test_second_sequencer_does_nothing_while_one_is_at_work() -> None:
    record()
    other_done: list[int] = []

    def other() -> None:
        try:
            other_done.append(ledger.sequence_waiting(now=NOW))
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=30)
    assert other_done == [0]
    assert ledger.sequence_waiting(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_writers_beside_the_sequencer_lose_nothing_and_leave_no_gap() -> None:
    def write() -> None:
        try:
            for number in range(25):
                record(f"packet:{number}")
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        ledger.sequence_waiting(now=NOW)
    ledger.sequence_waiting(now=NOW)
    assert list(Entry.objects.order_by("index").values_list("index", flat=True)) == list(range(100))
