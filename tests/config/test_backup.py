"""Backups: consistent while work goes on, verified, kept for a while, and restored into an empty place."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from tests.config.conftest import hienluong, report

from hienluong.config.backup import (
    DUMP,
    MANIFEST,
    Backup,
    Manifest,
    complete_backups,
    kept,
    read_secrets,
    run_backup,
    verify,
    write_secrets,
)
from hienluong.config.database import answering, row_counts
from hienluong.config.errors import BackupFailed, BackupIncomplete, NotEmpty, SecretsMissing
from hienluong.config.installation import Installation, fsync_directory
from hienluong.config.restore import restore

pytestmark = pytest.mark.faults

NIGHT = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)


@pytest.fixture
def answered(installation: Installation) -> Iterator[str]:
    with answering(installation) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.drill (name text PRIMARY KEY)")
        yield url


@pytest.fixture
def target(place: Path) -> Path:
    return place.parent / "backups"


@pytest.fixture(scope="module")
def one_backup(installed: Path, place_of: Callable[[str], Path]) -> Backup:
    """A backup that the tests copy before they harm it."""
    with pytest.MonkeyPatch.context() as setting:
        for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR"):
            setting.delenv(name, raising=False)
        source = Installation.load_complete(installed)
        add_file(source, "bb-letter", b"letter")
        return run_backup(source, to=place_of("one-backup"), now=NIGHT)


@pytest.fixture
def copied(one_backup: Backup, target: Path) -> Path:
    """A copy of that backup, with its secrets beside it."""
    shutil.copytree(one_backup.path.parent, target)
    return target / one_backup.path.name


def add_file(installation: Installation, name: str, content: bytes) -> None:
    """Adds a file the way the product does: durable first, then the row."""
    folder = installation.files / name[:2]
    folder.mkdir(exist_ok=True)
    with (folder / name).open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fsync_directory(folder)


def test_a_backup_under_load_restores_into_an_empty_place_with_every_file_its_rows_name(
    installation: Installation, answered: str, target: Path, place: Path
) -> None:
    stop = threading.Event()
    committed: list[str] = []

    def work() -> None:
        with psycopg.connect(answered, autocommit=True) as connection:
            while not stop.is_set():
                name = uuid4().hex
                add_file(installation, name, name.encode())
                connection.execute("INSERT INTO drill VALUES (%s)", [name])
                committed.append(name)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    while len(committed) < 20:
        stop.wait(0.01)
    acknowledged = list(committed)
    backup = run_backup(installation, to=target, now=NIGHT)
    stop.set()
    for worker in workers:
        worker.join()

    facts = restore(backup.path, place)

    restored = Installation.load_complete(place)
    assert (restored.id, restored.kind) == (installation.id, installation.kind)
    assert restored.secret("master-key") == installation.secret("master-key")
    assert restored.secret("database-password") != installation.secret("database-password")
    with answering(restored) as url, psycopg.connect(url) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM drill").fetchall()}
        assert row_counts(connection)["public.drill"] == backup.manifest.rows["public.drill"]
    assert set(acknowledged) <= names < set(committed)
    assert all((restored.files / name[:2] / name).read_bytes() == name.encode() for name in names)
    assert facts["rows"] == sum(backup.manifest.rows.values())
    assert facts["migrations"] == []


def test_a_backup_is_private_and_its_secrets_lie_beside_it(
    installation: Installation, answered: str, target: Path
) -> None:
    assert answered
    backup = run_backup(installation, to=target, now=NIGHT)
    archive = target / backup.manifest.secrets
    assert archive.parent == backup.path.parent
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o700
    assert read_secrets(archive)["master-key"].strip() == installation.secret("master-key")
    key = installation.secret("master-key").encode()
    assert not any(key in path.read_bytes() for path in backup.path.rglob("*") if path.is_file())


def test_an_unchanged_file_is_stored_once_and_a_changed_one_again(
    installation: Installation, answered: str, target: Path
) -> None:
    assert answered
    add_file(installation, "aa-same", b"same")
    add_file(installation, "aa-grows", b"one line")
    first = run_backup(installation, to=target, now=NIGHT)
    add_file(installation, "aa-grows", b"one line\nand another")
    second = run_backup(installation, to=target, now=NIGHT + timedelta(days=1))

    def inode(backup: Backup, name: str) -> int:
        return (backup.path / "files" / "aa" / name).stat().st_ino

    assert inode(first, "aa-same") == inode(second, "aa-same")
    assert inode(first, "aa-same") != (installation.files / "aa" / "aa-same").stat().st_ino
    assert inode(first, "aa-grows") != inode(second, "aa-grows")
    assert verify(first.path) == first.manifest
    assert verify(second.path) == second.manifest


def test_a_backup_without_a_manifest_does_not_exist(copied: Path, place: Path) -> None:
    (copied / MANIFEST).unlink()
    assert complete_backups(copied.parent) == []
    with pytest.raises(BackupIncomplete):
        restore(copied, place)
    assert not place.exists()


@pytest.mark.parametrize("harm", ["changed", "missing", "manifest", "newer"])
def test_a_damaged_backup_is_refused_before_anything_is_restored(
    copied: Path, place: Path, harm: str
) -> None:
    piece = copied / "files" / "bb" / "bb-letter"
    manifest = copied / MANIFEST
    if harm == "changed":
        piece.write_bytes(b"lettar")
    elif harm == "missing":
        piece.unlink()
    elif harm == "manifest":
        manifest.write_text('{"pieces": {}}', encoding="utf-8")
    else:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps({**content, "version": "99.0.0"}), encoding="utf-8")
    said = {"manifest": "manifest", "newer": r"99\.0\.0"}.get(harm, "bb-letter")
    with pytest.raises(BackupIncomplete, match=said):
        restore(copied, place)
    assert not place.exists()


def test_a_manifest_that_leads_outside_the_backup_is_refused(copied: Path, place: Path) -> None:
    content = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))
    content["pieces"]["files/../../stolen"] = content["pieces"][DUMP]
    (copied / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BackupIncomplete, match="outside"):
        restore(copied, place)


def test_secrets_kept_elsewhere_are_asked_for_and_later_destructions_are_applied(
    installation: Installation, copied: Path, place: Path
) -> None:
    for archive in copied.parent.glob("*.tar"):
        archive.unlink()
    with pytest.raises(SecretsMissing, match="--secrets"):
        restore(copied, place)
    assert not place.exists()

    safe = copied.parent / "safe.tar"
    write_secrets(installation, safe)
    with pytest.raises(BackupFailed):
        write_secrets(installation, safe)
    fact = {"file": str(uuid4()), "holder": str(uuid4()), "at": NIGHT.isoformat(), "reason": "term ended"}
    journal = copied.parent / "destructions.jsonl"
    journal.write_text(json.dumps(fact) + "\n", encoding="utf-8")

    restore(copied, place, secrets=safe, destructions=journal)

    with answering(Installation.load_complete(place)) as url, psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT file_id::text, holder::text, reason FROM files_destruction"
        ).fetchall()
    assert rows == [(fact["file"], fact["holder"], fact["reason"])]


def test_an_archive_that_lacks_the_master_key_is_refused(target: Path) -> None:
    target.mkdir(parents=True)
    (target / "django-secret-key").write_text("x", encoding="utf-8")
    with tarfile.open(target / "half.tar", "w") as archive:
        archive.add(target / "django-secret-key", "django-secret-key")
    with pytest.raises(SecretsMissing):
        read_secrets(target / "half.tar")


def test_a_place_that_is_not_empty_is_refused(place: Path) -> None:
    place.mkdir()
    (place / "letter").touch()
    with pytest.raises(NotEmpty):
        restore(place.parent / "any", place)


def test_a_place_that_cannot_be_written_is_said(installation: Installation, place: Path) -> None:
    place.write_text("a file", encoding="utf-8")
    with pytest.raises(BackupFailed, match=str(place)):
        run_backup(installation, to=place)


def test_retention_keeps_the_newest_of_each_day_and_week() -> None:
    hours = [NIGHT - timedelta(hours=6 * number) for number in range(4 * 60)]
    keep = kept(hours, daily=7, weekly=5)
    newest = {moment for moment in keep if NIGHT - moment < timedelta(days=6, hours=20)}
    assert {moment.date() for moment in newest} == {(NIGHT - timedelta(days=day)).date() for day in range(7)}
    assert len({moment.isocalendar()[:2] for moment in keep}) == 5
    assert 7 <= len(keep) <= 12
    assert NIGHT in keep


def test_retention_never_removes_the_last_backup() -> None:
    assert kept([NIGHT], daily=0, weekly=0) == {NIGHT}
    assert kept([], daily=7, weekly=5) == set()


def test_old_backups_go_with_their_secrets_and_those_of_others_stay(
    installation: Installation, answered: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered
    monkeypatch.setenv("HIENLUONG_BACKUP_KEEP_DAILY", "2")
    monkeypatch.setenv("HIENLUONG_BACKUP_KEEP_WEEKLY", "0")
    first = run_backup(installation, to=target, now=NIGHT)
    foreign = target / "20200101T000000Z-real"
    shutil.copytree(first.path, foreign)
    content = json.loads((foreign / MANIFEST).read_text(encoding="utf-8"))
    content["installation"]["id"] = "another"
    (foreign / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    later = [run_backup(installation, to=target, now=NIGHT + timedelta(days=day)) for day in (1, 2)]
    assert {found.path for found in complete_backups(target)} == {foreign, *(one.path for one in later)}
    assert not first.path.exists()
    assert not (target / first.manifest.secrets).exists()
    assert Manifest.read(foreign).installation["id"] == "another"


def test_the_command_line_backs_up_lists_and_verifies(installed: Path, target: Path) -> None:
    made = report(hienluong(installed, "backup", "--to", str(target), "--json"))
    assert report(hienluong(installed, "backup", "--to", str(target), "--list", "--json")) == [made]
    assert report(hienluong(installed, "backup", "--verify", made["path"], "--json")) == made
    refused = hienluong(installed, "restore", made["path"], "--into", str(target))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "not empty" in refused.stderr


def test_what_a_killed_backup_left_goes_with_the_next_one(
    installation: Installation, answered: str, target: Path
) -> None:
    assert answered
    (target / ".draft-killed").mkdir(parents=True)
    made = run_backup(installation, to=target, with_secrets=False, now=NIGHT)
    assert {path.name for path in target.iterdir()} == {made.path.name, ".lock"}
