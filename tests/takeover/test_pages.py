"""The way through the pages: hand in, say the columns, look, take over, find, number, compare, undo."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from earlier import archive, csv_file
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, System, document
from pytest_django.fixtures import Settings

from hienluong.kit import clock
from hienluong.takeover import commands
from hienluong.takeover.models import AsideFile, Comparison, Intake, TakenDocument
from hienluong.takeover.queries.intakes import intakes

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]


def _text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return re.sub(r"\s+", " ", answer.content.decode())


def _upload(source: io.BytesIO, name: str) -> io.BytesIO:
    source.name = name
    return source


def _hand_in(clerk: Client, source: io.BytesIO | None = None) -> Intake:
    file = _upload(source or csv_file(), "so-den.csv")
    clerk.post("/takeover/registers/new/", {"file": file, "direction": "incoming", "system": "iOffice"})
    return Intake.objects.latest("created_at")


def _take(clerk: Client) -> Intake:
    row = _hand_in(clerk)
    clerk.post(f"/takeover/intakes/{row.pk}/columns/", dict(row.columns))
    commands.check_intake(intake_id=row.pk, now=clock.now())
    clerk.post(f"/takeover/intakes/{row.pk}/confirm/")
    return commands.apply_intake(intake_id=row.pk, now=clock.now())


def test_register_goes_all_the_way_and_back(visit: Visit) -> None:
    clerk = visit(DONG_HOI)
    row = _hand_in(clerk)
    own = f"/takeover/intakes/{row.pk}/"
    asked = _text(clerk.get(f"{own}columns/"))
    assert '<option value="Số, ký hiệu" selected>' in asked
    missing = _text(clerk.post(f"{own}columns/", {"reference": "Số, ký hiệu"}), 422)
    assert "These columns are missing: subject, dated_on or registered_on." in missing
    assert clerk.post(f"{own}columns/", {**row.columns, "save_as": "iOffice"}).status_code == 302
    assert "The file is being checked" in _text(clerk.get(own))
    commands.check_intake(intake_id=row.pk, now=clock.now())
    assert "Nothing is taken over yet" in _text(clerk.get(own))
    clerk.post(f"{own}confirm/")
    commands.apply_intake(intake_id=row.pk, now=clock.now())
    assert "Undo this" in _text(clerk.get(own))
    assert "tập huấn" in _text(clerk.get("/takeover/documents/?number=8"))
    assert "iOffice" in _text(clerk.get("/takeover/registers/new/"))
    assert "Documents that were here before stay" in _text(clerk.get(f"{own}undo/"))
    assert "no longer here" in _text(clerk.post(f"{own}undo/", follow=True))
    assert not TakenDocument.objects.exists()


def test_file_that_cannot_be_read_is_said_on_the_form(visit: Visit) -> None:
    file = _upload(io.BytesIO(b"\xd0\xcf\x11\xe0" + b"x" * 100), "so.xls")
    answer = visit(DONG_HOI).post(
        "/takeover/registers/new/", {"file": file, "direction": "incoming", "system": "x"}
    )
    assert "workbook of the old kind" in _text(answer, 422)
    assert not Intake.objects.exists()


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/takeover/registers/new/", {"direction": "incoming", "system": "iOffice"}),
        ("/takeover/archives/new/", {"system": "iOffice"}),
        (
            "/takeover/comparisons/new/",
            {"direction": "incoming", "first_day": "02/11/2026", "last_day": "03/11/2026"},
        ),
    ],
)
def test_file_is_taken_up_to_the_limit_of_its_page_and_not_of_an_attachment(
    visit: Visit, settings: Settings, monkeypatch: pytest.MonkeyPatch, path: str, more: dict[str, str]
) -> None:
    settings.ATTACHMENT_MAX_BYTES = settings.PACKET_MAX_BYTES = 100
    clerk = visit(DONG_HOI)
    assert clerk.post(path, {"file": _upload(csv_file(), "so.csv"), **more}).status_code == 302
    # From whoever may not hand it in, no more than any form has.
    assert (
        visit(DONG_HOI, role="head").post(path, {"file": _upload(csv_file(), "so.csv"), **more}).status_code
        == 413
    )
    monkeypatch.setattr("hienluong.config.uploads.FORM_BYTES", -200_000_000 + 100)
    if "archives" not in path:
        refused = clerk.post(path, {"file": _upload(csv_file(), "so.csv"), **more})
        assert "The file has more than 200000000 bytes." in _text(refused, 413)


def test_wrong_rows_are_shown_with_row_column_and_what_to_do(visit: Visit) -> None:
    clerk = visit(DONG_HOI)
    row = _hand_in(clerk, csv_file([("1", "03/11/2026", "Sở Nội vụ", "8/SNV", "mai", "Thư")]))
    clerk.post(f"/takeover/intakes/{row.pk}/columns/", dict(row.columns))
    commands.check_intake(intake_id=row.pk, now=clock.now())
    page = _text(clerk.get(f"/takeover/intakes/{row.pk}/"))
    assert "Nothing was taken over" in page
    assert re.search(r">2</th>.*Date of the document.*“mai” is no day. Write day/month/year", page)
    clerk.post(f"/takeover/intakes/{row.pk}/discard/")
    assert Intake.objects.get().state == "discarded"


def test_whoever_watches_sees_that_it_was_done_and_not_what_it_says(visit: Visit) -> None:
    row = _take(visit(DONG_HOI))
    for role in ("administrator", "operator", "auditor"):
        watcher = visit(HOME_AFFAIRS, role)
        assert "so-den.csv" in _text(watcher.get("/takeover/"))
        page = _text(watcher.get(f"/takeover/intakes/{row.pk}/"))
        assert "new documents" in page
        assert "tập huấn" not in page
        assert watcher.get("/takeover/documents/").status_code == 403


def test_search_in_the_inbox_finds_what_was_taken_over_and_says_from_where(visit: Visit) -> None:
    clerk = visit(DONG_HOI)
    _take(clerk)
    page = _text(clerk.get("/exchange/inbox/?q=bau+cu"))
    assert "Taken over from an earlier system" in page
    assert "Quyết định về bầu cử" in page
    assert "(iOffice)" in page
    assert "/takeover/documents/?q=bau+cu&amp;direction=incoming" in page
    assert "Quyết định về bầu cử" not in _text(clerk.get("/exchange/sent/?q=bau+cu"))
    assert "Quyết định về bầu cử" not in _text(clerk.get("/exchange/inbox/"))
    assert "Quyết định về bầu cử" not in _text(visit(KHE_SANH).get("/exchange/inbox/?q=bau+cu"))


def test_packets_are_handed_in_looked_at_and_saved(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    clerk = visit(DONG_HOI)
    file = _upload(archive({"a.edxml": document(15), "b.edxml": b"<no/>"}), "edxml.zip")
    clerk.post("/takeover/archives/new/", {"file": file, "system": "iOffice"})
    row = Intake.objects.get()
    commands.check_intake(intake_id=row.pk, now=clock.now())
    assert "Files that cannot be taken" in _text(clerk.get(f"/takeover/intakes/{row.pk}/"))
    clerk.post(f"/takeover/intakes/{row.pk}/confirm/")
    commands.apply_intake(intake_id=row.pk, now=clock.now())
    found = TakenDocument.objects.get()
    page = _text(clerk.get(f"/takeover/documents/{found.pk}/"))
    assert "Taken over from iOffice" in page
    assert "cong-van.pdf" in page
    settings.DOWNLOAD_PLACES = (
        0  # of large files: these have places of their own, a slow reader holds up nobody
    )
    for path in (
        f"documents/{found.pk}/packet/",
        f"documents/{found.pk}/attachments/0/",
        f"aside/{AsideFile.objects.get().pk}/",
    ):
        answer: Any = clerk.get(f"/takeover/{path}")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.content
        with monkeypatch.context() as large:
            large.setattr("hienluong.files.streams.MEMORY_BYTES", 1)
            assert clerk.get(f"/takeover/{path}").status_code == 503
    assert clerk.get(f"/takeover/documents/{found.pk}/attachments/7/").status_code == 404


def test_book_is_continued_from_what_was_taken_and_gives_numbers(visit: Visit) -> None:
    clerk, year = visit(DONG_HOI), date.today().year  # noqa: DTZ011 - the year of the page
    assert "No book was begun" in _text(clerk.get("/takeover/numbers/"))
    form = {"series": "Công văn", "year": year, "number": 41}
    assert "continues from 41" in _text(clerk.post("/takeover/numbers/continue/", form, follow=True))
    taken = clerk.post(
        "/takeover/numbers/take/", {"series": "Công văn", "year": year, "purpose": "Thư mời"}, follow=True
    )
    assert "The number is 41" in _text(taken)
    refused = _text(clerk.post("/takeover/numbers/continue/", form), 422)
    assert "has given numbers up to 41" in refused
    nothing = clerk.post("/takeover/numbers/take/", {"series": "Khác", "year": year}, follow=True)
    assert "Nobody has said yet" in _text(nothing)


def test_comparison_is_made_shown_narrowed_and_taken_along(visit: Visit) -> None:
    clerk, today = visit(DONG_HOI), f"{clock.in_vietnam(clock.now()):%d/%m/%Y}"
    rows = [("1", today, "Sở Nội vụ", "8/SNV", "02/11/2026", "Thư mời")]
    file = _upload(csv_file(rows), "so.csv")
    given = {"file": file, "direction": "incoming", "first_day": today, "last_day": today}
    assert clerk.post("/takeover/comparisons/new/", given).status_code == 302
    row = Comparison.objects.get()
    own = f"/takeover/comparisons/{row.pk}/"
    assert "Both systems are being compared" in _text(clerk.get(own))
    commands.compare(comparison_id=row.pk, now=clock.now())
    assert "Thư mời" in _text(clerk.get(f"{own}?kind=here"))
    assert "No differences" in _text(clerk.get(f"{own}?kind=there"))
    assert today[:2] in _text(clerk.get("/takeover/comparisons/"))
    answer: Any = clerk.get(f"{own}export.csv")
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert table[1][:5] == ["missing here", today, "8/SNV", "Sở Nội vụ", "Thư mời"]
    workbook: Any = clerk.get(f"{own}export.xlsx")
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    assert clerk.get(f"{own}export.pdf").status_code == 404


def test_list_of_intakes_goes_on_among_those_of_one_moment(visit: Visit, dong_hoi: System) -> None:
    clerk = visit(DONG_HOI)
    handed_in = {_hand_in(clerk).pk for _ in range(5)}
    Intake.objects.update(created_at=clock.now())
    seen: list[UUID] = []
    before: str | None = ""
    while before is not None:
        page = intakes(dong_hoi.clerk(), before=before, limit=2)
        seen += [row.pk for row in page.items]
        before = page.next
    assert sorted(seen) == sorted(handed_in)


@pytest.mark.parametrize(
    "place", ["9" * 5000, "99999999999999999999", "2026-01-01", "0001-01-01T00:00:00", "²"]
)
@pytest.mark.parametrize(
    "path",
    ["/takeover/?before=", "/exchange/inbox/?q=x&before=", "/exchange/inbox/?before="],
)
def test_place_that_is_none_begins_at_the_beginning(visit: Visit, path: str, place: str) -> None:
    assert visit(DONG_HOI).get(f"{path}{place}").status_code == 200


def test_what_is_not_there_is_not_found(visit: Visit) -> None:
    clerk, nothing = visit(DONG_HOI), UUID(int=7)
    for path in ("intakes", "documents", "comparisons"):
        assert clerk.get(f"/takeover/{path}/{nothing}/").status_code == 404
