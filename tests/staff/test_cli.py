"""People, posts, leaves, delegations and groups on the server's own command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hienluong.directory.models import Leave, Person, Post
from hienluong.ledger.models import QueuedEntry
from hienluong.recipients.cli import group as recipients_group
from hienluong.staff.cli import group as staff_group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Run = Callable[..., Any]


def _invoke(group: Any, *arguments: object) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments], obj=nullcontext)


@pytest.fixture
def staff() -> Run:
    """Runs `hienluong staff …`; gives the JSON it prints."""

    def run(*arguments: object) -> Any:
        result = _invoke(staff_group, *arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    return run


def test_person_is_recorded_given_a_post_handed_over_and_let_go(
    province: Any, employ: Callable[..., Person], staff: Run, today: date
) -> None:
    employ("Mai Thị Ly", username="ly")
    added = staff("person", "add", "Lê Lệnh", "--username", "lenh")
    assert (added["username"], added["account_open"]) == ("lenh", True)
    post = staff("post", "give", "LENH", "--agency", "h50.s01", "--role", "clerk", "--title", "Văn thư")
    assert (post["role"], post["valid_from"], post["valid_to"]) == ("clerk", today.isoformat(), None)
    taken = staff("post", "hand-over", post["id"], "--to", "ly", "--from", today + DAY)
    assert (taken["person"], taken["valid_from"]) == ("Mai Thị Ly", (today + DAY).isoformat())
    ended = staff("post", "end", taken["id"], "--to", today + 9 * DAY)
    assert ended["valid_to"] == (today + 10 * DAY).isoformat()
    assert [row["id"] for row in staff("post", "list", "ly")["items"]] == [taken["id"]]
    assert staff("person", "deactivate", "lenh", "--reason", "chuyển công tác")["account_open"] is False
    found = staff("person", "list", "--search", "le lenh", "--account", "closed")["items"]
    assert [row["full_name"] for row in found] == ["Lê Lệnh"]


def test_table_is_imported_or_refused_with_exit_code_one(province: Any, staff: Run, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    rows = "full_name,username,agency_code,role,title\nLê Bảng,lebang,H50.S01,clerk,Văn thư\n"
    table.write_text(rows, encoding="utf-8")
    assert staff("person", "import", table, "--dry-run") == {
        "people": 1,
        "posts": 1,
        "unchanged": 0,
        "dry_run": True,
    }
    assert not Person.objects.exists()
    table.write_text(rows + "Lê Sai,lesai,H99,clerk,T\n", encoding="utf-8")
    refused = _invoke(staff_group, "person", "import", table)
    assert refused.exit_code == 1
    assert "2/agency_code" in refused.output
    assert not Person.objects.exists()


def test_leave_is_entered_listed_and_ended(office: Any, staff: Run, today: date) -> None:
    leave = staff(
        "leave",
        "enter",
        office.clerk.pk,
        "--from",
        today,
        "--to",
        today + DAY,
        "--stand-in",
        office.second_clerk.pk,
    )
    assert leave["stand_in"] == "Phạm Văn Dân"
    assert [row["id"] for row in staff("leave", "list")["items"]] == [leave["id"]]
    overlapping = _invoke(staff_group, "leave", "enter", office.clerk.pk, "--from", today, "--to", today)
    assert overlapping.exit_code == 1
    assert staff("leave", "end", leave["id"])["valid_to"] == today.isoformat()
    assert Leave.objects.get().valid_to == today


def test_delegation_is_entered_listed_and_revoked(office: Any, staff: Run, today: date) -> None:
    made = staff(
        "delegation", "grant", "--giver", office.head.pk, "--taker", office.deputy.pk, "--kind", "kt", "--scope",
        "Công văn", "--document", "15/QĐ-SNV", "--document-date", today, "--from", today,
    )  # fmt: skip
    assert [row["id"] for row in staff("delegation", "list")["items"]] == [made["id"]]
    assert (
        staff("delegation", "revoke", made["id"], "--reason", "hết nhiệm vụ")["revoked_on"]
        == today.isoformat()
    )
    assert [row["id"] for row in staff("delegation", "list", "--state", "over")["items"]] == [made["id"]]


def test_ledger_names_the_account_of_the_operating_system(
    province: Any, staff: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kythuat")
    staff("person", "add", "Lê Lệnh")
    entry = json.loads(bytes(QueuedEntry.objects.get(action="directory.create_person").entry))
    assert entry["actor"]["name"] == "command line (kythuat)"


def test_unknown_person_or_agency_is_refused_and_wrong_usage_is_two(office: Any) -> None:
    assert _invoke(staff_group, "post", "list", "nobody").exit_code == 1
    wrong = _invoke(
        staff_group,
        "post",
        "give",
        office.clerk.person_id,
        "--agency",
        "H99",
        "--role",
        "clerk",
        "--title",
        "T",
    )
    assert (wrong.exit_code, "H99" in wrong.output) == (1, True)
    assert _invoke(staff_group, "post", "give", "x", "--role", "emperor").exit_code == 2


def test_output_cannot_steer_the_terminal(province: Any, give: Callable[..., Post]) -> None:
    post = give("Lê Lệnh", "clerk")
    Person.objects.filter(pk=post.person_id).update(full_name="Lê\x1b[2J Lệnh")
    shown = _invoke(staff_group, "person", "list").output
    assert "\x1b" not in shown
    assert "clerk" in shown


@pytest.mark.parametrize(
    "arguments",
    [["person"], ["person", "import"], ["post", "hand-over"], ["leave", "enter"], ["delegation", "grant"]],
)
def test_help_has_an_example_and_needs_no_database(arguments: list[str]) -> None:
    result = CliRunner().invoke(staff_group, [*arguments, "--help"])
    assert result.exit_code == 0
    assert "hienluong staff" in result.output


def test_group_of_the_province_is_made_shown_changed_and_ended(province: Any) -> None:
    def run(*arguments: object) -> Any:
        result = _invoke(recipients_group, "group", *arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    made = run("make", "Ven biển", "--member", "H50.C18880", "--member", "H50.S02")
    assert {row["name"]: row["count"] for row in run("list")["items"]}["Ven biển"] == 2
    run("change", made["id"], "--add", "H50.S03", "--remove", "H50.S02")
    assert [row["code"] for row in run("show", made["id"])["members"]] == ["H50.S03", "H50.C18880"]
    rule = run("make", "Mọi xã", "--place", "province", "--kind", "commune")
    assert len(run("show", rule["id"])["members"]) == 78
    run("end", made["id"])
    assert _invoke(recipients_group, "group", "show", made["id"]).exit_code == 1
    assert _invoke(recipients_group, "group", "make", "Rỗng").exit_code == 2
