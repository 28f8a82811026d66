"""The way of a document: number and date, person, agency, out; no step is left out and none is taken twice."""

from __future__ import annotations

import json
import uuid
from io import BytesIO
from typing import Any

import pytest
from house import TODAY, House, days, decision
from pypdf import PdfReader
from tests.exchange.personas import DONG_HOI

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.files import service as files
from hienluong.issuing import commands, queries
from hienluong.issuing.errors import (
    AuthorityMissing,
    CertificateUnfit,
    DocumentNotFound,
    FileRefused,
    NumberFixed,
    NumberTaken,
    SignatureDoubtful,
    StepRefused,
)
from hienluong.issuing.models import Authority, Document, Step
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput, NotAuthenticated
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.signing import service as signing
from hienluong.signing.service import Verdict
from hienluong.staff import service as staff

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str]]:
    found = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [(one["action"], one["outcome"]) for one in found if one["action"].startswith("issuing.")]


def test_document_is_numbered_signed_sealed_and_sent(house: House) -> None:
    document = house.hand_in(attachments=[("phu-luc.pdf", decision()), ("so-lieu.txt", "số".encode())])
    assert document.step == Step.PREPARED
    assert house.number(document).reference == "15/QĐ-SNV"
    text = PdfReader(BytesIO(queries.file_bytes(Document.objects.get()))).pages[0].extract_text()
    assert f"{TODAY.day:02}" in text
    assert "15" in text
    house.sign(document)
    sealed = house.seal(document)
    issued = house.issue(document, send=True, recipients=[DONG_HOI], declared_not_secret=True)
    assert issued.step == Step.ISSUED
    report = signing.validate_file(house.clerk, queries.file_bytes(issued), now=clock.now())
    assert report.verdict is Verdict.VALID
    assert [one.certificate.holder.name for one in report.signatures if one.certificate] == [
        "Lê Quang Ánh",
        "Sở Nội vụ",
    ]
    assert sealed.sealed_sha256 == report.sha256
    packet = Packet.objects.get(pk=issued.packet)
    assert packet.document_id.endswith("15/QĐ-SNV")
    assert [part.name for part in packet.parts.order_by("position")] == [
        "quyet-dinh.pdf",
        "phu-luc.pdf",
        "so-lieu.txt",
    ]
    beside = queries.files_of(issued)
    found = signing.validate_file(house.clerk, queries.attached_bytes(issued, beside[0]), now=clock.now())
    assert found.verdict is Verdict.VALID
    assert beside[1].sealed is None
    assert [one.step for one in queries.passages_of(issued)] == [
        "prepared",
        "numbered",
        "signed",
        "sealed",
        "issued",
    ]
    assert entries() == [
        (f"issuing.document-{step}", "done")
        for step in ("prepared", "numbered", "signed", "sealed", "issued")
    ]


def test_each_step_tells_whoever_is_next(house: House) -> None:
    document = house.hand_in()
    house.number(document)
    house.sign(document)
    house.seal(document)
    house.issue(document)
    told = [(one.code, one.reader) for one in Notice.objects.order_by("pk") if one.code.startswith("issuing")]
    clerk, head, officer = (house.actors[name].id for name in ("clerk", "head", "officer"))
    assert told == [
        ("issuing.to_number", clerk),
        ("issuing.to_sign", head),
        ("issuing.to_seal", clerk),
        ("issuing.to_issue", clerk),
        ("issuing.issued", officer),
    ]


def test_steps_cannot_be_left_out(house: House) -> None:
    document = house.hand_in()
    for act in (house.sign, house.seal, house.issue):
        with pytest.raises(StepRefused):
            act(document)
    house.number(document)
    for act in (house.number, house.seal, house.issue):
        with pytest.raises(StepRefused):
            act(document)
    house.sign(document)
    for act in (house.number, house.sign, house.issue):
        with pytest.raises(StepRefused):
            act(document)
    refused = [action for action, outcome in entries() if outcome == "refused"]
    assert len(refused) == 9, "each refusal is an entry"


def test_doing_it_again_gives_what_was_done(house: House) -> None:
    key = uuid.uuid4()
    document = house.hand_in(key=key)
    assert house.hand_in(key=key).pk == document.pk
    house.number(document)
    row = house.prepared(document)
    given: dict[str, Any] = {
        "actor": house.head,
        "document_id": document.pk,
        "prepared_id": row.pk,
        "signature": house.device(row),
        "now": clock.now(),
    }
    first = commands.complete_signature(**given)
    assert commands.complete_signature(**given).signed_sha256 == first.signed_sha256
    sealed = house.seal(document)
    assert house.seal(document).sealed_sha256 == sealed.sealed_sha256
    house.issue(document)
    assert house.issue(document).step == Step.ISSUED
    assert Document.objects.count() == 1
    assert len(entries()) == 5


def test_only_the_named_person_signs_and_only_with_an_own_certificate(house: House) -> None:
    document = house.number(house.hand_in())
    for other in ("clerk", "deputy"):
        with pytest.raises(PermissionMissing):
            house.prepared(document, other)
    for other in ("officer", "stranger"):
        with pytest.raises((DocumentNotFound, PermissionMissing)):
            commands.prepare_signature(
                actor=house.actors[other],
                document_id=document.pk,
                certificate_id=house.rows["head"].pk,
                now=clock.now(),
            )
    with pytest.raises(NotAuthenticated):
        commands.prepare_signature(
            actor=None, document_id=document.pk, certificate_id=house.rows["head"].pk, now=clock.now()
        )
    clerk_signs = house.number(house.hand_in(by="clerk", subject="Khác"), "16")
    assert clerk_signs.step == Step.NUMBERED


def test_stand_in_of_today_signs_with_the_own_certificate(house: House) -> None:
    document = house.number(house.hand_in())
    head = house.posts["head"]
    stand_in = Actor(
        "person",
        house.deputy.id,
        "Trần Minh Châu (thay Lê Quang Ánh)",
        house.agency.pk,
        house.head.agency_code,
        house.agency.name,
        "head",
        head.pk,
        standing_in_for="Lê Quang Ánh",
    )
    house.actors["deputy"] = stand_in
    signed = house.sign(document, "deputy")
    assert signed.signed_by_id == house.deputy.id
    assert house.seal(document).step == Step.SEALED


def test_clerk_seals_for_the_own_agency_only_and_never_with_a_person_s_certificate(house: House) -> None:
    document = house.number(house.hand_in())
    house.sign(document)
    with pytest.raises(CertificateUnfit):
        house.seal(document, certificate_id=house.rows["clerk"].pk)
    with pytest.raises(DocumentNotFound):
        house.seal(document, actor=house.stranger)
    with pytest.raises(PermissionMissing):
        house.seal(document, actor=house.head)
    assert Document.objects.get().step == Step.SIGNED


def test_head_cannot_seal_nor_sign_with_the_agency_s_certificate(house: House) -> None:
    document = house.number(house.hand_in(by="clerk"))
    with pytest.raises(PermissionMissing):
        house.prepared(document, "clerk", certificate_id=house.rows["seal"].pk)


def test_altered_bytes_are_not_sealed(house: House) -> None:
    document = house.number(house.hand_in())
    document = house.sign(document)
    altered = queries.file_bytes(document) + b"\n% more\n"
    stored = files.store(altered)
    files.hold(stored, holders=[document.pk], now=clock.now())
    Document.objects.update(file=stored.id)  # past the application
    with pytest.raises(SignatureDoubtful):
        house.seal(document)
    Document.objects.update(file_sha256=stored.sha256.hex(), signed_sha256=stored.sha256.hex())
    with pytest.raises(SignatureDoubtful):
        house.seal(document)  # the hash was put right, the signature tells all the same
    assert entries()[-1] == ("issuing.document-sealed", "refused")


def test_file_that_nobody_signed_is_not_sealed_though_a_row_says_so(house: House) -> None:
    document = house.number(house.hand_in())
    Document.objects.update(
        step="signed",
        signed_sha256=document.file_sha256,
        signed_at=clock.now(),
        signed_certificate=house.rows["head"].sha256,
    )
    with pytest.raises(SignatureDoubtful):
        house.seal(document)


def test_delegation_that_ended_between_handing_in_and_signing_gives_no_right(house: House) -> None:
    document = house.number(house.hand_in(signer="deputy"))
    staff.revoke_delegation(actor=house.head, delegation=house.kt, reason="đổi phân công", now=clock.now())
    with pytest.raises(AuthorityMissing):
        house.sign(document, "deputy")
    assert Document.objects.get().step == Step.NUMBERED
    with pytest.raises(AuthorityMissing):
        house.hand_in(signer="deputy", subject="Một việc khác")


def test_delegation_revoked_on_the_day_of_signing_is_no_right_when_it_is_sealed(house: House) -> None:
    document = house.number(house.hand_in(signer="deputy"))
    house.sign(document, "deputy")
    staff.revoke_delegation(actor=house.head, delegation=house.kt, reason="đổi phân công", now=clock.now())
    with pytest.raises(AuthorityMissing):
        house.seal(document)


def test_signer_without_the_named_right_is_refused_when_handed_in(house: House) -> None:
    for signer, authority in (
        ("deputy", Authority.OWN),
        ("deputy", Authority.TUQ),
        ("head", Authority.Q),
        ("officer", Authority.OWN),
        ("clerk", Authority.KT),
    ):
        with pytest.raises(AuthorityMissing):
            house.hand_in(signer=signer, authority=authority)
    assert not Document.objects.exists()


def test_number_stays_with_a_returned_document_and_everything_comes_anew(house: House) -> None:
    document = house.number(house.hand_in())
    house.sign(document)
    returned = commands.return_document(
        actor=house.clerk, document_id=document.pk, reason="Sai thể thức", now=clock.now()
    )
    assert (returned.step, returned.number) == (Step.RETURNED, "15")
    with pytest.raises(StepRefused):
        house.seal(document)
    again = commands.resubmit_document(
        actor=house.officer, document_id=document.pk, file=("moi.pdf", decision()), now=clock.now()
    )
    assert (again.step, again.signed_sha256, again.signed_by_id) == (Step.PREPARED, "", None)
    with pytest.raises(NumberFixed):
        house.number(again, "16")
    assert house.number(again, "").number == "15"
    house.sign(document)
    assert house.seal(document).step == Step.SEALED


def test_number_is_given_once_a_year(house: House) -> None:
    house.number(house.hand_in())
    with pytest.raises(NumberTaken):
        house.number(house.hand_in(subject="Việc thứ hai"))
    with pytest.raises(InvalidInput):
        house.number(Document.objects.get(step="prepared"), "không số")
    with pytest.raises(InvalidInput):
        house.number(Document.objects.get(step="prepared"), "17", dated_on=TODAY + days(1))


def test_given_up_document_is_over_and_its_number_is_not_given_again(house: House) -> None:
    document = house.number(house.hand_in())
    with pytest.raises(PermissionMissing):
        commands.give_up_document(actor=house.head, document_id=document.pk, reason="thôi", now=clock.now())
    commands.give_up_document(actor=house.officer, document_id=document.pk, reason="thôi", now=clock.now())
    with pytest.raises(StepRefused):
        house.sign(document)
    with pytest.raises(NumberTaken):
        house.number(house.hand_in(subject="Việc thứ hai"))


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7\nbroken"])
def test_file_that_is_no_pdf_is_refused(house: House, content: bytes) -> None:
    with pytest.raises(FileRefused):
        house.hand_in(file=("a.pdf", content))


def test_signed_file_is_refused(house: House) -> None:
    document = house.number(house.hand_in())
    signed = queries.file_bytes(house.sign(document))
    with pytest.raises(FileRefused):
        house.hand_in(file=("a.pdf", signed))
