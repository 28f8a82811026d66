"""The late list: whose it is, in which order, over which pages and files, and at what cost."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import translation
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, System, problem, queries_of
from tests.deadlines.conftest import MINUTE, Axis, at, paper

from hienluong.deadlines import queries
from hienluong.deadlines.cli import group
from hienluong.deadlines.errors import ClockNotFound
from hienluong.deadlines.labels import how_long, said
from hienluong.deadlines.models import Clock
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Post
from hienluong.directory.service import Actor
from hienluong.kit import clock as time
from hienluong.kit.errors import Forbidden, InvalidInput
from hienluong.kit.figures import Period, compute

pytestmark = pytest.mark.django_db
OWN, ALL = {"clerk", "head", "deputy", "officer"}, {"administrator", "auditor", "operator"}
Visit = Callable[..., Client]


def person(agencies: Mapping[str, Agency], role: str, code: str = HOME_AFFAIRS) -> Actor:
    return Actor(
        kind="person",
        id=uuid.uuid4(),
        name="Nguyễn Thị Hạnh",
        agency_id=agencies[code].pk,
        agency_code=code,
        agency_name=agencies[code].name,
        role=role,
    )


@pytest.fixture
def now() -> Any:
    """The present moment; pages read the clock, so clocks are put around it."""
    return time.now()


@pytest.fixture
def clocks(agencies: Mapping[str, Agency], now: Any) -> Callable[..., None]:
    """Puts clocks of an agency into a state, a minute apart."""

    def put(code: str, count: int, **state: Any) -> None:
        late, done = state.get("late", False), state.get("done", False)
        for number in range(count):
            due = (
                now + timedelta(days=1)
                if state.get("running")
                else now - timedelta(hours=2) - number * MINUTE
            )
            Clock.objects.create(
                duty="receipt",
                agency=agencies[code],
                reference=f"{number}/SNV-{code}",
                priority=state.get("priority", 0),
                begun_at=due - timedelta(hours=3),
                due_at=due,
                stopped_at=(due + MINUTE if late else due - MINUTE) if done else None,
                outcome="done" if done else "",
                late=late,
            )

    return put


@pytest.fixture
def mixed(clocks: Callable[..., None]) -> None:
    """Sở Nội vụ: 3 overdue, 1 running, 2 late, 4 in time; Sở Tài chính: 1 overdue; Khe Sanh: 5 late."""
    clocks(HOME_AFFAIRS, 3)
    clocks(HOME_AFFAIRS, 1, running=True)
    clocks(HOME_AFFAIRS, 2, done=True, late=True)
    clocks(HOME_AFFAIRS, 4, done=True)
    clocks(FINANCE, 1)
    clocks(KHE_SANH, 5, done=True, late=True)


# --- Whose ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role.value for role in Post.Role])
def test_agencys_people_see_their_own_and_watchers_any(
    agencies: Mapping[str, Agency], mixed: None, now: Any, role: str
) -> None:
    actor, other = person(agencies, role), agencies[FINANCE].pk
    if role not in OWN | ALL:
        with pytest.raises(PermissionMissing):
            queries.clocks(actor, now=now)
        return
    assert len(queries.clocks(actor, now=now).items) == 3
    if role in ALL:
        assert len(queries.clocks(actor, now=now, agency_id=other).items) == 1
        assert len(queries.agencies(actor, now=now).items) == 3
    else:
        with pytest.raises(ClockNotFound):
            queries.clocks(actor, now=now, agency_id=other)
        with pytest.raises(ClockNotFound):
            queries.tally(actor, now=now, agency_id=other)
        with pytest.raises(PermissionMissing):
            queries.agencies(actor, now=now)


def test_platform_names_the_agency(mixed: None, agencies: Mapping[str, Agency], now: Any) -> None:
    with pytest.raises(Forbidden):
        queries.clocks(Actor.platform("x"), now=now)
    assert queries.tally(Actor.platform("x"), now=now, agency_id=agencies[HOME_AFFAIRS].pk).overdue == 3


# --- Order, pages, cost ---------------------------------------------------------------------------------------------------


def test_agencies_come_worst_first_with_their_counts(mixed: None, agencies: Any, now: Any) -> None:
    actor = person(agencies, "operator")
    found = queries.agencies(actor, now=now).items
    shown = [(one.agency_name, one.overdue, one.running, one.on_time, one.late, one.share) for one in found]
    by_missed = [one.missed for one in found]
    assert by_missed == [5, 5, 1]
    assert ("Sở Nội vụ", 3, 1, 4, 2, 44) in shown
    assert shown[2] == ("Sở Tài chính", 1, 0, 0, 0, 0)


def test_pages_of_agencies_hold_everyone_once(mixed: None, agencies: Any, now: Any) -> None:
    actor = person(agencies, "operator")
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        page = queries.agencies(actor, now=now, after=after, limit=1)
        names += [one.agency_name for one in page.items]
        after = page.next
    assert sorted(names) == sorted(
        [agencies[HOME_AFFAIRS].name, agencies[FINANCE].name, agencies[KHE_SANH].name]
    )


def test_span_counts_only_what_was_due_in_it(mixed: None, agencies: Any, now: Any) -> None:
    actor, day = person(agencies, "operator"), time.in_vietnam(now).date()
    [worst, *_] = queries.agencies(
        actor, now=now, since=day - timedelta(days=90), until=day - timedelta(days=60)
    ).items
    assert (worst.overdue, worst.late, worst.on_time) == (3, 0, 0)  # what is overdue is so whenever it began


@pytest.mark.parametrize("state", queries.STATES)
def test_pages_of_clocks_hold_everything_once_in_order(
    clocks: Callable[..., None], agencies: Any, now: Any, state: str
) -> None:
    given = {
        "overdue": {},
        "soon": {"running": True},
        "running": {"running": True},
        "late": {"done": True, "late": True},
        "on_time": {"done": True},
    }
    clocks(HOME_AFFAIRS, 7, **given[state])
    clocks(FINANCE, 2, **given[state])
    actor, seen = person(agencies, "clerk"), []
    after: str | None = ""
    while after is not None:
        page = queries.clocks(actor, now=now, state=state, after=after, limit=2)
        seen += [(one.due_at, one.pk) for one in page.items]
        after = page.next
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=state in {"late", "on_time"})


def test_lists_cost_the_same_for_many_as_for_one(
    clocks: Callable[..., None], agencies: Any, now: Any
) -> None:
    clerk, operator = person(agencies, "clerk"), person(agencies, "operator")

    def cost() -> tuple[int, int, int]:
        return (
            queries_of(lambda: [str(one.packet) for one in queries.clocks(clerk, now=now).items]),
            queries_of(lambda: queries.agencies(operator, now=now)),
            queries_of(lambda: queries.tally(clerk, now=now)),
        )

    clocks(HOME_AFFAIRS, 1)
    few = cost()
    clocks(HOME_AFFAIRS, 30)
    clocks(FINANCE, 30)
    clocks(KHE_SANH, 30, done=True, late=True)
    assert cost() == few == (1, 3, 4)


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwxXQ", "W10", "WyJkZWFkbGluZXMiLCIyMDI2LTExLTI0fjEiXQ"])
def test_cursor_that_is_none_is_refused(agencies: Any, now: Any, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        queries.clocks(person(agencies, "clerk"), now=now, after=cursor)
    with pytest.raises(InvalidInput):
        queries.agencies(person(agencies, "operator"), now=now, after=cursor)


# --- Words ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=2, minutes=50), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_span_is_said_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert how_long(span) == words


@pytest.mark.parametrize(
    ("due", "stopped", "words", "tone"),
    [
        (at(11, 30), None, "due 11:30", "progress"),
        (at(17), None, "due 17:00", "info"),
        (at(11, 30, day=25), None, "due 11:30 25/11/2026", "info"),
        (at(9), None, "late by 2 hours", "bad"),
        (at(9), at(10, 30), "done, late by 1 hour", "bad"),
        (at(9), at(8), "done in time", "good"),
    ],
)
def test_badge_says_until_when_or_how_late(due: Any, stopped: Any, words: str, tone: str) -> None:
    with translation.override("en"):
        assert said(Clock(due_at=due, stopped_at=stopped, outcome="done" if stopped else ""), at(11)) == (
            words,
            tone,
        )


# --- Pages and files ----------------------------------------------------------------------------------------------------------


def test_clerk_sees_the_own_list_and_its_badges(visit: Visit, mixed: None) -> None:
    answer = visit(HOME_AFFAIRS).get("/deadlines/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "late by 2 hours" in text
    assert f"0/SNV-{HOME_AFFAIRS}" in text
    assert FINANCE not in text
    assert "a setting of this installation" in text


def test_operator_is_led_to_all_agencies_and_on_to_one(visit: Visit, mixed: None, agencies: Any) -> None:
    browser = visit(FINANCE, "operator")
    assert browser.get("/deadlines/").headers["Location"] == "/deadlines/agencies/"
    page = browser.get("/deadlines/agencies/").content.decode()
    own = f"/deadlines/agencies/{agencies[HOME_AFFAIRS].pk}/"
    assert page.index(own) < page.index(f"/deadlines/agencies/{agencies[FINANCE].pk}/")
    assert own in page
    one = browser.get(own).content.decode()
    assert f"0/SNV-{HOME_AFFAIRS}" in one
    assert "/exchange/packets/" not in one


def test_days_at_the_ends_of_time_can_be_asked_for(visit: Visit, mixed: None, agencies: Any) -> None:
    browser = visit(FINANCE, "operator")
    span = {"since": "01/01/0001", "until": "31/12/9999"}
    assert browser.get("/deadlines/agencies/", span).status_code == 200
    assert browser.get("/deadlines/agencies/export/csv/", span).status_code == 200


def test_nobody_sees_another_agencys_list(visit: Visit, mixed: None, agencies: Any) -> None:
    other = f"/deadlines/agencies/{agencies[FINANCE].pk}/"
    clerk = visit(HOME_AFFAIRS)
    assert [clerk.get(other).status_code, clerk.get(f"{other}export/csv/").status_code] == [404, 404]
    assert clerk.get("/deadlines/agencies/").status_code == 403
    assert clerk.get("/deadlines/agencies/export/csv/").status_code == 403
    assert visit(HOME_AFFAIRS, "secrecy_officer").get("/deadlines/").status_code == 403


def test_lists_are_handed_out_as_files(visit: Visit, mixed: None, agencies: Any) -> None:
    clerk, operator = visit(HOME_AFFAIRS), visit(FINANCE, "operator")
    file = clerk.get("/deadlines/export/csv/?state=late")
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # it streams
    assert len(rows) == 3
    assert rows[0][0] == "Duty"
    assert rows[1][-1] == "30/2020/NĐ-CP, art. 21.2.c"
    for browser, address in (
        (clerk, "/deadlines/export/xlsx/"),
        (operator, "/deadlines/agencies/export/xlsx/"),
        (operator, f"/deadlines/agencies/{agencies[HOME_AFFAIRS].pk}/export/xlsx/"),
    ):
        answer = browser.get(address)
        assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]  # the same
    assert clerk.get("/deadlines/export/pdf/").status_code == 404


def test_clerk_notes_a_signed_document_checks_it_and_takes_it_off(visit: Visit, agencies: Any) -> None:
    clerk, today = visit(HOME_AFFAIRS), time.in_vietnam(time.now())
    sent = {
        "number": "15",
        "notation": "SNV-VP",
        "day": today.strftime("%d/%m/%Y"),
        "time": "00:01",
        "priority": "0",
    }
    assert clerk.post("/deadlines/announce/", {**sent, "step": "check"}).status_code == 200
    assert not Clock.objects.exists()
    done = clerk.post("/deadlines/announce/", {**sent, "step": "send"}, follow=True)
    assert "it must be sent by" in done.content.decode()
    noted = Clock.objects.get()
    again = clerk.post("/deadlines/announce/", {**sent, "step": "send"})
    assert (again.status_code, "is known already" in again.content.decode()) == (409, True)
    wrong = clerk.post("/deadlines/announce/", {**sent, "number": "", "step": "send"})
    assert wrong.status_code == 422
    assert visit(FINANCE).get(f"/deadlines/{noted.pk}/cancel/").status_code == 404
    clerk.post(f"/deadlines/{noted.pk}/cancel/", {"reason": "bản giấy", "step": "send"})
    noted.refresh_from_db()
    assert noted.outcome == "void"


def test_inbox_and_page_of_a_packet_say_until_when(visit: Visit, axis: Axis, now: Any) -> None:
    delivery = axis.arrive(paper(priority=1, issued=time.in_vietnam(now).strftime("%Y/%m/%d")), now)
    Clock.objects.filter(delivery=delivery).update(due_at=now - timedelta(hours=2))
    clerk, officer = visit(DONG_HOI), visit(DONG_HOI, "officer")
    assert "late by 2 hours" in officer.get("/exchange/inbox/").content.decode()
    page = officer.get(f"/exchange/packets/{delivery.packet_id}/").content.decode()
    assert "Tell the sender that it arrived: late by 2 hours (28/2018/QĐ-TTg, art. 6.2" in page
    clerk.get(f"/exchange/inbox/{delivery.pk}/")  # opening tells the sender
    page = clerk.get(f"/exchange/packets/{delivery.packet_id}/").content.decode()
    assert "done, late by 2 hours" in page
    assert "late by 2 hours" not in clerk.get("/exchange/inbox/?show=all").content.decode()


# --- The API and the terminal -----------------------------------------------------------------------------------------------


def test_system_reads_its_agencys_deadlines_page_by_page(
    home_affairs: System, finance: System, mixed: None
) -> None:
    first = home_affairs.get("/deadlines", {"limit": 2}).json()
    second = home_affairs.get("/deadlines", {"limit": 2, "after": first["next"]}).json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert all(one["late"] and one["basis"] for one in first["items"])
    assert home_affairs.get("/deadlines/figures").json() == {
        "overdue": 3,
        "running": 1,
        "on_time": 4,
        "late": 2,
    }
    assert len(finance.get("/deadlines").json()["items"]) == 1
    assert home_affairs.get("/deadlines", {"after": "x"}).status_code == 422


def test_system_notes_a_signed_document_once_and_takes_it_off(home_affairs: System, finance: System) -> None:
    body = {"number": "15", "notation": "SNV-VP", "signed_at": time.now().isoformat(), "priority": 1}
    made = home_affairs.post("/deadlines/announcements", body, **{"Idempotency-Key": "k1"})
    again = home_affairs.post("/deadlines/announcements", body, **{"Idempotency-Key": "k1"})
    conflict = home_affairs.post("/deadlines/announcements", body)
    never = home_affairs.post("/deadlines/announcements", {**body, "signed_at": "0001-01-01T00:00:00+14:00"})
    assert (never.status_code, problem(never)["errors"][0]["pointer"]) == (422, "/signed_at")
    assert (made.status_code, again.status_code, conflict.status_code) == (201, 201, 409)
    assert made.json() == again.json()
    cancel = f"/deadlines/announcements/{made.json()['id']}/cancel"
    assert finance.post(cancel, {"reason": "x"}).status_code == 404
    assert home_affairs.post(cancel, {"reason": "bản giấy"}).json()["outcome"] == "void"
    assert home_affairs.post(cancel, {"reason": "bản giấy"}).status_code == 409


def run(*arguments: object) -> Any:
    """Runs `hienluong deadlines …` in this process, whose database is the specification's."""
    return CliRunner().invoke(group, [str(one) for one in arguments], obj=nullcontext, env={"LANGUAGE": "en"})


def test_commands_on_the_server_list_agencies_and_one_of_them(mixed: None, tmp_path: Path) -> None:
    rows = json.loads(run("agencies", "--json").output)
    assert {row["agency_code"] for row in rows} == {HOME_AFFAIRS, FINANCE, KHE_SANH}
    assert "Sở Nội vụ: 3 overdue, 2 done late, 4 in time, 1 not due yet" in run("agencies").output
    late = json.loads(run("list", HOME_AFFAIRS, "--state", "late", "--json").output)
    assert [one["late"] for one in late] == [True, True]
    assert "late by 2 hours" in run("list", HOME_AFFAIRS).output
    for name in ("late.csv", "late.xlsx"):
        assert run("list", HOME_AFFAIRS, "--to", tmp_path / name).exit_code == 0
        assert run("agencies", "--to", tmp_path / f"all-{name}").exit_code == 0
    assert (tmp_path / "late.xlsx").read_bytes()[:2] == b"PK"
    assert run("list", "H99.1").exit_code == 1
    assert run("list", HOME_AFFAIRS, "--state", "x").exit_code == 2


# --- Figures ----------------------------------------------------------------------------------------------------------------


def test_figures_count_what_was_done_in_time_of_what_was_due(axis: Axis) -> None:
    axis.report(axis.arrive(paper(), at(9)), "01", at(10))
    axis.report(axis.arrive(paper(issued="2026/11/20"), at(9)), "01", at(9, day=25))
    axis.arrive(paper(), at(9))
    month = Period.of_month(2026, 11)
    told, sent = compute("deadlines.receipt_told_in_time", month), compute("deadlines.sent_in_time", month)
    assert (told.counted.numerator, told.counted.denominator) == (1, 3)
    assert (sent.counted.numerator, sent.counted.denominator) == (2, 3)
    assert compute("deadlines.answered_in_time", month).value is None
