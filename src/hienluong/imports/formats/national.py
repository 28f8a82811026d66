"""Reads the three answers of the national axis's directory, as its SDK 2.0.1 receives them.

| call | a row |
| getAgenciesList | id, pid, code, name, mail, oldCode |
| getAgenciesListQD20 | id, pid, code, name, mail, code102 |
| getSynchronizeUnit | id, pid, code, name, mail, centerCode, version, deleted, modifyDate, isAgency |

around them {status, ErrorCode, ErrorDesc, data: […]}; a bare list is read too. What no public source says is read
tolerantly: whether ids and versions are numbers or texts, how a truth value and a date are written, which `pid`
marks the top. `centerCode` is not used: its meaning could not be sourced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO

import ijson

from hienluong.imports.formats.records import (
    MAX_ROWS,
    AgencyRecord,
    checked_code,
    checked_text,
    unreadable,
)
from hienluong.kit.clock import VIETNAM, parse_wire_timestamp
from hienluong.kit.errors import RowFault
from hienluong.kit.errors import gettext_noop as _

DEEPEST = 4
"""An answer, its list, a row, a value: nothing legitimate is nested deeper."""

IN_ANSWER = 2
"""The depth of the list when an answer is around it."""

VERSION_MAX, VERSION_DIGITS = 2**63 - 1, 19
LONGEST_DATE = 40
TOP = ("", "0", "-1", "null")
MILLISECONDS_FROM = 10**11
"""A number this large is a moment in milliseconds; as seconds it would be after the year 5000."""

Value = str | int | bool | Decimal | None

NOT_JSON = _("It is not JSON ({problem}).")
TOO_DEEP = _("It is nested deeper than {limit} levels.")
TOO_MANY = _("It has more than {limit} rows.")
NO_LIST = _("There is no list “data” in it.")
ANSWERED_FAIL = _("The national directory answered {status} {code}: {text}")
NOT_A_ROW = _("This entry of the list is not an object.")
NOT_PLAIN = _("The value is a list or an object; a text was expected.")
NOT_A_NUMBER = _("{value} is no version number.")
NOT_A_TRUTH = _("{value} is neither true nor false.")


def read_national(source: BinaryIO) -> Iterator[AgencyRecord | RowFault]:
    """Yields the agencies of a full list: `oldCode` is a further code of the agency."""
    yield from _read(source, "oldCode")


def read_national_qd20(source: BinaryIO) -> Iterator[AgencyRecord | RowFault]:
    """Yields the agencies of a list by Decision 20/2020: `code102` is their QCVN 102 code."""
    yield from _read(source, "code102")


def read_national_delta(source: BinaryIO) -> Iterator[AgencyRecord | RowFault]:
    """Yields the rows of a versioned list of changes: renamed, moved, ended (`deleted`), new."""
    for number, raw in _rows(source):
        record = _record(number, raw, "")
        if isinstance(record, RowFault):
            yield record
            continue
        version, deleted, is_agency = raw.get("version"), raw.get("deleted"), raw.get("isAgency")
        known = _version(version)
        ended, agency = _truth(deleted), _truth(is_agency)
        if version not in (None, "") and known is None:
            yield RowFault(number, "version", NOT_A_NUMBER, {"value": str(version)[:40]})
        elif deleted not in (None, "") and ended is None:
            yield RowFault(number, "deleted", NOT_A_TRUTH, {"value": str(deleted)[:40]})
        elif is_agency not in (None, "") and agency is None:
            yield RowFault(number, "isAgency", NOT_A_TRUTH, {"value": str(is_agency)[:40]})
        else:
            yield replace(
                record,
                version=known,
                ended=bool(ended),
                is_unit=None if agency is None else not agency,
                changed_on=_day(raw.get("modifyDate")),
            )


def _read(source: BinaryIO, other_code: str) -> Iterator[AgencyRecord | RowFault]:
    for number, raw in _rows(source):
        yield _record(number, raw, other_code)


_NESTED = object()
_Raw = Mapping[str, object]
_NO_ROW: _Raw = {"": _NESTED}


class _Walk:
    """Where we are in the file: keeps one row, and the values that stand beside the list."""

    def __init__(self) -> None:
        self.depth = 0
        self.listed_at = 0  # depth of the list; 0: not met yet, -1: over
        self.key = ""
        self.row: dict[str, object] | None = None
        self.answer: dict[str, object] = {}

    def step(self, event: str, value: object) -> _Raw | None:
        """Takes one event and returns the row that it completes, if it does."""
        if event in ("start_map", "start_array"):
            self._open(event)
        elif event in ("end_map", "end_array"):
            return self._close()
        elif event == "map_key":
            self.key = str(value)[:100]
        elif self.row is not None and self.depth == self.listed_at + 1:
            self.row[self.key] = value
        elif self.depth == self.listed_at:
            return _NO_ROW
        elif self.depth == 1:
            self.answer[self.key] = value
        return None

    def _open(self, event: str) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise unreadable(TOO_DEEP, limit=DEEPEST)
        is_the_list = event == "start_array" and (
            self.depth == 1 or (self.depth == IN_ANSWER and self.key == "data")
        )
        if is_the_list and not self.listed_at:
            self.listed_at = self.depth
        elif self.listed_at > 0 and self.depth == self.listed_at + 1:
            self.row = {} if event == "start_map" else None
        elif self.row is not None:
            self.row[self.key] = _NESTED

    def _close(self) -> _Raw | None:
        done = None
        if self.listed_at > 0 and self.depth == self.listed_at + 1:
            done, self.row = (_NO_ROW if self.row is None else self.row), None
        elif self.depth == self.listed_at:
            self.listed_at = -1  # a second list is none
        self.depth -= 1
        return done


def _rows(source: BinaryIO) -> Iterator[tuple[int, _Raw]]:
    """Yields (number, row); walks the file event by event in bounded memory."""
    walk, number = _Walk(), 0
    for event, value in _events(source):
        row = walk.step(event, value)
        if row is not None:
            number += 1
            if number > MAX_ROWS:
                raise unreadable(TOO_MANY, limit=MAX_ROWS)
            yield number, row
    _check_answer(walk.answer)
    if not walk.listed_at:
        raise unreadable(NO_LIST)


def _events(source: BinaryIO) -> Iterator[tuple[str, object]]:
    if source.read(3) != b"\xef\xbb\xbf":
        source.seek(0)
    try:
        yield from ijson.basic_parse(source)
    except (ijson.JSONError, UnicodeError, ValueError, ArithmeticError) as problem:
        raise unreadable(NOT_JSON, problem=(str(problem).splitlines() or ["?"])[0][:200]) from problem


def _check_answer(answer: Mapping[str, object]) -> None:
    status, code = str(answer.get("status", "OK")), str(answer.get("ErrorCode", "0"))
    if status.upper() == "FAIL" or code not in ("0", "", "None"):
        text = str(answer.get("ErrorDesc", ""))[:200]
        raise unreadable(ANSWERED_FAIL, status=status[:20], code=code[:20], text=text)


def _record(number: int, raw: _Raw, other_code: str) -> AgencyRecord | RowFault:
    if raw.get("") is _NESTED:
        return RowFault(number, "code", NOT_A_ROW)
    columns = ["id", "pid", "code", "name", "mail", *([other_code] if other_code else [])]
    values: dict[str, str] = {}
    for column in columns:
        value = raw.get(column)
        if value is _NESTED:
            return RowFault(number, column, NOT_PLAIN)
        text = "" if value is None else str(value)
        if column == "pid" and text.strip() in TOP:
            text = ""
        if column == other_code and text.strip() in TOP:
            text = ""
        check = checked_code if column in ("code", other_code) else checked_text
        found = check(number, column, text, needed=column in ("code", "name", "id"))
        if isinstance(found, RowFault):
            return found
        values[column] = found
    reference = values["id"]
    return AgencyRecord(
        row=number,
        code=values["code"],
        name=values["name"],
        old_code=values.get(other_code, ""),
        reference=reference,
        parent_reference="" if values["pid"] == reference else values["pid"],
        email=values["mail"],
    )


def _version(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= VERSION_MAX else None
    text = str(value).strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= VERSION_DIGITS):
        return None
    return int(text) if int(text) <= VERSION_MAX else None


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {0: False, 1: True}.get(value)
    text = value.strip().lower() if isinstance(value, str) else ""
    return {"0": False, "false": False, "n": False, "1": True, "true": True, "y": True}.get(text)


def _day(value: object) -> date | None:
    """Returns the day of a moment written as text or as milliseconds; None where it cannot be read."""
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value / 1000 if value >= MILLISECONDS_FROM else value
        try:
            return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM).date()
        except (ValueError, OverflowError, OSError):
            return None
    moment, _warning = (
        parse_wire_timestamp(value) if isinstance(value, str) and len(value) <= LONGEST_DATE else (None, None)
    )
    return moment.astimezone(VIETNAM).date() if moment else None
