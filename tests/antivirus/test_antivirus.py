"""Attachments and malware: nothing passes unscanned, what is infected reaches nobody, a silent daemon loses nothing."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, PDF, System, deliver, document, problem, status_file
from pytest_django.fixtures import Settings
from tests.antivirus.conftest import EICAR, SIGNATURE, STREAM_MAX
from tests.other_session import begin_blocked

from hienluong.antivirus import commands, queries, tasks
from hienluong.antivirus.errors import ScanDecided
from hienluong.antivirus.gate import KEPT_APART, SCAN_AWAITED, held_back
from hienluong.antivirus.models import Engine, Finding, Scan
from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.models import Delivery, Packet
from hienluong.kit import clock
from hienluong.kit.clamd import Clamd, ClamdRefused, ClamdUnreachable
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice

pytestmark = pytest.mark.django_db
PATH = "/antivirus/"


def carry() -> None:
    """Lets the worker do what is due: deliver, scan, deliver."""
    deliver()
    for packet in queries.scans_due(now=clock.now()):
        tasks.scan_packets(packet)
    deliver()


def carry_later() -> None:
    """The same after everything that was put off has come due."""
    moment = clock.now() - timedelta(seconds=1)
    Scan.objects.exclude(due_at=None).update(due_at=moment)
    Delivery.objects.exclude(due_at=None).update(due_at=moment)
    carry()


def send(
    system: System, number: int = 15, *to: str, content: bytes = PDF, name: str = "cong-van.pdf"
) -> Packet:
    """Hands a document in and returns its packet."""
    answer = system.hand_in(document(number, *to, files=[(name, content)]))
    assert answer.status_code == 201, answer.content
    return Packet.objects.get(pk=answer.json()["packet"])


def numbers_of(system: System) -> list[str]:
    """Returns the numbers of the documents in a mailbox, in its order."""
    return [one["packet"]["code_number"] for one in system.inbox()]


@pytest.fixture
def operator(visit: Callable[..., Client], agencies: Any) -> Client:
    """An operator's browser."""
    return visit(HOME_AFFAIRS, "operator", "Trần Văn Vận")


@pytest.fixture
def infected(clamd: str, home_affairs: System, operator: Client, visit: Callable[..., Client]) -> Packet:
    """A document whose attachment is infected, after its scan; operator and clerk were told."""
    visit(HOME_AFFAIRS, "clerk")
    packet = send(home_affairs, content=PDF + EICAR)
    carry()
    return packet


# The daemon.


def test_daemon_names_itself_and_what_it_finds(clamd: str) -> None:
    daemon = Clamd(clamd, 5)
    assert daemon.version().startswith("ClamAV ")
    assert daemon.scan([PDF]) is None
    assert daemon.scan([b"x" * 70_000, b"", EICAR[:20], EICAR[20:]]) == f"{SIGNATURE}.UNOFFICIAL"


def test_file_beyond_the_daemons_limit_is_no_clean_file(clamd: str) -> None:
    with pytest.raises(ClamdRefused, match="size limit exceeded"):
        Clamd(clamd, 5).scan(bytes(64 * 1024) for _ in range(STREAM_MAX // 65_536 + 200))


@pytest.mark.parametrize(
    "address", ["unix:/nowhere/clamd.ctl", "tcp:127.0.0.1:1", "tcp:nonsense", "file:/etc/passwd"]
)
def test_daemon_that_cannot_be_reached_is_no_clean_file(address: str) -> None:
    with pytest.raises(ClamdUnreachable):
        Clamd(address, 2).scan([PDF])


@pytest.mark.parametrize("said", [b"", b"stream: OK", b"stream: OKAY\0", b"\0", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_answer_that_is_not_the_daemons_is_no_clean_file(said: bytes, tmp_path: Path) -> None:
    import socket  # noqa: PLC0415 - here only

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                while not line.recv(65_536).endswith(bytes(4)):
                    pass
                line.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClamdUnreachable):
            Clamd(address, 5).scan([PDF])
        thread.join()


# Scanning.


def test_scanning_off_holds_nothing(home_affairs: System, dong_hoi: System, settings: Settings) -> None:
    settings.CLAMD = ""
    send(home_affairs, content=PDF + EICAR)
    deliver()
    assert len(dong_hoi.inbox()) == 1
    assert not Scan.objects.exists()


def test_document_is_delivered_after_its_scan_and_not_before(
    clamd: str, home_affairs: System, dong_hoi: System
) -> None:
    packet = send(home_affairs)
    deliver()
    assert dong_hoi.inbox() == []
    assert Delivery.objects.get(packet=packet).failure == SCAN_AWAITED
    carry()
    assert len(dong_hoi.inbox()) == 1
    scan = Scan.objects.get(packet=packet)
    assert (scan.state, scan.due_at) == ("clean", None)
    assert scan.engine.startswith("ClamAV")
    assert Delivery.objects.get(packet=packet).failure == ""


def test_status_without_attachments_is_not_scanned(
    clamd: str, home_affairs: System, dong_hoi: System
) -> None:
    packet = send(home_affairs)
    carry()
    report = status_file("01", of=DONG_HOI, to=HOME_AFFAIRS, document_id=packet.document_id)
    assert dong_hoi.hand_in(report).status_code == 201
    deliver()
    assert [one["packet"]["kind"] for one in home_affairs.inbox()] == ["status"]
    assert Scan.objects.count() == 1


def test_later_packets_of_the_sender_wait_behind_the_scan_in_their_order(
    clamd: str, home_affairs: System, dong_hoi: System
) -> None:
    first = send(home_affairs, 1)
    deliver()  # the first is being scanned
    answer = home_affairs.hand_in(document(2, files=[]))  # nothing to scan in the second
    assert answer.status_code == 201
    deliver()
    assert dong_hoi.inbox() == []
    tasks.scan_packets(first.pk)
    deliver()
    assert numbers_of(dong_hoi) == ["1", "2"]


@pytest.mark.django_db(transaction=True)
def test_document_passes_none_of_two_drainers_that_meet_it_at_the_same_moment(
    clamd: str, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    packet = send(home_affairs, 15, DONG_HOI, KHE_SANH, content=PDF + EICAR)
    with transaction.atomic():
        assert set(held_back([packet.pk], clock.now())) == {packet.pk}  # the drainer of one mailbox asks
        other = begin_blocked(lambda: deliver(KHE_SANH))
    other.join(10)
    assert khe_sanh.inbox() == []
    assert Delivery.objects.get(packet=packet, recipient__code=KHE_SANH).failure == SCAN_AWAITED


def test_infected_document_reaches_nobody_and_holds_up_nobody(
    infected: Packet, home_affairs: System, dong_hoi: System
) -> None:
    assert dong_hoi.inbox() == []
    send(home_affairs, 16)
    carry()
    assert numbers_of(dong_hoi) == ["16"]
    waiting = Delivery.objects.get(packet=infected)
    assert (waiting.state, waiting.due_at, waiting.failure) == ("waiting", None, KEPT_APART)
    finding = Finding.objects.get(scan=infected.pk)
    assert finding.signature == f"{SIGNATURE}.UNOFFICIAL"
    assert bytes(finding.sha256) == hashlib.sha256(PDF + EICAR).digest()


def test_infected_file_inside_the_zip_that_it_travels_in_is_found(clamd: str, home_affairs: System) -> None:
    packet = send(home_affairs, content=EICAR, name="ghi-chu.txt")  # a text travels packed
    carry()
    assert Scan.objects.get(packet=packet).state == "infected"


def test_infected_file_in_an_archive_is_found(clamd: str, home_affairs: System) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/b.txt", b"nothing here")
        packed.writestr("a/c.com", EICAR)
    packet = send(home_affairs, content=archive.getvalue(), name="ho-so.zip")
    carry()
    assert Scan.objects.get(packet=packet).state == "infected"


def test_sender_and_operators_are_told_the_name_of_what_was_found(infected: Packet) -> None:
    told = dict(Notice.objects.filter(code__startswith="antivirus").values_list("code", "values"))
    assert told["antivirus.not_sent"] == {"document": "15/SNV-VP", "signature": f"{SIGNATURE}.UNOFFICIAL"}
    assert told["antivirus.found"]["signature"] == f"{SIGNATURE}.UNOFFICIAL"
    assert "tập huấn" not in str(told)  # the subject is content
    assert QueuedEntry.objects.filter(action="antivirus.packet-infected").count() == 1


def test_infected_attachment_is_downloaded_by_nobody_not_even_its_sender(
    infected: Packet, visit: Callable[..., Client]
) -> None:
    clerk = visit(HOME_AFFAIRS)
    answer = clerk.get(f"/exchange/packets/{infected.pk}/attachments/0/")
    assert answer.status_code == 403
    assert SIGNATURE in answer.content.decode()
    page = clerk.get(f"/exchange/packets/{infected.pk}/").content.decode()
    assert "Malware was found in it" in page


def test_what_was_found_stays_apart_when_scanning_is_turned_off(
    infected: Packet, dong_hoi: System, settings: Settings
) -> None:
    settings.CLAMD = ""
    Delivery.objects.update(due_at=clock.now())
    deliver()
    assert dong_hoi.inbox() == []


def test_recipient_who_has_it_already_cannot_fetch_it_once_it_is_known_to_be_infected(
    home_affairs: System, dong_hoi: System, khe_sanh: System, daemon: str, settings: Settings
) -> None:
    packet = send(home_affairs, 15, content=PDF + EICAR)
    deliver()  # scanning was off
    entry = dong_hoi.inbox()[0]["id"]
    settings.CLAMD, settings.CLAMD_TIMEOUT_SECONDS = daemon, 10
    [found] = directory.agencies_in_reach([KHE_SANH], sandbox=False).values()
    assert exchange.add_recipients(packet_id=packet.pk, found=[found], now=clock.now()) == 1
    carry()
    assert khe_sanh.inbox() == []
    answer = dong_hoi.get(f"/inbox/{entry}/packet")
    assert (answer.status_code, problem(answer)["code"]) == (403, "antivirus.quarantined")


def test_file_that_cannot_be_scanned_waits_for_a_decision(
    clamd: str, home_affairs: System, dong_hoi: System, operator: Client
) -> None:
    packet = send(home_affairs, content=PDF + bytes(STREAM_MAX))
    carry()
    scan = Scan.objects.get(packet=packet)
    assert scan.state == "unscannable"
    assert "size limit exceeded" in scan.trouble
    assert dong_hoi.inbox() == []
    assert Notice.objects.filter(code="antivirus.unscannable").count() == 1


def test_silent_daemon_loses_nothing_passes_nothing_and_is_told_once(
    home_affairs: System, dong_hoi: System, operator: Client, daemon: str, settings: Settings
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd.ctl"
    settings.CLAMD_TIMEOUT_SECONDS = 2
    for number in (1, 2):
        send(home_affairs, number)
    carry()
    carry_later()
    assert dong_hoi.inbox() == []
    assert set(Scan.objects.values_list("state", flat=True)) == {"waiting"}
    assert Notice.objects.filter(code="antivirus.silent").count() == 1
    assert Engine.objects.get().answers is False
    assert "does not answer" in operator.get(PATH).content.decode()
    settings.CLAMD, settings.CLAMD_TIMEOUT_SECONDS = daemon, 10
    carry_later()
    assert numbers_of(dong_hoi) == ["1", "2"]
    assert Engine.objects.get().answers is True


def test_every_silence_of_the_daemon_is_told(
    home_affairs: System, operator: Client, daemon: str, settings: Settings
) -> None:
    settings.CLAMD_TIMEOUT_SECONDS = 2
    for number, address in enumerate(["unix:/nowhere/clamd.ctl", daemon] * 2):
        settings.CLAMD = address
        send(home_affairs, number + 1)
        carry_later()
    assert Notice.objects.filter(code="antivirus.silent").count() == 2


def test_worker_that_ends_in_the_middle_scans_again(
    clamd: str, home_affairs: System, dong_hoi: System
) -> None:
    packet = send(home_affairs)
    deliver()
    Scan.objects.update(
        attempts=1, due_at=clock.now() + timedelta(seconds=5)
    )  # claimed, and then nothing more
    assert queries.scans_due(now=clock.now()) == []
    carry_later()
    assert Scan.objects.get(packet=packet).state == "clean"
    assert len(dong_hoi.inbox()) == 1


# Decisions.


def test_operator_releases_with_a_reason_and_it_is_delivered(
    infected: Packet, operator: Client, dong_hoi: System
) -> None:
    address = f"{PATH}{infected.pk}/release/"
    assert operator.post(address, {"step": "check", "reason": ""}).status_code == 422
    checked = operator.post(address, {"step": "check", "reason": "Báo động giả"})
    assert "Báo động giả" in checked.content.decode()
    assert Scan.objects.get(packet=infected).state == "infected"
    assert operator.post(address, {"step": "send", "reason": "Báo động giả"}).status_code == 302
    deliver()
    assert len(dong_hoi.inbox()) == 1
    assert dong_hoi.get(f"/inbox/{dong_hoi.inbox()[0]['id']}/packet").status_code == 200
    assert Notice.objects.get(code="antivirus.released").values["reason"] == "Báo động giả"
    assert QueuedEntry.objects.filter(action="antivirus.packet-released").count() == 1


def test_operator_refuses_for_good_and_the_sender_is_told(
    infected: Packet, operator: Client, dong_hoi: System, home_affairs: System
) -> None:
    answer = operator.post(f"{PATH}{infected.pk}/refuse/", {"step": "send", "reason": "Có mã độc"})
    assert answer.status_code == 302
    delivery = Delivery.objects.get(packet=infected)
    assert delivery.state == "dead"
    assert SIGNATURE in delivery.failure
    assert Notice.objects.get(code="antivirus.refused").values["reason"] == "Có mã độc"
    way = home_affairs.get(f"/packets/{infected.pk}").json()
    assert way["deliveries"][0]["state"] == "dead"
    assert SIGNATURE in str(way)
    exchange.retry_deliveries(  # a retry of what failed brings it no further
        actor=_operator(home_affairs), delivery_ids=[delivery.pk], reason="thử lại", now=clock.now()
    )
    carry()
    assert dong_hoi.inbox() == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == ("dead", KEPT_APART), (
        "it fails again at once, and waits for nothing"
    )


def _operator(system: System) -> Actor:
    return system.clerk("operator")


def test_decision_is_made_once(infected: Packet, home_affairs: System) -> None:
    actor = _operator(home_affairs)
    commands.refuse_packet(actor=actor, packet_id=infected.pk, reason="mã độc", now=clock.now())
    with pytest.raises(ScanDecided):
        commands.release_packet(actor=actor, packet_id=infected.pk, reason="nhầm", now=clock.now())
    with pytest.raises(ScanDecided):
        commands.rescan_packet(actor=actor, packet_id=infected.pk, now=clock.now())


def test_scan_with_other_signatures_lets_a_false_alarm_pass(
    infected: Packet, operator: Client, dong_hoi: System
) -> None:
    # As if the signature that matched had been withdrawn: what was scanned is another file now.
    assert operator.post(f"{PATH}{infected.pk}/rescan/").status_code == 302
    scan = Scan.objects.get(packet=infected)
    assert scan.state == "waiting"
    carry()
    scan.refresh_from_db()
    assert scan.state == "infected", "the daemon still knows it"
    assert dong_hoi.inbox() == []
    assert Notice.objects.filter(code="antivirus.found").count() == 2


def test_what_is_scanned_again_stays_closed_until_that_scan_is_done(
    infected: Packet, home_affairs: System, dong_hoi: System, visit: Callable[..., Client], settings: Settings
) -> None:
    attachment = f"/exchange/packets/{infected.pk}/attachments/0/"
    commands.rescan_packet(actor=_operator(home_affairs), packet_id=infected.pk, now=clock.now())
    assert visit(HOME_AFFAIRS).get(attachment).status_code == 403
    settings.CLAMD = ""  # turned off before the scan was done
    Delivery.objects.update(due_at=clock.now())
    deliver()
    assert dong_hoi.inbox() == []
    assert visit(HOME_AFFAIRS).get(attachment).status_code == 403


def test_nothing_is_scanned_again_while_scanning_is_off(
    infected: Packet, operator: Client, dong_hoi: System, settings: Settings
) -> None:
    settings.CLAMD = ""
    answer = operator.post(f"{PATH}{infected.pk}/rescan/")
    assert answer.status_code == 409
    assert "Scanning is off" in answer.content.decode()
    assert f"{PATH}{infected.pk}/rescan/" not in operator.get(f"{PATH}{infected.pk}/").content.decode()
    deliver()
    assert dong_hoi.inbox() == []
    assert Scan.objects.get(packet=infected).state == "infected"


@pytest.mark.parametrize("role", ["clerk", "head", "auditor", "administrator"])
def test_nobody_but_an_operator_decides(infected: Packet, home_affairs: System, role: str) -> None:
    for command in (commands.release_packet, commands.refuse_packet):
        with pytest.raises(PermissionMissing):
            command(actor=home_affairs.clerk(role), packet_id=infected.pk, reason="x", now=clock.now())


def test_decision_without_a_reason_is_refused(infected: Packet, home_affairs: System) -> None:
    with pytest.raises(InvalidInput):
        commands.release_packet(
            actor=_operator(home_affairs), packet_id=infected.pk, reason="  ", now=clock.now()
        )


def test_list_shows_metadata_and_never_content(infected: Packet, visit: Callable[..., Client]) -> None:
    for role in ("operator", "administrator", "auditor"):
        page = visit(HOME_AFFAIRS, role).get(PATH).content.decode()
        assert "15/SNV-VP" in page
        assert SIGNATURE in page
        assert infected.subject not in page
        one = visit(HOME_AFFAIRS, role).get(f"{PATH}{infected.pk}/").content.decode()
        assert hashlib.sha256(PDF + EICAR).hexdigest() in one
        assert "cong-van.pdf" not in one
    for role in ("clerk", "head"):
        assert visit(HOME_AFFAIRS, role).get(PATH).status_code == 403


def test_command_line_lists_and_releases(
    infected: Packet, dong_hoi: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext  # noqa: PLC0415 - here only

    from click.testing import CliRunner  # noqa: PLC0415 - here only

    from hienluong.antivirus.cli import group  # noqa: PLC0415 - here only

    def run(*words: str) -> Any:
        return CliRunner().invoke(group, list(words), obj=nullcontext)

    listed = run("list", "--json")
    assert SIGNATURE in listed.output, listed.output
    assert run("release", str(infected.pk), "--reason", "báo động giả").exit_code == 0
    assert run("release", str(infected.pk), "--reason", "lần nữa").exit_code == 1
    deliver()
    assert len(dong_hoi.inbox()) == 1
