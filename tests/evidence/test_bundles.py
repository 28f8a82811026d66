"""Evidence taken along: a ZIP that anybody checks without us, with the document only for who may see it."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, PDF, System
from pytest_django import Settings

from hienluong.access import service as access
from hienluong.access.models import BreakGlassLook
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.evidence import commands
from hienluong.evidence.errors import BundleEmpty, BundleTooLarge
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.models import Entry
from hienluong.ledger.service import Wanted

pytestmark = pytest.mark.django_db
Grow = Callable[[], int]


def unpacked(answer: Any, place: Path) -> Path:
    """Unpacks the bundle of an answer."""
    assert answer["Content-Type"] == "application/zip"
    assert answer.streaming
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as packed:
        assert packed.testzip() is None
        packed.extractall(place)
    return place


def auditor_of(code: str, username: str) -> Actor:
    """Returns an auditor of an agency."""
    setup, found = Actor.platform("specification"), directory.agency_by_code(code)
    assert found is not None
    person = directory.create_person(actor=setup, full_name="Lê Soát", username=username, now=clock.now())
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role="auditor", title="Thanh tra", now=clock.now()
    )
    assert person.user is not None
    return directory.actor_of(directory.posts_of(person.user)[0])


def checked(place: Path, *key: str) -> subprocess.CompletedProcess[str]:
    """Runs the program that lies in the bundle, in a process that knows nothing of ours."""
    command = [sys.executable, "-I", place / "verify.py", *key]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_clerk_takes_the_document_and_its_evidence_and_anybody_checks_it(
    visit: Callable[..., Client], packet: Packet, grow: Grow, tmp_path: Path
) -> None:
    grow()
    place = unpacked(visit(HOME_AFFAIRS).post(f"/evidence/packets/{packet.pk}/bundle.zip"), tmp_path)
    names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert {
        "README.txt",
        "verify.py",
        "key.txt",
        "checkpoint.txt",
        "entries.csv",
        "document/packet.edxml",
    } <= names
    assert [
        len([name for name in names if name.startswith(f"{folder}/")])
        for folder in ("entries", "salts", "proofs")
    ] == [4] * 3
    document = (place / "document/packet.edxml").read_bytes()
    assert hashlib.sha256(document).hexdigest() == packet.transmissions.get().receipt["sha256"]
    readme = (place / "README.txt").read_text(encoding="utf-8")
    assert "Cách tự kiểm tra, không cần chúng tôi" in readme
    assert "How to check it without us" in readme
    done = checked(place, str(ledger.verifier()))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ok ") == 5


@pytest.mark.parametrize("what", ["entry", "salt", "proof", "change", "batch", "document", "key"])
def test_bundle_in_which_anything_was_altered_does_not_pass(
    visit: Callable[..., Client], packet: Packet, grow: Grow, tmp_path: Path, what: str
) -> None:
    grow()
    by = DONG_HOI if what in {"change", "batch"} else HOME_AFFAIRS
    place = unpacked(visit(by).post(f"/evidence/packets/{packet.pk}/bundle.zip"), tmp_path)
    if what == "key":
        assert (
            checked(place, "example.vn/log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").returncode
            != 0
        )
        return
    pattern = {"entry": "entries/*", "salt": "salts/*", "proof": "proofs/*", "document": "document/*"}.get(
        what, "changes/*"
    )
    file = min(place.glob(pattern))
    content = bytearray(file.read_bytes())
    place_of = {"proof": 60, "change": 60, "batch": content.find(b"extra ") + 60}
    content[place_of.get(what, 5)] ^= 1
    file.write_bytes(content)
    assert checked(place).returncode != 0


def test_taking_evidence_along_is_an_entry(visit: Callable[..., Client], packet: Packet, grow: Grow) -> None:
    grow()
    b"".join(visit(HOME_AFFAIRS).post(f"/evidence/packets/{packet.pk}/bundle.zip"))
    grow()
    entry = bytes(Entry.objects.get(action="evidence.bundle-exported").entry).decode()
    assert f"packet:{packet.pk}" in entry
    assert "document/packet.edxml" in entry


def test_recipient_takes_its_own_part_and_its_copy_along(
    visit: Callable[..., Client], packet: Packet, grow: Grow, tmp_path: Path
) -> None:
    grow()
    place = unpacked(visit(DONG_HOI).post(f"/evidence/packets/{packet.pk}/bundle.zip"), tmp_path)
    assert len(list(place.glob("proofs/*"))) == 2
    assert (place / "document/packet.edxml").exists()
    done = checked(place)
    assert done.returncode == 0, done.stderr
    # In a specification all acts are one transaction, whose changes stand beside its last act: that of the recipient.
    assert f"I exchange_packet {packet.pk}" in done.stdout


def test_auditor_takes_entries_along_and_no_content(
    auditor: Client, packet: Packet, grow: Grow, tmp_path: Path
) -> None:
    grow()
    place = unpacked(auditor.post(f"/evidence/packets/{packet.pk}/bundle.zip"), tmp_path / "packet")
    assert not (place / "document").exists()
    assert packet.subject not in "".join(
        path.read_text("utf-8", "replace") for path in place.rglob("*") if path.is_file()
    )
    found = auditor.post("/evidence/bundle.zip", {"action": "exchange.packet-delivered"})
    place = unpacked(found, tmp_path / "search")
    assert len(list(place.glob("proofs/*"))) == 2
    assert checked(place).returncode == 0


def test_unrelated_agency_and_officers_take_nothing_along(
    visit: Callable[..., Client], packet: Packet, grow: Grow
) -> None:
    grow()
    address = f"/evidence/packets/{packet.pk}/bundle.zip"
    assert visit(FINANCE).post(address).status_code == 404
    assert visit(HOME_AFFAIRS, "officer").post(address).status_code == 403
    assert visit(HOME_AFFAIRS).post("/evidence/bundle.zip").status_code == 403
    assert visit(HOME_AFFAIRS).get(address).status_code == 405


def test_bundle_without_a_checkpoint_is_asked_for_again_and_a_huge_one_in_parts(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    clerk = home_affairs.clerk()
    with pytest.raises(BundleEmpty) as early:
        commands.export_packet(actor=clerk, packet_id=packet.pk, now=clock.now())
    assert early.value.retry_after == 20
    grow()
    with pytest.raises(BundleTooLarge):
        commands.export_packet(actor=clerk, packet_id=packet.pk, now=clock.now(), most=2)
    with pytest.raises(BundleTooLarge):
        commands.export_entries(
            actor=Actor.platform("specification"), wanted=Wanted(), now=clock.now(), most=2
        )


def test_watcher_takes_attachments_along_while_break_glass_runs_and_each_is_a_look(
    settings: Settings, home_affairs: System, packet: Packet, grow: Grow, tmp_path: Path
) -> None:
    settings.AUDIT_AGENCIES = [HOME_AFFAIRS]
    grow()
    watcher, second = auditor_of(HOME_AFFAIRS, "soat"), auditor_of(HOME_AFFAIRS, "second")

    def take(name: str, now: datetime) -> Path:
        bundle = commands.export_packet(actor=watcher, packet_id=packet.pk, now=now)
        with zipfile.ZipFile(io.BytesIO(b"".join(bundle.chunks()))) as packed:
            packed.extractall(tmp_path / name)
        return tmp_path / name

    now = clock.now()
    grant = access.request_break_glass(
        actor=watcher,
        kind="packet",
        object_id=str(packet.pk),
        reason="Khiếu nại số 7",
        legal_basis="QĐ 28/2018/QĐ-TTg, điều 16",
        hours=1,
        now=now,
    )
    assert not (take("asked", now) / "document").exists()
    access.approve_break_glass(actor=second, grant_id=grant.pk, now=now)
    place = take("running", now)
    [file] = (place / "document").iterdir()
    assert file.name == "00-cong-van.pdf"
    assert file.read_bytes() == PDF
    looks = BreakGlassLook.objects.filter(grant=grant).order_by("pk").values_list("what", flat=True)
    assert list(looks) == ["page", "attachment 0"]
    done = checked(place)
    assert done.returncode == 0, done.stderr
    assert "ok 00-cong-van.pdf" in done.stdout
    file.write_bytes(PDF + b" ")
    assert checked(place).returncode != 0
    assert not (take("over", now + timedelta(hours=2)) / "document").exists()
    grow()
    details = Entry.objects.filter(action="evidence.bundle-exported").order_by("index")
    assert ["00-cong-van.pdf" in bytes(one.entry).decode() for one in details] == [False, True, False]
