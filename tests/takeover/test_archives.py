"""Packets of an earlier system: kept as history with their attachments, once; what cannot be read is kept aside."""

from __future__ import annotations

import base64
import io
import os
import random
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from earlier import archive
from personas import (
    CABINET,
    DONG_HOI,
    HOME_AFFAIRS,
    KHE_SANH,
    PDF,
    SAMPLES,
    System,
    deliver,
    document,
    status_file,
)
from tests.other_session import begin_blocked

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery, Packet
from hienluong.files.models import SealedFile
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.takeover import commands
from hienluong.takeover.commands import archives
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.formats import archives as reading
from hienluong.takeover.formats.archives import ArchivedFile, ArchiveUnreadable, walk_zip
from hienluong.takeover.formats.tables import read_rows
from hienluong.takeover.models import AsideFile, Intake, State, TakenDocument

pytestmark = pytest.mark.django_db

Take = Callable[..., Intake]


@pytest.fixture
def clerk(dong_hoi: System) -> Actor:
    """The clerk of phường Đồng Hới."""
    return dong_hoi.clerk()


@pytest.fixture
def take(clerk: Actor) -> Take:
    """Hands an archive in, has it checked and takes it over, as the clerk."""

    def act(files: dict[str, bytes], actor: Actor | None = None) -> Intake:
        row = commands.stage_archive(
            actor=actor or clerk,
            source=archive(files),
            file_name="edxml.zip",
            system="iOffice",
            now=clock.now(),
        )
        assert commands.check_intake(intake_id=row.pk, now=clock.now()).state == State.CHECKED
        commands.confirm_intake(actor=actor or clerk, intake_id=row.pk, now=clock.now())
        return commands.apply_intake(intake_id=row.pk, now=clock.now())

    return act


def test_packet_is_kept_with_its_attachment_and_never_delivered(take: Take, clerk: Actor) -> None:
    row = take({"2024/01/a.edxml": document(15, DONG_HOI, KHE_SANH)})
    assert row.counts == {"files": 1, "taken": 1, "there": 0, "broken": 0, "other": 0}
    found = TakenDocument.objects.get()
    assert (found.direction, found.number, found.party_code, found.parts[0]["name"]) == (
        "incoming", "15", HOME_AFFAIRS, "cong-van.pdf",
    )  # fmt: skip
    read = commands.read_taken_part(actor=clerk, document_id=found.pk, position=0, now=clock.now())
    assert b"".join(read.chunks) == PDF
    whole = commands.read_taken_part(actor=clerk, document_id=found.pk, position=None, now=clock.now())
    assert b"".join(whole.chunks) == document(15, DONG_HOI, KHE_SANH)
    assert not Packet.objects.exists()
    assert not Delivery.objects.exists()


def test_content_is_opened_by_the_own_agency_and_by_nobody_who_only_watches(
    take: Take, clerk: Actor, khe_sanh: System
) -> None:
    take({"a.edxml": document(15, DONG_HOI, KHE_SANH)})
    found = TakenDocument.objects.get()
    with pytest.raises(IntakeUnknown):
        commands.read_taken_part(actor=khe_sanh.clerk(), document_id=found.pk, position=0, now=clock.now())
    with pytest.raises(PermissionMissing):
        commands.read_taken_part(
            actor=replace(clerk, role="administrator"), document_id=found.pk, position=0, now=clock.now()
        )


def test_archive_handed_in_again_is_already_there(take: Take) -> None:
    files = {"a.edxml": document(15), "b.edxml": document(16), "again/a.edxml": document(15)}
    assert take(files).counts["taken"] == 2
    again = take(files)
    assert (again.counts["taken"], again.counts["there"]) == (0, 3)
    assert TakenDocument.objects.count() == 2


def test_packet_that_the_axis_carried_is_already_there(take: Take, home_affairs: System) -> None:
    source = document(15)
    assert home_affairs.hand_in(source).status_code == 201
    deliver()
    assert take({"a.edxml": source}).counts["there"] == 1
    # The same document as another hop carried it: other bytes, the same content.
    assert take({"a.edxml": document(15, DONG_HOI, KHE_SANH)}).counts["there"] == 1
    assert not TakenDocument.objects.exists()


def test_what_the_agency_sent_is_outgoing_and_not_counted_as_sent(take: Take, home_affairs: System) -> None:
    take(
        {
            "a.edxml": document(15),
            "s.edxml": status_file("03", of=DONG_HOI, to=HOME_AFFAIRS, document_id="D1"),
        },
        home_affairs.clerk(),
    )
    found = {one.kind: one for one in TakenDocument.objects.all()}
    assert (found["edoc"].direction, found["status"].direction) == ("outgoing", "incoming")
    assert home_affairs.get("/sent").json()["items"] == []


def test_broken_files_are_kept_aside_untouched_with_the_reason(take: Take, clerk: Actor) -> None:
    broken = document(15)[:300]
    row = take(
        {
            "good.edxml": document(15),
            "half.edxml": broken,
            "foreign.edxml": document(16, KHE_SANH, sender=CABINET),
            "../../etc/passwd.edxml": b"<no/>",
            "readme.txt": b"x",
        }
    )
    assert row.counts == {"files": 4, "taken": 1, "there": 0, "broken": 3, "other": 1}
    aside = {one.name: one for one in AsideFile.objects.all()}
    assert {name: one.reason for name, one in aside.items()} == {
        "half.edxml": "unreadable", "foreign.edxml": "foreign", "../../etc/passwd.edxml": "unreadable",
    }  # fmt: skip
    read = commands.read_aside_file(actor=clerk, aside_id=aside["half.edxml"].pk, now=clock.now())
    assert b"".join(read.chunks) == broken
    evil = commands.read_aside_file(actor=clerk, aside_id=aside["../../etc/passwd.edxml"].pk, now=clock.now())
    assert evil.name == "passwd.edxml"


def test_same_id_with_other_content_is_kept_aside(take: Take) -> None:
    row = take({"a.edxml": document(15), "b.edxml": document(15, subject="Nội dung khác")})
    assert (row.counts["taken"], row.counts["broken"]) == (1, 1)
    assert AsideFile.objects.get().reason == "conflict"


def test_packet_with_a_mark_of_secrecy_is_named_and_its_bytes_are_not_kept(take: Take) -> None:
    take({"a.edxml": document(15, subject="TỐI MẬT: kế hoạch")})
    aside = AsideFile.objects.get()
    assert (aside.reason, aside.file_id) == ("secret", None)
    assert SealedFile.objects.count() == 0


def test_undoing_removes_documents_and_files_and_nothing_else(take: Take, clerk: Actor) -> None:
    first = take({"a.edxml": document(15)})
    second = take({"b.edxml": document(16), "c.edxml": b"broken"})
    commands.undo_intake(actor=clerk, intake_id=second.pk, now=clock.now())
    assert [one.intake_id for one in TakenDocument.objects.all()] == [first.pk]
    assert not AsideFile.objects.exists()
    assert SealedFile.objects.count() == 1


def test_work_that_was_interrupted_goes_on_where_it_stopped(clerk: Actor) -> None:
    files = {f"{n}.edxml": document(n) for n in range(1, 6)}
    row = commands.stage_archive(
        actor=clerk, source=archive(files), file_name="edxml.zip", system="iOffice", now=clock.now()
    )
    commands.check_intake(intake_id=row.pk, now=clock.now())
    row = commands.confirm_intake(actor=clerk, intake_id=row.pk, now=clock.now())

    def power_cut() -> Iterator[ArchivedFile]:
        yield from islice(walk_zip(archive(files), file_limit=archives.file_limit()), 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archives.take(row, power_cut(), clock.now(), dry_run=False, at_once=2)
    assert TakenDocument.objects.count() == 2
    done = commands.apply_intake(intake_id=row.pk, now=clock.now())
    assert done.counts == {"files": 5, "taken": 5, "there": 0, "broken": 0, "other": 0}


def test_folder_whose_taking_was_broken_off_is_undone(
    clerk: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.edxml").write_bytes(document(number))
    real = commands.archives.files.store  # type: ignore[attr-defined]  # the module itself

    def dies(source: bytes) -> Any:
        if TakenDocument.objects.exists():
            raise KeyboardInterrupt
        return real(source)

    with monkeypatch.context() as interrupted:
        interrupted.setattr("hienluong.takeover.commands.archives.files.store", dies)
        with pytest.raises(KeyboardInterrupt):
            commands.take_folder(actor=clerk, folder=tmp_path, system="iOffice", now=clock.now(), at_once=1)
    row = Intake.objects.get()
    assert (row.state, TakenDocument.objects.count()) == (State.APPLYING, 1)
    assert commands.undo_intake(actor=clerk, intake_id=row.pk, now=clock.now()).state == State.UNDONE
    assert not TakenDocument.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_archive_that_is_undone_while_it_is_taken_takes_no_more(
    clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{n}.edxml": document(n) for n in range(1, 4)}
    row = commands.stage_archive(
        actor=clerk, source=archive(files), file_name="edxml.zip", system="iOffice", now=clock.now()
    )
    commands.check_intake(intake_id=row.pk, now=clock.now())
    commands.confirm_intake(actor=clerk, intake_id=row.pk, now=clock.now())
    real = commands.archives.files.store  # type: ignore[attr-defined]  # the module itself

    def undo() -> None:
        try:
            commands.undo_intake(actor=clerk, intake_id=row.pk, now=clock.now())
        finally:
            connections.close_all()

    def meanwhile(source: bytes) -> Any:
        if TakenDocument.objects.exists():  # in a step that has not ended: undoing does not wait for it
            other = threading.Thread(target=undo)
            other.start()
            other.join(20)
        return real(source)

    with monkeypatch.context() as undone:
        undone.setattr("hienluong.takeover.commands.archives.files.store", meanwhile)
        done = commands.apply_intake(intake_id=row.pk, now=clock.now(), at_once=2)
    assert done.state == State.UNDONE
    assert (TakenDocument.objects.count(), SealedFile.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_file_that_is_discarded_while_it_is_checked_stays_so(clerk: Actor) -> None:
    row = commands.stage_archive(
        actor=clerk,
        source=archive({"1.edxml": document(1)}),
        file_name="edxml.zip",
        system="iOffice",
        now=clock.now(),
    )
    said: list[str] = []
    with transaction.atomic():
        commands.discard_intake(actor=clerk, intake_id=row.pk, now=clock.now())
        other = begin_blocked(
            lambda: said.append(commands.check_intake(intake_id=row.pk, now=clock.now()).state)
        )
    other.join(10)
    assert said == [State.DISCARDED]
    row.refresh_from_db()
    assert (row.state, row.file_id) == (State.DISCARDED, None)


def test_packet_with_an_id_that_no_index_holds_is_kept_aside_and_stops_nothing(take: Take) -> None:
    long = base64.b64encode(
        random.Random(1).randbytes(6_000)
    )  # what an index cannot hold: it does not compress
    source = document(15).replace(b"15/SNV-VP</edXML:DocumentId>", long + b"</edXML:DocumentId>")
    row = take({"a.edxml": source, "b.edxml": document(16)})
    assert (row.state, row.counts["taken"], row.counts["broken"]) == (State.APPLIED, 1, 1)
    assert AsideFile.objects.get().reason == "overlong"


def test_asking_whether_the_axis_carried_a_packet_looks_at_those_of_its_id_alone(take: Take) -> None:
    with CaptureQueriesContext(connection) as asked:
        take({"a.edxml": document(15)})
    [look] = {one["sql"] for one in asked if '"exchange_packet"."digest" =' in one["sql"]}
    # The planner of a nearly empty table may choose any index: what it must be able to use is said by the statement.
    assert re.search(r'"exchange_packet"."document_id" = \S+ AND', look), look


# --- archives that mean harm ----------------------------------------------------------------------------------------


def test_zip_that_unpacks_without_end_is_kept_out(take: Take) -> None:
    row = take({"bomb.edxml": b"0" * 5_000_000, "good.edxml": document(15)})
    assert (row.counts["taken"], row.counts["broken"]) == (1, 1)
    assert (AsideFile.objects.get().reason, AsideFile.objects.get().file_id) == (reading.BOMB, None)


def test_declared_sizes_are_not_believed() -> None:
    packed = bytearray(archive({"a.edxml": b"0123456789" * 1000}).getvalue())
    at = packed.index(b"PK\x01\x02")
    packed[at + 24 : at + 28] = (10).to_bytes(
        4, "little"
    )  # the size after unpacking, as the directory says it
    [found] = list(walk_zip(io.BytesIO(bytes(packed)), file_limit=1000))
    assert found.trouble in {reading.DAMAGED, reading.TOO_LARGE}
    assert found.content == b""


@pytest.mark.parametrize("read", [partial(walk_zip, file_limit=10), read_rows])
def test_directory_without_end_is_refused_before_it_is_read(
    read: Callable[..., Iterator[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = archive({f"{number}.edxml": b"" for number in range(30)})
    monkeypatch.setattr(zipfile, "ZipFile", None)  # nothing may be read by it
    with pytest.raises(InvalidInput):
        next(read(source, directory=1_000))


def test_too_large_and_damaged_entries_are_named() -> None:
    [large] = list(walk_zip(archive({"a.edxml": b"x" * 2000}), file_limit=1000))
    assert large.trouble == reading.TOO_LARGE
    packed = bytearray(archive({"a.edxml": os.urandom(5000)}).getvalue())
    packed[2000] ^= 0xFF
    [damaged] = list(walk_zip(io.BytesIO(bytes(packed)), file_limit=10_000))
    assert damaged.trouble == reading.DAMAGED


def test_file_that_is_no_archive_and_one_with_too_many_files_are_refused() -> None:
    with pytest.raises(ArchiveUnreadable, match="no ZIP"):
        list(walk_zip(io.BytesIO(b"PK not really"), file_limit=1000))
    with pytest.raises(ArchiveUnreadable, match="more than 2 files"):
        list(walk_zip(archive({f"{n}.edxml": b"" for n in range(3)}), file_limit=1000, most=2))


def test_refused_archive_says_why_and_takes_nothing(clerk: Actor) -> None:
    row = commands.stage_archive(
        actor=clerk, source=io.BytesIO(b"no zip"), file_name="x.zip", system="iOffice", now=clock.now()
    )
    assert commands.check_intake(intake_id=row.pk, now=clock.now()).state == State.REFUSED
    assert "ZIP" in Intake.objects.get().errors[0]["detail"]


def test_folder_is_walked_without_following_links(clerk: Actor, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.edxml"
    secret.write_bytes(document(99))
    folder = tmp_path / "old" / "2024"
    folder.mkdir(parents=True)
    (folder / "a.edxml").write_bytes(document(15))
    (folder / "link.edxml").symlink_to(secret)
    (tmp_path / "old" / "all").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.edxml")
    platform = Actor.platform("command line")
    dry = commands.take_folder(
        actor=platform,
        folder=tmp_path / "old",
        system="iOffice",
        agency=DONG_HOI,
        dry_run=True,
        now=clock.now(),
    )
    assert (dry.counts["taken"], dry.counts["broken"]) == (1, 2)
    assert not TakenDocument.objects.exists()
    row = commands.take_folder(
        actor=platform, folder=tmp_path / "old", system="iOffice", agency=DONG_HOI, now=clock.now()
    )
    assert (row.counts["taken"], row.counts["broken"]) == (1, 2)
    assert {one.reason for one in AsideFile.objects.all()} == {reading.NOT_A_FILE}
    assert clerk.agency_id == row.agency_id


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples of the national axis are not here")
def test_real_samples_are_taken_by_who_they_concern_or_kept_aside(
    take: Take, agencies: Any, system: Any
) -> None:
    files = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*.edxml"))}
    row = take(files)
    assert row.counts["files"] == len(files)
    assert row.counts["taken"] + row.counts["there"] + row.counts["broken"] == len(files)
    assert {one.reason for one in AsideFile.objects.all()} <= {"foreign"}
    cabinet: System = system(CABINET)
    of_the_cabinet = take(files, cabinet.clerk())
    assert of_the_cabinet.counts["broken"] <= len(files)
