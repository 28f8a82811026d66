"""The pages of copies: the register, handing in, signing here or on one's own device, taking the register along."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from desk import Desk, entries, paper, scan
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from hienluong.copies.models import Copy, Kind, Step
from hienluong.signing.models import PreparedSignature

pytestmark = pytest.mark.django_db
PATH = "/copies/"
Enter = Callable[[str], Client]


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def answers(content: bytes, **changes: str) -> dict[str, Any]:
    given = {
        "kind": "SY",
        "of_reference": "15/QĐ-UBND",
        "of_date": "02/01/2026",
        "of_agency": "UBND tỉnh Quảng Trị",
        "of_subject": "Lịch tiếp công dân",
        "key": "01935280000070008000000000000007",
        **changes,
    }
    return {**given, "file": SimpleUploadedFile("qd.pdf", content)}


def test_clerk_hands_in_numbers_signs_and_fetches(desk: Desk, enter: Enter) -> None:
    clerk = enter("clerk")
    assert "No copy of this kind" in page(clerk.get(PATH))
    assert "Extract (trích sao)" in page(clerk.get(f"{PATH}new/"))
    source = scan(dpi=100, mode="L")
    address = clerk.post(f"{PATH}new/", answers(source)).headers["Location"]
    assert clerk.post(f"{PATH}new/", answers(source)).headers["Location"] == address, "sent twice, kept once"
    text = page(clerk.get(address))
    assert "Scanned pages that are not in colour: 1." in text
    assert "Scanned pages below 200 dpi: 1; the coarsest has 100 dpi." in text
    assert "Check your answers" in page(clerk.post(f"{address}number/", {"number": "3", "step": "check"}))
    assert clerk.post(f"{address}number/", {"number": "3", "step": "send"}).status_code == 302
    given = {"certificate": str(desk.house.rows["seal"].pk)}
    assert "The copy is signed by the agency." in page(clerk.post(f"{address}seal/", given, follow=True))
    copy = Copy.objects.get()
    assert (copy.step, copy.number) == (Step.SEALED, "03")
    text = page(clerk.get(address))
    assert copy.sealed_sha256 in text
    assert 'href="/signatures/"' in text
    assert "Give up" not in text
    saved = clerk.get(f"{address}file/")
    assert saved.content.startswith(source)
    assert saved.headers["Content-Disposition"] == 'attachment; filename="qd.pdf"'


def test_answers_that_do_not_fit_are_told_at_their_fields(desk: Desk, enter: Enter) -> None:
    clerk = enter("clerk")
    text = page(clerk.post(f"{PATH}new/", answers(paper(), kind="TrS", pages="2-9")), 422)
    assert "The document has fewer pages." in text
    assert "is no PDF that can be read" in page(clerk.post(f"{PATH}new/", answers(b"words")), 422)
    assert "Error:" in page(clerk.post(f"{PATH}new/", {"kind": "XX"}), 422)
    assert not Copy.objects.exists()


def test_copy_is_given_up_with_a_reason(desk: Desk, enter: Enter) -> None:
    clerk, one = enter("clerk"), desk.hand_in()
    address = f"{PATH}{one.pk}/give-up/"
    assert clerk.post(address, {"reason": "", "step": "send"}).status_code == 422
    text = page(clerk.post(address, {"reason": "Nhầm tệp", "step": "send"}, follow=True))
    assert "Given up because" in text
    assert "Sign the copy" not in text


def test_device_of_the_clerk_signs_as_the_page_s_script_asks_it_to(desk: Desk, enter: Enter) -> None:
    clerk, one, row = enter("clerk"), desk.hand_in(), desk.house.rows["device"]
    address = f"{PATH}{one.pk}/"
    answer = clerk.get(address, {"certificate": str(row.pk)})
    assert f'data-prepare="{address}prepare/?certificate={row.pk}"' in page(answer)
    assert "http://127.0.0.1:8987" in answer.headers["Content-Security-Policy"]
    assert "8987" not in clerk.get(PATH).headers["Content-Security-Policy"]
    asked = clerk.post(f"{address}prepare/?certificate={row.pk}").json()
    assert (asked["certificate"], asked["title"]) == (row.sha256, "Copy (sao y) 15/QĐ-UBND")
    prepared = PreparedSignature.objects.get(pk=asked["id"])
    given = {
        "id": asked["id"],
        "signature": base64.b64encode(desk.house.device(prepared, "device")).decode(),
    }
    wrong = {**given, "signature": base64.b64encode(b"another").decode()}
    refused = clerk.post(f"{address}complete/", json.dumps(wrong), content_type="application/json")
    assert (refused.status_code, refused.json()["tone"]) == (422, "error")
    done = clerk.post(f"{address}complete/", json.dumps(given), content_type="application/json")
    assert done.json() == {"tone": "success", "says": "Signed.", "href": address}
    again = clerk.post(f"{address}complete/", json.dumps(given), content_type="application/json")
    assert again.status_code == 200, "sent again it harms nothing"
    assert Copy.objects.get().step == Step.SEALED


def test_signature_comes_back_as_a_file(desk: Desk, enter: Enter) -> None:
    clerk, one = enter("clerk"), desk.hand_in()
    address = f"{PATH}{one.pk}/"
    saved = clerk.get(f"{address}requests/", {"certificate": str(desk.house.rows["device"].pk)})
    (asked,) = json.loads(saved.content)["requests"]
    prepared = PreparedSignature.objects.get(pk=asked["id"])
    signature = base64.b64encode(desk.house.device(prepared, "device")).decode()

    def bring(content: bytes) -> Any:
        return clerk.post(f"{address}answer/", {"file": SimpleUploadedFile("signatures.json", content)})

    assert "no file of signatures" in page(bring(b"{}"), 422)
    signed = json.dumps({"signatures": [{"id": asked["id"], "signature": signature}]}).encode()
    assert bring(signed).headers["Location"] == address
    assert Copy.objects.get().step == Step.SEALED


def test_refusal_of_signing_is_told_and_recorded(desk: Desk, enter: Enter) -> None:
    clerk, one = enter("clerk"), desk.hand_in()
    own = {"certificate": str(desk.house.rows["clerk"].pk)}
    text = page(clerk.post(f"{PATH}{one.pk}/seal/", own, follow=True))
    assert "A copy is signed with a certificate of the agency" in text
    assert entries()[-1] == ("copies.copy-sealed", "refused")


def test_list_is_narrowed_by_kind_and_step_and_taken_along_as_it_is(desk: Desk, enter: Enter) -> None:
    head = enter("head")
    desk.seal(desk.number(desk.hand_in(of_subject="Văn bản một")))
    desk.hand_in(of_subject="=Văn bản hai", kind=Kind.SAO_LUC)
    both = page(head.get(PATH))
    assert "Văn bản một" in both
    assert "Văn bản hai" in both
    assert "Make a copy" not in both, "that is the clerk's"
    assert "Văn bản một" not in page(head.get(PATH, {"kind": "SL"}))
    assert "Văn bản hai" not in page(head.get(PATH, {"step": "sealed"}))
    assert "Văn bản hai" in page(head.get(PATH, {"kind": "?", "step": "?", "after": "?"}))
    rows = b"".join(head.get(f"{PATH}export.csv", {"kind": "SL"}).streaming_content).decode()
    assert "Văn bản hai" in rows
    assert "Văn bản một" not in rows
    workbook = head.get(f"{PATH}export.xlsx")
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    assert head.get(f"{PATH}export.pdf").status_code == 404
    assert entries()[-1] == ("copies.register-exported", "done")


def test_list_asks_as_much_for_many_as_for_one(
    desk: Desk, enter: Enter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection  # noqa: PLC0415 - used here alone
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - the same

    clerk = enter("clerk")
    desk.hand_in()
    clerk.get(PATH)
    with CaptureQueriesContext(connection) as one:
        clerk.get(PATH)
    for _number in range(3):
        desk.hand_in()
    with django_assert_num_queries(len(one)):
        clerk.get(PATH)


def test_home_counts_what_waits_for_the_clerk(desk: Desk, enter: Enter) -> None:
    desk.hand_in()
    assert "Copies to sign for the agency" in page(enter("clerk").get("/"))
    assert "Copies to sign for the agency" not in page(enter("head").get("/"))
