"""Lists as tables people open: every cell is text, and no program runs it."""

from __future__ import annotations

import csv
import io
from itertools import repeat
from pathlib import Path
from zipfile import ZipFile

import pytest

from hienluong.kit.spreadsheets import SHEET_MAX_ROWS, ListTooLong, csv_chunks, write_table, write_xlsx


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-1", "@x", "\tx", "\rx"])
def test_cell_is_never_a_formula(cell: str, tmp_path: Path) -> None:
    text = b"".join(csv_chunks(["name"], [[cell]])).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text.split("\r\n", 1)[1], newline="")))[0] == f"'{cell}"

    file = tmp_path / "list.xlsx"
    with file.open("wb") as target:
        write_xlsx(target, "Danh sách", ["name"], [[cell]])
    with ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet


def test_list_longer_than_a_sheet_is_refused() -> None:
    with pytest.raises(ListTooLong, match=f"{SHEET_MAX_ROWS}"):
        write_xlsx(io.BytesIO(), "Danh sách", ["name"], repeat([], SHEET_MAX_ROWS + 1))


@pytest.mark.parametrize(
    ("name", "start"), [("a.xlsx", b"PK"), ("a.XLSX", b"PK"), ("a.csv", b"\xef\xbb\xbf")]
)
def test_file_has_the_form_its_name_says(name: str, start: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    with file.open("wb") as target:
        write_table(target, "Danh sách", ["name"], [["Sở Nội vụ"]])
    assert file.read_bytes().startswith(start)
