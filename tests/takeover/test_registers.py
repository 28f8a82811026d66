"""Registers of an earlier system: read as they are written, refused with what to do, taken, undone."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from earlier import ROWS, archive, csv_file, workbook
from personas import KHE_SANH, System

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.criteria import Criteria
from hienluong.ledger.models import QueuedEntry
from hienluong.takeover import commands
from hienluong.takeover.errors import (
    AgencyNotNamed,
    ColumnsMissing,
    IntakeUnknown,
    NotPossibleNow,
    RowsRefused,
)
from hienluong.takeover.formats.registers import is_heading, read_lines, recognise, split_reference
from hienluong.takeover.formats.tables import INFLATED_MAX, TableUnreadable, read_rows, split_heading
from hienluong.takeover.models import Intake, Profile, State, TakenDocument
from hienluong.takeover.queries.documents import documents

TODAY = date(2026, 11, 25)
Take = Callable[..., Intake]


def _read(source: io.BytesIO) -> list[Any]:
    heading, rows = split_heading(read_rows(source), is_heading)
    return list(read_lines(rows, recognise(heading), today=TODAY))


# --- the table itself -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_every_unicode_form_and_separator(encoding: str, separator: str) -> None:
    text = csv_file(separator=separator).getvalue().decode()
    lines = _read(io.BytesIO(text.encode(encoding)))
    assert [(one.number, one.notation, one.dated_on, one.registered_on, one.party) for one in lines] == [
        ("08", "SNV-VP", date(2026, 11, 2), date(2026, 11, 3), "Sở Nội vụ"),
        ("1205", "QĐ-BNV", date(2026, 10, 30), date(2026, 11, 4), "Bộ Nội vụ"),
    ]


def test_workbook_with_titles_above_and_real_dates_is_read() -> None:
    arrived = datetime(2026, 11, 3, 8, 15)  # noqa: DTZ001 - a cell of a workbook knows no zone
    row = (1, arrived, "Sở Nội vụ", "08/SNV-VP", date(2026, 11, 2), "Công văn")
    above = (("UBND PHƯỜNG ĐỒNG HỚI",), ("SỔ VĂN BẢN ĐẾN", None, "Năm 2026"), ())
    [line] = _read(workbook([row], above))
    assert (line.row, line.registered_on, line.dated_on, line.arrival_number) == (
        5,
        date(2026, 11, 3),
        date(2026, 11, 2),
        "1",
    )


@pytest.mark.parametrize("said", ['<dimension ref="A1" />', '<dimension ref="A4:F5" />', ""])
def test_rows_of_a_workbook_keep_their_numbers_whatever_it_says_of_its_extent(said: str) -> None:
    source = _with_sheet(
        workbook(ROWS, above=[[], [], []]), lambda sheet: re.sub("<dimension[^>]*>", said, sheet)
    )
    assert [line.row for line in _read(source)] == [5, 6]


def test_row_far_below_all_others_does_not_keep_anybody_waiting() -> None:
    def move(sheet: str) -> str:
        last = sheet.rindex("<row ")
        return sheet[:last] + re.sub('r="([A-F]?)3"', r'r="\g<1>2000000000"', sheet[last:])

    begun = time.monotonic()
    assert [line.row for line in _read(_with_sheet(workbook(ROWS), move))] == [2]
    assert time.monotonic() - begun < 20


def _with_sheet(source: io.BytesIO, change: Callable[[str], str]) -> io.BytesIO:
    """Returns a workbook with its sheet's XML changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in given.infolist():
            content = given.read(entry)
            if entry.filename.endswith("/sheet1.xml"):
                content = change(content.decode()).encode()
            packed.writestr(entry, content)
    return target


def test_headings_are_known_with_and_without_diacritics() -> None:
    assert recognise(["so, ky hieu", "TRÍCH YẾU", "Ngay van ban", "x"]) == {
        "reference": 0,
        "subject": 1,
        "dated_on": 2,
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "Số, ký hiệu,Trích yếu\n1/A,Nội dung văn bản\n".encode().replace("ộ".encode(), b"\xf4\xf2"),
            "windows-1258",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old kind"),
        (b"PK\x03\x04broken", "workbook"),
        (b"a,b\n1,2\n", "names columns of a register"),
        (b"", "names columns of a register"),
        ('Số, ký hiệu,Trích yếu\n1/A,"không đóng\n'.encode(), "broken at line"),
    ],
)
def test_table_that_cannot_be_read_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(TableUnreadable) as refusal:
        _read(io.BytesIO(content))
    assert said in str(refusal.value.explain())


def test_workbook_that_unpacks_without_end_is_refused() -> None:
    packed = bytearray(archive({"xl/worksheets/sheet1.xml": b"0" * 1000}).getvalue())
    size = packed.index(b"PK\x01\x02") + 24  # after unpacking, as the directory says it
    packed[size : size + 4] = (INFLATED_MAX + 1).to_bytes(4, "little")
    with pytest.raises(TableUnreadable, match="unpacks"):
        _read(io.BytesIO(packed))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("45987", "is a number"),
        ("31/02/2026", "no day 31/02/2026"),
        ("3.11.26", "is no day"),
        ("01/01/2031", "future"),
        ("", "neither"),
    ],
)
def test_day_that_is_none_is_said_with_row_and_column(day: str, said: str) -> None:
    [fault] = _read(csv_file([("1", day, "Sở Nội vụ", "8/SNV-VP", "", "Công văn")]))
    assert said in fault.as_error().text()
    assert fault.row == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("08/QĐ-UBND", ("08", "QĐ-UBND")),
        (" 15 / SNV", ("15", "SNV")),
        ("15", ("15", "")),
        ("QĐ-UBND", ("", "QĐ-UBND")),
        ("15a/BC", ("15a", "BC")),
    ],
)
def test_number_and_notation_in_one_column_are_told_apart(text: str, parts: tuple[str, str]) -> None:
    assert split_reference(text) == parts


# --- taking it over -------------------------------------------------------------------------------------------------


@pytest.fixture
def clerk(dong_hoi: System) -> Actor:
    """The clerk of phường Đồng Hới."""
    return dong_hoi.clerk()


@pytest.fixture
def take(clerk: Actor) -> Take:
    """Takes a register over at once, as the clerk."""

    def act(source: io.BytesIO | None = None, **more: Any) -> Intake:
        given = {
            "actor": clerk,
            "file_name": "so-den.csv",
            "direction": "incoming",
            "system": "iOffice",
            "now": clock.now(),
        }
        return commands.take_register(source=source or csv_file(), **{**given, **more})

    return act


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["head", "officer", "administrator", "operator", "auditor"])
def test_nobody_but_a_clerk_takes_a_register_over(take: Take, clerk: Actor, role: str) -> None:
    with pytest.raises(PermissionMissing):
        take(actor=replace(clerk, role=role))
    assert not TakenDocument.objects.exists()


@pytest.mark.django_db
def test_register_is_taken_once_however_often_it_is_handed_in(take: Take) -> None:
    assert take().counts == {"rows": 2, "taken": 2, "there": 0, "wrong": 0}
    assert take().counts == {"rows": 2, "taken": 0, "there": 2, "wrong": 0}
    assert TakenDocument.objects.count() == 2
    assert QueuedEntry.objects.filter(action="takeover.register-taken").count() == 2


@pytest.mark.django_db
def test_dry_run_says_what_would_come_and_keeps_nothing(take: Take) -> None:
    assert take(dry_run=True).counts["taken"] == 2
    assert not TakenDocument.objects.exists()
    assert not Intake.objects.exists()


@pytest.mark.django_db
def test_wrong_row_stops_the_whole_file_unless_it_is_to_be_left_out(take: Take) -> None:
    rows = [
        *ROWS,
        ("3", "05/11/2026", "Sở Y tế", "9/SYT", "ba", "Thư mời"),
        ("4", "05/11/2026", "Sở Y tế", "", "", "Thư mời"),
    ]
    with pytest.raises(RowsRefused) as refusal:
        take(csv_file(rows))
    assert [error.pointer for error in refusal.value.errors] == ["/4/dated_on", "/5/reference"]
    assert not TakenDocument.objects.exists()
    assert take(csv_file(rows), skip_wrong_rows=True).counts == {
        "rows": 4,
        "taken": 2,
        "there": 0,
        "wrong": 2,
    }


@pytest.mark.django_db
def test_row_with_a_mark_of_secrecy_is_refused_and_its_words_are_not_repeated(take: Take) -> None:
    with pytest.raises(RowsRefused) as refusal:
        take(
            csv_file([("1", "03/11/2026", "Công an", "5/CA", "02/11/2026", "TUYỆT MẬT: kế hoạch tác chiến")])
        )
    assert "secrecy" in refusal.value.explain()
    assert "tác chiến" not in refusal.value.explain()


@pytest.mark.django_db
def test_column_with_a_name_of_its_own_is_named_and_kept_as_a_profile(take: Take, clerk: Actor) -> None:
    text = csv_file(heading=("STT", "Ngày đến", "Tác giả", "Số, ký hiệu", "Ngày tháng văn bản", "Tóm tắt"))
    with pytest.raises(ColumnsMissing, match="subject"):
        take(text)
    row = commands.stage_register(
        actor=clerk, source=text, file_name="so.csv", direction="incoming", system="iOffice", now=clock.now()
    )
    assert row.state == State.COLUMNS
    with pytest.raises(ColumnsMissing):
        commands.choose_columns(actor=clerk, intake_id=row.pk, columns=row.columns, now=clock.now())
    columns = {**row.columns, "subject": "Tóm tắt"}
    commands.choose_columns(
        actor=clerk, intake_id=row.pk, columns=columns, save_as="iOffice 2024", now=clock.now()
    )
    assert Profile.objects.get().columns["subject"] == "Tóm tắt"
    assert take(text, profile="iOffice 2024").counts["taken"] == 2


@pytest.mark.django_db
def test_staged_register_is_checked_confirmed_taken_and_undone(clerk: Actor) -> None:
    row = commands.stage_register(
        actor=clerk,
        source=csv_file(),
        file_name="so.csv",
        direction="incoming",
        system="iOffice",
        now=clock.now(),
    )
    with pytest.raises(NotPossibleNow):
        commands.confirm_intake(actor=clerk, intake_id=row.pk, now=clock.now())
    commands.choose_columns(actor=clerk, intake_id=row.pk, columns=row.columns, now=clock.now())
    assert commands.check_intake(intake_id=row.pk, now=clock.now()).state == State.CHECKED
    assert not TakenDocument.objects.exists()
    commands.confirm_intake(actor=clerk, intake_id=row.pk, now=clock.now())
    for _twice in range(2):
        done = commands.apply_intake(intake_id=row.pk, now=clock.now())
        assert (done.state, done.counts["taken"]) == (State.APPLIED, 2)
    undone = commands.undo_intake(actor=clerk, intake_id=row.pk, now=clock.now())
    assert undone.state == State.UNDONE
    assert not TakenDocument.objects.exists()
    with pytest.raises(NotPossibleNow):
        commands.undo_intake(actor=clerk, intake_id=row.pk, now=clock.now())


@pytest.fixture
def confirmed(clerk: Actor) -> Intake:
    """A register that was checked and may be taken."""
    row = commands.stage_register(
        actor=clerk,
        source=csv_file(),
        file_name="so.csv",
        direction="incoming",
        system="iOffice",
        now=clock.now(),
    )
    commands.choose_columns(actor=clerk, intake_id=row.pk, columns=row.columns, now=clock.now())
    commands.check_intake(intake_id=row.pk, now=clock.now())
    return commands.confirm_intake(actor=clerk, intake_id=row.pk, now=clock.now())


@pytest.mark.django_db
def test_register_that_is_refused_at_the_end_leaves_no_row_behind(confirmed: Intake, settings: Any) -> None:
    settings.SECRECY_MARKERS = ["bầu cử"]  # since it was checked, one row bears a mark
    refused = commands.apply_intake(intake_id=confirmed.pk, now=clock.now())
    assert (refused.state, [one["pointer"] for one in refused.errors]) == (State.REFUSED, ["/3/subject"])
    assert not TakenDocument.objects.exists()


@pytest.mark.django_db
def test_register_whose_taking_was_broken_off_after_its_commit_counts_what_it_took(
    confirmed: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power_cut:
        power_cut.setattr("hienluong.takeover.commands.intakes._told", dies)
        with pytest.raises(KeyboardInterrupt):
            commands.apply_intake(intake_id=confirmed.pk, now=clock.now())
    done = commands.apply_intake(intake_id=confirmed.pk, now=clock.now())
    assert done.counts == {"rows": 2, "taken": 2, "there": 0, "wrong": 0}


@pytest.mark.django_db
def test_clerk_of_another_agency_finds_no_intake_and_no_document(take: Take, khe_sanh: System) -> None:
    row, stranger = take(), khe_sanh.clerk()
    with pytest.raises(IntakeUnknown):
        commands.undo_intake(actor=stranger, intake_id=row.pk, now=clock.now())
    assert documents(stranger).items == []


@pytest.mark.django_db
def test_command_line_must_name_an_agency_of_the_province(agencies: Mapping[str, Agency], take: Take) -> None:
    platform = Actor.platform("command line")
    for code in ("", "H50.NOBODY", "G22"):
        with pytest.raises(AgencyNotNamed):
            take(actor=platform, agency=code)
    assert take(actor=platform, agency=KHE_SANH).agency == agencies[KHE_SANH]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        (Criteria(text="bau cu"), ["1205"]),
        (Criteria(number="8"), ["08"]),
        (Criteria(agency="so noi vu", subject="tập huấn"), ["08"]),
        (Criteria(notation="qđ"), ["1205"]),
        (Criteria(dated_from=date(2026, 11, 1)), ["08"]),
        (Criteria(text="không có"), []),
        (Criteria(), ["08", "1205"]),
    ],
)
def test_what_was_taken_over_is_found_by_every_field(
    take: Take, clerk: Actor, criteria: Criteria, numbers: list[str]
) -> None:
    take()
    assert [one.number for one in documents(clerk, criteria=criteria).items] == numbers


@pytest.mark.django_db
def test_list_is_paged_and_each_page_asks_once(
    take: Take, clerk: Actor, django_assert_num_queries: Any
) -> None:
    rows = [
        (str(n), "03/11/2026", "Sở Nội vụ", f"{n}/SNV", f"{1 + n % 5:02}/11/2026", f"Thư {n}")
        for n in range(1, 13)
    ]
    take(csv_file(rows))
    with django_assert_num_queries(1):
        page = documents(clerk, limit=5)
    found = [one.pk for one in page.items]
    while page.next:
        page = documents(clerk, after=page.next, limit=5)
        found += [one.pk for one in page.items]
    assert len(found) == len(set(found)) == 12
