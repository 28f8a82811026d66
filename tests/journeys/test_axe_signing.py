"""The public page that checks signatures, looked at as the other main pages are (`test_axe`), with what it finds."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser
from pytest_django import Settings
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import Cast, cast  # noqa: F401 - its province
from tests.matrix.signatures import authority_certificate, drawing, signer_certificate

from hienluong.demo.authority import DemoAuthority, Subject
from hienluong.demo.letter import issued_letter
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.signing import service as signing
from hienluong.signing.formats import pades
from hienluong.signing.formats.device import AgentServer, Device
from hienluong.signing.formats.keys import MemoryKey, from_pyca, read_certificates
from hienluong.signing.formats.stamping import AskingStamper
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.models import TrustedAuthority
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


@EVERY_LOOK
def test_pages_about_certificates_have_no_fault_that_axe_knows(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
    look: Look,
    settings: Settings,
) -> None:
    setup, now = Actor.platform("specification"), clock.now()
    sender = Packet.objects.get(pk=cast.packet).sender
    post = directory.Post.objects.select_related("person__user").get(agency=sender, role="clerk")
    assert post.person.user is not None
    clerk = directory.actor_of(directory.posts_of(post.person.user)[0])
    key, others = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    content = signer_certificate(key)
    row = signing.register_own_certificate(actor=clerk, content=content, now=now)
    signing.set_image(actor=clerk, certificate_id=row.pk, png=drawing(), now=now)
    old = signing.register_own_certificate(actor=clerk, content=signer_certificate(others), now=now)
    signing.end_certificate(actor=clerk, certificate_id=old.pk, reason="Mất thiết bị", now=now)
    theirs = signing.bring_certificate(
        actor=setup, agency=sender, content=signer_certificate(others), now=now
    )
    (authority,) = signing.import_authorities(
        actor=setup,
        content=authority_certificate(),
        purpose=TrustedAuthority.Purpose.PUBLIC,
        source="Thông báo số 12",
        valid_from=directory.today(),
        now=now,
    )
    (own,) = read_certificates(content)
    agent = AgentServer(Device([MemoryKey(key, own)], lambda _origin, _batch: True), 0, [live])
    settings.SIGNING_DEVICE_URL = f"http://127.0.0.1:{agent.server_port}"
    one = f"/signing/certificates/{row.pk}/"
    with open_context(chromium, live, look, cast.sender) as person:
        threading.Thread(target=agent.serve_forever, args=(0.02,), daemon=True).start()
        page = visit(
            person, live, look, "/signing/mine/", "/signing/mine/add/", "/signing/certificates/", "/signing/authorities/",
            f"{one}image/", f"{one}answer/", f"{one}end/", one,
        )  # fmt: skip
        page.goto(f"{live}/signing/mine/add/")
        page.click("[data-device-take] button")
        page.wait_for_selector("[data-device-take] [role=status]:not(:empty)")
        assert page.eval_on_selector("[name=file]", "field => field.files[0].text()").startswith("-----BEGIN")
        examine(page, look, "a certificate taken from the device", answered=True)
        page.goto(live + one)
        page.click("form[data-device] button[type=submit]")
        page.wait_for_selector("main .note, [role=status].note, .alert, .badge-good")
        page.wait_for_load_state()
        examine(page, look, "a device that was tested")
        row.refresh_from_db()
        assert row.proved_at is not None, "the device of the page signed"
    agent.shutdown()
    agent.server_close()
    settings.SIGNING_DEVICE_URL = "http://127.0.0.1:9"
    with open_context(chromium, live, look, cast.sender) as person:
        page = person.new_page()
        page.goto(live + one)
        page.click("form[data-device] button[type=submit]")
        page.wait_for_selector("[data-device-item-says]:not(:empty)")
        examine(page, look, "a device that does not answer", answered=True)
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(
            administrator, live, look, "/signing/certificates/", "/signing/certificates/?show=ended",
            "/signing/certificates/add/", f"/signing/certificates/{theirs.pk}/", "/signing/authorities/",
            "/signing/authorities/add/", f"/signing/authorities/{authority.sha256}/end/",
        )  # fmt: skip
        page.goto(f"{live}/signing/certificates/add/")
        page.click("main form button[type=submit]")
        examine(page, look, "a certificate with errors")
