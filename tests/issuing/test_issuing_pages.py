"""The pages on which documents are issued, from handing in to the journey, and signing on one's own device."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from house import TODAY, House, decision
from tests.exchange.personas import DONG_HOI

from hienluong.issuing import commands, queries, tasks
from hienluong.issuing.models import Document, Run, Step
from hienluong.kit import clock
from hienluong.signing.commands.remote import prepared_of
from hienluong.signing.models import PreparedSignature

pytestmark = pytest.mark.django_db
PATH = "/issuing/"


@pytest.fixture
def enter(house: House) -> Callable[[str], Client]:
    """Signs somebody of the house in, and gives the browser."""
    from hienluong.directory.models import User  # noqa: PLC0415 - models must be loaded first

    def sign_in(role: str) -> Client:
        person = house.posts[role].person
        if person.user is None:
            person.user = User.objects.create_user(f"house-{role}")
            person.save()
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(person.user)
        return browser

    return sign_in


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def upload(name: str = "qd.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, decision())


def test_document_goes_its_whole_way_over_the_pages(house: House, enter: Callable[[str], Client]) -> None:
    officer, clerk, head = enter("officer"), enter("clerk"), enter("head")
    form = page(officer.get(f"{PATH}new/"))
    assert "Lê Quang Ánh, Giám đốc – as head of the agency" in form
    assert "KT. (deputy for the head): 2/QĐ-SNV" in form
    answers = {
        "type_name": "Thông báo",
        "subject": "Lịch tiếp công dân",
        "notation": "TB-SNV",
        "signed_as": f"{house.posts['head'].pk}:own:",
        "key": "01935280000070008000000000000007",
        "file": upload(),
        "attachments": [upload("phu-luc.pdf")],
    }
    address = officer.post(f"{PATH}new/", answers).headers["Location"]
    answers |= {"file": upload(), "attachments": [upload("phu-luc.pdf")]}
    assert officer.post(f"{PATH}new/", answers).headers["Location"] == address, "sent twice, kept once"
    document = Document.objects.get()

    assert "Lịch tiếp công dân" in page(clerk.get(PATH)), "what waits for the clerk comes first"
    given = {"number": "7", "dated_on": TODAY.strftime("%d/%m/%Y")}
    assert "Check your answers" in page(clerk.post(f"{address}number/", {**given, "step": "check"}))
    assert clerk.post(f"{address}number/", {**given, "step": "send"}).status_code == 302

    assert "Move the signature" in page(head.get(address))
    signed = sign_on_device(house, head, document, "sign", "main", "head")
    assert signed["tone"] == "success"
    assert "Seal the document" in page(clerk.get(address))
    assert clerk.post(f"{address}seal/", {"certificate": house.rows["seal"].pk}).status_code == 302
    told = page(clerk.get(address))
    assert "waits to be issued" in told
    wanted = {"way": "send", "codes": [DONG_HOI], "priority": "0", "not_secret": "on"}
    assert "Issue now" in page(clerk.post(f"{address}issue/", {**wanted, "step": "check"}))
    assert clerk.post(f"{address}issue/", {**wanted, "step": "send"}).status_code == 302
    document.refresh_from_db()
    assert document.step == Step.ISSUED
    assert f"/exchange/packets/{document.packet}/" in page(clerk.get(address))
    for path in ("file/", "files/0/"):
        assert b"".join(officer.get(f"{address}{path}")).startswith(b"%PDF")


def sign_on_device(
    house: House, browser: Client, document: Document, what: str, part: str, by: str
) -> dict[str, Any]:
    """Does what the page's script does: asks for the hash, lets the device sign, brings the signature back."""
    address = f"{PATH}{document.pk}/{what}/{part}/"
    asked = browser.post(f"{address}prepare/?certificate={house.rows[by].pk}")
    assert asked.status_code == 200, asked.content
    facts = asked.json()
    assert facts["certificate"] == house.rows[by].sha256
    row = PreparedSignature.objects.get(pk=facts["id"])
    signature = house.keys[by].sign(prepared_of(row).attributes)
    body = json.dumps({"id": facts["id"], "signature": base64.b64encode(signature).decode()})
    for _ in range(2):  # a resend is harmless
        answer = browser.post(f"{address}complete/", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_agency_s_certificate_on_a_device_seals_the_files_before_the_document(
    house: House, enter: Callable[[str], Client]
) -> None:
    house.rows["seal"].delete()
    from tests.signing.world import row_of  # noqa: PLC0415 - as it is

    house.rows["seal"] = row_of(house.keys["seal"], agency=house.agency)
    document = house.number(house.hand_in(attachments=[("phu-luc.pdf", decision())]))
    house.sign(document)
    clerk = enter("clerk")
    shown = page(clerk.get(f"{PATH}many/?what=seal&entry={document.pk}"))
    assert shown.index("/seal/0/prepare/") < shown.index("/seal/main/prepare/")
    refused = clerk.post(f"{PATH}{document.pk}/seal/main/prepare/?certificate={house.rows['seal'].pk}")
    row = PreparedSignature.objects.get(pk=refused.json()["id"])
    signature = base64.b64encode(house.keys["seal"].sign(prepared_of(row).attributes)).decode()
    early = clerk.post(
        f"{PATH}{document.pk}/seal/main/complete/",
        json.dumps({"id": str(row.pk), "signature": signature}),
        content_type="application/json",
    )
    assert (early.status_code, early.json()["tone"]) == (409, "error")
    sign_on_device(house, clerk, document, "seal", "0", "seal")
    assert sign_on_device(house, clerk, document, "seal", "main", "seal")["says"] == "Sealed."
    document.refresh_from_db()
    assert document.step == Step.SEALED


def test_signatures_come_back_as_a_file(house: House, enter: Callable[[str], Client]) -> None:
    document = house.number(house.hand_in())
    head = enter("head")
    shown = page(head.get(f"{PATH}{document.pk}/"))
    assert f"/issuing/requests/sign/?certificate={house.rows['head'].pk}" in shown
    asked = head.get(f"{PATH}requests/sign/", {"entry": str(document.pk)}).json()["requests"]
    assert [one["title"] for one in asked] == [f"15/QĐ-SNV {document.subject}"]
    row = PreparedSignature.objects.get(pk=asked[0]["id"])
    made = base64.b64encode(house.keys["head"].sign(prepared_of(row).attributes)).decode()
    content = json.dumps(
        {"signatures": [{"id": asked[0]["id"], "signature": made}, {"id": "x", "error": "refused"}]}
    )
    answer = head.post(f"{PATH}answer/sign/", {"file": SimpleUploadedFile("s.json", content.encode())})
    assert "Signed." in page(answer)
    document.refresh_from_db()
    assert document.step == Step.SIGNED
    wrong = head.post(f"{PATH}answer/sign/", {"file": SimpleUploadedFile("s.json", b"[]")})
    assert "This is no file of signatures" in page(wrong, 422)


def test_run_seals_many_and_tells_the_outcome_of_each(house: House, enter: Callable[[str], Client]) -> None:
    documents = [house.number(house.hand_in(subject=f"Việc {number}"), str(number)) for number in (1, 2)]
    for one in documents:
        house.sign(one)
    Document.objects.filter(pk=documents[1].pk).update(signed_certificate="0" * 64)
    clerk = enter("clerk")
    entries = [str(one.pk) for one in documents]
    confirm = page(clerk.get(f"{PATH}many/", {"what": "seal", "entry": entries}))
    assert "Seal 2 documents" in confirm
    assert "Seal 2 documents" in page(clerk.get(f"{PATH}many/", {"what": "seal", "all": "on"}))
    given = {
        "entry": entries,
        "certificate": house.rows["seal"].pk,
        "key": "01935280000070008000000000000008",
    }
    address = clerk.post(f"{PATH}runs/", given).headers["Location"]
    assert clerk.post(f"{PATH}runs/", given).headers["Location"] == address, "begun once"
    assert "0 of 2 done" in page(clerk.get(address))
    tasks.seal_run(str(Run.objects.get().pk))
    told = page(clerk.get(address, headers={"HX-Request": "true"}), 286)
    assert "2 of 2 done, 1 refused" in told
    assert "The agency signs only what an authorised person signed" in told
    assert sorted(Document.objects.values_list("step", flat=True)) == ["sealed", "signed"]
    tasks.seal_run(str(Run.objects.get().pk))  # again: nothing more happens
    assert Document.objects.filter(step="sealed").count() == 1
    assert enter("head").get(address).status_code == 404, "another person's"


def test_place_is_moved_in_millimetres_and_the_signature_stands_there(
    house: House, enter: Callable[[str], Client]
) -> None:
    document = house.number(house.hand_in())
    head, address = enter("head"), f"{PATH}{document.pk}/place/person/"
    assert "data-place-box" in page(head.get(address))
    given = {"page": "1", "left": "20", "top": "30", "width": "40", "height": "20"}
    assert head.post(address, given).status_code == 302
    for wrong in ({"page": "2"}, {"left": "200"}, {"width": "0"}, {"top": "nan"}):
        assert head.post(address, {**given, **wrong}).status_code == 422, wrong
    house.sign(document)
    from io import BytesIO  # noqa: PLC0415 - here only

    from pypdf import PdfReader  # noqa: PLC0415 - here only

    read = PdfReader(BytesIO(queries.file_bytes(Document.objects.get())))
    rectangle = [float(one) for one in read.pages[0]["/Annots"][0].get_object()["/Rect"]]
    assert rectangle[0] == pytest.approx(20 * 72 / 25.4, abs=1)
    assert rectangle[3] == pytest.approx(842 - 30 * 72 / 25.4, abs=1)
    assert enter("officer").get(address).status_code == 403


def test_page_of_a_document_is_an_image(house: House, enter: Callable[[str], Client]) -> None:
    document = house.hand_in()
    officer = enter("officer")
    answer = officer.get(f"{PATH}{document.pk}/pages/1.png")
    assert answer.content.startswith(b"\x89PNG")
    assert officer.get(f"{PATH}{document.pk}/pages/2.png").status_code == 422


def test_returned_document_is_handed_in_again(house: House, enter: Callable[[str], Client]) -> None:
    document = house.number(house.hand_in())
    head, officer, clerk = enter("head"), enter("officer"), enter("clerk")
    address = f"{PATH}{document.pk}/"
    wanted = {"reason": "Sai trích yếu", "step": "send"}
    assert head.post(f"{address}return/", wanted).status_code == 302
    assert "Sai trích yếu" in page(officer.get(address))
    assert officer.post(f"{address}resubmit/", {"subject": "Trích yếu đúng"}).status_code == 302
    assert clerk.post(f"{address}give-up/", {"reason": "Không cần nữa", "step": "send"}).status_code == 302
    document.refresh_from_db()
    assert (document.step, document.number, document.subject) == ("given-up", "15", "Trích yếu đúng")


def test_lists_cost_the_same_whatever_is_in_them(
    house: House, enter: Callable[[str], Client], django_assert_num_queries: Any
) -> None:
    for number in range(3):
        house.hand_in(subject=f"Việc {number}")
    clerk = enter("clerk")
    clerk.get(PATH)
    with django_assert_num_queries(1):
        assert len(queries.documents(house.clerk, show="number").items) == 3
    first = queries.documents(house.clerk, show="all", limit=2)
    assert first.next
    assert len(queries.documents(house.clerk, show="all", limit=2, after=first.next).items) == 1
    with django_assert_num_queries(1):
        assert queries.waiting(house.clerk).to_number == 3
    assert queries.documents(house.officer, show="mine").items
    assert not queries.documents(house.stranger).items
    assert isinstance(queries.document(house.head, Document.objects.first().pk).pk, UUID)  # type: ignore[union-attr] # three
    assert commands.MANY_MOST == 200
    assert clock.now()
