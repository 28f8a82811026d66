"""Signatures inside XML: at every level, side by side, checked by others' programs; what is wrapped or ambiguous is refused."""

from __future__ import annotations

import base64
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from world import NOW, SOON, World, pem_of

from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats import xades
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import Reason, Verdict
from hienluong.signing.formats.trust import Knowledge
from hienluong.signing.formats.validation import validate
from hienluong.signing.formats.xml_parts import (
    DS,
    XADES,
    canonical,
    over_all,
    over_signature,
    parse,
    signatures_in,
    tokens_of,
    unsigned_properties,
)
from hienluong.signing.formats.xml_signer import Signer

XML = "<p:phieu xmlns:p='urn:phieu' xml:lang='vi' số='1'><!-- x --><p:tên>Nguyễn</p:tên>\n</p:phieu>".encode()
IN_A_YEAR = NOW + timedelta(days=400)


def made(world: World, level: Level, xml: bytes = XML) -> bytes:
    return xades.sign(
        xml, world.person, now=NOW, level=level, stamper=world.stamper, evidence=world.trust().evidence(NOW)
    )


@pytest.fixture(scope="module")
def levels(world: World) -> dict[Level, bytes]:
    """The sheet, signed by a person at each level."""
    return {level: made(world, level) for level in Level}


@pytest.mark.parametrize("level", Level)
def test_xml_signed_at_a_level_holds_and_is_said_to_have_it(
    world: World, levels: dict[Level, bytes], level: Level
) -> None:
    first, *others = world.check(levels[level]).signatures
    assert (first.verdict, first.reasons, first.form, first.level) == (Verdict.VALID, (), "XAdES", level)
    assert (first.etsi, first.covers, first.claimed_at) == ("PASSED", "whole-file", NOW)
    assert first.proved_at == (NOW if level.stamped else None)
    assert first.path == ("Hiền Lương Demo Issuing CA", "Hiền Lương Demo Root CA")
    assert [(one.kind, one.verdict) for one in others] == (
        [("time-stamp", Verdict.VALID)] if level is Level.LTA else []
    )


@pytest.mark.parametrize(
    ("level", "verdict", "reasons"),
    [
        (Level.B, Verdict.INDETERMINATE, (Reason.EXPIRED,)),
        (Level.T, Verdict.INDETERMINATE, (Reason.EXPIRED,)),
        (Level.LT, Verdict.VALID, ()),
        (Level.LTA, Verdict.VALID, ()),
    ],
)
def test_signature_of_xml_outlives_its_certificate_where_the_evidence_is_inside(
    world: World, levels: dict[Level, bytes], level: Level, verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    report = world.check(levels[level], at=IN_A_YEAR)
    assert (report.verdict, report.signatures[0].reasons) == (verdict, reasons)


def test_evidence_that_no_authority_signed_shows_nothing(world: World, levels: dict[Level, bytes]) -> None:
    """Who puts a list of his own into the file does not make the certificate outlive itself."""
    listed = bytearray(world.authority.crl(now=NOW))
    listed[-1] ^= 1
    forged = base64.b64encode(listed).decode()
    root = parse(levels[Level.LT])
    for place in root.iter(f"{XADES}EncapsulatedCRLValue"):
        place.text = forged
    assert world.check(etree.tostring(root, encoding="UTF-8"), at=IN_A_YEAR).reasons == (Reason.EXPIRED,)


def test_certificate_revoked_later_does_not_touch_xml_that_a_time_stamp_proves(shaken: World) -> None:
    plain, stamped = made(shaken, Level.B), made(shaken, Level.T)
    shaken.authority.revoke(shaken.person.certificate.serial_number, now=NOW + timedelta(days=3))
    then = NOW + timedelta(days=5)
    assert shaken.check(plain, at=then).reasons == (Reason.REVOKED,)
    first = shaken.check(stamped, at=then).signatures[0]
    assert (first.verdict, first.etsi, first.revocation.status) == (Verdict.VALID, "PASSED", "revoked")


def test_time_stamps_of_xml_are_renewed_over_the_last_one(world: World, levels: dict[Level, bytes]) -> None:
    later = NOW + timedelta(days=300)
    renewed = xades.renew(
        levels[Level.LTA], stamper=world.stamper_at(later), evidence=world.trust(later).evidence(later)
    )
    report = world.check(renewed, at=later + timedelta(seconds=2))
    assert [(one.kind, one.verdict) for one in report.signatures] == [
        ("signature", Verdict.VALID),
        ("time-stamp", Verdict.VALID),
        ("time-stamp", Verdict.VALID),
    ]
    assert [one.proved_at for one in report.signatures] == [NOW, NOW, later]


def test_archive_is_over_everything_before_it(world: World, levels: dict[Level, bytes]) -> None:
    root = parse(levels[Level.LTA])
    place = next(root.iter(f"{XADES}CRLValues"))
    place.remove(place[0])
    _first, archive = world.check(etree.tostring(root, encoding="UTF-8")).signatures
    assert (archive.verdict, archive.reasons) == (Verdict.INVALID, (Reason.ALTERED,))


def test_several_signatures_stand_side_by_side_and_each_is_checked(
    world: World, levels: dict[Level, bytes]
) -> None:
    both = xades.sign(levels[Level.LTA], world.seal, now=NOW)
    report = world.check(both)
    assert [(one.kind, one.verdict) for one in report.signatures] == [
        ("signature", Verdict.VALID),
        ("time-stamp", Verdict.VALID),
        ("signature", Verdict.VALID),
    ]
    altered = world.check(both.replace("Nguyễn".encode(), b"Nguyen"))
    assert [one.reasons[:1] for one in altered.signatures if one.kind == "signature"] == [
        (Reason.ALTERED,),
        (Reason.ALTERED,),
    ]
    one_broken = both.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AA", 1)
    found = world.check(one_broken).signatures
    assert {one.verdict for one in found if one.kind == "signature"} == {Verdict.INVALID, Verdict.VALID}
    assert world.check(one_broken).verdict is Verdict.INVALID


def test_document_whose_signature_allows_none_beside_it_takes_no_other(world: World) -> None:
    signed = xades.sign(XML, world.person, now=NOW)
    alone = signed.replace(b"http://www.w3.org/TR/1999/REC-xpath-19991116", b"urn:other")
    with pytest.raises(DocumentUnsignable):
        xades.sign(alone, world.seal, now=NOW)
    many = signed
    for _ in range(15):
        many = xades.sign(many, world.seal, now=NOW)
    with pytest.raises(DocumentUnsignable):
        xades.sign(many, world.seal, now=NOW)


def test_level_that_cannot_be_reached_is_refused(world: World) -> None:
    with pytest.raises(TimestampUnavailable):
        xades.sign(XML, world.person, now=NOW, level=Level.T)
    with pytest.raises(EvidenceMissing):
        xades.sign(XML, world.person, now=NOW, level=Level.LT, stamper=world.stamper)
    nothing = world.trust(knowledge=Knowledge()).evidence(NOW)
    with pytest.raises(EvidenceMissing):
        xades.sign(XML, world.person, now=NOW, level=Level.LT, stamper=world.stamper, evidence=nothing)


def wrapped(signed: bytes) -> dict[str, bytes]:
    """Returns a signed document changed as those do who want another content to be believed."""
    text = signed.split(b"?>", 1)[1].strip()
    root = parse(signed)
    signature = etree.tostring(signatures_in(root)[0], with_tail=False)
    other = text.replace("Nguyễn".encode(), b"Khac")
    return {
        "the document put into another one": b"<p:phieu xmlns:p='urn:phieu'>" + text + b"</p:phieu>",
        "the signature put into another document": b"<p:phieu xmlns:p='urn:phieu'>1"
        + signature
        + b"</p:phieu>",
        "the document put into the signature": other.replace(
            b"</ds:Signature>", b"<ds:Object>" + text + b"</ds:Object></ds:Signature>"
        ),
        "a second element of the same name": text.replace(
            b"</p:phieu>", b"<x Id='" + _id(signature) + b"'/></p:phieu>"
        ),
        "an element of the same name by another attribute": text.replace(
            b"</p:phieu>", b"<x ID='" + _id(signature) + b"'/></p:phieu>"
        ),
    }


def _id(signature: bytes) -> bytes:
    return signature.split(b'<xades:SignedProperties Id="', 1)[1].split(b'"', 1)[0]


@pytest.mark.parametrize("number", range(5))
def test_wrapped_signature_is_refused(world: World, levels: dict[Level, bytes], number: int) -> None:
    name, content = list(wrapped(levels[Level.B]).items())[number]
    assert world.check(content).verdict is Verdict.INVALID, name


def test_signature_over_a_part_says_so(world: World) -> None:
    """A reference to an element that is not the document, although it bears the same name."""
    signed = xades.sign(b"<pay><pay Id='p'>1</pay></pay>", world.person, now=NOW)
    assert world.check(signed).signatures[0].covers == "whole-file"
    inner = xades.sign(b"<pay Id='p'>1</pay>", world.person, now=NOW)
    body = inner.split(b"?>", 1)[1].strip()
    report = world.check(b"<pay>1000000" + body + b"</pay>")
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.PARTIAL,))
    assert report.signatures[0].covers == "part"


def test_signing_certificate_is_the_one_that_was_signed_over(
    world: World, levels: dict[Level, bytes]
) -> None:
    text = levels[Level.B].decode()
    own = base64.b64encode(world.person.certificate.dump()).decode()
    other = base64.b64encode(world.seal.certificate.dump()).decode()
    squeezed = "".join(text.split("\n"))
    report = world.check(squeezed.replace(own, other).encode())
    assert report.verdict is Verdict.INVALID


def test_xml_in_a_default_namespace_is_written_as_it_stands() -> None:
    """Lxml adds `xmlns=""` inside of others' documents, and every signature of theirs would seem to be broken."""
    root = parse(b'<a xmlns="urn:a" xml:lang="vi">\n<b>\n<c>\n<d e="f"/>\n</c>\n</b></a>')
    written = b'<b xmlns="urn:a" xml:lang="vi">\n<c>\n<d e="f"></d>\n</c>\n</b>'
    assert canonical(root[0]) == written
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    assert canonical(root[0], exclusive) == written.replace(b' xml:lang="vi"', b"")


class _Odd(Signer):
    """Says that it leaves out something else than the signatures."""

    def _build_transforms_for_reference(self, *, transforms_node: Any, reference: Any, **_how: Any) -> None:
        super()._build_transforms_for_reference(transforms_node=transforms_node, reference=reference)
        transforms_node[0][0].text = "not(ancestor-or-self::*[2])"


def test_what_is_done_to_the_document_in_an_unknown_way_is_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xades, "Signer", _Odd)
    report = world.check(xades.sign(XML, world.person, now=NOW))
    assert (report.verdict, report.reasons, report.signatures[0].etsi) == (
        Verdict.INDETERMINATE,
        (Reason.UNDECIDED,),
        "GENERIC",
    )


def test_weak_algorithm_is_told(world: World, levels: dict[Level, bytes]) -> None:
    weak = levels[Level.B].replace(
        b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
    )
    assert validate(weak, world.trust(), now=SOON).reasons == (Reason.WEAK,)


def said(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([*map(str, command)], capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.mark.skipif(not shutil.which("xmlsec1"), reason="xmlsec1 is missing: apt-get install xmlsec1")
def test_xmlsec_finds_each_of_our_signatures_good_and_none_of_a_document_that_was_altered(
    world: World, levels: dict[Level, bytes], tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(world.authority.anchors)
    both = xades.sign(levels[Level.LTA], world.seal, now=NOW)
    command: list[str | Path] = ["xmlsec1", "--verify", "--trusted-pem", tmp_path / "root.pem"]
    for name in ("SignedProperties", "KeyInfo"):
        space = "http://uri.etsi.org/01903/v1.3.2#" if name == "SignedProperties" else DS[1:-1]
        command += ["--id-attr:Id", f"{space}:{name}"]
    for content, good in ((both, True), (both.replace("Nguyễn".encode(), b"Nguyen"), False)):
        (tmp_path / "signed.xml").write_bytes(content)
        for number in (1, 2):
            where = ["--node-xpath", f"(//*[local-name()='Signature'])[{number}]"]
            code, answer = said(*command, *where, tmp_path / "signed.xml")
            assert (code == 0) == good, answer


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing: apt-get install openssl")
def test_openssl_finds_the_time_stamps_in_xml_to_be_over_what_the_standard_says(
    world: World, levels: dict[Level, bytes], tmp_path: Path
) -> None:
    root = parse(levels[Level.LTA])
    signature = signatures_in(root)[0]
    properties = unsigned_properties(signature)
    (tmp_path / "root.pem").write_bytes(world.authority.anchors)
    (tmp_path / "between.pem").write_bytes(pem_of(world.authority.issuing.certificate))
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    archive = properties[-1]
    references = xades.octets_of(root, 0, exclusive)
    over = {
        properties[0]: over_signature(signature, properties[0]),
        archive: over_all(signature, references, properties[:-1], exclusive),
    }
    for element, data in over.items():
        token = next(element.iterfind(f"{XADES}EncapsulatedTimeStamp"))
        (tmp_path / "token").write_bytes(base64.b64decode(token.text or ""))
        (tmp_path / "data").write_bytes(data)
        command: list[str | Path] = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token"]
        command += ["-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "between.pem"]
        code, answer = said(*command, "-data", tmp_path / "data")
        assert code == 0, answer
        assert next(tokens_of(element)) is not None
