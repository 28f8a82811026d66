"""Whoever writes into the ledger's tables behind its back is found, and what they touched is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.ledger.conftest import CLERK, Book

from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.log import signer
from hienluong.ledger.models import Entry, SignedCheckpoint, Tile
from hienluong.ledger.verification import CHECKPOINTS, verify_log
from hienluong.tlog.checkpoints import Checkpoint
from hienluong.tlog.records import commitment, public_record
from hienluong.tlog.tree import leaf_hash

SIZE = 700
"""Entries under a checkpoint: two full tiles, a partial one, and a tile above them."""


@pytest.fixture
def whole(book: Book) -> Book:
    """A log of some tiles with two checkpoints, which is whole."""
    book.grow(300)
    book.grow(SIZE - 300)
    assert verify_log().faults == []
    return book


def named() -> list[str]:
    return [fault.text() for fault in verify_log().faults]


def change_content(index: int) -> None:
    """Rewrites an entry with everything that is made from it in its row."""
    row = Entry.objects.get(index=index)
    said = json.loads(bytes(row.entry))
    said["actor"]["name"] = "somebody else"
    row.entry = json.dumps(said).encode()
    row.leaf = commitment(salt=bytes(row.salt), entry=bytes(row.entry))
    row.save()


def turn_over(level: int, number: int, place: int) -> None:
    """Changes one hash of a tile."""
    tile = Tile.objects.get(level=level, number=number)
    hashes = bytearray(bytes(tile.hashes))
    hashes[place * 32] ^= 1
    Tile.objects.filter(level=level, number=number).update(hashes=bytes(hashes))


@pytest.mark.parametrize("index", [0, 300, 511, 512, 699])
def test_changed_entry_is_named(whole: Book, index: int) -> None:
    change_content(index)
    assert named() == [f"Entry {index}: it is not what the log took up; its content was changed."]


@pytest.mark.parametrize("index", [0, 300, 699])
def test_deleted_entry_is_named(whole: Book, index: int) -> None:
    Entry.objects.filter(index=index).delete()
    assert named() == [f"Entry {index}: it was deleted."]


@pytest.mark.parametrize("index", [-1, SIZE])
def test_inserted_entry_is_named(whole: Book, index: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (entry, salt, leaf, action, subject, queued_at, index, id, sequenced_at) "
            "SELECT entry, salt, leaf, action, subject, queued_at, %s::bigint, gen_random_uuid(), sequenced_at "
            "FROM ledger_entry WHERE index = 5",
            [index],
        )
    assert named() == [f"Entry {index}: it was inserted without the sequencer."]


def test_value_beside_an_entry_is_named_with_its_column(book: Book) -> None:
    name = 'Lê "Hoa" \\ \x01'
    actors = [
        ledger.ActorRef("person", "0f3c", name, agency=str(uuid4())),
        ledger.ActorRef("person", "0f:3c", "x"),
        CLERK,
    ]
    for actor in actors:
        for subject in ("packet:1", 'packet:"1"', "packet:\\1", "văn bản:1"):
            facts = {"subject": "packet:9", "action": "other", "id": str(uuid4())}
            for recorded in (ledger.record, ledger.record_refusal):
                recorded(actor=actor, action="a.b", subject=subject, details=facts, now=book.now)
    book.grow()
    assert named() == []
    changes = {
        "subject": "packet:9",
        "action": "other",
        "actor": "person:9",
        "agency": uuid4(),
        "id": uuid4(),
    }
    for row in Entry.objects.order_by("index")[::8]:
        for column, value in changes.items():
            Entry.objects.filter(index=row.index).update(**{column: value})
            assert named() == [f"Entry {row.index}: what is stored beside it ({column}) was changed."]
            row.save()


def test_changed_public_record_is_named(whole: Book) -> None:
    Entry.objects.filter(index=77).update(leaf=bytes(32))
    assert named() == ["Entry 77: its public record was changed."]


def test_two_entries_that_changed_places_are_named(whole: Book) -> None:
    Entry.objects.filter(index=10).update(index=-10)
    Entry.objects.filter(index=20).update(index=10)
    Entry.objects.filter(index=-10).update(index=20)
    assert [one.split(":")[0] for one in named()] == ["Entry 10", "Entry 20"]


@pytest.mark.parametrize(
    ("level", "number", "place", "what"),
    [
        (0, 0, 5, "it was changed, or does not have its hashes"),
        (0, 1, 255, "it was changed, or does not have its hashes"),
        (0, 2, 100, "it was changed, or does not have its hashes"),
        (1, 0, 1, "it does not hold the hashes of the tiles below it"),
    ],
)
def test_changed_tile_is_named(whole: Book, level: int, number: int, place: int, what: str) -> None:
    turn_over(level, number, place)
    assert named() == [f"Tile {level}/{number}: {what}."]


@pytest.mark.parametrize(("level", "number"), [(0, 0), (0, 1), (1, 0)])
def test_deleted_tile_is_named(whole: Book, level: int, number: int) -> None:
    Tile.objects.filter(level=level, number=number).delete()
    assert f"Tile {level}/{number}: it was deleted." in named()


def _another_root(note: str) -> str:
    key = signer(note)
    return Checkpoint(key.verifier.name, 300, bytes(32)).signed(key)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda note: {"note": note.replace("300", "301")}, "it was changed; it does not say what its row says"),
        (lambda note: {"root": bytes(32)}, "it was changed; it does not say what its row says"),  # noqa: ARG005 - as the others
        (lambda note: {"note": "nothing"}, "it was changed; it does not say what its row says"),  # noqa: ARG005 - as the others
        (lambda note: {"note": note[:-8] + "AAAA" + note[-4:]}, "this log did not sign it"),
        (
            lambda note: {"note": _another_root(note), "root": bytes(32)},
            "the entries do not lead to its root",
        ),
    ],
)  # fmt: skip
def test_changed_checkpoint_is_named(
    whole: Book, change: Callable[[str], dict[str, object]], what: str
) -> None:
    row = SignedCheckpoint.objects.get(size=300)
    SignedCheckpoint.objects.filter(size=300).update(**change(row.note))
    assert named() == [f"Checkpoint 300: {what}."]


def test_entry_and_tile_rewritten_together_are_given_away_above_and_by_what_was_signed(whole: Book) -> None:
    change_content(3)
    row = Entry.objects.get(index=3)
    tile = Tile.objects.get(level=0, number=0)
    hashes = bytearray(bytes(tile.hashes))
    hashes[96:128] = leaf_hash(public_record(bytes(row.leaf)))
    Tile.objects.filter(level=0, number=0).update(hashes=bytes(hashes))
    assert named() == [
        "Checkpoint 300: the entries do not lead to its root.",
        "Checkpoint 700: the entries do not lead to its root.",
        "Tile 1/0: it does not hold the hashes of the tiles below it.",
    ]


def test_command_prints_every_fault_and_fails(whole: Book) -> None:
    change_content(3)
    Entry.objects.filter(index=300).delete()
    result = CliRunner().invoke(group, ["verify"], obj=nullcontext)
    assert result.exit_code == 1
    assert "Entry 3: " in result.output
    assert "Entry 300: it was deleted." in result.output
    assert "2 faults were found" in result.output


def test_old_checkpoints_are_recomputed_when_all_are_asked_for(whole: Book) -> None:
    rows = [
        SignedCheckpoint(size=SIZE + one, root=bytes(32), note="x", signed_at=whole.now)
        for one in range(1, CHECKPOINTS + 1)
    ]
    SignedCheckpoint.objects.bulk_create(rows)
    assert "Checkpoint 300" not in {fault.text().split(":")[0] for fault in verify_log().faults}
    assert verify_log().checkpoints == CHECKPOINTS
    assert verify_log(all_checkpoints=True).checkpoints == CHECKPOINTS + 2


def test_sound_log_stays_whole_while_it_grows(whole: Book) -> None:
    whole.record(20)
    ledger.sequence_waiting(now=whole.now)
    report = verify_log()
    assert (report.size, report.faults) == (SIZE + 20, [])
