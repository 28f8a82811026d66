"""The directory's commands on the server do what the pages do; the ledger names the account that called."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hienluong.config import cli as command_line
from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.imports.models import AgencyImport
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
Run = Callable[..., Result]


@pytest.fixture
def run(province: Province, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `hienluong directory agency …` in this process, whose Django and database answer already."""
    province("H50")
    monkeypatch.setattr(command_line, "inside_installation", nullcontext)

    def agency(*arguments: str) -> Result:
        directory.forget()
        return CliRunner().invoke(command_line.cli, ["directory", "agency", *arguments])

    return agency


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_agencies_are_listed_and_shown(run: Run) -> None:
    items = _json(run("list", "--search", "so noi vu", "--json"))["items"]
    shown = _json(run("show", "000.00.00.h50", "--json"))

    assert [item["code"] for item in items] == ["H50.S01"]
    assert {code["code"] for code in shown["codes"]} == {"H50", "000.00.00.H50", "H46", "000.00.00.H46"}
    assert "H50.S01" in run("list", "--search", "so noi vu").output
    assert "Ủy ban nhân dân tỉnh Quảng Trị" in run("show", "H50").output


def test_agency_is_added_renamed_moved_merged_and_ended(run: Run, province: Province) -> None:
    made = _json(
        run("add", "Chi cục Mới", "--kind", "other", "--under", "H50.S01", "--from", "2026-01-01", "--json")
    )
    code = made["code"]
    assert code == "H50.X00001"
    assert (
        _json(run("rename", code, "Chi cục Khác", "--on", "2026-02-01", "--json"))["name"] == "Chi cục Khác"
    )
    assert run("move", code, "--under", "H50.VP", "--on", "2026-03-01").exit_code == 0
    shown = _json(run("show", code, "--json"))
    assert shown["former_names"][0]["name"] == "Chi cục Mới"
    assert shown["above"][-1].startswith("Văn phòng")
    merged = _json(run("merge", code, "H50.S13", "--into", "H50.VP", "--on", "2027-01-01", "--json"))
    assert {item["valid_to"] for item in merged["items"]} == {"2027-01-01"}
    assert run("end", "H50.S12", "--on", "01/01/2027").exit_code == 0
    directory.forget()
    assert province("H50.S12").valid_to is not None
    entries = QueuedEntry.objects.filter(action="directory.rename_agency")
    assert b"command line (" in bytes(entries.get().entry)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "H99.9"), 1),
        (("rename", "H50.S01", " ", "--on", "2026-11-01"), 1),
        (("end", "H50.S01"), 2),
        (("add", "X", "--kind", "moon"), 2),
        (("undo-import", "0197c0de-0000-7000-8000-000000000000"), 1),
    ],
)
def test_refusal_and_wrong_usage_have_their_exit_codes(
    arguments: tuple[str, ...], code: int, run: Run
) -> None:
    assert run(*arguments).exit_code == code
    if code == 1:
        result = run(*arguments, "--json")
        assert json.loads(result.output)["code"]


def test_file_is_tried_imported_undone_and_wrong_rows_named(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "danh-ba.csv"
    table.write_text("code,name\nH50.98,Cơ quan mới\n", encoding="utf-8")
    tried = _json(run("import", str(table), "--dry-run", "--json"))
    assert (tried["id"], tried["counts"]["created"]) == (None, 1)
    assert not AgencyImport.objects.exists()

    done = _json(run("import", str(table), "--json"))
    assert run("show", "H50.98").exit_code == 0
    assert _json(run("undo-import", done["id"], "--json"))["state"] == "undone"
    assert run("show", "H50.98").exit_code == 1

    table.write_text("code,name\nH50.98,=1+1\n", encoding="utf-8")
    refused = run("import", str(table))
    assert refused.exit_code == 1
    assert "1/name" in refused.output
    assert run("import", str(table), "--skip-wrong-rows").exit_code == 0


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_list_is_exported_to_a_file(ending: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / f"danh-ba.{ending}"
    assert run("export", str(file), "--search", "so noi vu").exit_code == 0
    assert file.read_bytes().startswith(b"PK" if ending == "xlsx" else b"\xef\xbb\xbfcode,")


def test_help_needs_no_installation() -> None:
    result = CliRunner().invoke(command_line.cli, ["directory", "agency", "--help"])
    assert result.exit_code == 0
    assert "undo-import" in result.output
