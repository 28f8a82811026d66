"""What a clerk writes is kept as a draft: theirs alone, never overwritten, gone when it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, PDF, System, document, queries_of
from pytest_django.fixtures import Settings

from hienluong.composing import commands
from hienluong.composing.models import Draft, DraftFile
from hienluong.exchange import service as exchange
from hienluong.exchange.models import Packet
from hienluong.files import service as files
from hienluong.files.models import Holding, SealedFile
from hienluong.kit import clock
from hienluong.kit.ids import new_id
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]

SEND, SAVE, LIST = "/exchange/send/", "/exchange/send/save/", "/exchange/drafts/"
LIST_QUERIES = 6
ANSWERS = {
    "codes": [DONG_HOI],
    "type_name": "Công văn",
    "number": "77",
    "notation": "SNV-VP",
    "issued_on": "24/11/2026",
    "subject": "Tập huấn văn thư",
    "signer_name": "Lê Quang Ánh",
    "priority": "1",
}


@pytest.fixture
def clerk(visit: Visit) -> Client:
    """The clerk of Sở Nội vụ."""
    return visit(HOME_AFFAIRS)


class Tab:
    """The page on which somebody writes, as its script sees it."""

    def __init__(self, browser: Client, address: str = SEND) -> None:
        self.browser = browser
        self.text = browser.get(address).content.decode()
        self.draft, self.page, self.version = (self._hidden(name) for name in ("draft", "page", "version"))
        self.turn = 0

    def _hidden(self, name: str) -> str:
        return str(re.findall(rf'name="{name}" value="([^"]*)"', self.text)[0])

    def fields(self, **changes: Any) -> dict[str, Any]:
        """Returns the form as it is filled in."""
        own = {"draft": self.draft, "page": self.page, "version": self.version}
        return {**ANSWERS, **own, **changes}

    def save(self, *, lost: bool = False, **changes: Any) -> Any:
        """Saves as the script does every few seconds; `lost`: the answer does not come back."""
        self.turn += 1
        answer = self.browser.post(SAVE, self.fields(turn=self.turn, **changes))
        said = answer.json() if answer.headers["Content-Type"] == "application/json" else {}
        if answer.status_code == 200 and not lost:
            self.draft, self.version = said["draft"], said["version"]
        return answer


def _subjects() -> list[str]:
    return sorted(draft.subject for draft in Draft.objects.all())


def _upload(name: str = "Công văn.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _acts() -> list[str]:
    entries = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [one["action"] for one in entries if str(one["action"]).startswith("composing.")]


# --- Kept ---------------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_found_again_as_it_was(clerk: Client) -> None:
    tab = Tab(clerk)
    said = tab.save(subject="Về việc", issued_on="31/02/2026", also_on_paper="on").json()
    assert said["address"] == f"{SEND}?draft={tab.draft}"
    assert re.fullmatch(r"\d\d:\d\d", said["at"])
    page = clerk.get(said["address"]).content.decode()
    assert ">\nVề việc</textarea>" in page
    assert 'value="31/02/2026"' in page
    assert re.search(rf'value="{re.escape(DONG_HOI)}"[^>]* checked', page)
    assert re.search(r'name="also_on_paper"[^>]* checked', page)
    assert f"Saved at {said['at']}" in page
    assert "There is a problem" not in page


def test_declaration_that_it_is_no_secret_is_not_kept_but_made_anew(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save(not_secret="on")
    assert not re.search(
        r'name="not_secret"[^>]* checked', clerk.get(f"{SEND}?draft={tab.draft}").content.decode()
    )


def test_page_that_nobody_writes_on_keeps_nothing(clerk: Client) -> None:
    clerk.get(SEND)
    assert not Draft.objects.exists()


def test_form_without_script_is_saved_by_its_button_and_by_checking(clerk: Client) -> None:
    tab = Tab(clerk)
    answer = clerk.post(SEND, tab.fields(step="save", attachments=_upload()), follow=True)
    page = answer.content.decode()
    assert "The draft was saved." in page
    assert "Tập huấn văn thư" in page
    assert re.search(r'name="kept" value="[0-9a-f]{32}"[^>]* checked', page)
    second = Tab(clerk)
    clerk.post(SEND, second.fields(step="check", subject="Có lỗi", number=""))
    assert _subjects() == ["Có lỗi", "Tập huấn văn thư"]


def test_file_stays_with_the_draft_and_is_checked_by_its_content(clerk: Client) -> None:
    tab = Tab(clerk)
    said = tab.save(attachments=[_upload(), _upload("giả.pdf", b"MZ" + bytes(500))]).json()
    assert "Công văn.pdf" in said["files"]
    assert len(said["faults"]) == 1
    assert "giả.pdf" in said["faults"][0]
    row = DraftFile.objects.get()
    assert b"".join(files.open_for(holder=row.draft_id, file_id=row.file_id)) == PDF
    again = tab.save(
        attachments=_upload(), kept=[row.file_id.hex]
    ).json()  # the answer was lost: sent once more
    assert DraftFile.objects.count() == 1
    assert again["files"].count(" checked") == 1


def test_file_whose_tick_was_taken_away_stays_but_is_not_sent(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save(attachments=[_upload("a.pdf"), _upload("b.pdf", PDF + b"%")])
    second = DraftFile.objects.get(name="b.pdf").file_id.hex
    tab.save(kept=[second])
    page = clerk.get(f"{SEND}?draft={tab.draft}").content.decode()
    assert len(re.findall(r'name="kept"[^>]* checked', page)) == 1
    clerk.post(SEND, tab.fields(kept=[second], not_secret="on", step="send"))
    assert list(Packet.objects.get().parts.values_list("name", flat=True)) == ["b.pdf"]


def test_more_text_than_any_document_has_is_refused_and_the_draft_stays(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save()
    assert tab.save(subject="a" * 100_001).status_code == 422
    assert _subjects() == ["Tập huấn văn thư"]


# --- The author's alone -------------------------------------------------------------------------------------------------------


def test_nobody_else_sees_opens_changes_or_discards_it(clerk: Client, visit: Visit) -> None:
    tab = Tab(clerk)
    tab.save()
    colleague, stranger = visit(HOME_AFFAIRS, name="Lê Văn Đồng"), visit(FINANCE)
    for other in (colleague, stranger):
        assert "Tập huấn" not in other.get(LIST).content.decode()
        assert other.get(f"{SEND}?draft={tab.draft}").status_code == 404
        assert other.post(SAVE, tab.fields(subject="Khác")).status_code == 404
        assert other.post(SEND, tab.fields(subject="Khác")).status_code == 404
        assert other.post(f"{LIST}{UUID(tab.draft)}/discard/").status_code == 404
    assert _subjects() == ["Tập huấn văn thư"]


def test_whoever_may_not_send_has_no_drafts(clerk: Client, visit: Visit) -> None:
    tab = Tab(clerk)
    for role in ("head", "operator"):
        other = visit(HOME_AFFAIRS, role)
        assert other.get(LIST).status_code == 403
        assert other.post(SAVE, tab.fields()).status_code == 403
    assert Client().post(SAVE, tab.fields()).status_code == 401
    assert not Draft.objects.exists()


def test_page_of_one_agency_does_not_save_for_another(clerk: Client) -> None:
    tab = Tab(clerk)
    other = str(new_id())
    assert tab.save(agency=other).status_code == 404
    assert clerk.post(SEND, tab.fields(agency=other, step="send")).status_code == 404
    assert not Draft.objects.exists()


# --- Never overwritten --------------------------------------------------------------------------------------------------------


def test_second_page_is_told_and_both_texts_are_kept(clerk: Client) -> None:
    first = Tab(clerk)
    first.save(subject="Gốc", attachments=_upload())
    kept = DraftFile.objects.get().file_id.hex
    second = Tab(clerk, f"{SEND}?draft={first.draft}")
    first.save(subject="Bản một", kept=[kept])
    said = second.save(subject="Bản hai", kept=[kept]).json()
    assert "Both texts are kept" in said["elsewhere"]["said"]
    assert said["elsewhere"]["address"] == f"{SEND}?draft={first.draft}"
    assert second.draft != first.draft
    assert _subjects() == ["Bản hai", "Bản một"]
    assert second.save(subject="Bản hai, tiếp", kept=[kept]).json()["elsewhere"] is None
    assert _subjects() == ["Bản hai, tiếp", "Bản một"]
    held = {row.draft_id: row.file_id for row in DraftFile.objects.all()}
    assert len(held) == 2  # the file stays with both, each with a key of its own
    for draft_id, file_id in held.items():
        assert b"".join(files.open_for(holder=draft_id, file_id=file_id)) == PDF


def test_second_page_that_goes_on_from_the_latest_version_is_not_told(clerk: Client) -> None:
    first = Tab(clerk)
    first.save(subject="Gốc")
    second = Tab(clerk, f"{SEND}?draft={first.draft}")
    assert second.save(subject="Tiếp").json()["elsewhere"] is None
    assert _subjects() == ["Tiếp"]


def test_lost_answer_is_not_taken_for_somebody_elses_change(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save(subject="Một", lost=True)
    tab.save(subject="Hai", lost=True)
    assert tab.save(subject="Ba").json()["elsewhere"] is None
    assert _subjects() == ["Ba"]


def test_saving_that_comes_late_changes_nothing(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save(subject="Mới")
    late = clerk.post(SAVE, tab.fields(turn=0, subject="Cũ"))
    assert late.status_code == 200
    assert _subjects() == ["Mới"]


def test_page_whose_answer_was_lost_in_a_conflict_becomes_one_draft_not_two(clerk: Client) -> None:
    first = Tab(clerk)
    first.save(subject="Gốc")
    second = Tab(clerk, f"{SEND}?draft={first.draft}")
    first.save(subject="Bản một")
    second.save(subject="Bản hai", lost=True)
    second.save(subject="Bản hai")
    assert _subjects() == ["Bản hai", "Bản một"]


def test_form_of_a_page_that_is_behind_is_checked_as_a_draft_of_its_own_and_not_sent_at_once(
    clerk: Client,
) -> None:
    first = Tab(clerk)
    first.save(subject="Gốc", attachments=_upload())
    kept = DraftFile.objects.get().file_id.hex
    second = Tab(clerk, f"{SEND}?draft={first.draft}")
    first.save(subject="Bản một", kept=[kept])
    answer = clerk.post(SEND, second.fields(subject="Bản hai", kept=[kept], not_secret="on", step="send"))
    page = answer.content.decode()
    assert "Both texts are kept" in page
    assert "Check before you send" in page
    assert not Packet.objects.exists()
    assert _subjects() == ["Bản hai", "Bản một"]


# --- Sent, discarded, cleared away --------------------------------------------------------------------------------------------


def _sent(clerk: Client, tab: Tab, **changes: Any) -> Any:
    tab.save(attachments=_upload())
    kept = [row.file_id.hex for row in DraftFile.objects.filter(draft=tab.draft)]
    return clerk.post(SEND, tab.fields(kept=kept, not_secret="on", step="send", **changes))


def test_sending_removes_the_draft_and_its_files_with_the_same_commit(clerk: Client) -> None:
    tab = Tab(clerk)
    answer = _sent(clerk, tab)
    packet = Packet.objects.get()
    assert answer.headers["Location"] == f"/exchange/packets/{packet.pk}/"
    assert not Draft.objects.exists()
    assert set(SealedFile.objects.values_list("pk", flat=True)) == {packet.transmissions.get().file_id}
    assert not Holding.objects.filter(holder=tab.draft).exists()


def test_refused_sending_keeps_the_draft_and_its_files(clerk: Client) -> None:
    answer = _sent(clerk, Tab(clerk), subject="MẬT: kế hoạch")
    assert answer.status_code == 403
    assert _subjects() == ["MẬT: kế hoạch"]
    assert DraftFile.objects.count() == 1


def test_draft_sent_twice_goes_out_once_and_leads_to_what_was_sent(clerk: Client) -> None:
    tab = Tab(clerk)
    first = _sent(clerk, tab)
    again = clerk.post(SEND, tab.fields(not_secret="on", step="send", subject="Khác"), follow=True)
    assert "was not sent twice" in again.content.decode()
    assert again.redirect_chain[0][0] == first.headers["Location"]
    opened = clerk.get(f"{SEND}?draft={tab.draft}")
    assert opened.headers["Location"] == first.headers["Location"]
    assert Packet.objects.count() == 1


def test_page_that_writes_on_after_the_sending_is_told_and_brings_nothing_back(clerk: Client) -> None:
    tab = Tab(clerk)
    first = _sent(clerk, tab)
    late = tab.save(subject="Còn viết")
    assert late.status_code == 409
    assert late.json()["sent"] == first.headers["Location"]
    assert clerk.post(SEND, tab.fields(step="check")).status_code == 409
    assert not Draft.objects.exists()


def test_key_of_another_agencys_system_ends_nobodys_draft(
    clerk: Client, system: Callable[..., System]
) -> None:
    tab = Tab(clerk)
    tab.save()
    for key in (f"draft-{tab.draft}", "draft-of-ours"):
        source = document(20 + len(key), DONG_HOI, sender=FINANCE)
        assert system(FINANCE).hand_in(source, key=key).status_code == 201
    assert _subjects() == ["Tập huấn văn thư"]


def test_discarding_asks_first_and_takes_the_files_along(clerk: Client) -> None:
    tab = Tab(clerk)
    tab.save(attachments=_upload())
    address = f"{LIST}{UUID(tab.draft)}/discard/"
    page = clerk.get(address).content.decode()
    assert "Công văn.pdf" in page
    assert Draft.objects.exists()
    assert "The draft was discarded" in clerk.post(address, follow=True).content.decode()
    assert not Draft.objects.exists()
    assert not SealedFile.objects.exists()
    assert _acts() == ["composing.draft-begun", "composing.draft-discarded"]
    assert clerk.post(address).status_code == 404


def test_draft_left_alone_is_cleared_away_with_its_files_after_the_days_of_the_setting(
    clerk: Client, settings: Settings
) -> None:
    settings.DRAFT_DAYS = 3
    old, fresh = Tab(clerk), Tab(clerk)
    old.save(subject="Cũ", attachments=_upload())
    fresh.save(subject="Mới")
    Draft.objects.filter(pk=old.draft).update(saved_at=clock.now() - timedelta(days=3, minutes=1))
    assert commands.clear_drafts(now=clock.now()) == 1
    assert _subjects() == ["Mới"]
    assert not SealedFile.objects.exists()
    assert _acts()[-1] == "composing.drafts-cleared"
    page = clerk.get(f"{SEND}?draft={old.draft}").content.decode()
    assert "not kept any more" in page


def test_files_of_two_drafts_are_given_up_each_by_itself(clerk: Client) -> None:
    first = Tab(clerk)
    first.save(attachments=_upload())
    kept = DraftFile.objects.get().file_id.hex
    second = Tab(clerk, f"{SEND}?draft={first.draft}")
    first.save(subject="Một", kept=[kept])
    second.save(subject="Hai", kept=[kept])
    clerk.post(f"{LIST}{UUID(first.draft)}/discard/")
    row = DraftFile.objects.get()
    assert b"".join(files.open_for(holder=row.draft_id, file_id=row.file_id)) == PDF


# --- Updates, the list, home --------------------------------------------------------------------------------------------------


def test_draft_of_an_update_goes_on_as_an_update(clerk: Client) -> None:
    _sent(clerk, Tab(clerk))
    packet = Packet.objects.get()
    tab = Tab(clerk, f"{SEND}?updates={packet.pk}")
    tab.save(updates=str(packet.pk), change_reason="Sửa ngày họp", codes=[])
    page = clerk.get(f"{SEND}?draft={tab.draft}").content.decode()
    assert "Updates this document" in page
    assert "Sửa ngày họp" in page
    assert f'name="updates" value="{packet.pk}"' in page
    assert not re.search(rf'value="{re.escape(DONG_HOI)}"[^>]* checked', page)  # it was taken away
    assert clerk.post(SEND, tab.fields(updates=str(new_id()), step="send")).status_code == 404
    assert "update</span>" in clerk.get(LIST).content.decode()


def test_draft_of_a_change_opens_when_what_it_changes_was_taken_out_of_the_exchange(
    clerk: Client, home_affairs: System
) -> None:
    _sent(clerk, Tab(clerk))
    packet = Packet.objects.get()
    tab = Tab(clerk, f"{SEND}?updates={packet.pk}")
    tab.save(updates=str(packet.pk), subject="Sửa ngày họp")
    exchange.quarantine_packet(
        actor=home_affairs.clerk(), packet_id=packet.pk, reason="dấu mật", now=clock.now()
    )
    answer = clerk.get(f"{SEND}?draft={tab.draft}")
    page = answer.content.decode()
    assert (answer.status_code, "goes on as a new document" in page, "Sửa ngày họp" in page) == (
        200,
        True,
        True,
    )


def test_list_begins_with_what_was_saved_last_and_goes_on_page_by_page(clerk: Client) -> None:
    assert "No drafts" in clerk.get(LIST).content.decode()
    Tab(clerk).save()
    one = Draft.objects.get()
    Draft.objects.all().delete()
    Draft.objects.bulk_create(
        Draft(
            author_id=one.author_id,
            agency_id=one.agency_id,
            answers={"subject": [f"Văn bản {number:02}"]},
            page=new_id(),
            begun_at=one.begun_at,
            saved_at=one.saved_at + timedelta(seconds=number),
        )
        for number in range(51)
    )
    page = clerk.get(LIST).content.decode()
    assert page.index("Văn bản 50") < page.index("Văn bản 49")
    assert "Văn bản 00" not in page
    further = re.findall(r'href="(\?before=[^"]+)"', page)[0]
    assert "Văn bản 00" in clerk.get(LIST + further).content.decode()
    assert queries_of(lambda: clerk.get(LIST)) == LIST_QUERIES
    assert re.search(
        r'href="/exchange/drafts/">Drafts</a></dt>\s*<dd class="stat-number">51<',
        clerk.get("/").content.decode(),
    )


def test_index_serves_the_list_of_one_person(clerk: Client) -> None:
    Tab(clerk).save()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM composing_draft WHERE author_id = %s::uuid AND agency_id = %s::uuid "
            "ORDER BY saved_at DESC, id DESC LIMIT 51",
            [new_id(), new_id()],
        )
        assert "composing_draft_of" in str(cursor.fetchall())
