"""The log as the world sees it: checkpoints, tiles, bundles, proofs, the commands; and what came before there was a tree."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from pytest_django import Settings
from tests.ledger.conftest import NOW, Book

from hienluong.kit.figures import Period, compute
from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.errors import EntryUnknown, LedgerDamaged, NotInCheckpoint
from hienluong.ledger.models import Entry, SignedCheckpoint, Tile, Verification
from hienluong.ledger.sequencer import BATCH, CHECKPOINT_EVERY
from hienluong.ledger.verification import verify_log
from hienluong.tlog.checkpoints import open_checkpoint


def get(path: str) -> bytes:
    answer = Client().get(f"/log/{path}")
    assert answer.status_code == 200, path
    return answer.content


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments, obj=nullcontext)


def test_sequenced_entry_is_under_a_signed_checkpoint(book: Book) -> None:
    book.record(3)
    ledger.sequence_waiting(now=book.now)
    checkpoint = open_checkpoint(ledger.published().note, [ledger.verifier()])
    assert checkpoint.size == 3
    assert verify_log().root == checkpoint.root


def test_checkpoint_follows_an_entry_within_the_minute_and_not_at_every_look(book: Book) -> None:
    signed_after = []
    for second in range(0, 120, 5):  # as often as the worker looks
        book.record()
        ledger.sequence_waiting(now=book.now)
        signed_after.append(book.now - ledger.published().signed_at)
        book.later(5)
        assert second < 120
    assert max(signed_after) < CHECKPOINT_EVERY
    assert SignedCheckpoint.objects.count() == 8
    ledger.sequence_waiting(now=book.now)
    book.later()
    ledger.sequence_waiting(now=book.now)
    assert ledger.published().size == ledger.head()
    ledger.sequence_waiting(now=book.now + CHECKPOINT_EVERY)
    assert ledger.published().signed_at <= book.now, "nothing grew: nothing new to sign"


def test_world_sees_hashes_only_and_only_what_a_checkpoint_covers(book: Book) -> None:
    assert Client().get("/log/checkpoint").status_code == 404
    book.grow(258)
    leaf = bytes(Entry.objects.get(index=257).leaf)
    assert get("checkpoint").decode() == ledger.published().note
    assert len(get("tile/0/000")) == 8192
    assert len(get("tile/0/001.p/2")) == 64
    assert get("tile/1/000.p/1") == bytes(Tile.objects.get(level=1).hashes)
    assert get("tile/entries/001.p/2")[35:] == b"\x00\x21\x01" + leaf
    assert len(get("tile/entries/000")) == 256 * 35

    book.record(2)
    ledger.sequence_waiting(now=book.now)  # placed, not signed yet
    assert len(bytes(Tile.objects.get(level=0, number=1).hashes)) == 4 * 32
    for path in ("tile/0/001", "tile/0/001.p/3", "tile/entries/001.p/3", "tile/0/002.p/1", "tile/2/000.p/1", "tile/64/000", "tile/00/000", "tile/0/1", "tile/entries/x000/000", "tile/entries/000.p/256", "other"):  # fmt: skip
        assert Client().get(f"/log/{path}").status_code == 404, path
    assert Client().post("/log/checkpoint").status_code == 405


def test_world_may_keep_tiles_for_good_and_the_checkpoint_for_seconds(book: Book) -> None:
    book.grow(1)
    tile, checkpoint = Client().get("/log/tile/0/000.p/1"), Client().get("/log/checkpoint")
    assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert tile.headers["Content-Type"] == "application/octet-stream"
    assert checkpoint.headers["Cache-Control"] == "public, max-age=5"
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    for answer in (tile, checkpoint):
        assert "Vary" not in answer.headers
        assert not answer.cookies
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_tile_costs_two_statements(book: Book, django_assert_num_queries: object) -> None:
    book.grow(3)
    for path in ("tile/0/000.p/3", "tile/entries/000.p/3"):
        with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture without a public type
            get(path)


def test_proof_costs_as_many_statements_in_a_log_of_any_length(
    book: Book, django_assert_num_queries: object
) -> None:
    ids = book.grow(700)
    for index in (0, 255, 256, 511, 512, 699):
        with django_assert_num_queries(6):  # type: ignore[operator]  # a fixture without a public type
            proof = ledger.prove(ids[index])
        assert ledger.verify_proof(proof, ledger.verifier()).size == 700


def test_log_keeps_its_name_when_the_public_address_changes(book: Book, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://lienthong.example.vn"
    book.grow()
    settings.PUBLIC_URL = "https://trucvanban.example.vn"
    book.grow()
    assert ledger.published().note.startswith("lienthong.example.vn/log\n2\n")
    assert verify_log().faults == []
    settings.LEDGER_ORIGIN = "log.example.vn"
    book.grow()
    assert open_checkpoint(ledger.published().note, [ledger.verifier()]).origin == "log.example.vn"
    assert verify_log().faults == []


@pytest.mark.django_db(transaction=True)
def test_entries_from_before_the_tree_get_their_tiles_first_in_bounded_steps() -> None:
    book = Book()
    book.record(BATCH + 700)
    ledger.sequence_waiting(now=book.now)
    Tile.objects.all().delete()
    SignedCheckpoint.objects.all().delete()  # as before the upgrade
    book.record(3)
    assert ledger.sequence_waiting(now=book.now) == 3
    assert ledger.published().size == BATCH + 703
    assert verify_log().faults == []


def test_log_that_lost_its_end_takes_up_nothing_more(book: Book) -> None:
    book.grow(5)
    Entry.objects.filter(index=4).delete()
    book.record()
    with pytest.raises(LedgerDamaged):
        ledger.sequence_waiting(now=book.now)
    assert (ledger.waiting(), ledger.published().size) == (1, 5)


def test_changed_tree_is_never_signed(book: Book) -> None:
    book.grow(5)
    tile = Tile.objects.get()
    tile.hashes = bytes(32) + bytes(tile.hashes)[32:]
    tile.save()
    book.record()
    book.later()
    with pytest.raises(LedgerDamaged, match="no longer leads"):
        ledger.sequence_waiting(now=book.now)


def test_proof_is_refused_for_what_is_not_there_and_what_is_not_signed_yet(book: Book) -> None:
    with pytest.raises(EntryUnknown):
        ledger.prove(uuid4())
    (entry_id,) = book.record()
    with pytest.raises(NotInCheckpoint):
        ledger.prove(entry_id)


def test_commands_prove_an_entry_to_who_has_only_the_key(book: Book, tmp_path: Path) -> None:
    entry_id = book.grow(9)[4]
    file = tmp_path / "act.tlog-proof"
    assert run("prove", str(entry_id), "--output", str(file)).exit_code == 0
    assert run("prove", str(entry_id)).output == file.read_text(encoding="utf-8")
    vkey = run("key").output.strip()
    proved = run("verify-proof", str(file), "--key", vkey, "--json")
    assert proved.exit_code == 0
    assert json.loads(proved.output)["entry"]["id"] == str(entry_id)

    file.write_text(file.read_text(encoding="utf-8").replace("index 4", "index 5"), encoding="utf-8")
    refused = run("verify-proof", str(file), "--key", vkey)
    assert (refused.exit_code, "does not hold" in refused.output) == (1, True)
    assert run("verify-proof", str(file), "--key", "no key").exit_code == 1
    assert run("prove", str(uuid4())).exit_code == 1


def test_command_signs_what_waits_when_asked(book: Book) -> None:
    assert run("checkpoint").exit_code == 1
    book.record(2)
    signed = run("checkpoint", "--sign")
    assert signed.output.split("\n")[1] == "2"
    assert run("verify").output.split("\n")[0] == "The log is whole: 2 entries, 1 tiles, 1 checkpoints."


def test_daily_verification_is_kept_and_counted(book: Book) -> None:
    book.grow(2)
    assert ledger.last_verification() is None
    ledger.check_log(now=book.now)
    Entry.objects.filter(index=1).delete()
    found = ledger.check_log(now=book.now)
    assert (found.faults, found.first_fault) == (1, "Entry 1: it was deleted.")
    assert ledger.last_verification() == found
    assert Verification.objects.count() == 2
    measured = compute("ledger.verified_whole", Period.of_month(NOW.year, NOW.month))
    assert measured.value == 50
