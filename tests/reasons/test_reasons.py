"""The maintained list of reasons: dated, with sources or provisional, kept by administrators and operators."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from personas import DONG_HOI, HOME_AFFAIRS, System, problem

from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.reasons import commands, queries
from hienluong.reasons.cli import group
from hienluong.reasons.errors import ReasonUnknown
from hienluong.reasons.models import Reason

pytestmark = pytest.mark.django_db
PLATFORM = Actor.platform("specification")


def _today() -> date:
    return clock.in_vietnam(clock.now()).date()


@pytest.fixture
def standard() -> None:
    """What every installation begins with."""
    commands.add_standard_reasons(now=clock.now())


def _add(code: str = "no-annex", actor: Actor = PLATFORM, **changes: str) -> Reason:
    given = {"act": "02", "text_vi": "Thiếu phụ lục", "text_en": "An annex is missing", **changes}
    return commands.add_reason(actor=actor, code=code, now=clock.now(), **given)


def test_installation_begins_with_reasons_for_each_act_and_says_which_have_a_source(standard: None) -> None:
    rows = queries.reasons(PLATFORM, on=_today())

    assert {row.act for row in rows} == {"02", "13", "16"}
    assert {row.code for row in rows if not row.provisional} == {"incomplete", "not-intact", "not-authentic"}


def test_standard_reasons_do_not_come_back_once_people_ended_them(standard: None) -> None:
    reason = Reason.objects.get(act="02", code="duplicate")
    commands.end_reason(actor=PLATFORM, reason=reason, now=clock.now())

    assert commands.add_standard_reasons(now=clock.now()) == 0
    assert "duplicate" not in {row.code for row in queries.reasons(PLATFORM, on=_today(), act="02")}


def test_changed_wording_is_a_new_row_and_the_old_one_stays_findable(standard: None) -> None:
    reason = _add()
    Reason.objects.filter(pk=reason.pk).update(valid_from=_today() - timedelta(days=30))

    commands.change_reason(
        actor=PLATFORM, reason=reason, text_vi="Không có phụ lục", text_en="No annex", now=clock.now()
    )

    assert [row.text_vi for row in queries.reasons(PLATFORM, on=_today()) if row.code == "no-annex"] == [
        "Không có phụ lục"
    ]
    yesterday = _today() - timedelta(days=1)
    assert queries.phrase(act="02", code="no-annex", note="", on=yesterday) == "Thiếu phụ lục"
    assert queries.codes_in(["Thiếu phụ lục: số 2"], act="02") == ["no-annex"]


def test_reason_stands_before_the_note(standard: None) -> None:
    said = queries.phrase(act="02", code="wrong-recipient", note=" gửi xã khác ", on=_today())

    assert said == "Gửi nhầm nơi nhận: gửi xã khác"
    assert queries.codes_in([said, "không rõ"], act="02") == ["wrong-recipient", ""]


def test_reason_of_another_act_is_not_offered(standard: None) -> None:
    with pytest.raises(ReasonUnknown):
        queries.phrase(act="16", code="wrong-recipient", note="", on=_today())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"code": "Không dấu"}, "/code"),
        ({"code": "a" * 41}, "/code"),
        ({"text_vi": " "}, "/text_vi"),
        ({"text_en": "x" * 201}, "/text_en"),
        ({"act": "03"}, "/act"),
    ],
)
def test_reason_that_cannot_be_kept_is_refused(changes: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _add(**changes)

    assert [error.pointer for error in refusal.value.errors] == [pointer]


def test_code_is_in_use_once_per_act_and_free_again_after_its_end() -> None:
    first = _add()
    with pytest.raises(InvalidInput):
        _add()
    _add(act="13")

    commands.end_reason(actor=PLATFORM, reason=first, now=clock.now())
    _add()
    with pytest.raises(AlreadyEnded):
        commands.end_reason(actor=PLATFORM, reason=first, now=clock.now())


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("clerk", False), ("head", False), ("auditor", False), ("operator", True), ("administrator", True)],
)
def test_list_is_kept_by_administrators_and_operators(home_affairs: System, role: str, allowed: bool) -> None:
    actor = home_affairs.clerk(role)
    if allowed:
        _add(actor=actor)
        assert QueuedEntry.objects.filter(action="reasons.add_reason").count() == 1
    else:
        with pytest.raises(PermissionMissing):
            _add(actor=actor)
    assert set(queries.reasons(actor, on=_today())) == set(Reason.objects.all())


def test_system_reads_the_list_and_gives_a_code_with_its_status(
    standard: None, received: Any, dong_hoi: System
) -> None:
    delivery = received()
    items = dong_hoi.get("/reasons", {"act": "02"}).json()["items"]
    assert {"wrong-recipient", "incomplete"} <= {item["code"] for item in items}
    assert [item["provisional"] for item in items if item["code"] == "incomplete"] == [False]

    unknown = dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "02", "reason": "because"})
    known = dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "02", "reason": "incomplete"})

    assert (unknown.status_code, problem(unknown)["code"]) == (404, "reasons.reason-unknown")
    assert known.status_code == 201
    assert delivery.events.get(plane="business").note == "Văn bản không đầy đủ"


def test_pages_show_the_list_to_everybody_and_let_operators_change_it(standard: None, visit: Any) -> None:
    clerk, operator = visit(HOME_AFFAIRS), visit(DONG_HOI, "operator")
    assert b"Wrong recipient" in clerk.get("/reasons/").content
    assert b"/reasons/new/" not in clerk.get("/reasons/").content
    assert clerk.get("/reasons/new/").status_code == 403
    answers = {"act": "02", "code": "no-annex", "text_vi": "Thiếu phụ lục", "text_en": "No annex"}

    checked = operator.post("/reasons/new/", {**answers, "step": "check"})
    made = operator.post("/reasons/new/", {**answers, "step": "send"})

    assert b"No annex" in checked.content
    assert made.status_code == 302
    reason = Reason.objects.get(code="no-annex")
    changed = {"text_vi": "Thiếu phụ lục", "text_en": "The annex is missing", "step": "send"}
    assert operator.post(f"/reasons/{reason.pk}/change/", changed).status_code == 302
    latest = Reason.objects.get(code="no-annex", valid_to=None)
    assert operator.post(f"/reasons/{latest.pk}/end/", {"step": "send"}).status_code == 302
    assert not Reason.objects.filter(code="no-annex", valid_to=None).exists()


def test_command_line_lists_adds_changes_and_ends(standard: None) -> None:
    def run(*arguments: object) -> Any:
        result = CliRunner().invoke(group, [*map(str, arguments), "--json"], obj=nullcontext)
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    added = run("add", "02", "no-annex", "--vi", "Thiếu phụ lục", "--en", "No annex", "--source", "x")
    assert (added["provisional"], added["valid_to"]) == (False, None)
    changed = run("change", added["id"], "--source", "")
    assert (changed["provisional"], changed["text_vi"]) == (True, "Thiếu phụ lục")
    ended = run("end", changed["id"])
    assert ended["valid_to"] == _today().isoformat()
    assert "no-annex" not in {item["code"] for item in run("list", "--for", "02")["items"]}
    assert "no-annex" in {item["code"] for item in run("list", "--all")["items"]}
