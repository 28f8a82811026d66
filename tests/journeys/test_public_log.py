"""The public page of the log in a real Chromium: a proof is checked there with the network cut off."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.service import TlogProof

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def proof(live: str) -> TlogProof:
    """The proof of one of eleven entries."""
    acts = [ledger.Act("exchange.packet-accepted", f"packet:{one}", {"n": one}) for one in range(11)]
    ids = ledger.record_many(actor=Actor.platform("Phần mềm").ref, acts=acts, now=clock.now())
    ledger.sequence_waiting(now=clock.now(), sign=True)
    return ledger.prove(ids[6])


@pytest.fixture
def page(chromium: Browser, live: str, proof: TlogProof) -> Iterator[Page]:
    """The public page, opened by a stranger; from then on the network is cut off and every request is noted."""
    context = chromium.new_context(locale="en", extra_http_headers={"Accept-Language": "en"})
    page = context.new_page()
    page.goto(f"{live}/log/")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert asked == [], "a proof is checked in the page alone"
    context.close()


def verdict(page: Page, text: str, key: str | None = None) -> str:
    """Pastes a proof, verifies it, and returns what the page says."""
    page.fill("[data-proof-text]", text)
    if key is not None:
        page.fill("[data-proof-key]", key)
    page.evaluate("document.querySelector('[data-proof-result]').replaceChildren()")
    page.click("[data-proof-form] button[type=submit]")
    expect(page.locator("[data-proof-result] li").first).to_be_visible()
    return page.inner_text("[data-proof-result]")


def altered(proof: TlogProof) -> dict[str, str]:
    """Returns proofs in which one thing each was altered, by what."""
    root = proof.checkpoint.split("\n")[2]
    other = base64.b64encode(bytes(32)).decode()
    return {
        "entry": replace(proof, extra=proof.extra.replace(b'"done"', b'"nope"')).text(),
        "way": replace(proof, hashes=[bytes(32), *proof.hashes[1:]]).text(),
        "shorter way": replace(proof, hashes=proof.hashes[:-1]).text(),
        "index": replace(proof, index=proof.index + 1).text(),
        "root": proof.text().replace(root, other),
        "signature": proof.text()[:-12] + "A" + proof.text()[-11:],
        "form": "c2sp.org/tlog-proof@v1\nnothing",
    }


def test_proof_is_checked_in_the_browser_alone(page: Page, proof: TlogProof) -> None:
    said = verdict(page, proof.text())
    assert "It holds" in said
    assert "index 6" in said.replace("entry 6", "index 6")
    assert '"subject": "packet:6"' in said
    for what, text in altered(proof).items():
        assert "It does not hold." in verdict(page, text), what
    forged = str(ledger.Verifier(ledger.verifier().name, bytes(31) + b"\x07"))
    assert "not signed with this key" in verdict(page, proof.text(), forged)
    assert "no key of such a log" in verdict(page, proof.text(), "nonsense")


def test_browser_without_ed25519_checks_the_signature_all_the_same(page: Page, proof: TlogProof) -> None:
    page.evaluate(
        """() => { const own = crypto.subtle.importKey.bind(crypto.subtle);
        crypto.subtle.importKey = (form, key, kind, ...rest) =>
          kind.name === "Ed25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : own(form, key, kind, ...rest); }"""
    )
    assert "computed by this page" in verdict(page, proof.text())
    assert "It does not hold." in verdict(page, altered(proof)["signature"])


def test_code_of_a_receipt_is_checked_as_soon_as_it_is_opened(
    chromium: Browser, live: str, proof: TlogProof
) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(proof.text().encode()) + packer.flush()
    packed = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    context = chromium.new_context(locale="en", extra_http_headers={"Accept-Language": "en"})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live}/log/#p={packed}")
    expect(page.locator("[data-proof-verdict=holds]")).to_be_visible()
    assert not any(packed[:40] in url.split("#")[0] for url in asked)
    context.close()
