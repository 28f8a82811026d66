"""PDFs of others: what they leave uncovered, of which forms they are, locked or not, and who vouches for the signer."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import override
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf
from pypdf import PdfReader, PdfWriter
from world import NOW, World

from hienluong.signing.formats import pades
from hienluong.signing.formats.keys import KeySigner, MemoryKey, from_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import Reason, Verdict
from hienluong.signing.labels import sentences


def _with_longer_signature(pdf: bytes, zeros: int) -> bytes:
    """Returns a PDF whose page was exchanged behind the signature, which now says to be longer by so many zeros.

    The signature's object moves into a compressed stream, where its zeros take next to no room.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.stream_xrefs = True
    field = writer.root["/AcroForm"]["/Fields"][0]
    signature, reference = field["/V"], field.raw_get("/V").reference
    longer = generic.DictionaryObject(signature)
    longer["/Contents"] = generic.ByteStringObject(bytes(signature.raw_get("/Contents")) + bytes(zeros))
    objects = writer.prepare_object_stream(compress=True)
    objects.add_object(reference.idnum, longer)
    writer.objs_in_streams[reference.idnum] = longer
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 20 Tf 72 700 Td (ANOTHER LETTER) Tj ET")
    )
    writer.update_container(page)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _sum_that_fits(pdf: bytes) -> bytes:
    """Returns the changed PDF in which the signed parts and the signature's length add up to the length of the file."""
    zeros = 0
    for _try in range(50):
        made = _with_longer_signature(pdf, zeros)
        behind = len(made) - len(pdf)
        if behind <= 2 * zeros:
            made += b"\n" * (2 * zeros - behind)
            return made
        zeros = behind // 2 + 1
    raise AssertionError("no length fits")


def test_signature_that_claims_more_room_does_not_cover_what_came_behind_it(
    world: World, signed: Mapping[Level, bytes]
) -> None:
    made = _sum_that_fits(signed[Level.B])
    assert "ANOTHER LETTER" in PdfReader(io.BytesIO(made)).pages[0].extract_text()
    report = world.check(made)
    (found,) = report.signatures
    assert (report.verdict, found.covers) == (Verdict.INVALID, "part")
    assert Reason.PARTIAL in found.reasons


@pytest.mark.parametrize("level", [Level.B, Level.LTA])
def test_signature_as_it_was_made_covers_what_it_says(
    level: Level, world: World, signed: Mapping[Level, bytes]
) -> None:
    report = world.check(signed[level])
    assert {one.covers for one in report.signatures} <= {"whole-file", "whole-revision"}
    assert report.verdict is Verdict.VALID


def _locked(pdf: bytes, world: World, *, password: str) -> bytes:
    """Returns a PDF that is encrypted before it is signed, as services for signatures do; its owner forbids changing it."""
    plain = PdfWriter(clone_from=io.BytesIO(pdf))
    plain.encrypt(password, owner_password="of the owner", algorithm="AES-256")
    target = io.BytesIO()
    plain.write(target)
    writer = IncrementalPdfFileWriter(target)
    writer.encrypt("of the owner")
    wanted = PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256")
    return bytes(sign_pdf(writer, wanted, signer=KeySigner(world.person)).getvalue())


def test_file_that_its_owner_only_restricted_is_checked_as_everybody_opens_it(
    world: World, pdf: bytes
) -> None:
    report = world.check(_locked(pdf, world, password=""))
    (found,) = report.signatures
    assert (found.covers, found.certificate is not None and found.certificate.holder.name) == (
        "whole-file",
        "Nguyễn Văn An",
    )
    assert Reason.ALTERED not in found.reasons
    locked = _locked(pdf, world, password="")
    damaged = locked.replace(b"/MediaBox", b"/mediaBox", 1)
    assert damaged != locked
    assert Reason.ALTERED in world.check(damaged).reasons


def test_file_that_opens_with_a_password_only_says_so(world: World, pdf: bytes) -> None:
    report = world.check(_locked(pdf, world, password="of its reader"))
    assert (report.verdict, report.reasons, report.signatures) == (
        Verdict.INDETERMINATE,
        (Reason.ENCRYPTED,),
        (),
    )


@pytest.mark.parametrize("form", [b"/adbe.pkcs7.sha1", b"/adbe.x509.rsa_sha1"])
def test_signature_of_a_form_that_is_not_checked_is_named_and_the_file_is_not_called_unsigned(
    form: bytes, world: World, signed: Mapping[Level, bytes]
) -> None:
    ours = b"/ETSI.CAdES.detached"
    made = signed[Level.B].replace(ours, form.ljust(len(ours)))
    report = world.check(made)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.FORM_UNKNOWN,))
    (found,) = report.signatures
    assert (found.form, found.certificate) == (form.decode().lstrip("/"), None)
    with override("en"):
        assert "The signature is of a kind that is not checked here." in map(str.strip, sentences(report))


def test_certificate_that_vouches_for_itself_leaves_it_open_whom_to_believe(world: World, pdf: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "John Doe")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    content = pades.sign(pdf, MemoryKey(key, from_pyca(made)), Wanted(Level.B, NOW))
    report = world.check(content)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.AUTHORITY_UNKNOWN,))
