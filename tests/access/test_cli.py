"""The commands of reviews and rights on the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hienluong.access.cli import group
from hienluong.access.models import AccessReview, ReviewLine
from hienluong.directory.models import Agency, Person
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs a command beside the database of the tests."""
    return lambda *arguments: CliRunner().invoke(group, list(arguments), obj=nullcontext)


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_review_from_opening_to_its_record(
    run: Run, employ: Callable[..., Person], province: Callable[[str], Agency], tmp_path: Path
) -> None:
    employ("Lê An", ("H50.S01", "clerk"))
    quarter = _json(run("review", "open", "--json"))["quarter"]
    assert _json(run("review", "list", "--json"))[0]["undecided"] == 1
    ReviewLine.objects.update(decision="end")
    assert _json(run("review", "carry-out", quarter, "--json")) == {"quarter": quarter, "ended": 1}
    for name in ("review.csv", "review.xlsx"):
        assert _json(run("review", "export", quarter, "--to", str(tmp_path / name), "--json"))["lines"] == 1
        assert (tmp_path / name).stat().st_size > 100

    finished = _json(run("review", "finish", quarter, "--json"))

    assert finished["record_sha256"] == AccessReview.objects.get().record_sha256
    entry = json.loads(bytes(QueuedEntry.objects.get(action="access.finish_review").entry))
    assert entry["actor"]["kind"] == "platform"
    assert entry["actor"]["name"].startswith("command line (")


def test_refusal_is_a_problem_document_and_exit_code_1(run: Run, province: Callable[[str], Agency]) -> None:
    result = run("review", "finish", "1999-Q1", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["code"] == "access.review-not-found"
    assert run("review", "finish").exit_code == 2


def test_roles_are_those_of_the_declared_permissions(run: Run) -> None:
    roles = _json(run("roles", "--json"))
    assert roles["exchange.destroy_packet"] == ["secrecy_officer"]
    assert "administrator" not in roles["exchange.view_mailbox"]
    assert "system" not in roles["staff.grant_delegation"], "it has no post whose right to sign it could give"
    assert {"head", "clerk"} <= set(roles["staff.manage_leaves"])
    assert {"clerk", "officer"} <= set(roles["systems.open_sandbox"]) & set(roles["systems.manage_systems"])


@pytest.mark.parametrize("command", ["review", "roles"])
def test_help_shows_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "hienluong access" in result.output
