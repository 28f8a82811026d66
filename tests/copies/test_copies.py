"""The way of a copy: handed in, looked at, numbered, signed by the agency, kept; nothing of it is changed afterwards."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import NEEDS_PDFSIG, Desk, entries, paper, pdfsig, scan
from pypdf import PdfReader, PdfWriter
from pytest_django import Settings
from tests.signing.world import World

from hienluong.copies import commands, queries
from hienluong.copies.errors import (
    CertificateUnfit,
    CopyChanged,
    CopyNotFound,
    FileRefused,
    NumberFixed,
    NumberTaken,
    StepRefused,
)
from hienluong.copies.models import Copy, Kind, Step
from hienluong.copies.policy import STAMPED, warnings_of
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.files.models import Holding
from hienluong.issuing import queries as issuing
from hienluong.kit import clock
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import InvalidInput, NotAuthenticated
from hienluong.signing import service as signing
from hienluong.signing.service import Verdict

pytestmark = pytest.mark.django_db


def shown(pdf: bytes, tmp_path: Path) -> str:
    """Returns the text of the first page as poppler shows it, fields included."""
    file = tmp_path / "shown.pdf"
    file.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", "-f", "1", "-l", "1", file, "-"], capture_output=True, check=True
    ).stdout.decode()


def report(desk: Desk, pdf: bytes) -> Any:
    return signing.validate_file(desk.clerk, pdf, now=clock.now(), online=True)


@pytest.mark.parametrize("kind", [Kind.SAO_Y, Kind.SAO_LUC])
def test_copy_of_a_whole_document_says_kind_agency_and_time_top_right(desk: Desk, kind: Kind) -> None:
    source = paper()
    one = desk.hand_in(kind=kind, file=("quyet-dinh.pdf", source))
    assert (one.step, one.source_sha256, one.file_sha256) == (
        Step.PREPARED,
        *[hashlib.sha256(source).hexdigest()] * 2,
    )
    sealed = desk.seal(one)
    pdf = queries.file_bytes(sealed)
    assert pdf.startswith(source), "the signature is one more update behind what was handed in"
    assert (sealed.step, sealed.sealed_sha256, sealed.sealed_by) == (
        Step.SEALED,
        hashlib.sha256(pdf).hexdigest(),
        desk.clerk.name,
    )
    assert sealed.sealed_certificate == desk.house.rows["seal"].sha256
    (field,) = PdfReader(io.BytesIO(pdf)).get_fields().values()  # type: ignore[union-attr] # it has one
    (widget,) = [one.get_object() for one in PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"]]
    box = [float(length) for length in widget["/Rect"]]
    assert box[0] > 595 / 2
    assert box[3] > 842 - 40
    look = widget["/AP"]["/N"]
    assert "/Image" not in str(look.get_object().get("/Resources", "")), "no image is shown"
    assert field["/FT"] == "/Sig"
    assert report(desk, pdf).verdict is Verdict.VALID
    assert entries() == [("copies.copy-prepared", "done"), ("copies.copy-sealed", "done")]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
def test_text_of_each_kind_stands_on_the_page_with_the_time_of_vietnam(desk: Desk, tmp_path: Path) -> None:
    for kind in Kind:
        sealed = desk.seal(desk.hand_in(kind=kind, pages="1" if kind == Kind.TRICH_SAO else ""))
        assert sealed.sealed_at is not None
        text = " ".join(shown(queries.file_bytes(sealed), tmp_path).split())
        moment = f"{in_vietnam(sealed.sealed_at):%d-%m-%Y %H:%M:%S} +07:00"
        for line in (STAMPED[kind], "Sở Nội vụ", moment):
            assert line in text


@NEEDS_PDFSIG
def test_copy_of_a_signed_document_keeps_its_signatures_and_poppler_finds_all_valid(
    desk: Desk, believed: World, tmp_path: Path
) -> None:
    house = desk.house
    document = house.number(house.hand_in())
    house.sign(document)
    signed = issuing.file_bytes(house.seal(document))
    one = desk.hand_in(file=("quyet-dinh.pdf", signed))
    assert (one.facts["signatures"], one.facts["verdict"]) == (2, "valid")
    pdf = queries.file_bytes(desk.seal(one))
    assert pdf.startswith(signed)
    found = report(desk, pdf)
    assert (found.verdict, len(found.signatures)) == (Verdict.VALID, 3)
    file = tmp_path / "copy.pdf"
    file.write_bytes(pdf)
    assert pdfsig(file, believed).count("Signature is Valid.") == 3


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
def test_text_of_a_copy_of_a_copy_stands_below_the_first_one(desk: Desk, tmp_path: Path) -> None:
    first = queries.file_bytes(desk.seal(desk.hand_in()))
    second = desk.seal(desk.hand_in(kind=Kind.SAO_LUC, file=("ban-sao.pdf", first)))
    pdf = queries.file_bytes(second)
    boxes = [one.get_object()["/Rect"] for one in PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"]]
    (upper, lower) = [[float(length) for length in box] for box in boxes]
    assert lower[3] < upper[1]
    text = shown(pdf, tmp_path)
    assert text.index("SAO Y") < text.index("SAO LỤC")
    assert report(desk, pdf).verdict is Verdict.VALID


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
def test_extract_has_its_pages_alone_keeps_the_hash_of_the_source_and_shows_what_signatures_showed(
    desk: Desk, tmp_path: Path
) -> None:
    source = queries.file_bytes(desk.seal(desk.hand_in()))
    one = desk.hand_in(kind=Kind.TRICH_SAO, pages="3, 1", file=("ban-sao.pdf", source))
    assert (one.pages, one.source_sha256) == ("1, 3", hashlib.sha256(source).hexdigest())
    assert one.file_sha256 != one.source_sha256
    assert any("extract" in said for said, _params in warnings_of(one.facts, one.kind))
    extract = queries.file_bytes(one)
    assert report(desk, extract).verdict is Verdict.UNSIGNED
    assert "SAO Y" in shown(extract, tmp_path), "as a picture"
    sealed = queries.file_bytes(desk.seal(one))
    found = report(desk, sealed)
    assert (found.verdict, len(found.signatures)) == (Verdict.VALID, 1)
    text = shown(sealed, tmp_path)
    assert text.index("SAO Y") < text.index("TRÍCH SAO")
    assert len(PdfReader(io.BytesIO(sealed)).pages) == 2


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (scan(), []),
        (paper(), []),
        (scan(mode="L"), ["Scanned pages that are not in colour: {count}."]),
        (scan(dpi=150, pages=2), ["Scanned pages below 200 dpi: {count}; the coarsest has {dpi} dpi."]),
        (scan(version=(1, 3)), ["The scan is PDF {version}; the decree asks for 1.4 or later."]),
    ],
)
def test_what_a_scan_lacks_is_said_and_forbids_nothing(desk: Desk, source: bytes, wanted: list[str]) -> None:
    one = desk.hand_in(file=("quet.pdf", source))
    found = warnings_of(one.facts, one.kind)
    assert [said for said, _params in found] == wanted
    assert all(said.format(**params) for said, params in found)
    assert desk.seal(one).step == Step.SEALED


def test_signature_that_does_not_hold_is_said(desk: Desk) -> None:
    signed = queries.file_bytes(desk.seal(desk.hand_in()))
    broken = signed.replace(b"ReportLab Generated", b"Reportlab Generated")
    assert broken != signed
    one = desk.hand_in(kind=Kind.SAO_LUC, file=("hong.pdf", broken))
    assert one.facts["verdict"] == "invalid"
    assert any("hold" in said for said, _params in warnings_of(one.facts, one.kind))


def locked_pdf() -> bytes:
    writer, target = PdfWriter(clone_from=io.BytesIO(paper())), io.BytesIO()
    writer.encrypt("mật khẩu")
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"of_subject": " "}, "/of_subject"),
        ({"of_agency": ""}, "/of_agency"),
        ({"of_reference": "1" * 51}, "/of_reference"),
        ({"of_date": clock.in_vietnam(clock.now()).date() + timedelta(days=1)}, "/of_date"),
        ({"kind": Kind.TRICH_SAO}, "/pages"),
        ({"kind": Kind.TRICH_SAO, "pages": "2-9"}, "/pages"),
        ({"file": ("a.txt", b"words")}, ""),
        ({"file": ("a.pdf", b"%PDF-1.7\n%%EOF")}, ""),
        ({"file": ("a.pdf", locked_pdf())}, ""),
    ],
)
def test_what_cannot_be_copied_is_refused_and_nothing_is_kept(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.hand_in(**changes)
    assert [one.pointer for one in refused.value.errors] == ([field] if field else [])
    assert isinstance(refused.value, FileRefused) is not bool(field)
    assert not Copy.objects.exists()
    assert entries() == [("copies.copy-prepared", "refused")]


def test_file_that_is_too_large_is_refused(desk: Desk, settings: Settings) -> None:
    settings.SIGNING_MAX_BYTES = 100
    with pytest.raises(FileRefused):
        desk.hand_in()


def test_same_key_again_gives_the_same_copy_and_never_another_agency_s(desk: Desk) -> None:
    key = uuid.uuid4()
    one = desk.hand_in(key=key)
    assert desk.hand_in(key=key, of_subject="khác").pk == one.pk
    assert Copy.objects.count() == 1
    assert len(entries()) == 1


def test_copies_of_a_year_are_one_series_whatever_their_kind(desk: Desk) -> None:
    first, second = desk.hand_in(), desk.hand_in(kind=Kind.SAO_LUC)
    assert desk.number(first).number == "07"
    assert desk.number(first, number="").number == "07", "it keeps what it has"
    with pytest.raises(NumberTaken):
        desk.number(second)
    with pytest.raises(NumberFixed):
        desk.number(first, number="8")
    with pytest.raises(InvalidInput):
        desk.number(second, number="bảy")
    with pytest.raises(InvalidInput):
        desk.number(second, number="", series="không có")
    Copy.objects.filter(pk=first.pk).update(numbered_on=in_vietnam(clock.now()).date() - timedelta(days=366))
    assert desk.number(second).number == "07", "another year"
    assert entries()[-1] == ("copies.copy-numbered", "done")


def test_number_comes_from_a_book_of_the_agency(desk: Desk) -> None:
    from hienluong.takeover import commands as takeover  # noqa: PLC0415 - the books that this installation has

    takeover.continue_book(
        actor=desk.clerk, series="Bản sao", year=in_vietnam(clock.now()).year, number=4, now=clock.now()
    )
    one = desk.hand_in()
    assert desk.number(one, number="", series="Bản sao").number == "04"
    assert Copy.objects.get().number_book == "Bản sao"
    assert desk.number(desk.hand_in(), number="", series="Bản sao").number == "05"


def test_signed_copy_stays_as_it_is(desk: Desk) -> None:
    sealed = desk.seal(desk.hand_in())
    assert desk.seal(sealed).sealed_sha256 == sealed.sealed_sha256, "again it harms nothing"
    for act in (desk.give_up, desk.number):
        with pytest.raises(StepRefused):
            act(sealed)
    assert [one for one in entries() if one[0] == "copies.copy-sealed"] == [("copies.copy-sealed", "done")]
    assert Holding.objects.filter(holder=sealed.pk).count() == 1, (
        "what was to be signed went as it was replaced"
    )


def test_copy_that_was_given_up_is_not_signed_and_keeps_its_number(desk: Desk) -> None:
    one = desk.give_up(desk.number(desk.hand_in()))
    assert (one.step, one.given_up_why, one.number) == (Step.GIVEN_UP, "Nhầm tệp", "07")
    assert desk.give_up(one).step == Step.GIVEN_UP, "again it harms nothing"
    with pytest.raises(StepRefused):
        desk.seal(one)
    with pytest.raises(NumberTaken):
        desk.number(desk.hand_in())


def test_device_signs_the_copy_as_it_was_prepared_and_once(desk: Desk) -> None:
    house, one = desk.house, desk.hand_in()
    row = commands.prepare_seal(
        actor=desk.clerk, copy_id=one.pk, certificate_id=house.rows["device"].pk, now=clock.now()
    )
    given: dict[str, Any] = {
        "actor": desk.clerk,
        "prepared_id": row.pk,
        "signature": house.device(row, "device"),
        "now": clock.now(),
    }
    with pytest.raises(CopyChanged):
        commands.complete_seal(copy_id=desk.hand_in(file=("khac.pdf", paper(1))).pk, **given)
    sealed = commands.complete_seal(copy_id=one.pk, **given)
    assert commands.complete_seal(copy_id=one.pk, **given).sealed_at == sealed.sealed_at
    assert sealed.sealed_certificate == house.rows["device"].sha256
    found = report(desk, queries.file_bytes(sealed))
    assert (found.verdict, len(found.signatures)) == (Verdict.VALID, 1)


def test_person_s_certificate_signs_no_copy(desk: Desk) -> None:
    own = desk.house.rows["clerk"]
    with pytest.raises(CertificateUnfit):
        desk.seal(desk.hand_in(), certificate_id=own.pk)
    assert own.pk not in [
        row.pk for row in queries.certificates_for(desk.clerk, desk.hand_in(), now=clock.now())
    ]


def test_only_clerks_of_the_agency_act_and_others_do_not_know_of_it(desk: Desk) -> None:
    one = desk.hand_in()
    with pytest.raises(NotAuthenticated):
        desk.seal(one, actor=None)
    stranger = desk.house.actors["stranger"]
    for act in (desk.seal, desk.number, desk.give_up):
        with pytest.raises(CopyNotFound):
            act(one, actor=stranger)
        for role in ("head", "deputy", "officer"):
            with pytest.raises(PermissionMissing):
                act(one, actor=desk.house.actors[role])
    for role in ("head", "officer"):
        with pytest.raises(PermissionMissing):
            desk.hand_in(actor=desk.house.actors[role])
    with pytest.raises(PermissionMissing):
        queries.copies(desk.house.actors["officer"])
    assert [row.pk for row in queries.copies(desk.house.actors["head"]).items] == [one.pk]
    assert queries.copies(stranger).items == []
    assert queries.copies(Actor.platform("specification")).items != []
    assert (queries.waiting_count(desk.clerk), queries.waiting_count(desk.house.actors["head"])) == (1, 0)


def test_last_time_stamp_is_renewed_in_time_and_the_earlier_hash_is_kept(
    desk: Desk, settings: Settings
) -> None:
    settings.SIGNING_LEVEL = "B-LTA"
    sealed = desk.seal(desk.hand_in())
    assert sealed.sealed_level == "B-LTA"
    assert sealed.renew_at is not None
    assert commands.renew_copies(now=sealed.renew_at - timedelta(seconds=1)) == (0, 0)
    Copy.objects.update(renew_at=clock.now())
    before = queries.file_bytes(sealed)
    assert commands.renew_copies(now=clock.now()) == (1, 0)
    renewed = Copy.objects.get()
    after = queries.file_bytes(renewed)
    assert after.startswith(before)
    assert report(desk, after).verdict is Verdict.VALID
    assert renewed.sealed_sha256 == sealed.sealed_sha256 != renewed.file_sha256
    settings.DEMONSTRATION = False
    Copy.objects.update(renew_at=clock.now())
    assert commands.renew_copies(now=clock.now()) == (0, 1)
    assert entries()[-2:] == [("copies.stamps-renewed", "done"), ("copies.stamps-renewed", "refused")]
    again = Copy.objects.get().renew_at
    assert again is not None
    assert again > clock.now() + timedelta(hours=23)


def test_without_evidence_a_key_of_this_installation_signs_as_far_as_it_can(
    desk: Desk, settings: Settings
) -> None:
    settings.SIGNING_LEVEL = "B-LTA"
    settings.DEMO_AUTHORITY_PORT = 1
    assert desk.seal(desk.hand_in()).sealed_level == "B-B"
