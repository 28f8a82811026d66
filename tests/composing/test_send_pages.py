"""Sending a document from the pages: nothing typed or chosen is lost, nothing goes out unchecked or twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from personas import CABINET, DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, PDF, queries_of
from pytest_django.fixtures import Settings

from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.recipients import service as recipients

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]

PATH = "/exchange/send/"
SEND_QUERIES = 9
ANSWERS: Mapping[str, Any] = {
    "codes": [DONG_HOI],
    "other_codes": CABINET,
    "type_name": "Công văn",
    "number": "77",
    "notation": "SNV-VP",
    "issued_on": "24/11/2026",
    "subject": "Tập huấn <văn thư> & lưu trữ",
    "signer_name": "Lê Quang Ánh",
    "priority": "1",
    "not_secret": "on",
    "draft": "01935280000070008000000000000001",
    "page": "01935280000070008000000000000002",
}


@pytest.fixture
def clerk(visit: Visit) -> Client:
    """The clerk of Sở Nội vụ."""
    return visit(HOME_AFFAIRS)


def _upload(name: str = "Công văn.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _slips(answer: Any) -> list[str]:
    return re.findall(r'name="kept" value="([^"]+)"', answer.content.decode())


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def _check(clerk: Client, **changes: Any) -> Any:
    """Fills the form in with a file and asks to check it; what is None is left out."""
    answers = {**ANSWERS, "attachments": [_upload()], "step": "check", **changes}
    return clerk.post(PATH, {name: value for name, value in answers.items() if value is not None})


def _send(clerk: Client, slips: list[str], **changes: Any) -> Any:
    return clerk.post(PATH, {**ANSWERS, "kept": slips, "step": "send", **changes})


def test_agencies_are_offered_by_sort_without_the_senders_own(clerk: Client) -> None:
    page = _text(clerk.get(PATH))
    assert f'value="{DONG_HOI}"' in page
    assert f'value="{HOME_AFFAIRS}"' not in page
    assert "Provincial department" in page
    assert "Central agency" in page


def test_head_may_not_send(visit: Visit) -> None:
    assert visit(HOME_AFFAIRS, "head").get(PATH).status_code == 403


def test_answers_are_shown_for_checking_and_nothing_is_sent_yet(clerk: Client) -> None:
    page = _text(_check(clerk))
    for shown in (
        "Ủy ban nhân dân phường Đồng Hới",
        "Văn phòng Chính phủ",
        "77/SNV-VP",
        "24/11/2026",
        "Tập huấn &lt;văn thư&gt; &amp; lưu trữ",
        "Công văn.pdf",
        "Declared as not a state secret",
    ):
        assert shown in page
    assert not Packet.objects.exists()


def test_checked_document_is_sent_with_its_file_to_everybody_named(clerk: Client) -> None:
    answer = _send(clerk, _slips(_check(clerk)))
    packet = Packet.objects.get()
    assert answer.headers["Location"] == f"/exchange/packets/{packet.pk}/"
    assert packet.subject == ANSWERS["subject"]
    assert packet.promulgated_on == date(2026, 11, 24)
    assert packet.priority == 1
    assert set(packet.deliveries.values_list("recipient_code", flat=True)) == {DONG_HOI, CABINET}
    download: Any = clerk.get(f"/exchange/packets/{packet.pk}/attachments/0/")
    assert download.content == PDF


def test_errors_are_summed_up_and_linked_and_input_and_file_are_kept(clerk: Client) -> None:
    answer = _check(clerk, number=None, issued_on="31/02/2026", other_codes="H99.99", not_secret=None)
    page = _text(answer)
    assert "There is a problem" in page
    for field in ("number", "issued_on", "other_codes", "not_secret"):
        assert f'href="#id_{field}"' in page
    assert "H99.99" in page
    assert 'value="31/02/2026"' in page
    assert re.search(rf'value="{re.escape(DONG_HOI)}"[^>]* checked', page)
    slips = _slips(answer)
    assert len(slips) == 1
    assert "Công văn.pdf" in page
    assert _slips(clerk.post(PATH, {**ANSWERS, "kept": slips, "step": "check"})) == slips


def test_document_needs_a_recipient_and_a_file(clerk: Client) -> None:
    page = _text(_check(clerk, codes=None, other_codes=None, attachments=None))
    assert "Choose at least one recipient." in page
    assert "Attach the document itself." in page


def test_changing_something_brings_everything_back(clerk: Client) -> None:
    slips = _slips(_check(clerk))
    page = _text(clerk.post(PATH, {**ANSWERS, "kept": slips, "step": "edit"}))
    assert "There is a problem" not in page
    assert 'value="77"' in page
    assert slips[0] in page


def test_file_taken_off_the_list_is_not_sent(clerk: Client) -> None:
    first, second = _slips(_check(clerk, attachments=[_upload("a.pdf"), _upload("b.pdf")]))
    assert first != second
    _send(clerk, [second])
    assert list(Packet.objects.get().parts.values_list("name", flat=True)) == ["b.pdf"]


def test_same_form_sent_twice_sends_one_document(clerk: Client) -> None:
    slips = _slips(_check(clerk))
    _send(clerk, slips)
    again = clerk.post(PATH, {**ANSWERS, "kept": slips, "step": "send"}, follow=True)
    assert "was not sent twice" in _text(again)
    assert Packet.objects.count() == 1


def test_mark_of_secrecy_is_refused_and_the_form_stays_filled(clerk: Client) -> None:
    slips = _slips(_check(clerk))
    answer = _send(clerk, slips, subject="MẬT: kế hoạch")
    assert answer.status_code == 403
    page = _text(answer)
    assert "A mark of state secrecy was found" in page
    assert "MẬT: kế hoạch" in page
    assert slips[0] in page
    assert not Packet.objects.exists()


def test_file_over_the_limit_is_named_and_the_others_are_kept(clerk: Client, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    answer = _check(clerk, attachments=[_upload("a.pdf"), _upload("to.pdf", bytes(1024 * 1024 + 1))])
    assert "to.pdf is larger than 1 MB." in _text(answer)
    assert len(_slips(answer)) == 1


def test_files_that_are_too_large_together_are_refused(clerk: Client, settings: Settings) -> None:
    settings.PACKET_MAX_BYTES = 1_400_000
    halves = [_upload(f"{number}.pdf", PDF + bytes(600_000)) for number in range(2)]
    assert "together are too large" in _text(_check(clerk, attachments=halves))


def test_kept_file_is_opened_by_nobody_else(clerk: Client, visit: Visit) -> None:
    slips = _slips(_check(clerk))
    stranger = visit(KHE_SANH)
    assert _send(stranger, slips).status_code == 404
    other = {"draft": "01935280000070008000000000000009"}
    assert "The attachments are no longer kept." in _text(_send(stranger, slips, **other))
    assert not Packet.objects.exists()


def test_made_up_file_opens_nothing(clerk: Client) -> None:
    assert "The attachments are no longer kept." in _text(_send(clerk, ["made:up:file"]))


def test_damaged_file_is_named_and_nothing_typed_is_lost(clerk: Client) -> None:
    slips = _slips(_check(clerk))
    for name in list(files.vault().names_older_than(-1)):
        files.vault().delete(name)
    answer = _send(clerk, slips)
    assert answer.status_code == 500  # an operator must look
    assert 'value="77"' in answer.content.decode()
    assert not Packet.objects.exists()


def test_form_asks_the_database_a_fixed_number_of_times(clerk: Client) -> None:
    clerk.get(PATH)
    assert queries_of(lambda: clerk.get(PATH)) == SEND_QUERIES


def _group(agencies: Mapping[str, Agency], name: str, *codes: str) -> str:
    made = recipients.create_group(
        actor=Actor.platform("specification"),
        owner=None,
        name=name,
        members=[agencies[code] for code in codes],
        now=clock.now(),
    )
    return str(made.pk)


def test_groups_are_offered_with_how_many_they_come_to(clerk: Client, agencies: Mapping[str, Agency]) -> None:
    group = _group(agencies, "Hai xã", DONG_HOI, KHE_SANH)
    page = _text(clerk.get(PATH))
    assert f'id="group-{group}"' in page
    assert re.search(r"Hai xã <span[^>]*>2 agencies", page)


def test_group_is_shown_whole_before_sending_and_its_outcome_after(
    clerk: Client, agencies: Mapping[str, Agency]
) -> None:
    group = _group(agencies, "Ba nơi", DONG_HOI, KHE_SANH, FINANCE)
    Agency.objects.filter(pk=agencies[FINANCE].pk).update(valid_to=directory.today())
    directory.forget()
    checked = _check(clerk, codes=[DONG_HOI], other_codes="", to_groups=[group])
    page = _text(checked)
    for shown in ("Ba nơi", "Ủy ban nhân dân xã Khe Sanh", "Sở Tài chính: has ended", f'value="{group}"'):
        assert shown in page
    assert re.search(r"Recipients in all</dt><dd>2<", page)
    sent = _send(clerk, _slips(checked), codes=[DONG_HOI], other_codes="", to_groups=[group])
    outcome = _text(clerk.get(sent.headers["Location"]))
    for shown in ("Ba nơi", "2 recipients", "waiting for delivery", "Sở Tài chính: has ended"):
        assert shown in outcome


def test_made_up_group_is_refused_in_the_form(clerk: Client) -> None:
    answer = _check(clerk, to_groups=["0193527a-0000-7000-8000-00000000ffff"])
    assert 'href="#id_to_groups"' in _text(answer)
    assert not Packet.objects.exists()


def test_form_costs_the_same_however_many_groups(clerk: Client, agencies: Mapping[str, Agency]) -> None:
    _group(agencies, "Một", DONG_HOI)
    clerk.get(PATH)
    assert queries_of(lambda: clerk.get(PATH)) == SEND_QUERIES
    for number in range(5):
        _group(agencies, f"Nhóm {number}", DONG_HOI, KHE_SANH)
    assert queries_of(lambda: clerk.get(PATH)) == SEND_QUERIES
