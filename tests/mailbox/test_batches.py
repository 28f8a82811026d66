"""Several documents of the inbox at once: each by itself, told honestly, harmless when repeated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import DONG_HOI, FINANCE, queries_of

from hienluong.exchange.models import Delivery, Packet

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]

INBOX, BATCH = "/exchange/inbox/", "/exchange/inbox/batch/"
BATCH_QUERIES = 6


@pytest.fixture
def three(received: Received) -> list[Delivery]:
    """Three documents that came to the ward."""
    return [received(number, subject=f"Văn bản {number}") for number in (15, 16, 17)]


def _text(answer: Any) -> str:
    assert answer.status_code == 200, getattr(answer, "content", answer)
    return str(answer.content.decode())


def _ids(deliveries: list[Delivery]) -> list[int]:
    return [one.pk for one in deliveries]


def _states() -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(kind=Packet.Kind.DOCUMENT).order_by("pk")
    return list(rows.values_list("state", "business_state"))


def _key(page: str) -> str:
    return re.findall(r'name="key" value="([^"]+)"', page)[0]


def test_stranger_another_agency_and_a_reader_act_on_nothing(visit: Visit, three: list[Delivery]) -> None:
    form = {"act": "receive", "entry": _ids(three)}
    assert Client().post(BATCH, form).status_code == 401
    assert visit(DONG_HOI, "operator").post(BATCH, form).status_code == 403
    assert visit(DONG_HOI, "head").post(BATCH, form).status_code == 403
    assert "None of what was ticked" in _text(visit(FINANCE).post(BATCH, form))
    assert _states() == [("delivered", "")] * 3


def test_arrival_of_those_ticked_is_confirmed_and_told_to_the_sender(
    visit: Visit, three: list[Delivery]
) -> None:
    clerk = visit(DONG_HOI)
    page = _text(clerk.post(BATCH, {"act": "receive", "entry": _ids(three[:2])}))
    assert "Done: 2 documents." in page
    assert _states() == [("confirmed", "01"), ("confirmed", "01"), ("delivered", "")]
    assert "Done: 2 documents." in _text(clerk.post(BATCH, {"act": "receive", "entry": _ids(three[:2])}))
    assert Packet.objects.filter(kind=Packet.Kind.STATUS).count() == 2


def test_all_on_the_page_stands_for_what_the_page_listed(visit: Visit, three: list[Delivery]) -> None:
    clerk = visit(DONG_HOI)
    page = _text(clerk.get(INBOX))
    listed = re.findall(r'name="listed" value="(\d+)"', page)
    assert sorted(map(int, listed)) == sorted(_ids(three))
    assert "Done: 3 documents." in _text(clerk.post(BATCH, {"act": "receive", "all": "on", "listed": listed}))


def test_register_asks_a_number_for_each_is_checked_and_says_what_could_not_be_done(
    visit: Visit, three: list[Delivery]
) -> None:
    clerk = visit(DONG_HOI)
    done = {"act": "03", "entry": [three[0].pk], f"number_{three[0].pk}": "5", "key": "k0", "step": "send"}
    _text(clerk.post(BATCH, done))
    form: dict[str, Any] = {"act": "03", "entry": _ids(three)}
    asked = _text(clerk.post(BATCH, form))
    assert "Its state does not allow this." in asked
    form = {"act": "03", "entry": _ids(three[1:]), "left": [three[0].pk], "key": _key(asked)}
    missing = _text(clerk.post(BATCH, {**form, f"number_{three[1].pk}": "6", "step": "check"}))
    assert f'href="#id_number_{three[2].pk}"' in missing
    form |= {f"number_{three[1].pk}": "6", f"number_{three[2].pk}": "7"}
    assert "Check before you continue" in _text(clerk.post(BATCH, {**form, "step": "check"}))
    assert _states()[1:] == [("delivered", "")] * 2
    for _again in range(2):  # the button was pressed twice
        page = _text(clerk.post(BATCH, {**form, "step": "send"}))
        assert "Done: 2 documents." in page
        assert "Not everything could be done" in page
        assert page.count("Its state does not allow this.") == 1
    assert [state for _mailbox, state in _states()] == ["03", "03", "03"]
    notes = (
        Packet.objects.filter(status_code="03")
        .order_by("accepted_at", "pk")
        .values_list("status_note", flat=True)
    )
    assert sorted(notes) == ["Số đến: 5.", "Số đến: 6.", "Số đến: 7."]


def test_document_that_changed_meanwhile_holds_up_no_other(visit: Visit, three: list[Delivery]) -> None:
    clerk = visit(DONG_HOI)
    Delivery.objects.filter(pk=three[0].pk).update(business_state="02")
    form = {"act": "03", "entry": _ids(three[:2]), "key": "k", "step": "send"}
    form |= {f"number_{one.pk}": "8" for one in three[:2]}
    page = _text(clerk.post(BATCH, form))
    assert "Done: 1 document." in page
    assert "not done" in page


def test_assigning_names_who_handles_them(visit: Visit, three: list[Delivery]) -> None:
    Delivery.objects.update(state="confirmed", business_state="03")
    clerk = visit(DONG_HOI)
    form = {"act": "04", "entry": _ids(three), "staff": "Phòng Văn hóa", "key": "k"}
    assert "Phòng Văn hóa" in _text(clerk.post(BATCH, {**form, "step": "check"}))
    assert "Done: 3 documents." in _text(clerk.post(BATCH, {**form, "step": "send"}))


def test_table_holds_those_ticked_and_no_other(visit: Visit, three: list[Delivery]) -> None:
    answer: Any = visit(DONG_HOI, "head").post(BATCH, {"act": "csv", "entry": _ids(three[:2])})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "Văn bản 15" in text
    assert "Văn bản 16" in text
    assert "Văn bản 17" not in text


def test_nothing_ticked_or_an_act_that_is_none_is_said(visit: Visit, three: list[Delivery]) -> None:
    clerk = visit(DONG_HOI)
    for form in ({"act": "receive"}, {"act": "02", "entry": _ids(three)}, {"entry": ["x"], "act": "receive"}):
        assert "Nothing was done" in clerk.post(BATCH, form, follow=True).content.decode()
    assert _states() == [("delivered", "")] * 3


def test_asking_costs_the_same_however_many_are_ticked(visit: Visit, three: list[Delivery]) -> None:
    clerk = visit(DONG_HOI)
    clerk.get(INBOX)
    for ticked in (three[:1], three):
        form = {"act": "03", "entry": _ids(ticked)}
        assert queries_of(lambda form=form: clerk.post(BATCH, form)) == BATCH_QUERIES  # type: ignore[misc]  # bound now


def test_shortcuts_are_turned_off_and_on_by_a_cookie(visit: Visit) -> None:
    clerk = visit(DONG_HOI)
    assert "data-shortcuts-list" in _text(clerk.get(INBOX))
    page = clerk.post("/shortcuts/", {"keys": "off"}, follow=True).content.decode()
    assert "Turn them on" in page
    assert "data-shortcuts-list" not in _text(clerk.get(INBOX))
    clerk.post("/shortcuts/", {"keys": "on"})
    assert "data-shortcuts-list" in _text(clerk.get(INBOX))
    assert Client().post("/shortcuts/", {"keys": "off"}).status_code == 401
