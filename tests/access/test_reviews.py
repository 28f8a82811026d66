"""Access reviews: every right of today is a line; decided by the agency, carried out, sealed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from hienluong.access import service as access
from hienluong.access.errors import (
    OwnRightsRefused,
    ReviewExists,
    ReviewFinished,
    ReviewIncomplete,
    ReviewNotFound,
)
from hienluong.access.labels import quarter_name
from hienluong.access.models import AccessReview, ReviewLine
from hienluong.access.queries import reviews
from hienluong.access.service import Decided
from hienluong.directory import service as directory
from hienluong.directory.errors import LastAdministrator, PermissionMissing
from hienluong.directory.models import Agency, Person, Post
from hienluong.directory.service import Actor
from hienluong.identity import commands as identity
from hienluong.identity.models import SignOnClient
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.staff import service as staff
from hienluong.staff.models import Delegation

pytestmark = pytest.mark.django_db

Acting = Callable[..., Actor]
Employ = Callable[..., Person]
Province = Callable[[str], Agency]
Q4 = "2026-Q4"
AGENCY_QUERIES = 9 + 3  # the last three: a look that goes on is no new entry


@pytest.fixture
def staffed(acting: Acting, employ: Employ) -> dict[str, Actor]:
    """An administrator; a head and a clerk of one department; a head of another."""
    employ("Lê Không Vị Trí")
    return {
        "administrator": acting("H50", "administrator"),
        "head": acting("H50.S01", "head"),
        "clerk": acting("H50.S01", "clerk"),
        "other head": acting("H50.S02", "head"),
    }


def _line(actor: Actor) -> ReviewLine:
    return ReviewLine.objects.get(post=actor.post_id)


def _decide(by: Actor, line: ReviewLine, decision: str, now: datetime, note: str = "") -> list[ReviewLine]:
    return access.decide_lines(actor=by, quarter=Q4, decisions={line.pk: Decided(decision, note)}, now=now)


def _decide_everything(staffed: dict[str, Actor], now: datetime) -> None:
    mine = _line(staffed["administrator"]).pk
    rest = ReviewLine.objects.exclude(pk=mine).values_list("pk", flat=True)
    access.decide_lines(
        actor=staffed["administrator"], quarter=Q4, decisions={pk: Decided("keep") for pk in rest}, now=now
    )
    _decide(staffed["administrator"], _line(staffed["administrator"]), "keep", now)  # nobody else could


def _sign_on(platform: Actor, at: Actor, now: datetime) -> SignOnClient:
    client, _, _ = identity.register_sign_on_client(
        actor=platform,
        agency=Agency.objects.get(pk=at.agency_id),
        name="Cổng",
        redirect_uris=["https://qlvb.example.org/callback"],
        now=now,
    )
    return client


def test_review_has_a_line_for_every_post_system_sign_on_and_account_without_a_post(
    staffed: dict[str, Actor], system: Any, platform: Actor, now: datetime
) -> None:
    registered, _, _ = system("H50.S01")
    client = _sign_on(platform, staffed["head"], now)
    review = access.open_review(actor=platform, now=now)

    assert review.quarter == Q4
    assert set(review.lines.values_list("post", flat=True)) >= {actor.post_id for actor in staffed.values()}
    assert review.lines.get(kind="system").system_id == registered.pk
    assert review.lines.get(kind="sign_on").sign_on_id == client.pk
    assert review.lines.get(kind="account").facts["name"] == "Lê Không Vị Trí"
    facts = _line(staffed["clerk"]).facts
    assert (facts["role"], facts["last_sign_in"], facts["open"]) == ("clerk", None, True)


def test_deadline_is_ten_working_days_later_by_the_calendar(
    platform: Actor, now: datetime, province: Province
) -> None:
    review = access.open_review(actor=platform, now=now)  # Tuesday, 24 November 2026
    assert review.deadline == datetime(
        2026, 12, 8, 16, 59, 59, tzinfo=UTC
    )  # the end of 8 December in Vietnam


def test_quarter_is_written_as_people_write_it() -> None:
    with translation.override("vi"):
        assert quarter_name(Q4) == "quý 4/2026"
    with translation.override("en"):
        assert quarter_name(Q4) == "Q4/2026"


def test_quarter_has_one_review(platform: Actor, province: Province, now: datetime) -> None:
    access.open_review(actor=platform, now=now)
    with pytest.raises(ReviewExists):
        access.open_review(actor=platform, now=now)


def test_heads_are_told_and_administrators_for_agencies_without_one(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    told = {notice.reader: notice.link for notice in Notice.objects.filter(code="access.review_opened")}
    assert told[staffed["head"].person_id].endswith(f"/agencies/{staffed['head'].agency_id}/")
    assert {staffed["other head"].person_id, staffed["administrator"].person_id} <= set(told)
    assert staffed["clerk"].person_id not in told


def test_head_decides_about_the_own_agency_only(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    _decide(staffed["head"], _line(staffed["clerk"]), "keep", now)
    assert _line(staffed["clerk"]).decided_by_id == staffed["head"].person_id
    with pytest.raises(ReviewNotFound):
        _decide(staffed["other head"], _line(staffed["clerk"]), "end", now)
    with pytest.raises(PermissionMissing):
        _decide(staffed["clerk"], _line(staffed["clerk"]), "keep", now)
    assert _line(staffed["clerk"]).decision == "keep"


def test_nobody_decides_about_the_own_right_while_somebody_else_can(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    with pytest.raises(OwnRightsRefused):
        _decide(staffed["head"], _line(staffed["head"]), "keep", now)
    _decide(staffed["administrator"], _line(staffed["head"]), "keep", now)
    _decide(staffed["administrator"], _line(staffed["administrator"]), "keep", now)  # the only one who can


def test_change_needs_a_note_and_all_lines_are_decided_or_none(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    decisions = {
        _line(staffed["clerk"]).pk: Decided("keep"),
        _line(staffed["other head"]).pk: Decided("change", " "),
    }
    with pytest.raises(InvalidInput):
        access.decide_lines(actor=staffed["administrator"], quarter=Q4, decisions=decisions, now=now)
    assert not ReviewLine.objects.exclude(decision="undecided").exists()


def _delegation(employ: Employ, platform: Actor, now: datetime) -> Delegation:
    head, deputy = employ("Lê Trưởng", ("H50.S03", "head")), employ("Lê Phó", ("H50.S03", "deputy"))
    today = clock.in_vietnam(now).date()
    return staff.grant_delegation(
        actor=platform,
        giver=head.posts.get(),
        taker=deputy.posts.get(),
        kind="kt",
        scope="Công văn",
        document_number="15/QĐ-SNV",
        document_date=today,
        valid_from=today,
        now=now,
    )


def test_decided_ends_are_carried_out_by_one_command(
    staffed: dict[str, Actor], system: Any, employ: Employ, platform: Actor, now: datetime
) -> None:
    registered, _, _ = system("H50.S01")
    client = _sign_on(platform, staffed["head"], now)
    delegation = _delegation(employ, platform, now)
    access.open_review(actor=platform, now=now)
    for line in (
        _line(staffed["clerk"]),
        ReviewLine.objects.get(kind="system"),
        ReviewLine.objects.get(kind="sign_on"),
        ReviewLine.objects.get(kind="delegation"),
        ReviewLine.objects.get(kind="account"),
    ):
        _decide(staffed["administrator"], line, "end", now)

    with translation.override("vi"):
        assert access.carry_out_review(actor=staffed["administrator"], quarter=Q4, now=now) == 5
    assert access.carry_out_review(actor=staffed["administrator"], quarter=Q4, now=now) == 0

    assert Post.objects.get(pk=staffed["clerk"].post_id).valid_to is not None
    registered.refresh_from_db()
    client.refresh_from_db()
    delegation.refresh_from_db()
    assert registered.valid_to is not None
    assert client.ended_at == now
    assert delegation.revoked_because == f"Quyết định trong đợt rà soát quyền {Q4}."
    account = ReviewLine.objects.select_related("user").get(kind="account")
    assert account.user is not None
    assert not account.user.is_active


def test_two_administrators_do_not_review_each_other_away(
    staffed: dict[str, Actor], acting: Acting, platform: Actor, now: datetime
) -> None:
    first, second = staffed["administrator"], acting("H50", "administrator")
    access.open_review(actor=platform, now=now)
    _decide(first, _line(second), "end", now)
    _decide(second, _line(first), "end", now)

    with pytest.raises(LastAdministrator):
        access.carry_out_review(actor=first, quarter=Q4, now=now)

    assert not ReviewLine.objects.exclude(carried_out_at=None).exists(), "then nothing is ended"
    assert Post.objects.filter(pk__in=[first.post_id, second.post_id], valid_to=None).count() == 2


def test_page_names_what_is_to_be_ended_before_it_is(
    staffed: dict[str, Actor], platform: Actor, signed_in: Callable[[Person], Client], now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    _decide(staffed["head"], _line(staffed["clerk"]), "end", now, note="Chuyển công tác")
    pages = {
        role: signed_in(Person.objects.get(pk=staffed[role].person_id)).get(f"/access/reviews/{Q4}/")
        for role in ("administrator", "head")
    }
    assert "Chuyển công tác" in pages["administrator"].content.decode()
    assert "carry-out" in pages["administrator"].content.decode()
    assert "carry-out" not in pages["head"].content.decode()


def test_page_offers_to_open_this_quarters_review_once(
    staffed: dict[str, Actor], signed_in: Callable[[Person], Client]
) -> None:
    browser = signed_in(Person.objects.get(pk=staffed["administrator"].person_id))
    assert "/access/reviews/open/" in browser.get("/access/reviews/").content.decode()
    assert browser.post("/access/reviews/open/").status_code == 302
    assert "/access/reviews/open/" not in browser.get("/access/reviews/").content.decode()
    assert browser.post("/access/reviews/open/").status_code == 409


def test_what_ended_by_itself_counts_as_carried_out(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    _decide(staffed["head"], _line(staffed["clerk"]), "end", now)
    directory.end_post(actor=platform, post=Post.objects.get(pk=staffed["clerk"].post_id), now=now)

    assert access.carry_out_review(actor=platform, quarter=Q4, now=now) == 1
    assert _line(staffed["clerk"]).carried_out_at == now


def test_review_is_not_finished_before_all_is_decided_and_carried_out(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    with pytest.raises(ReviewIncomplete):
        access.finish_review(actor=platform, quarter=Q4, now=now)
    _decide_everything(staffed, now)
    _decide(staffed["head"], _line(staffed["clerk"]), "end", now)
    with pytest.raises(ReviewIncomplete) as refusal:
        access.finish_review(actor=platform, quarter=Q4, now=now)
    assert refusal.value.params == {"undecided": 0, "waiting": 1}


def test_finished_review_is_a_record_whose_hash_is_in_the_ledger(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    _decide_everything(staffed, now)
    review = access.finish_review(actor=platform, quarter=Q4, now=now)

    assert review.record is not None
    digest = hashlib.sha256(review.record).hexdigest()
    entry = json.loads(bytes(QueuedEntry.objects.get(action="access.finish_review").entry))
    assert entry["details"]["sha256"] == digest == review.record_sha256
    lines = json.loads(review.record)["lines"]
    assert len(lines) == ReviewLine.objects.count()
    assert {line["decision"] for line in lines} == {"keep"}
    with pytest.raises(ReviewFinished):
        _decide(staffed["head"], _line(staffed["clerk"]), "end", now)


@pytest.mark.parametrize("act", ["line", "review", "delete"])
def test_database_itself_refuses_to_change_a_finished_review(
    staffed: dict[str, Actor], platform: Actor, now: datetime, act: str
) -> None:
    access.open_review(actor=platform, now=now)
    _decide_everything(staffed, now)
    access.finish_review(actor=platform, quarter=Q4, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        if act == "line":
            ReviewLine.objects.update(decision="end")
        elif act == "review":
            AccessReview.objects.update(record_sha256="")
        else:
            ReviewLine.objects.all().delete()


def test_clock_opens_the_review_on_the_first_working_day(
    province: Province, staffed: dict[str, Actor]
) -> None:
    holiday = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)  # Friday, New Year
    monday = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    assert access.run_reviews(now=holiday) == []
    assert access.run_reviews(now=monday) == ["opened 2027-Q1"]
    assert access.run_reviews(now=monday + timedelta(hours=1)) == []


def test_clock_opens_nothing_late_in_a_quarter_or_when_it_is_told_so(
    province: Province, now: datetime
) -> None:
    assert access.run_reviews(now=now) == []
    with override_settings(REVIEW_OPENS=False):
        assert access.run_reviews(now=datetime(2027, 1, 4, 2, 0, tzinfo=UTC)) == []


def test_undecided_agencies_are_reminded_and_then_administrators_told(
    staffed: dict[str, Actor], platform: Actor, now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    everyone_else = ReviewLine.objects.exclude(agency=staffed["head"].agency_id).values_list("pk", flat=True)
    rest = set(everyone_else) - {_line(staffed["administrator"]).pk}
    access.decide_lines(
        actor=staffed["administrator"], quarter=Q4, decisions={pk: Decided("keep") for pk in rest}, now=now
    )
    _decide(staffed["administrator"], _line(staffed["administrator"]), "keep", now)

    assert access.run_reviews(now=datetime(2026, 12, 3, 2, 0, tzinfo=UTC)) == []
    assert access.run_reviews(now=datetime(2026, 12, 4, 2, 0, tzinfo=UTC)) == ["due 2026-Q4: 1"]
    assert access.run_reviews(now=datetime(2026, 12, 8, 18, 0, tzinfo=UTC)) == ["overdue 2026-Q4: 1"]

    def told(code: str) -> set[Any]:
        return set(Notice.objects.filter(code=f"access.review_{code}").values_list("reader", flat=True))

    assert told("due") == {staffed["head"].person_id}
    assert told("overdue") == {staffed["head"].person_id, staffed["administrator"].person_id}


def test_export_is_safe_to_open_in_a_spreadsheet(
    staffed: dict[str, Actor],
    platform: Actor,
    employ: Employ,
    signed_in: Callable[[Person], Client],
    now: datetime,
) -> None:
    employ("=HYPERLINK(1)", ("H50.S01", "officer"))
    access.open_review(actor=platform, now=now)
    browser = signed_in(Person.objects.get(pk=staffed["administrator"].person_id))

    answer: Any = browser.get(f"/access/reviews/{Q4}/export.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + ReviewLine.objects.count()
    assert "'=HYPERLINK(1)" in {row[2] for row in rows}
    assert {(row[3], row[6], row[15]) for row in rows if row[3] == "công chức chuyên môn"} == {
        ("công chức chuyên môn", "có", "chưa quyết định")
    }, "in words, for people"
    assert {row[13] for row in rows if row[3]} >= {"24/11/2026"}

    workbook: Any = browser.get(f"/access/reviews/{Q4}/export.xlsx")
    with zipfile.ZipFile(io.BytesIO(b"".join(workbook.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    workbook.close()
    assert "=HYPERLINK(1)" in sheet
    assert "<f>" not in sheet


def test_head_sees_and_exports_the_own_agency_only(
    staffed: dict[str, Actor], platform: Actor, signed_in: Callable[[Person], Client], now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    progress = reviews.review_progress(staffed["head"], Q4)
    assert [row.agency.pk for row in progress.agencies if row.agency] == [staffed["head"].agency_id]
    browser = signed_in(Person.objects.get(pk=staffed["head"].person_id))
    answer: Any = browser.get(f"/access/reviews/{Q4}/export.csv")
    assert b"".join(answer.streaming_content).count(b"\r\n") == 1 + 2
    assert browser.get(f"/access/reviews/{Q4}/agencies/{staffed['other head'].agency_id}/").status_code == 404


def test_page_saves_decisions_and_keeps_what_was_chosen_when_something_is_wrong(
    staffed: dict[str, Actor], platform: Actor, signed_in: Callable[[Person], Client], now: datetime
) -> None:
    access.open_review(actor=platform, now=now)
    browser = signed_in(Person.objects.get(pk=staffed["head"].person_id))
    path = f"/access/reviews/{Q4}/agencies/{staffed['head'].agency_id}/"
    line = _line(staffed["clerk"]).pk

    wrong = browser.post(path, {f"decision-{line}": "change", f"note-{line}": ""})
    assert wrong.status_code == 422
    assert 'value="change" checked' in wrong.content.decode()
    right = browser.post(path, {f"decision-{line}": "change", f"note-{line}": "Chuyển sang chuyên viên"})
    assert right.status_code == 302
    assert _line(staffed["clerk"]).note == "Chuyển sang chuyên viên"


def test_page_of_an_agency_asks_a_fixed_number_of_times(
    staffed: dict[str, Actor],
    platform: Actor,
    employ: Employ,
    signed_in: Callable[[Person], Client],
    now: datetime,
) -> None:
    for number in range(5):
        employ(f"Lê Thứ {number}", ("H50.S01", "officer"))
    access.open_review(actor=platform, now=now)
    browser = signed_in(Person.objects.get(pk=staffed["head"].person_id))
    path = f"/access/reviews/{Q4}/agencies/{staffed['head'].agency_id}/"
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    assert len(captured) == AGENCY_QUERIES
