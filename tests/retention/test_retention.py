"""Keeping and destroying: periods are written, holds keep for certain, two people destroy, and a record stays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, System, deliver, document, status_file
from tests.other_session import begin_blocked

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import PacketNotFound
from hienluong.exchange.models import Delivery, Packet, Transmission
from hienluong.files import service as files
from hienluong.files.errors import FileKept
from hienluong.files.models import Destruction, Holding
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.retention import commands, queries
from hienluong.retention.cli import group
from hienluong.retention.errors import (
    DisposalAnswered,
    DisposalNotFound,
    HeldAlready,
    HoldLifted,
    HoldNotFound,
    NothingOverTime,
    NothingToHold,
    PeriodOverlaps,
    SecondPersonNeeded,
)
from hienluong.retention.models import Disposal, DisposalItem, Hold, Period

pytestmark = pytest.mark.django_db
PLATFORM = Actor.platform("specification")
LAW = date(2020, 1, 1)
LATER = timedelta(days=400)


@pytest.fixture
def packet(home_affairs: System, dong_hoi: System, khe_sanh: System) -> Packet:
    """A document of Sở Nội vụ that two communes have received."""
    answer = home_affairs.hand_in(document(15, DONG_HOI, KHE_SANH))
    assert answer.status_code == 201, answer.content
    deliver()
    return Packet.objects.get(pk=answer.json()["packet"])


@pytest.fixture
def period(packet: Packet) -> Period:
    """A year for letters."""
    return commands.set_period(
        actor=PLATFORM, type_name="công văn", months=12, valid_from=LAW, source="QĐ thử", now=clock.now()
    )


def head(system: System, role: str = "head") -> Actor:
    """Returns a head of the system's agency; each time another person."""
    return replace(system.clerk(role), name="Phạm Thị Trưởng")


def later() -> datetime:
    """Returns a moment after a year."""
    return clock.now() + LATER


def holders(packet: Packet) -> set[UUID]:
    """Returns who holds a copy."""
    return set(files.holders_of(exchange.files_of(packet.pk)[0]))


def refused_entries(action: str) -> int:
    return QueuedEntry.objects.filter(action=action).count()


# Periods.


def test_no_period_is_shipped_and_nothing_is_over_time_without_one(packet: Packet, dong_hoi: System) -> None:
    assert not Period.objects.exists()
    with pytest.raises(NothingOverTime):
        commands.propose_disposal(actor=head(dong_hoi), now=clock.now() + timedelta(days=40_000))


def test_period_of_the_kind_goes_before_that_of_all_kinds_however_it_is_written(
    packet: Packet, dong_hoi: System
) -> None:
    commands.set_period(actor=PLATFORM, type_name="", months=1, valid_from=LAW, now=clock.now())
    commands.set_period(actor=PLATFORM, type_name="CÔNG  VĂN", months=12, valid_from=LAW, now=clock.now())
    soon = clock.in_vietnam(clock.now() + timedelta(days=60)).date()
    assert queries.over_time(head(dong_hoi), on=soon, limit=9) == []
    assert len(queries.over_time(head(dong_hoi), on=clock.in_vietnam(later()).date(), limit=9)) == 1


def test_kind_that_is_kept_for_good_is_never_over_time(packet: Packet, dong_hoi: System) -> None:
    commands.set_period(actor=PLATFORM, type_name="", months=1, valid_from=LAW, now=clock.now())
    commands.set_period(actor=PLATFORM, type_name="Công văn", months=None, valid_from=LAW, now=clock.now())
    assert queries.over_time(head(dong_hoi), on=date(2200, 1, 1), limit=9) == []


def test_period_in_force_when_the_document_was_accepted_counts(packet: Packet, dong_hoi: System) -> None:
    today = clock.in_vietnam(clock.now()).date()
    first = commands.set_period(
        actor=PLATFORM, type_name="Công văn", months=600, valid_from=LAW, now=clock.now()
    )
    commands.set_period(
        actor=PLATFORM, type_name="Công văn", months=1, valid_from=today + timedelta(days=1), now=clock.now()
    )
    first.refresh_from_db()
    assert first.valid_to == today + timedelta(days=1)
    assert queries.over_time(head(dong_hoi), on=today + LATER, limit=9) == []
    with pytest.raises(PeriodOverlaps):
        commands.set_period(actor=PLATFORM, type_name="cong van", months=2, valid_from=LAW, now=clock.now())


def test_period_without_a_source_is_provisional_and_nobody_but_administrators_writes_one(
    home_affairs: System, visit: Callable[..., Client]
) -> None:
    made = commands.set_period(
        actor=PLATFORM, type_name="Công văn", months=12, valid_from=LAW, now=clock.now()
    )
    assert made.provisional
    assert "provisional" in visit(HOME_AFFAIRS).get("/retention/periods/").content.decode()
    with pytest.raises(PermissionMissing):
        commands.set_period(
            actor=head(home_affairs), type_name="x", months=1, valid_from=LAW, now=clock.now()
        )
    with pytest.raises(InvalidInput):
        commands.set_period(actor=PLATFORM, type_name="x", months=0, valid_from=LAW, now=clock.now())


# Holds.


def test_held_copy_is_destroyed_by_no_way(
    packet: Packet, period: Period, home_affairs: System, dong_hoi: System
) -> None:
    file_id = exchange.files_of(packet.pk)[0]
    holder = dong_hoi.agency.pk
    hold = commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="vụ án 1", now=clock.now())
    with pytest.raises(FileKept):
        files.destroy(file_id=file_id, holder=holder, reason="x", now=clock.now())
    for statement in (
        "DELETE FROM files_holding",  # whoever gets at the table
        "DELETE FROM files_sealedfile",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        files.release(file_id=file_id)
    assert queries.over_time(head(dong_hoi), on=clock.in_vietnam(later()).date(), limit=9) == []
    assert not Destruction.objects.exists()
    assert holder in holders(packet)
    commands.lift_hold(actor=head(dong_hoi), hold_id=hold.pk, reason="xong", now=clock.now())
    files.destroy(file_id=file_id, holder=holder, reason="x", now=clock.now())
    assert holder not in holders(packet)


def test_hold_of_an_agency_keeps_its_own_copy_and_that_of_an_auditor_every_one(
    packet: Packet, dong_hoi: System, khe_sanh: System
) -> None:
    file_id = exchange.files_of(packet.pk)[0]
    commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="thanh tra", now=clock.now())
    assert files.is_kept(file_id=file_id, holder=dong_hoi.agency.pk)
    assert not files.is_kept(file_id=file_id, holder=khe_sanh.agency.pk)
    commands.place_hold(
        actor=head(dong_hoi, "auditor"), packet_id=packet.pk, reason="kiểm toán", now=clock.now()
    )
    assert files.is_kept(file_id=file_id, holder=khe_sanh.agency.pk)


def test_state_secret_under_a_hold_is_taken_out_but_not_destroyed(packet: Packet, dong_hoi: System) -> None:
    commands.place_hold(actor=PLATFORM, packet_id=packet.pk, reason="điều tra", now=clock.now())
    officer = dong_hoi.clerk("secrecy_officer")
    exchange.quarantine_packet(actor=officer, packet_id=packet.pk, reason="mật", now=clock.now())
    with pytest.raises(FileKept):
        exchange.destroy_packet(actor=officer, packet_id=packet.pk, reason="mật", now=clock.now())
    packet.refresh_from_db()
    assert packet.secrecy == "quarantined"
    assert packet.parts.get().name == "cong-van.pdf"


def test_recalled_copy_under_a_hold_is_kept_unseen_and_destroyed_when_the_hold_is_lifted(
    packet: Packet, home_affairs: System, dong_hoi: System
) -> None:
    entry = dong_hoi.inbox()[0]["id"]
    assert dong_hoi.get(f"/inbox/{entry}/packet").status_code == 200
    hold = commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="khiếu nại", now=clock.now())
    asked = status_file("13", of=HOME_AFFAIRS, to=DONG_HOI, document_id=packet.document_id, note="gửi nhầm")
    assert home_affairs.hand_in(asked).status_code == 201
    agreed = status_file("15", of=DONG_HOI, to=HOME_AFFAIRS, document_id=packet.document_id)
    assert dong_hoi.hand_in(agreed).status_code == 201
    assert Delivery.objects.get(pk=entry).state == "withdrawn"
    assert dong_hoi.get(f"/inbox/{entry}/packet").status_code == 404
    assert dong_hoi.agency.pk in holders(packet)
    commands.lift_hold(actor=head(dong_hoi), hold_id=hold.pk, reason="đã giải quyết", now=clock.now())
    assert dong_hoi.agency.pk not in holders(packet)
    assert Destruction.objects.get().reason == "taken back by its sender"


def test_what_was_destroyed_lawfully_stays_destroyed_after_a_restore_to_the_days_of_its_hold(
    packet: Packet, dong_hoi: System
) -> None:
    file_id, holder = exchange.files_of(packet.pk)[0], dong_hoi.agency.pk
    key = Holding.objects.get(file_id=file_id, holder=holder).wrapped_key
    files.destroy(file_id=file_id, holder=holder, reason="x", now=clock.now())
    Holding.objects.create(file_id=file_id, holder=holder, wrapped_key=key)  # as a restored backup has it
    commands.place_hold(actor=PLATFORM, packet_id=packet.pk, reason="ngày ấy", now=clock.now())
    assert files.reapply_destructions() >= 1
    assert holder not in holders(packet)


def test_hold_has_a_reason_is_placed_once_and_lifted_once(packet: Packet, dong_hoi: System) -> None:
    actor = head(dong_hoi)
    with pytest.raises(InvalidInput):
        commands.place_hold(actor=actor, packet_id=packet.pk, reason=" ", now=clock.now())
    hold = commands.place_hold(actor=actor, packet_id=packet.pk, reason="r", now=clock.now())
    with pytest.raises(HeldAlready):
        commands.place_hold(actor=actor, packet_id=packet.pk, reason="r", now=clock.now())
    with pytest.raises(InvalidInput):
        commands.lift_hold(actor=actor, hold_id=hold.pk, reason="", now=clock.now())
    commands.lift_hold(actor=actor, hold_id=hold.pk, reason="r", now=clock.now())
    with pytest.raises(HoldLifted):
        commands.lift_hold(actor=actor, hold_id=hold.pk, reason="r", now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_heads_who_hold_a_packet_at_the_same_moment_place_one_hold(
    packet: Packet, dong_hoi: System
) -> None:
    said: list[Exception] = []
    deputy = head(dong_hoi, "deputy")

    def place() -> None:
        try:
            commands.place_hold(actor=deputy, packet_id=packet.pk, reason="r", now=clock.now())
        except Exception as refusal:  # noqa: BLE001 - which one it is, is asked below
            said.append(refusal)

    with transaction.atomic():
        commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="r", now=clock.now())
        other = begin_blocked(place)
    other.join(10)
    assert [type(one) for one in said] == [HeldAlready]


def test_hold_on_a_copy_that_is_gone_is_refused(packet: Packet, dong_hoi: System) -> None:
    files.destroy(
        file_id=exchange.files_of(packet.pk)[0], holder=dong_hoi.agency.pk, reason="x", now=clock.now()
    )
    with pytest.raises(NothingToHold):
        commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="r", now=clock.now())


def test_strangers_neither_hold_nor_lift(
    packet: Packet, dong_hoi: System, khe_sanh: System, finance: System
) -> None:
    with pytest.raises(PacketNotFound):
        commands.place_hold(actor=head(finance), packet_id=packet.pk, reason="r", now=clock.now())
    for role in ("clerk", "officer"):
        with pytest.raises(PermissionMissing):
            commands.place_hold(actor=dong_hoi.clerk(role), packet_id=packet.pk, reason="r", now=clock.now())
    hold = commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="r", now=clock.now())
    everywhere = commands.place_hold(actor=PLATFORM, packet_id=packet.pk, reason="r", now=clock.now())
    for other in (khe_sanh, finance):
        with pytest.raises(HoldNotFound):
            commands.lift_hold(actor=head(other), hold_id=hold.pk, reason="r", now=clock.now())
    with pytest.raises(HoldNotFound):  # seen, as it keeps their copy too, but not theirs to lift
        commands.lift_hold(actor=head(dong_hoi), hold_id=everywhere.pk, reason="r", now=clock.now())
    assert Hold.objects.filter(lifted_at=None).count() == 2


# Disposals.


@pytest.fixture
def proposed(packet: Packet, period: Period, dong_hoi: System) -> Disposal:
    """What phường Đồng Hới has that is over its time, proposed by its clerk."""
    return commands.propose_disposal(actor=dong_hoi.clerk(), note="năm 2027", now=later())


def carry_out(disposal: Disposal) -> None:
    """Lets the worker destroy."""
    assert disposal.pk in queries.disposals_to_carry_out()
    while commands.carry_out_disposal(disposal_id=disposal.pk, now=later()):
        pass
    disposal.refresh_from_db()


def test_body_goes_after_two_people_and_metadata_hashes_and_ledger_stay(
    proposed: Disposal, packet: Packet, dong_hoi: System, khe_sanh: System
) -> None:
    entry = dong_hoi.inbox()[0]["id"]
    digest, sha256 = bytes(packet.digest), bytes(Transmission.objects.get(packet=packet).sha256)
    commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    assert dong_hoi.agency.pk in holders(packet), "approved is not yet carried out"
    carry_out(proposed)
    assert proposed.state == "done"
    assert dong_hoi.agency.pk not in holders(packet)
    assert khe_sanh.agency.pk in holders(packet), "each agency's copy is its own"
    packet.refresh_from_db()
    assert (packet.subject, bytes(packet.digest)) == ("V/v tập huấn công tác văn thư", digest)
    item = DisposalItem.objects.get()
    assert (item.outcome, bytes(item.sha256 or b"")) == ("destroyed", sha256)
    assert dong_hoi.get(f"/inbox/{entry}/packet").status_code == 404
    assert dong_hoi.get(f"/packets/{packet.pk}").status_code == 200
    assert refused_entries("retention.copy-destroyed") == 1
    assert refused_entries("retention.disposal-done") == 1
    assert Destruction.objects.get().reason == f"disposal {proposed.pk}"


def test_who_proposed_does_not_approve_and_the_attempt_is_kept(
    packet: Packet, period: Period, dong_hoi: System
) -> None:
    chief = head(dong_hoi)
    disposal = commands.propose_disposal(actor=chief, now=later())
    with pytest.raises(SecondPersonNeeded):
        commands.approve_disposal(actor=chief, disposal_id=disposal.pk, now=later())
    entry = QueuedEntry.objects.get(action="retention.approval-refused")
    assert entry.subject == f"disposal:{disposal.pk}"
    with pytest.raises(IntegrityError), transaction.atomic():  # nor does the database let it be written
        Disposal.objects.filter(pk=disposal.pk).update(state="approved", approver=chief.person_id)
    commands.approve_disposal(actor=head(dong_hoi, "deputy"), disposal_id=disposal.pk, now=later())


def test_strangers_and_clerks_approve_nothing(proposed: Disposal, dong_hoi: System, khe_sanh: System) -> None:
    with pytest.raises(DisposalNotFound):
        commands.approve_disposal(actor=head(khe_sanh), disposal_id=proposed.pk, now=later())
    for role in ("clerk", "officer", "administrator", "auditor"):
        with pytest.raises(PermissionMissing):
            commands.approve_disposal(actor=dong_hoi.clerk(role), disposal_id=proposed.pk, now=later())


def test_hold_placed_after_the_approval_keeps_the_copy(
    proposed: Disposal, packet: Packet, dong_hoi: System
) -> None:
    commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    commands.place_hold(actor=head(dong_hoi), packet_id=packet.pk, reason="vụ kiện", now=later())
    carry_out(proposed)
    assert DisposalItem.objects.get().outcome == "held"
    assert dong_hoi.agency.pk in holders(packet)


def test_what_was_taken_out_as_secret_is_neither_proposed_nor_destroyed(
    proposed: Disposal, packet: Packet, dong_hoi: System, khe_sanh: System
) -> None:
    commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    exchange.quarantine_packet(
        actor=dong_hoi.clerk("clerk"), packet_id=packet.pk, reason="dấu Mật", now=later()
    )
    carry_out(proposed)
    assert DisposalItem.objects.get().outcome == "secret"
    assert dong_hoi.agency.pk in holders(packet)
    assert queries.over_time(khe_sanh.clerk(), on=later().date(), limit=10) == []


def test_copy_that_is_gone_meanwhile_is_said_to_be_gone(
    proposed: Disposal, packet: Packet, dong_hoi: System
) -> None:
    commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    files.destroy(file_id=exchange.files_of(packet.pk)[0], holder=dong_hoi.agency.pk, reason="x", now=later())
    carry_out(proposed)
    assert DisposalItem.objects.get().outcome == "gone"


def test_declined_and_taken_back_disposals_destroy_nothing_and_free_their_documents(
    proposed: Disposal, dong_hoi: System, packet: Packet
) -> None:
    with pytest.raises(NothingOverTime):  # it stands on a list that waits
        commands.propose_disposal(actor=dong_hoi.clerk(), now=later())
    with pytest.raises(InvalidInput):
        commands.decline_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, note=" ", now=later())
    commands.decline_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, note="còn cần", now=later())
    with pytest.raises(DisposalAnswered):
        commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    again = commands.propose_disposal(actor=dong_hoi.clerk(), now=later())
    commands.take_back_disposal(actor=dong_hoi.clerk(), disposal_id=again.pk, now=later())
    assert queries.disposals_to_carry_out() == []
    assert dong_hoi.agency.pk in holders(packet)


def test_sender_disposes_of_its_own_copy_alone(
    packet: Packet, period: Period, home_affairs: System, dong_hoi: System
) -> None:
    disposal = commands.propose_disposal(actor=home_affairs.clerk(), now=later())
    commands.approve_disposal(actor=head(home_affairs), disposal_id=disposal.pk, now=later())
    carry_out(disposal)
    assert home_affairs.agency.pk not in holders(packet)
    assert dong_hoi.get(f"/inbox/{dong_hoi.inbox()[0]['id']}/packet").status_code == 200


def test_document_that_is_asked_back_is_not_proposed(
    packet: Packet, period: Period, home_affairs: System, dong_hoi: System
) -> None:
    dong_hoi.get(f"/inbox/{dong_hoi.inbox()[0]['id']}/packet")
    asked = status_file("13", of=HOME_AFFAIRS, to=DONG_HOI, document_id=packet.document_id, note="nhầm")
    assert home_affairs.hand_in(asked).status_code == 201
    assert queries.over_time(head(dong_hoi), on=clock.in_vietnam(later()).date(), limit=9) == []


def test_heads_are_told_of_a_proposal(
    packet: Packet, period: Period, dong_hoi: System, visit: Callable[..., Client]
) -> None:
    visit(DONG_HOI, "head", "Phạm Thị Trưởng")
    commands.propose_disposal(actor=dong_hoi.clerk(), now=later())
    assert Notice.objects.get(code="retention.proposed").values["count"] == "1"


# Pages, API, command line.


def test_whole_way_on_the_pages(
    packet: Packet, period: Period, visit: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = later()
    monkeypatch.setattr(clock, "now", lambda: moment)
    clerk, chief, stranger = visit(DONG_HOI), visit(DONG_HOI, "head"), visit(FINANCE)
    assert "Propose 1 document" in clerk.get("/retention/").content.decode()
    assert "1" in clerk.post("/retention/propose/", {"step": "check", "note": "đợt 1"}).content.decode()
    assert not Disposal.objects.exists()
    made = clerk.post("/retention/propose/", {"step": "send", "note": "đợt 1"})
    address = made.headers["Location"]
    assert "Approve it" not in clerk.get(address).content.decode()
    assert "Approve it" in chief.get(address).content.decode()
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}certificate.csv").status_code == 404
    assert chief.get(f"{address}certificate/").status_code == 404
    assert "destroyed for good" in chief.get(f"{address}approve/").content.decode()
    assert chief.post(f"{address}approve/", {"step": "send", "note": ""}).status_code == 302
    carry_out(Disposal.objects.get())
    certificate = chief.get(f"{address}certificate/").content.decode()
    assert bytes(Transmission.objects.get(packet=packet).sha256).hex() in certificate
    assert packet.subject not in certificate
    csv: Any = clerk.get(f"{address}certificate.csv")
    assert b"15/SNV-VP" in b"".join(csv.streaming_content)
    book: Any = clerk.get(f"{address}certificate.xlsx")
    with zipfile.ZipFile(io.BytesIO(b"".join(book.streaming_content))) as workbook:
        assert "15/SNV-VP" in workbook.read("xl/worksheets/sheet1.xml").decode()
    assert clerk.get(f"{address}certificate.pdf").status_code == 404
    page = clerk.get(f"/exchange/packets/{packet.pk}/").content.decode()
    assert "copy was destroyed on" in page


def test_hold_is_placed_and_lifted_on_the_pages(packet: Packet, visit: Callable[..., Client]) -> None:
    chief, clerk = visit(DONG_HOI, "head"), visit(DONG_HOI)
    assert "Place a legal hold" in chief.get(f"/exchange/packets/{packet.pk}/").content.decode()
    address = f"/retention/packets/{packet.pk}/hold/"
    assert clerk.get(address).status_code == 403
    assert chief.post(address, {"step": "check", "reason": ""}).status_code == 422
    placed = chief.post(address, {"step": "send", "reason": "Đơn khiếu nại số 5"})
    assert placed.status_code == 302
    page = clerk.get(f"/exchange/packets/{packet.pk}/").content.decode()
    assert "Under a legal hold since" in page
    assert "Đơn khiếu nại số 5" in clerk.get("/retention/holds/").content.decode()
    lift = f"{placed.headers['Location']}lift/"
    assert chief.post(lift, {"step": "send", "reason": "đã giải quyết"}).status_code == 302
    assert "đã giải quyết" in clerk.get(placed.headers["Location"]).content.decode()
    assert Hold.objects.get().lifted_at is not None


def test_system_reads_what_was_destroyed_of_its_agency_alone(
    proposed: Disposal, dong_hoi: System, khe_sanh: System
) -> None:
    commands.approve_disposal(actor=head(dong_hoi), disposal_id=proposed.pk, now=later())
    carry_out(proposed)
    [one] = dong_hoi.get("/disposals").json()["items"]
    assert (one["id"], one["state"]) == (str(proposed.pk), "done")
    [document_row] = dong_hoi.get(f"/disposals/{proposed.pk}/documents").json()["items"]
    assert document_row["outcome"] == "destroyed"
    assert khe_sanh.get("/disposals").json()["items"] == []
    assert khe_sanh.get(f"/disposals/{proposed.pk}/documents").status_code == 404


def test_command_line_writes_periods_and_holds(packet: Packet) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(group, list(words), obj=nullcontext)

    assert run("set-period", "--type", "Công văn", "--months", "120", "--source", "QĐ 1").exit_code == 0
    assert '"months": 120' in run("periods", "--json").output
    placed = run("hold", str(packet.pk), "--reason", "thanh tra", "--json")
    assert placed.exit_code == 0, placed.output
    assert run("hold", str(packet.pk), "--reason", "thanh tra").exit_code == 1
    assert str(packet.pk) in run("holds").output
    assert run("lift", str(Hold.objects.get().pk), "--reason", "xong").exit_code == 0
    assert run("lift", str(uuid4()), "--reason", "xong").exit_code == 1
    assert run("disposals").exit_code == 0
