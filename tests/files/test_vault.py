"""The vault: sealed on disk before anything is acknowledged; one key per holder; destroyed for good."""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from hienluong.files import service as files
from hienluong.files.errors import FileGone, FileKept, FileNotHeld
from hienluong.files.models import Destruction, Holding, SealedFile

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SENDER, COMMUNE, OUTSIDER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
LETTER = "V/v thử nghiệm ".encode() * 1000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: object) -> None:
    settings.FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]  # pytest-django's settings


def kept(*holders: uuid.UUID, content: bytes = LETTER) -> files.StoredFile:
    stored = files.store(content)
    files.hold(stored, holders=holders, now=NOW)
    return stored


def on_disk(stored: files.StoredFile) -> Path:
    [path] = Path(files.vault().root).rglob(stored.id.hex)
    return path


def test_file_is_readable_by_each_holder_and_by_nobody_else() -> None:
    stored = kept(SENDER, COMMUNE)
    assert files.read_for(holder=SENDER, file_id=stored.id) == LETTER
    assert files.read_for(holder=COMMUNE, file_id=stored.id) == LETTER
    with pytest.raises(FileNotHeld):
        files.open_for(holder=OUTSIDER, file_id=stored.id)


def test_file_on_disk_shows_nothing_of_its_content() -> None:
    stored = kept(SENDER)
    assert b"nghi" not in on_disk(stored).read_bytes()
    assert on_disk(stored).stat().st_mode & 0o777 == 0o600


def test_one_ciphertext_serves_78_communes() -> None:
    stored = kept(*(uuid.uuid4() for _ in range(78)))
    assert len(list(Path(files.vault().root).rglob(stored.id.hex))) == 1
    assert Holding.objects.filter(file=stored.id).count() == 78


def test_key_of_one_holder_does_not_open_for_another() -> None:
    stored = kept(SENDER, COMMUNE)
    stolen = Holding.objects.get(holder=SENDER).wrapped_key
    Holding.objects.filter(holder=COMMUNE).update(wrapped_key=stolen)
    with pytest.raises(Exception, match="seal"):
        files.read_for(holder=COMMUNE, file_id=stored.id)


def test_store_takes_a_stream_larger_than_one_chunk() -> None:
    content = os.urandom(700_000)
    stored = files.store(io.BytesIO(content))
    files.hold(stored, holders=[SENDER], now=NOW)
    assert b"".join(files.open_for(holder=SENDER, file_id=stored.id)) == content


def test_copy_is_read_from_any_place() -> None:
    stored = kept(SENDER)
    with files.copy_for(holder=SENDER, file_id=stored.id) as copy:
        assert copy.read() == LETTER
        copy.seek(4)
        assert copy.read(2) == LETTER[4:6]


def test_copy_of_a_damaged_file_leaves_nothing_open() -> None:
    stored = kept(SENDER, content=os.urandom(3_000_000))
    with on_disk(stored).open("r+b") as damaged:
        damaged.seek(-1, os.SEEK_END)
        [last] = damaged.read()
        damaged.seek(-1, os.SEEK_END)
        damaged.write(bytes([last ^ 1]))
    opened = {path.name for path in Path("/proc/self/fd").iterdir()}
    with contextlib.suppress(FileGone):
        files.copy_for(holder=SENDER, file_id=stored.id)
        pytest.fail("a damaged file was copied")
    assert {path.name for path in Path("/proc/self/fd").iterdir()} == opened


def test_destroying_one_holders_copy_leaves_the_other_holders_theirs() -> None:
    stored = kept(SENDER, COMMUNE)
    files.destroy(file_id=stored.id, holder=COMMUNE, reason="recalled", now=NOW)
    with pytest.raises(FileNotHeld):
        files.open_for(holder=COMMUNE, file_id=stored.id)
    assert files.read_for(holder=SENDER, file_id=stored.id) == LETTER


def test_destroying_the_last_copy_removes_the_ciphertext_and_keeps_the_record() -> None:
    stored = kept(SENDER)
    path = on_disk(stored)
    files.destroy(file_id=stored.id, holder=SENDER, reason="recalled", now=NOW)
    assert not path.exists()
    assert not SealedFile.objects.exists()
    assert Destruction.objects.get().reason == "recalled"


def test_restore_from_an_older_backup_destroys_again_what_was_destroyed_since() -> None:
    stored = kept(SENDER, COMMUNE)
    before = list(Holding.objects.filter(holder=COMMUNE))
    files.destroy(file_id=stored.id, holder=COMMUNE, reason="recalled", now=NOW)
    Destruction.objects.all().delete()  # the older database knows nothing of it; the journal beside the files does
    Holding.objects.bulk_create(before)
    assert files.reapply_destructions() == 1
    with pytest.raises(FileNotHeld):
        files.open_for(holder=COMMUNE, file_id=stored.id)
    assert files.reapply_destructions() == 0


def test_destruction_that_was_rolled_back_is_not_applied_by_a_restore() -> None:
    stored = kept(SENDER, COMMUNE)
    with pytest.raises(FileKept), transaction.atomic():
        files.destroy(file_id=stored.id, holder=COMMUNE, reason="state secret", now=NOW)
        raise FileKept(
            file_id=stored.id
        )  # the copy of the next holder is under a legal hold: nothing is destroyed
    assert files.reapply_destructions() == 0
    assert files.read_for(holder=COMMUNE, file_id=stored.id) == LETTER


def test_journal_holds_every_destruction_once_whatever_a_power_cut_left_of_it(tmp_path: Path) -> None:
    journal = tmp_path / "files" / "destructions.jsonl"
    first, second = kept(SENDER, COMMUNE), kept(SENDER, COMMUNE)
    files.destroy(file_id=first.id, holder=COMMUNE, reason="recalled", now=NOW)
    assert json.loads(journal.read_text())["file"] == str(first.id)
    with journal.open("a") as torn:
        torn.write('{"file": "')
    Destruction.objects.create(file_id=second.id, holder=COMMUNE, destroyed_at=NOW, reason="recalled")
    files.sweep_orphans()  # its process ended between the commit and the line
    Destruction.objects.all().delete()
    assert files.reapply_destructions() == 1  # the copy of the first was gone already
    assert [len(journal.read_text().split(str(one.id))) for one in (first, second)] == [2, 2]
    assert Destruction.objects.filter(journaled=True).count() == 2


def test_damaged_file_is_named_and_its_record_kept() -> None:
    stored = kept(SENDER)
    path = on_disk(stored)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FileGone):
        files.read_for(holder=SENDER, file_id=stored.id)
    path.unlink()
    assert not files.is_present(stored.id)
    with pytest.raises(FileGone):
        files.read_for(holder=SENDER, file_id=stored.id)
    assert Holding.objects.filter(file=stored.id).exists()


def test_orphan_of_an_act_that_never_committed_is_swept_after_a_day_and_nothing_else() -> None:
    held = kept(SENDER)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        orphan = kept(SENDER)
        raise ZeroDivisionError
    young = files.store(b"young")
    for old in (held, orphan):
        long_ago = time.time() - 25 * 3600
        os.utime(on_disk(old), (long_ago, long_ago))
    assert files.sweep_orphans() == 1
    assert files.is_present(held.id)
    assert files.is_present(young.id)
    assert not files.is_present(orphan.id)
