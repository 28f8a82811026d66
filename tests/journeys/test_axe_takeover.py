"""The pages about taking over, and the search by field, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import Browser
from tests.exchange.personas import document
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import OFFICE, Cast, cast

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.takeover import commands
from hienluong.takeover.models import AsideFile, Comparison, Intake, TakenDocument

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


ROWS = (
    'Ngày đi,"Số, ký hiệu",Ngày văn bản,Trích yếu nội dung,Nơi nhận\n'
    "03/11/2026,1240/VP-TH,02/11/2026,Về việc tăng cường phòng chống thiên tai và tìm kiếm cứu nạn trong mùa mưa bão,"
    "Ủy ban nhân dân các xã và phường\n"
    "04/11/2026,1241/QĐ-VP,04/11/2026,Quyết định kiện toàn Ban Chỉ đạo chuyển đổi số của tỉnh,Các sở\n"
)


@pytest.fixture
def taken(cast: Cast) -> None:
    """A register, packets with a broken one, a register whose columns are asked, a book, and a comparison."""
    office, now = directory.agency_by_code(OFFICE), clock.now()
    assert office is not None
    setup = Actor.platform("specification")
    given = {"direction": "outgoing", "file_name": "so-van-ban-di-2026.csv", "now": now}
    commands.take_register(
        actor=setup, source=io.BytesIO(ROWS.encode()), system="iOffice", agency=OFFICE, **given
    )
    commands.continue_book(actor=setup, agency=OFFICE, series="Công văn", year=now.year, number=1242, now=now)
    commands.take_number(
        actor=setup, agency=OFFICE, series="Công văn", purpose="Thư mời họp giao ban", now=now
    )
    clerk = Actor("person", "x", "Nguyễn Thị Hạnh", agency_id=office.agency.pk, role="clerk")
    commands.stage_register(actor=clerk, source=io.BytesIO(ROWS.encode()), system="iOffice", **given)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2025/a.edxml", document(9, "G22", sender=OFFICE))
        archive.writestr("2025/hong.edxml", document(10, sender=OFFICE)[:200])
    row = commands.stage_archive(
        actor=clerk, source=packed, file_name="edxml-2025.zip", system="iOffice", now=now
    )
    commands.check_intake(intake_id=row.pk, now=now)
    commands.confirm_intake(actor=clerk, intake_id=row.pk, now=now)
    commands.apply_intake(intake_id=row.pk, now=now)
    today = clock.in_vietnam(now).date()
    text = ROWS.replace("03/11/2026", f"{today:%d/%m/%Y}", 1)
    commands.stage_comparison(
        actor=clerk, source=io.BytesIO(text.encode()), first_day=today, last_day=today, at_once=True, **given
    )


@EVERY_LOOK
def test_pages_about_taking_over_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, taken: None, look: Look
) -> None:
    staged = Intake.objects.get(state="columns")
    archive = AsideFile.objects.get().intake
    packet = TakenDocument.objects.exclude(file_id=None).get()
    with open_context(chromium, live, look, cast.sender) as clerk:
        page = visit(
            clerk,
            live,
            look,
            "/exchange/sent/?number=1240",
            "/exchange/sent/",
            "/takeover/",
            "/takeover/registers/new/",
            "/takeover/archives/new/",
            f"/takeover/intakes/{staged.pk}/",
            f"/takeover/intakes/{staged.pk}/columns/",
            f"/takeover/intakes/{archive.pk}/",
            f"/takeover/intakes/{archive.pk}/undo/",
            "/takeover/documents/",
            "/takeover/documents/?subject=thien+tai",
            f"/takeover/documents/{packet.pk}/",
            "/takeover/numbers/",
            "/takeover/numbers/continue/",
            "/takeover/comparisons/",
            "/takeover/comparisons/new/",
            f"/takeover/comparisons/{Comparison.objects.get().pk}/",
        )
        page.click("main nav a[href='?kind=here']")
        examine(page, look, "what is missing here")
        page.goto(f"{live}/takeover/registers/new/")
        page.click("main form button[type=submit]")
        examine(page, look, "a register with errors")
        page.goto(f"{live}/exchange/send/")
        page.check('input[value="H50.C18880"]')
        for name, given in {
            "type_name": "Công văn",
            "notation": "VP-TH",
            "issued_on": f"24/11/{clock.now().year}",
            "subject": "Văn bản lấy số từ sổ của cơ quan",
            "signer_name": "An",
        }.items():
            page.fill(f"[name={name}]", given)
        examine(page, look, "a document with a book of numbers")
        page.set_input_files(
            "[name=attachments]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        )
        page.check("[name=not_secret]")
        page.click("main button[value=check]")
        examine(page, look, "a number of a book, to be checked")
        assert page.get_by_text("1243/VP-TH").is_visible()
