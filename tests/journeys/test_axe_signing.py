"""The public page that checks signatures, looked at as the other main pages are (`test_axe`), with what it finds."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit

from hienluong.demo.letter import issued_letter
from hienluong.directory import service as directory
from hienluong.signing.demo.authority import DemoAuthority, Subject
from hienluong.signing.formats import pades
from hienluong.signing.formats.keys import from_pyca
from hienluong.signing.formats.stamping import AskingStamper
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.service import Level

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def _signed() -> bytes:
    """Returns a letter that a person signed (B-LTA)."""
    now = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory() as place:
        authority = DemoAuthority.make(Path(place) / "ca", "http://127.0.0.1:1", now=now)
        person = Subject("Nguyễn Văn An", "UBND tỉnh Quảng Trị", "Văn phòng", "Chánh Văn phòng")
        key = authority.new_key(person, begin=now - timedelta(hours=1))
        root = from_pyca(authority.root.certificate)
        known = Knowledge((authority.crl(now=now), authority.crl(of_root=True, now=now)))
        trust = Trust((root,), (root,), demonstration=True, knowledge=known)
        return pades.sign(
            issued_letter("15", directory.today()),
            key,
            pades.Wanted(Level.LTA, now),
            stamper=AskingStamper(lambda request: authority.stamp(request, now=now)),
            evidence=trust.evidence(now),
        )


@EVERY_LOOK
def test_page_that_checks_signatures_has_no_fault_that_axe_knows(
    chromium: Browser, live: str, look: Look
) -> None:
    with ThreadPoolExecutor(1) as thread:  # Playwright's loop runs in this one
        signed = thread.submit(_signed).result()
    with open_context(chromium, live, look, None) as stranger:
        page = visit(stranger, live, look, "/signatures/")
        for content, name in ((signed, "signed"), (b"words", "unsigned")):
            page.set_input_files(
                "[name=file]", {"name": "thư mời.pdf", "mimeType": "application/pdf", "buffer": content}
            )
            page.click("main form button[type=submit]")
            page.wait_for_load_state()
            examine(page, look, f"a file that is {name}")
        page.click("main form button[type=submit]")
        page.wait_for_load_state()
        examine(page, look, "no file")
