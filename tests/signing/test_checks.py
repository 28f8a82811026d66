"""Whatever is wrong with a file is found, and told by its right reason; whatever comes, there is a report."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import BasicConstraints, CertificateBuilder, ocsp, random_serial_number
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter
from tests.exchange import personas
from world import NOW, PERSON, SOON, World, letter

from hienluong.signing.formats import cades, pades, xades
from hienluong.signing.formats.keys import MemoryKey, from_pyca, to_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import FileReport, Reason, Verdict, judged
from hienluong.signing.formats.trust import Knowledge, Trust, is_demonstration
from hienluong.signing.formats.validation import Limits, kind_of, validate

Signed = Mapping[Level, bytes]
HERE = Path(__file__).parent


def reasons(report: FileReport) -> tuple[Verdict, tuple[Reason, ...]]:
    return report.verdict, report.reasons


def test_byte_that_was_altered_under_the_signature_is_found(world: World, signed: Signed) -> None:
    altered = signed[Level.LTA].replace(b"ReportLab Generated", b"Reportlab Generated")
    report = world.check(altered)
    assert reasons(report) == (Verdict.INVALID, (Reason.ALTERED,))
    assert {one.verdict for one in report.signatures} == {Verdict.INVALID}


def test_content_changed_by_an_update_behind_the_signature_is_found(world: World, signed: Signed) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed[Level.T]))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = type(page.raw_get("/MediaBox")[0])(180)
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    changed = io.BytesIO()
    writer.write(changed)
    report = world.check(changed.getvalue())
    first = report.signatures[0]
    assert reasons(report) == (Verdict.INVALID, (Reason.CHANGED,))
    assert (first.etsi, first.covers, first.changes) == ("PASSED", "whole-revision", "other")


def test_certificate_that_was_revoked_before_is_found(shaken: World, pdf: bytes) -> None:
    shaken.authority.revoke(shaken.person.certificate.serial_number, now=NOW - timedelta(minutes=5))
    signed = pades.sign(pdf, shaken.person, Wanted(Level.T, NOW), stamper=shaken.stamper)
    report = shaken.check(signed)
    found = report.signatures[0].revocation
    assert reasons(report) == (Verdict.INVALID, (Reason.REVOKED,))
    assert (found.status, found.revoked_at, found.why) == (
        "revoked",
        NOW - timedelta(minutes=5),
        "key_compromise",
    )


@pytest.mark.parametrize(("level", "verdict"), [(Level.B, Verdict.INVALID), (Level.T, Verdict.VALID)])
def test_certificate_that_was_revoked_later_does_not_touch_what_a_time_stamp_proves(
    shaken: World, pdf: bytes, level: Level, verdict: Verdict
) -> None:
    signed = pades.sign(pdf, shaken.person, Wanted(level, NOW), stamper=shaken.stamper)
    shaken.authority.revoke(shaken.person.certificate.serial_number, now=NOW + timedelta(days=3))
    report = shaken.check(signed, at=NOW + timedelta(days=5))
    assert report.verdict is verdict
    assert report.signatures[0].revocation.status == "revoked"


def test_signature_of_another_authority_is_not_believed(world: World, shaken: World, pdf: bytes) -> None:
    signed = pades.sign(pdf, shaken.person, Wanted(Level.B, NOW))
    assert reasons(world.check(signed)) == (Verdict.INDETERMINATE, (Reason.AUTHORITY_UNKNOWN,))


def test_time_stamp_of_another_authority_proves_nothing_and_harms_nothing(
    world: World, shaken: World, pdf: bytes
) -> None:
    signed = pades.sign(pdf, world.person, Wanted(Level.T, NOW), stamper=shaken.stamper)
    report = world.check(signed)
    first = report.signatures[0]
    assert reasons(report) == (Verdict.VALID, ())
    assert first.proved_at is None
    assert first.stamp is not None
    assert (first.stamp.verdict, first.stamp.reasons) == (Verdict.INDETERMINATE, (Reason.AUTHORITY_UNKNOWN,))


def test_authority_for_people_is_none_for_time_stamps(world: World, signed: Signed) -> None:
    trust = Trust((world.root,), (), demonstration=True, knowledge=world.knowledge())
    first = validate(signed[Level.T], trust, now=SOON).signatures[0]
    assert (first.verdict, first.proved_at) == (Verdict.VALID, None)


def test_without_a_list_it_is_said_that_revocation_is_not_known(world: World, signed: Signed) -> None:
    report = validate(signed[Level.B], world.trust(knowledge=Knowledge()), now=SOON)
    assert reasons(report) == (Verdict.INDETERMINATE, (Reason.REVOCATION_UNKNOWN,))
    inside = validate(signed[Level.LT], world.trust(knowledge=Knowledge()), now=SOON)
    assert reasons(inside) == (Verdict.VALID, ())


def test_answer_of_ocsp_is_as_good_as_a_list(world: World, signed: Signed) -> None:
    asked = ocsp.OCSPRequestBuilder().add_certificate(
        to_pyca(world.person.certificate),
        world.authority.issuing.certificate,
        hashes.SHA1(),  # noqa: S303 - names the certificate
    )
    answer = world.authority.answer_ocsp(asked.build().public_bytes(Encoding.DER), now=NOW)
    knowledge = Knowledge((world.authority.crl(of_root=True, now=NOW),), (answer,))
    report = validate(signed[Level.B], world.trust(knowledge=knowledge), now=SOON)
    assert reasons(report) == (Verdict.VALID, ())
    assert report.signatures[0].revocation.source == "ocsp"


def test_demonstration_is_refused_by_a_real_installation_that_has_its_root_in_the_trust_list(
    world: World, signed: Signed
) -> None:
    real = world.trust(demonstration=False)
    for level in Level:
        report = validate(signed[level], real, now=SOON)
        assert reasons(report) == (Verdict.INVALID, (Reason.DEMONSTRATION,))
        assert report.demonstration
    made = cades.sign(b"x", world.person, now=NOW)
    assert validate(made, real, now=SOON, signed=b"x").reasons == (Reason.DEMONSTRATION,)
    xml = xades.sign(b"<x/>", world.person, now=NOW)
    assert validate(xml, real, now=SOON).reasons == (Reason.DEMONSTRATION,)


def test_demonstration_is_refused_under_a_root_without_the_mark(world: World) -> None:
    """Whoever has the demonstration's root key makes a root of it that carries no mark, and puts that into the trust list."""
    old = world.authority.root
    bare = (
        CertificateBuilder()
        .subject_name(old.certificate.subject)
        .issuer_name(old.certificate.subject)
        .public_key(old.key.public_key())
        .serial_number(random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=99))
        .add_extension(BasicConstraints(ca=True, path_length=1), critical=True)
        .sign(old.key, hashes.SHA256())
    )
    root = from_pyca(bare)
    assert not is_demonstration(root)
    real = Trust((root,), (root,), demonstration=False, knowledge=world.knowledge())
    for signed in (
        pades.sign(letter(), world.person, Wanted(Level.T, NOW), stamper=world.stamper),
        xades.sign(b"<x/>", world.person, now=NOW),
    ):
        assert Reason.DEMONSTRATION in validate(signed, real, now=SOON).reasons


def test_everything_a_demonstration_issues_carries_the_mark(world: World) -> None:
    parts = [world.root, *world.person.chain, world.person.certificate, world.seal.certificate]
    assert all(is_demonstration(one) for one in parts)
    assert all("DEMONSTRATION" in one.subject.human_friendly for one in parts)


def test_certificate_that_is_not_for_signing_is_told(world: World, pdf: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    begin = NOW - timedelta(hours=1)
    certificate = world.authority.issue(PERSON, key.public_key(), begin=begin, usages=("key_agreement",))
    unfit = MemoryKey(key, from_pyca(certificate), world.person.chain)
    assert world.check(pades.sign(pdf, unfit, Wanted(Level.B, NOW))).reasons == (Reason.CERTIFICATE_UNFIT,)


def test_encrypted_pdf_is_said_to_be_encrypted(world: World, pdf: bytes) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt("secret", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    assert reasons(world.check(target.getvalue())) == (Verdict.INDETERMINATE, (Reason.ENCRYPTED,))


def test_file_without_a_signature_is_said_to_have_none(world: World, pdf: bytes) -> None:
    for content in (pdf, b"<a/>", b"words", b"", bytes(1000)):
        assert world.check(content).verdict is Verdict.UNSIGNED


def test_file_that_is_too_large_is_not_looked_at(world: World, pdf: bytes) -> None:
    xml = xades.sign(b"<x/>", world.person, now=NOW)
    for content, limits in ((pdf, Limits(file_bytes=100)), (xml, Limits(xml_bytes=100))):
        report = validate(content, world.trust(), now=SOON, limits=limits)
        assert reasons(report) == (Verdict.INDETERMINATE, (Reason.TOO_LARGE,))


def test_xml_that_would_be_read_again_and_again_is_not(world: World) -> None:
    xml = xades.sign(b"<x/>", world.person, now=NOW)
    begin, end = xml.index(b"<ds:Reference"), xml.index(b"</ds:Reference>") + len(b"</ds:Reference>")
    many = xml[:begin] + xml[begin:end] * 20 + xml[end:]
    assert world.check(many).reasons == (Reason.UNREADABLE,)


def test_part_of_xml_that_was_put_elsewhere_is_not_taken_for_the_whole(world: World) -> None:
    """The signed document becomes a child of another root: what is signed is not what one reads."""
    xml = xades.sign(b"<pay>1</pay>", world.person, now=NOW).split(b"?>", 1)[1]
    wrapped = b"<pay>1000000" + xml + b"</pay>"
    assert world.check(wrapped).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\nstartxref\n99999999\n%%EOF",
        b"%PDF-1.4\n1 0 obj\n" + b"[" * 5000 + b"\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
        b"<a>" * 4000,
        b"<a>" * 2000 + b"</a>" * 2000,
        b"<edXML xmlns='http://www.mic.gov.vn/TBT/QCVN_102_2016'>",
        b"<a xmlns='http://www.w3.org/2000/09/xmldsig#'><Signature><SignedInfo/></Signature></a>",
    ],
)
def test_file_made_to_harm_gets_a_report(world: World, content: bytes) -> None:
    assert world.check(content).verdict in {Verdict.INVALID, Verdict.UNSIGNED}


def test_pdf_with_bytes_broken_anywhere_gets_a_report_and_holds_only_where_what_was_signed_is_whole(
    world: World, signed: Signed
) -> None:
    source, chance = signed[Level.T], random.Random(7)
    place = (
        source.index(b"/Contents <") + len(b"/Contents <"),
        source.index(b">", source.index(b"/Contents <")),
    )
    trust = world.trust()
    for _ in range(25):
        broken = bytearray(source[: chance.choice([len(source), chance.randrange(len(source))])])
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        report = validate(bytes(broken), trust, now=SOON)
        whole = broken[: place[0]] == source[: place[0]] and broken[place[1] :] == source[place[1] :]
        assert report.verdict is not Verdict.VALID or whole


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-1.7\n", b"<", b"0\x82\x01\x00\x06\x09*\x86H\x86\xf7\r\x01\x07\x02"]),
)
def test_any_bytes_get_a_report(content: bytes, head: bytes) -> None:
    report = validate(head + content, Trust((), ()), now=SOON)
    assert report.verdict is not Verdict.VALID
    assert json.dumps(report.as_json())


def test_packet_is_checked_by_what_it_carries(world: World, signed: Signed) -> None:
    packet = personas.document(3, files=[("cong-van.pdf", signed[Level.T])])
    report = world.check(packet)
    assert (report.kind, report.verdict) == ("edxml", Verdict.VALID)
    assert [(one.name, one.verdict) for one in report.files] == [("cong-van.pdf", Verdict.VALID)]


def test_kinds_are_told_by_their_first_bytes(world: World, pdf: bytes) -> None:
    made = cades.sign(b"x", world.person, now=NOW)
    kinds = {kind_of(one) for one in (pdf, made, b"<a/>", b"\xef\xbb\xbf<a/>", b"words")}
    assert kinds == {"pdf", "cms", "xml", "other"}


def test_reasons_come_to_a_verdict() -> None:
    assert judged([]) is Verdict.VALID
    assert judged([Reason.EXPIRED]) is Verdict.INDETERMINATE
    assert judged([Reason.EXPIRED, Reason.ALTERED]) is Verdict.INVALID
    assert {judged([one]) for one in Reason} == {Verdict.INVALID, Verdict.INDETERMINATE}
