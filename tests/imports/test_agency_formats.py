"""Files of agencies, as they come and as an attacker would write them: read, or refused with a named reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hienluong.imports.formats import csv_table, national, records
from hienluong.imports.formats.csv_table import read_csv
from hienluong.imports.formats.national import read_national, read_national_delta, read_national_qd20
from hienluong.imports.formats.records import AgencyRecord, FileUnreadable
from hienluong.kit.errors import RowFault

Read = Callable[[BinaryIO], Iterator[AgencyRecord | RowFault]]
READERS: list[Read] = [read_csv, read_national, read_national_qd20, read_national_delta]


def _csv(text: str, encoding: str = "utf-8") -> list[AgencyRecord | RowFault]:
    return list(read_csv(io.BytesIO(text.encode(encoding)), kinds=["other", "unit"]))


def _json(value: object, read: Read = read_national) -> list[AgencyRecord | RowFault]:
    return list(read(io.BytesIO(json.dumps(value).encode())))


def _answer(*rows: object) -> dict[str, object]:
    return {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", "data": list(rows)}


# --- tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_table_is_read_however_a_spreadsheet_saved_it(encoding: str, separator: str) -> None:
    rows = _csv(
        separator.join(("Mã", "Tên", "Mã cha")) + "\r\n" + separator.join(("H50.1", "Sở Đê điều", "H50")),
        encoding,
    )

    assert rows == [AgencyRecord(row=1, code="H50.1", name="Sở Đê điều", parent="H50")]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("H50.1,=HYPERLINK(1)", "name"),
        ("H50.1,@SUM(A1)", "name"),
        ("H50.1,+1+1", "name"),
        ("H50.1,-2", "name"),
        ("=1,Tên", "code"),
        (",Tên", "code"),
        ("H50.1,", "name"),
        ("H50.1," + "x" * 201, "name"),
        ("H" * 36 + ",Tên", "code"),
        ("H50 1,Tên", "code"),
        ("H50.1,T\x07n", "name"),
        ("H50.1", "code"),
        ("H50.1,Tên,thừa", "code"),
    ],
)
def test_wrong_cell_is_named_by_row_and_column(cells: str, column: str) -> None:
    first, second = _csv(f"code,name\nH50.9,Đúng\n{cells}\n")

    assert isinstance(first, AgencyRecord)
    assert isinstance(second, RowFault)
    assert (second.row, second.column) == (2, column)


def test_telephone_may_begin_with_a_plus() -> None:
    (row,) = _csv("code,name,telephone\nH50.1,Tên,+84 233 123\n")
    assert isinstance(row, AgencyRecord)
    assert row.telephone == "+84 233 123"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"H50.1,So Noi vu\n",
        b"code|name\nH50|x\n",
        b"code,code,name\n1,2,3\n",
        b"code,name\nH50,\xff\xfe\xfa\n",
        b"code,name\nH50,a\0b\n",
        b'code,name\nH50,"never closed\n' + b"x" * 200_000,
        b"code,name\n" + b"x" * 150_000 + b",y\n",
        "code,name\nH50,Tên\n".encode("utf-16")[:-1],
        b"PK\x03\x04 a workbook is no table",
    ],
)
def test_file_that_is_no_table_is_refused_whole(content: bytes) -> None:
    with pytest.raises(FileUnreadable) as refusal:
        list(read_csv(io.BytesIO(content)))
    assert refusal.value.errors


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "MAX_ROWS", 2)
    monkeypatch.setattr(national, "MAX_ROWS", 2)
    with pytest.raises(FileUnreadable):
        _csv("code,name\n1,a\n2,b\n3,c\n")
    with pytest.raises(FileUnreadable):
        _json([{"id": str(n), "code": str(n), "name": "x"} for n in range(3)])


# --- answers of the national directory ------------------------------------------------------------------------------


def test_full_list_gives_the_older_code_as_a_further_one() -> None:
    (row,) = _json(
        _answer(
            {
                "id": 12,
                "pid": 0,
                "code": "H50.19",
                "name": " Sở  Nội vụ",
                "mail": "a@b.vn",
                "oldCode": "000.00.19.H50",
            }
        )
    )

    assert row == AgencyRecord(
        row=1, code="H50.19", name="Sở Nội vụ", old_code="000.00.19.H50", reference="12", email="a@b.vn"
    )


def test_list_by_decision_20_gives_the_qcvn_102_code() -> None:
    (row,) = _json(
        [{"id": "12", "pid": "1", "code": "H50.19", "name": "Sở", "code102": "000.00.19.H50"}],
        read_national_qd20,
    )

    assert isinstance(row, AgencyRecord)
    assert (row.old_code, row.parent_reference) == ("000.00.19.H50", "1")


@pytest.mark.parametrize("truth", [True, 1, "1", "true", "Y"])
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026/11/20 08:00:00", date(2026, 11, 20)),
        ("2026-11-20T23:30:00Z", date(2026, 11, 21)),
        (1763600000000, date(2025, 11, 20)),
        ("ngày mai", None),
        (None, None),
    ],
)
def test_delta_is_read_however_truth_and_time_are_written(
    truth: object, written: object, day: date | None
) -> None:
    (row,) = _json(
        _answer({"id": "7", "pid": "", "code": "H50.7", "name": "X", "version": "41", "deleted": truth,
                 "modifyDate": written, "isAgency": False, "centerCode": "H50"}),
        read_national_delta,
    )  # fmt: skip

    assert isinstance(row, AgencyRecord)
    assert (row.version, row.ended, row.is_unit, row.changed_on) == (41, True, True, day)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"id": ""}, "id"),
        ({"code": None}, "code"),
        ({"name": ["a"]}, "name"),
        ({"code": {"a": 1}}, "code"),
        ({"name": "a\u0000b"}, "name"),
        ({"version": -1}, "version"),
        ({"version": 2**70}, "version"),
        ({"version": 1.5}, "version"),
        ({"deleted": "maybe"}, "deleted"),
        ({"isAgency": 3}, "isAgency"),
    ],
)
def test_wrong_value_of_the_delta_is_named(changes: dict[str, Any], column: str) -> None:
    (row,) = _json([{"id": "7", "pid": "", "code": "H50.7", "name": "X", **changes}], read_national_delta)

    assert isinstance(row, RowFault)
    assert (row.row, row.column) == (1, column)


def test_entry_that_is_no_object_is_a_wrong_row() -> None:
    rows = _json([7, ["x"], {"id": "1", "code": "H1", "name": "x"}])
    assert [type(row) for row in rows] == [RowFault, RowFault, AgencyRecord]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"{}",
        b'{"data": 7}',
        b'{"data": [',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"id":"1","code":"H1","name":[[[[]]]]}]',
        b'[{"id":"1","code":"H1","name":"\xff"}]',
        b"[1e999999999999999999999]trailing",
        b'{"status":"FAIL","ErrorCode":"19","ErrorDesc":"not registered","data":[]}',
        b'{"data":[],"status":"FAIL"}',
        "[]".encode("utf-16"),
    ],
)
def test_file_that_is_no_answer_is_refused_whole(content: bytes) -> None:
    with pytest.raises(FileUnreadable) as refusal:
        list(read_national(io.BytesIO(content)))
    assert refusal.value.errors


def test_byte_order_mark_before_json_is_tolerated() -> None:
    assert len(list(read_national(io.BytesIO(b'\xef\xbb\xbf[{"id":"1","code":"H1","name":"x"}]')))) == 1


# --- whatever comes -------------------------------------------------------------------------------------------------

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_fields = st.sampled_from(
    [
        "id",
        "pid",
        "code",
        "name",
        "mail",
        "oldCode",
        "code102",
        "version",
        "deleted",
        "modifyDate",
        "isAgency",
    ]
)
_any_rows = st.lists(st.dictionaries(_fields, _values, max_size=8) | _values, max_size=5)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"code,name\n{text}".encode())
)
def test_no_bytes_crash_a_reader(read: Read, content: bytes) -> None:
    try:
        rows = list(read(io.BytesIO(content)))
    except FileUnreadable:
        return
    _storable(rows)


@pytest.mark.parametrize("read", READERS[1:])
@settings(max_examples=150, deadline=None)
@given(rows=_any_rows, wrapped=st.booleans())
def test_no_json_crashes_a_reader(read: Read, rows: list[Any], wrapped: bool) -> None:
    try:
        found = _json(_answer(*rows) if wrapped else rows, read)
    except FileUnreadable:
        return
    assert len(found) == len(rows)
    _storable(found)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.text(max_size=40), st.text(max_size=60)), max_size=5))
def test_no_cells_crash_the_reader_of_tables(rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("code", "name"), *rows])
    try:
        found = _csv(buffer.getvalue(), "utf-8")
    except (FileUnreadable, UnicodeEncodeError):
        return
    _storable(found)


def _storable(rows: list[AgencyRecord | RowFault]) -> None:
    """Checks what the database will hold: lengths, no control characters."""
    for row in rows:
        if isinstance(row, AgencyRecord):
            assert 0 < len(row.code) <= 35
            assert 0 < len(row.name) <= 200
            texts = [row.code, row.name, row.old_code, row.parent, row.reference, row.email]
            assert not any(letter < " " for text in texts for letter in text)
            assert len(row.reference) <= records.LENGTHS["id"]
