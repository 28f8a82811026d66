"""The commands of the server: they print counts and places, never what documents say."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from earlier import ROWS, csv_file
from personas import DONG_HOI, document

from hienluong.kit import clock
from hienluong.takeover.cli import group
from hienluong.takeover.models import NumberBook, TakenDocument

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("agencies")]

Call = Callable[..., Result]
OF = ("--agency", DONG_HOI)
REGISTER = (*OF, "--direction", "incoming", "--system", "iOffice")


@pytest.fixture
def call() -> Call:
    """Runs a command as an operator does on the server."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(group, [str(one) for one in arguments], obj=nullcontext)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A register."""
    path = tmp_path / "so-den.csv"
    path.write_bytes(csv_file().getvalue())
    return path


def test_register_is_tried_taken_and_undone(call: Call, file: Path) -> None:
    tried = call("register", file, *REGISTER, "--dry-run", "--json")
    assert json.loads(tried.output)["counts"]["taken"] == 2
    assert not TakenDocument.objects.exists()
    done: dict[str, Any] = json.loads(call("register", file, *REGISTER, "--json").output)
    assert TakenDocument.objects.count() == done["counts"]["taken"] == 2
    assert call("undo", done["id"], *OF).exit_code == 0
    assert not TakenDocument.objects.exists()


def test_wrong_rows_are_named_and_refused_with_exit_code_one(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(csv_file([*ROWS, ("3", "x", "Sở Y tế", "1/A", "", "Nội dung riêng")]).getvalue())
    refused = call("register", path, *REGISTER)
    assert refused.exit_code == 1
    assert "4/registered_on" in refused.output
    assert "Nội dung riêng" not in refused.output
    assert call("register", path, *REGISTER, "--skip-wrong-rows").exit_code == 0


def test_column_is_named_on_the_command_line(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(csv_file(heading=("a", "Ngày đến", "Tác giả", "Số, ký hiệu", "b", "Tóm tắt")).getvalue())
    assert call("register", path, *REGISTER).exit_code == 1
    assert call("register", path, *REGISTER, "--column", "subject").exit_code == 2
    assert call("register", path, *REGISTER, "--column", "subject=Tóm tắt").exit_code == 0


def test_agency_must_be_one_of_the_province(call: Call, file: Path) -> None:
    refused = call("register", file, "--agency", "H50.NO", "--direction", "incoming", "--system", "x")
    assert refused.exit_code == 1
    assert "H50.NO" in refused.output


def test_packets_of_a_folder_are_taken(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.edxml").write_bytes(document(15))
    (tmp_path / "b.edxml").write_bytes(b"<no/>")
    assert "taken: 1" in call("packets", tmp_path, *OF, "--system", "iOffice", "--dry-run").output
    assert "broken: 1" in call("packets", tmp_path, *OF, "--system", "iOffice").output
    assert TakenDocument.objects.count() == 1


def test_book_is_continued(call: Call) -> None:
    arguments = ("continue", *OF, "--series", "Công văn", "--year", 2026, "--number", 1241)
    assert call(*arguments).exit_code == 0
    assert NumberBook.objects.get().next == 1241


def test_both_systems_are_compared_and_the_differences_written(
    call: Call, file: Path, tmp_path: Path
) -> None:
    output, today = tmp_path / "differences.xlsx", clock.in_vietnam(clock.now()).date()
    path = tmp_path / "so.csv"
    path.write_bytes(csv_file([("1", f"{today:%d/%m/%Y}", "Sở Nội vụ", "8/SNV", "", "=1+1")]).getvalue())
    days = ("--from", today.isoformat(), "--to", today.isoformat())
    done = call("compare", path, *OF, "--direction", "incoming", *days, "--output", output, "--json")
    assert json.loads(done.output)["missing_here"] == 1
    sheet = openpyxl.load_workbook(output).worksheets[0]
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert file.exists()


def test_help_shows_an_example(call: Call) -> None:
    for command in ("register", "packets", "undo", "continue", "compare"):
        assert "hienluong takeover" in call(command, "--help").output
