"""The sandbox: nothing passes its wall in either direction on any path, a partner answers, and it forgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from personas import (
    AXIS,
    CABINET,
    DONG_HOI,
    FINANCE,
    HOME_AFFAIRS,
    PDF,
    System,
    deliver,
    document,
    problem,
    status_file,
)

from hienluong.composing.forms import SendForm
from hienluong.directory import service as directory
from hienluong.directory.errors import CodesRefused, PersonRefused
from hienluong.directory.models import Agency, AgencyCode, Post
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import RecipientUnknown, SenderNotAllowed
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Part, Recipient, Transmission
from hienluong.files.models import SealedFile
from hienluong.kit import clock
from hienluong.kit.figures import Period, all_figures
from hienluong.monitoring import service as monitoring
from hienluong.sandbox.commands import answer_as_echo, purge_sandbox
from hienluong.systems import service as systems
from hienluong.systems.errors import RightRefused
from hienluong.systems.models import AgencySystem, SendingRight

pytestmark = pytest.mark.django_db
PLATFORM = Actor.platform("specification")
ECHO = "SBX.ECHO"
FIELDS = {
    "type_name": "Công văn",
    "number": "1",
    "notation": "TN",
    "issued_on": "2026-11-24",
    "subject": "V/v thử nghiệm",
    "signer_name": "Lê Quang Ánh",
}


@pytest.fixture
def tester(agencies: Mapping[str, Agency]) -> Callable[..., System]:
    """Opens a sandbox system for an agency and signs it in."""

    def open_one(owner: str = HOME_AFFAIRS) -> System:
        row, client_id, secret = systems.open_sandbox(
            actor=PLATFORM, owner=agencies[owner], name="Phần mềm thử", now=clock.now()
        )
        answer: Any = Client().post(
            "/api/oauth/token",
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        )
        assert answer.status_code == 200, answer.content
        token = answer.json()["access_token"]
        actor = systems.system_by_token(token, now=clock.now())
        assert actor is not None
        assert actor.sandbox
        return System(actor.agency_code, row.agency, actor, client_id, secret, token)

    return open_one


def _send(system: System, *to: str, **changes: Any) -> Any:
    return system.hand_in(document(changes.pop("number", 1), *to, sender=system.code, **changes))


def _ask_echo(system: System, subject: str, number: int = 1) -> Delivery:
    """Sends a document to the partner and lets it answer as the worker would."""
    answer = _send(system, ECHO, subject=subject, number=number)
    assert answer.status_code == 201, answer.content
    deliver(ECHO)
    delivery = Delivery.objects.get(packet_id=answer.json()["packet"], recipient__code=ECHO)
    answer_as_echo(delivery_id=delivery.pk, now=clock.now())
    deliver(system.code)
    delivery.refresh_from_db()
    return delivery


def _statuses(system: System) -> list[str]:
    return [item["packet"]["status_code"] for item in system.inbox(kind="status")]


# --- the wall ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [DONG_HOI, CABINET, "000.00.19.H50", "G99.01", "vxp.saas.03"])
def test_nothing_leaves_the_sandbox(target: str, tester: Callable[..., System], dong_hoi: System) -> None:
    system = tester()

    answers = [
        _send(system, target),
        _send(system, ECHO, target, number=2),
        system.send({**FIELDS, "recipients": [target]}, ("a.pdf", PDF)),
        system.hand_in(
            status_file("03", of=system.code, to=target, document_id="H50.S01,2026/11/24,1/SNV-VP")
        ),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert {problem(answer)["code"] for answer in answers} == {"exchange.recipient-unknown"}
    assert Packet.objects.count() == Recipient.objects.count() == 0
    assert dong_hoi.inbox() == []


@pytest.mark.parametrize("target", [ECHO, "sbx.echo", "SBX.NOBODY", "ＳＢＸ.ECHO"])
def test_nothing_real_enters_the_sandbox(
    target: str, tester: Callable[..., System], home_affairs: System, upstream: System
) -> None:
    tester()

    answers = [
        home_affairs.hand_in(document(1, target)),
        home_affairs.hand_in(document(2, DONG_HOI, target)),
        home_affairs.send({**FIELDS, "recipients": [target]}, ("a.pdf", PDF)),
        home_affairs.hand_in(status_file("03", of=HOME_AFFAIRS, to=target, document_id="x")),
        upstream.hand_in(document(3, target, sender="H41.01")),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert {problem(answer)["code"] for answer in answers} == {"exchange.recipient-unknown"}
    assert Packet.objects.count() == Recipient.objects.count() == 0


def test_each_test_agency_has_its_own_code_that_no_real_one_can_have(
    tester: Callable[..., System], agencies: Mapping[str, Agency]
) -> None:
    first, second = tester(), tester()

    assert first.code != second.code
    assert first.code.startswith("SBX.")
    rows = [
        {"current_code": HOME_AFFAIRS, "scheme": "qd20", "code": "SBX.REAL", "valid_from": "2026-01-01"},
        {"current_code": HOME_AFFAIRS, "scheme": "sandbox", "code": "SBX.REAL", "valid_from": "2026-01-01"},
        {"current_code": first.code, "scheme": "qd20", "code": "H50.S09", "valid_from": "2026-01-01"},
    ]
    for row in rows:
        with pytest.raises(CodesRefused):
            directory.import_agency_codes(actor=PLATFORM, rows=[row], now=clock.now())
    for scheme, code in (("qd20", "SBX.REAL"), ("sandbox", "H50.S09"), ("qcvn102", "sbx.REAL")):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgencyCode.objects.create(
                agency=agencies[HOME_AFFAIRS], scheme=scheme, code=code, valid_from=date(2026, 1, 1)
            )


def test_nobody_speaks_for_the_other_side(
    tester: Callable[..., System], home_affairs: System, upstream: System
) -> None:
    system = tester()

    from_sandbox = system.hand_in(document(1, ECHO, sender=HOME_AFFAIRS))
    from_real = home_affairs.hand_in(document(2, DONG_HOI, sender=system.code))
    from_axis = [upstream.hand_in(document(3, DONG_HOI, sender=code)) for code in (system.code, "SBX.ELSE")]

    for answer in (from_sandbox, from_real, *from_axis):
        assert (answer.status_code, problem(answer)["code"]) == (403, "exchange.sender-not-allowed")


def test_no_right_leads_through_the_wall_and_one_in_the_table_would_not_either(
    tester: Callable[..., System], home_affairs: System, agencies: Mapping[str, Agency]
) -> None:
    system = tester()
    test_row = AgencySystem.objects.get(agency=system.agency)
    real_row = AgencySystem.objects.get(agency=agencies[HOME_AFFAIRS])
    for row, agency in ((test_row, agencies[DONG_HOI]), (real_row, system.agency), (test_row, None)):
        with pytest.raises(RightRefused):
            systems.grant_sending_right(
                actor=PLATFORM, system=row, agency=agency, reason="x", now=clock.now()
            )

    today = clock.in_vietnam(clock.now()).date()
    SendingRight.objects.create(
        system=test_row, scope="agency", agency=agencies[DONG_HOI], valid_from=today, reason="forged"
    )
    SendingRight.objects.create(system=test_row, scope="outside", valid_from=today, reason="forged")
    SendingRight.objects.create(
        system=real_row, scope="agency", agency=system.agency, valid_from=today, reason="forged"
    )
    directory.forget()

    assert system.hand_in(document(1, ECHO, sender=DONG_HOI)).status_code == 403
    assert system.hand_in(document(2, ECHO, sender="H41.01")).status_code == 403
    assert home_affairs.hand_in(document(3, DONG_HOI, sender=system.code)).status_code == 403


def test_no_succession_leads_through_the_wall(
    tester: Callable[..., System], agencies: Mapping[str, Agency], home_affairs: System, dong_hoi: System
) -> None:
    """Even rows that no command writes: a test agency whose successor is real, and the other way round."""
    system, other = tester(), tester(FINANCE)
    yesterday = clock.in_vietnam(clock.now()).date() - timedelta(days=1)
    Agency.objects.filter(pk=other.agency.pk).update(valid_to=yesterday, successor=agencies[DONG_HOI])
    Agency.objects.filter(pk=agencies[FINANCE].pk).update(valid_to=yesterday, successor=system.agency)
    directory.forget()

    inward = home_affairs.hand_in(document(1, FINANCE))
    outward = _send(system, other.code)
    deliver()

    for answer in (inward, outward):  # as if nobody had taken over
        assert answer.status_code == 422
        assert answer.json()["code"] == "exchange.recipient-ended"
    assert dong_hoi.inbox() == system.inbox() == []
    assert not Delivery.objects.exists()


def test_resending_and_keys_of_the_two_sides_have_nothing_to_do_with_each_other(
    tester: Callable[..., System], home_affairs: System, dong_hoi: System
) -> None:
    system = tester()
    source = document(1, DONG_HOI)
    assert home_affairs.hand_in(source, key="one").status_code == 201

    again = system.hand_in(source, key="one")

    assert (again.status_code, problem(again)["code"]) == (403, "exchange.sender-not-allowed")
    assert _send(system, ECHO, number=1).status_code == 201
    deliver()
    assert len(dong_hoi.inbox()) == 1


def test_a_delivery_of_the_other_side_can_be_neither_read_nor_reported_on(
    tester: Callable[..., System], received: Callable[..., Delivery], home_affairs: System
) -> None:
    system = tester()
    real = received(1)
    test = _ask_echo(system, "V/v thử")

    for one, delivery in ((system, real), (home_affairs, test)):
        refusals = [
            one.get(f"/packets/{delivery.packet_id}"),
            one.get(f"/inbox/{delivery.pk}/packet"),
            one.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"}),
            one.post(f"/deliveries/{delivery.pk}/statuses", {"status": "13", "note": "x"}),
        ]
        assert {answer.status_code for answer in refusals} == {404}


def test_a_status_about_a_document_of_the_other_side_changes_nothing(
    tester: Callable[..., System], received: Callable[..., Delivery]
) -> None:
    system = tester()
    real = received(1)

    answer = system.hand_in(
        status_file("02", of=system.code, to=HOME_AFFAIRS, document_id=real.packet.document_id)
    )
    forged = system.hand_in(status_file("02", of=DONG_HOI, to=ECHO, document_id=real.packet.document_id))

    real.refresh_from_db()
    assert (answer.status_code, forged.status_code) == (422, 403)
    assert real.business_state == ""


def test_the_directory_shows_each_side_its_own(tester: Callable[..., System], home_affairs: System) -> None:
    system = tester()

    seen = {row["code"] for row in system.get("/agencies", {"limit": 200}).json()["items"]}
    real = {row["code"] for row in home_affairs.get("/agencies", {"limit": 200}).json()["items"]}

    assert seen == {system.code, ECHO}
    assert real >= {HOME_AFFAIRS, DONG_HOI}
    assert not any(code.startswith("SBX") for code in real)
    assert home_affairs.get("/agencies", {"place": "sandbox"}).json()["items"] == []
    assert home_affairs.get("/agencies", {"q": "thu nghiem"}).json()["items"] == []
    for one, code in ((system, HOME_AFFAIRS), (home_affairs, ECHO), (home_affairs, system.code)):
        assert problem(one.get(f"/agencies/{code}"))["code"] == "directory.agency-unknown"
    assert system.get(f"/agencies/{ECHO}").json()["place"] == "sandbox"
    assert system.get("/me").json()["sandbox"] is True


def test_people_neither_see_nor_reach_test_agencies(
    tester: Callable[..., System], home_affairs: System, agencies: Mapping[str, Agency]
) -> None:
    system = tester()
    clerk = home_affairs.clerk()

    form = SendForm(clerk, {"other_codes": system.code, "codes": [system.code]})

    listed = {code for sort in form.sorts for code, _name in sort.choices}
    assert listed
    assert not any(code.startswith("SBX") for code in listed)
    assert not form.is_valid()
    assert system.code in str(form.errors["other_codes"])
    assert form.has_error("codes"), "what is not in the list cannot be chosen"
    person = directory.create_person(
        actor=PLATFORM, full_name="Trần Văn Đức", username="duc", now=clock.now()
    )
    with pytest.raises(PersonRefused):
        directory.assign_post(
            actor=PLATFORM,
            person=person,
            agency=system.agency,
            role="administrator",
            title="x",
            now=clock.now(),
        )
    Post.objects.create(
        person=person, agency=system.agency, role="administrator", title="forged", valid_from=date(2026, 1, 1)
    )
    assert person.user is not None
    assert directory.posts_of(person.user) == [], "even a forged post at a test agency is nobody's to act in"


def test_the_commands_themselves_refuse_whoever_calls_them(
    tester: Callable[..., System], home_affairs: System
) -> None:
    system = tester()

    with pytest.raises(RecipientUnknown):
        exchange.accept_packet(
            actor=home_affairs.clerk(), source=document(1, ECHO), declared_not_secret=True, now=clock.now()
        )
    with pytest.raises(SenderNotAllowed):
        exchange.accept_packet(
            actor=replace(system.actor, sandbox=False),
            source=document(2, DONG_HOI, sender=system.code),
            declared_not_secret=True,
            now=clock.now(),
        )


def test_the_monitor_and_the_figures_leave_the_sandbox_out(
    tester: Callable[..., System], home_affairs: System
) -> None:
    operator = home_affairs.clerk("operator")
    system, other = tester(), tester()
    before = monitoring.overview(operator, now=clock.now())
    today = clock.in_vietnam(clock.now()).date()
    month = Period(today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1))
    figures = {f.name: f.function(month) for f in all_figures() if f.name.startswith("exchange.")}

    _ask_echo(system, "V/v thử", 1)
    assert _send(system, other.code, number=2).status_code == 201
    dead = Delivery.objects.get(recipient__code=other.code)
    Delivery.objects.filter(pk=dead.pk).update(state="dead", failure="x")

    assert Transmission.objects.count() > 3
    after = monitoring.overview(operator, now=clock.now())
    assert replace(after, ledger_head=0, ledger_waiting=0) == replace(before, ledger_head=0, ledger_waiting=0)
    assert {f.name: f.function(month) for f in all_figures() if f.name.startswith("exchange.")} == figures


def test_a_failure_in_the_sandbox_raises_no_alarm(tester: Callable[..., System]) -> None:
    system, other = tester(), tester()
    assert _send(system, other.code, number=2).status_code == 201
    Delivery.objects.filter(recipient__code=other.code).update(state="dead", failure="x")

    readings = {one.condition.name: one for one in monitoring.readings(now=clock.now())}

    assert (readings["dead_letters"].value, readings["waiting"].value) == (0, 0)


# --- the partner -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "statuses"),
    [
        ("V/v thử kết nối", ["01", "03"]),
        ("V/v thử: HOÀN THÀNH", ["01", "03", "04", "05", "06"]),
        ("please finish this", ["01", "03", "04", "05", "06"]),
        ("V/v thử từ chối tiếp nhận", ["01", "02"]),
        ("refuse", ["01", "02"]),
        ("V/v thử im lặng", []),
        ("V/v unfinished business", ["01", "03"]),
    ],
)
def test_the_partner_answers_as_the_subject_says(
    subject: str, statuses: list[str], tester: Callable[..., System]
) -> None:
    system = tester()

    delivery = _ask_echo(system, subject)

    assert _statuses(system) == statuses
    assert delivery.business_state == (statuses[-1] if statuses else "")
    assert delivery.state == ("confirmed" if statuses else "delivered")


def test_the_partner_answers_once_however_often_the_job_runs(tester: Callable[..., System]) -> None:
    system = tester()
    delivery = _ask_echo(system, "V/v hoàn thành, trả lời")
    packets = Packet.objects.count()

    answer_as_echo(delivery_id=delivery.pk, now=clock.now())

    assert Packet.objects.count() == packets


def test_the_partner_sends_a_document_back_so_that_receiving_can_be_tried(
    tester: Callable[..., System],
) -> None:
    system = tester()
    _ask_echo(system, "V/v thử, xin trả lời")

    (entry,) = system.inbox(kind="edoc")
    content = system.get(f"/inbox/{entry['id']}/packet")
    confirmed = system.post(f"/inbox/{entry['id']}/confirm", {"outcome": "done"})
    reported = system.post(f"/deliveries/{entry['id']}/statuses", {"status": "03", "note": "Số đến 1"})

    assert (content.status_code, confirmed.status_code, reported.status_code) == (200, 200, 201)
    deliver(ECHO)
    assert Delivery.objects.get(pk=entry["id"]).business_state == "03"


@pytest.mark.parametrize(("subject", "answer"), [("V/v thử", "15"), ("V/v thử, giữ lại", "16")])
def test_the_partner_answers_a_recall(subject: str, answer: str, tester: Callable[..., System]) -> None:
    system = tester()
    delivery = _ask_echo(system, subject)

    asked = system.post(f"/deliveries/{delivery.pk}/statuses", {"status": "13", "note": "Gửi nhầm"})
    assert asked.status_code == 201, asked.content
    deliver(ECHO)
    recall = Delivery.objects.get(packet_id=asked.json()["packet"])
    answer_as_echo(delivery_id=recall.pk, now=clock.now())
    deliver(system.code)

    assert _statuses(system)[-1] == answer
    delivery.refresh_from_db()
    assert delivery.business_state == ("15" if answer == "15" else "03")


@pytest.mark.parametrize(("subject", "answer"), [("V/v thu hồi", "15"), ("V/v thu hồi, giữ lại", "16")])
@pytest.mark.parametrize("kind", [1, 2])
def test_the_partner_answers_a_revocation_and_an_update(
    kind: int, subject: str, answer: str, tester: Callable[..., System]
) -> None:
    system = tester()
    _ask_echo(system, "V/v thử")

    changed = _send(system, ECHO, kind=kind, subject=subject)
    assert changed.status_code == 201, changed.content
    deliver(ECHO)
    delivery = Delivery.objects.get(packet_id=changed.json()["packet"])
    assert answer_as_echo(delivery_id=delivery.pk, now=clock.now()) == [answer]

    deliver(system.code)
    assert _statuses(system)[-1] == answer


def test_the_partner_goes_on_where_its_job_was_cut_off_and_leaves_what_is_quarantined(
    tester: Callable[..., System],
) -> None:
    system = tester()
    for number, changes in enumerate(({"state": "fetched"}, {}), start=1):
        answer = _send(system, ECHO, number=number)
        deliver(ECHO)
        Delivery.objects.filter(packet_id=answer.json()["packet"]).update(**{"failure": "", **changes})
    cut_off, secret = Delivery.objects.filter(recipient__code=ECHO).order_by("pk")
    Packet.objects.filter(pk=secret.packet_id).update(secrecy="quarantined")

    assert answer_as_echo(delivery_id=cut_off.pk, now=clock.now()) == ["01", "03"]
    assert answer_as_echo(delivery_id=secret.pk, now=clock.now()) == []

    cut_off.refresh_from_db()
    assert cut_off.state == "confirmed"


def test_two_test_agencies_of_different_agencies_write_to_each_other(tester: Callable[..., System]) -> None:
    one, other = tester(HOME_AFFAIRS), tester(DONG_HOI)

    assert _send(one, other.code).status_code == 201
    deliver(other.code)

    (entry,) = other.inbox()
    assert entry["packet"]["sender_code"] == one.code


def test_the_job_is_queued_when_something_reaches_the_partner_and_for_nobody_else(
    tester: Callable[..., System], received: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "hienluong.sandbox.listeners.jobs.defer",
        lambda name, **given: queued.append({"name": name, **given}),
    )
    received(1)
    assert "sandbox.answer_as_echo" not in {job["name"] for job in queued}
    system = tester()
    assert _send(system, ECHO).status_code == 201
    deliver(ECHO)

    delivery = Delivery.objects.get(recipient__code=ECHO)
    assert {"name": "sandbox.answer_as_echo", "delivery_id": delivery.pk} in queued


def test_the_partner_answers_nothing_that_is_not_its_own(received: Callable[..., Delivery]) -> None:
    real = received(1)

    assert answer_as_echo(delivery_id=real.pk, now=clock.now()) == []
    real.refresh_from_db()
    assert real.state == "delivered"


# --- forgetting --------------------------------------------------------------------------------------------------


def test_what_is_old_in_the_sandbox_goes_with_its_files_and_nothing_real_does(
    tester: Callable[..., System], received: Callable[..., Delivery], home_affairs: System, settings: Any
) -> None:
    real = received(1)
    home_affairs.clerk()
    system = tester()
    _ask_echo(system, "V/v hoàn thành, trả lời", 1)
    kept = {
        model: set(model.objects.filter(**real_only).values_list("pk", flat=True))
        for model, real_only in (
            (Packet, {"sender__place": "province"}),
            (Delivery, {"packet__sender__place": "province"}),
            (DeliveryEvent, {"delivery__packet__sender__place": "province"}),
            (Transmission, {"packet__sender__place": "province"}),
            (Part, {"packet__sender__place": "province"}),
        )
    }
    real_files = set(Transmission.objects.filter(packet=real.packet_id).values_list("file_id", flat=True))

    assert purge_sandbox(now=clock.now() + timedelta(days=29)) == 0
    purged = purge_sandbox(now=clock.now() + timedelta(days=31))

    assert purged == 7, "the document, five statuses, and the document back"
    for model, rows in kept.items():
        assert set(model.objects.values_list("pk", flat=True)) == rows, model
    assert set(SealedFile.objects.values_list("pk", flat=True)) == real_files
    assert purge_sandbox(now=clock.now() + timedelta(days=31)) == 0
    settings.SANDBOX_KEEP_DAYS = 0
    assert purge_sandbox(now=clock.now() + timedelta(days=31)) == 0
    assert json.dumps(home_affairs.get(f"/packets/{real.packet_id}").json()["packet"]["document_id"])


def test_a_real_axis_of_before_keeps_its_place(upstream: System, dong_hoi: System) -> None:
    """The wall costs the real road nothing: an upstream axis still hands in for agencies outside."""
    assert upstream.hand_in(document(1, DONG_HOI, sender=AXIS)).status_code == 201
    assert upstream.hand_in(document(2, DONG_HOI, sender="H41.01")).status_code == 201
    deliver()
    assert len(dong_hoi.inbox()) == 2
