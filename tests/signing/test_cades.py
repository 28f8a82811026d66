"""Signatures beside a file: at every level, for as long as it says, renewed; OpenSSL finds the same."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, core, ocsp, parser, tsp
from beside import ARCHIVE, STAMP, TABLE, Tables, answer, attributes, index_of, made, put, read, written
from world import NOW, SOON, World, pem_of

from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats import cades
from hienluong.signing.formats.cms_parts import knowledge_in
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import Reason, Verdict
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.formats.validation import validate

IN_A_YEAR = NOW + timedelta(days=400)


@pytest.mark.parametrize("level", Level)
def test_file_signed_at_a_level_holds_and_is_said_to_have_it(
    world: World, tables: Tables, level: Level
) -> None:
    report = world.check(tables[level], signed=TABLE)
    first, *others = report.signatures
    assert (report.kind, report.verdict, first.form, first.level) == ("cms", Verdict.VALID, "CAdES", level)
    assert (first.reasons, first.etsi, first.covers, first.claimed_at) == ((), "PASSED", "whole-file", NOW)
    assert first.proved_at == (NOW if level.stamped else None)
    assert first.path == ("Hiền Lương Demo Issuing CA", "Hiền Lương Demo Root CA")
    assert [(one.kind, one.form, one.verdict) for one in others] == (
        [("time-stamp", "CAdES", Verdict.VALID)] if level is Level.LTA else []
    )


@pytest.mark.parametrize("level", Level)
def test_signature_holds_for_this_file_alone(world: World, tables: Tables, level: Level) -> None:
    other = world.check(tables[level], signed=TABLE + b"\n")
    assert (other.verdict, other.signatures[0].reasons[0]) == (Verdict.INVALID, Reason.ALTERED)
    assert world.check(tables[level]).reasons == (Reason.CONTENT_MISSING,)


@pytest.mark.parametrize(
    ("level", "verdict", "reasons"),
    [
        (Level.B, Verdict.INDETERMINATE, (Reason.EXPIRED,)),
        (Level.T, Verdict.INDETERMINATE, (Reason.EXPIRED,)),
        (Level.LT, Verdict.VALID, ()),
        (Level.LTA, Verdict.VALID, ()),
    ],
)
def test_signature_outlives_its_certificate_where_the_evidence_is_inside(
    world: World, tables: Tables, level: Level, verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    report = world.check(tables[level], at=IN_A_YEAR, signed=TABLE)
    assert (report.verdict, report.signatures[0].reasons) == (verdict, reasons)
    assert report.signatures[0].path == ("Hiền Lương Demo Issuing CA", "Hiền Lương Demo Root CA")


def test_evidence_inside_is_enough_without_any_other(world: World, tables: Tables) -> None:
    nothing = world.trust(knowledge=Knowledge())
    assert validate(tables[Level.T], nothing, now=SOON, signed=TABLE).reasons == (Reason.REVOCATION_UNKNOWN,)
    report = validate(tables[Level.LTA], nothing, now=SOON, signed=TABLE)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].revocation.embedded


def test_evidence_stands_where_the_standard_says_and_leaves_the_signature_as_it_was(world: World) -> None:
    """EN 319 122-1, 5.4 and 5.5.3: certificates and lists of SignedData, answers of OCSP among the lists (RFC 5940)."""
    known = Knowledge(world.knowledge().crls, (answer(world),))
    before = made(world, Level.T)
    after = cades.extend(before, TABLE, Level.LT, evidence=world.trust(knowledge=known).evidence(NOW))
    signed = read(after)
    assert {one.name for one in signed["crls"]} == {"crl", "other"}
    lists = {one.chosen.dump() for one in signed["crls"] if one.name == "crl"}
    (other,) = (one.chosen for one in signed["crls"] if one.name == "other")
    assert lists == set(known.crls)
    assert other["other_rev_info_format"].dotted == "1.3.6.1.5.5.7.16.2"
    assert other["other_rev_info"].dump() == known.ocsps[0]
    assert signed["version"].native == "v5"
    names = {one.chosen.subject.native["common_name"] for one in signed["certificates"]}
    assert {"Nguyễn Văn An", "Hiền Lương Demo Issuing CA", "Hiền Lương Demo TSA"} <= names
    assert "Hiền Lương Demo Root CA" not in names
    assert signed["signer_infos"].dump() == read(before)["signer_infos"].dump()
    assert cades.extend(after, TABLE, Level.LT, evidence=world.trust(knowledge=known).evidence(NOW)) == after
    report = world.check(after, at=IN_A_YEAR, signed=TABLE)
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.LT)


def test_evidence_that_no_authority_signed_shows_nothing(world: World, tables: Tables) -> None:
    signed = read(tables[Level.LT])
    forged = [bytearray(one.dump()) for one in signed["crls"]]
    for one in forged:
        one[-1] ^= 1
    lists = [cms.RevocationInfoChoice({"crl": cms.CertificateList.load(bytes(one))}) for one in forged]
    signed["crls"] = cms.RevocationInfoChoices(lists)
    report = world.check(written(signed), at=IN_A_YEAR, signed=TABLE)
    assert report.signatures[0].reasons == (Reason.EXPIRED,)


def test_evidence_in_attributes_of_older_signatures_counts_too(world: World, tables: Tables) -> None:
    """CAdES-X-L (TS 101 733): certificate-values and revocation-values, with bare answers of OCSP; and a bare one in SignedData."""
    signed = read(tables[Level.T])
    basic = ocsp.OCSPResponse.load(answer(world))["response_bytes"]["response"].parsed
    lists = [cms.CertificateList.load(one) for one in world.knowledge().crls]
    kept = list(attributes(signed).values())
    values = {"type": "certificate_values", "values": [[one.copy() for one in world.person.chain]]}
    kept.append(cms.CMSAttribute(values))
    revoked = {"crls": [lists[1]], "ocsps": [basic]}
    kept.append(cms.CMSAttribute({"type": "revocation_values", "values": [revoked]}))
    bare = {"other_rev_info_format": "1.3.6.1.5.5.7.48.1.1", "other_rev_info": basic}
    signed["crls"] = cms.RevocationInfoChoices([cms.RevocationInfoChoice({"other": bare})])
    found = knowledge_in(read(put(signed, *kept)))
    assert (found.crls, found.ocsps) == ((lists[1].dump(),), (answer_of(basic), answer_of(basic)))
    nothing = world.trust(knowledge=Knowledge((world.knowledge().crls[0],)))
    report = validate(put(signed, *kept), nothing, now=SOON, signed=TABLE)
    first = report.signatures[0]
    assert (first.verdict, first.level, first.revocation.source) == (Verdict.VALID, Level.LT, "ocsp")


def answer_of(basic: ocsp.BasicOCSPResponse) -> bytes:
    response = {"response_type": "basic_ocsp_response", "response": basic}
    return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": response}).dump())


def test_certificate_revoked_later_does_not_touch_what_a_time_stamp_proves(shaken: World) -> None:
    plain, stamped = made(shaken, Level.B), made(shaken, Level.LTA)
    shaken.authority.revoke(shaken.person.certificate.serial_number, now=NOW + timedelta(days=3))
    then = NOW + timedelta(days=5)
    assert shaken.check(plain, at=then, signed=TABLE).reasons == (Reason.REVOKED,)
    first = shaken.check(stamped, at=then, signed=TABLE).signatures[0]
    assert (first.verdict, first.etsi, first.revocation.status) == (Verdict.VALID, "PASSED", "revoked")


def stamps_serial(signature: bytes) -> int:
    """Returns the number of the certificate with which a signature's own time-stamp was made."""
    token = attributes(read(signature))[STAMP]["values"][0]["content"]
    return int(token["signer_infos"][0]["sid"].chosen["serial_number"].native)


def test_archive_vouches_for_an_authority_of_time_stamps_that_was_revoked_later(
    world: World, shaken: World
) -> None:
    """Its time-stamp is of another authority; without it, nothing shows when the first one was made."""
    stamped = made(shaken, Level.T)

    def both(at: datetime) -> Trust:
        known = Knowledge((*shaken.knowledge(at).crls, *world.knowledge(at).crls))
        return Trust((shaken.root,), (shaken.root, world.root), demonstration=True, knowledge=known)

    beside, kept = (
        cades.extend(stamped, TABLE, level, stamper=world.stamper_at(SOON), evidence=both(NOW).evidence(NOW))
        for level in (Level.LT, Level.LTA)
    )
    shaken.authority.revoke(stamps_serial(stamped), now=NOW + timedelta(days=3))
    then = NOW + timedelta(days=5)
    without = validate(beside, both(then), now=then + timedelta(seconds=1), signed=TABLE).signatures[0]
    assert (without.verdict, without.proved_at) == (Verdict.INVALID, None)
    assert without.stamp is not None
    assert without.stamp.reasons == (Reason.REVOKED,)
    report = validate(kept, both(then), now=then + timedelta(seconds=1), signed=TABLE)
    assert [(one.kind, one.verdict, one.proved_at) for one in report.signatures] == [
        ("signature", Verdict.VALID, NOW),
        ("time-stamp", Verdict.VALID, SOON),
    ]


def test_time_stamps_are_renewed_over_the_last_one(world: World, tables: Tables) -> None:
    kept = tables[Level.LTA]
    for days in (300, 600):
        later = NOW + timedelta(days=days)
        evidence = world.trust(later).evidence(later)
        kept = cades.renew(kept, TABLE, stamper=world.stamper_at(later), evidence=evidence)
    report = world.check(kept, at=later + timedelta(seconds=2), signed=TABLE)
    assert [(one.kind, one.verdict) for one in report.signatures] == [
        ("signature", Verdict.VALID),
        *[("time-stamp", Verdict.VALID)] * 3,
    ]
    proved = [one.proved_at for one in report.signatures]
    assert proved == [NOW, NOW, NOW + timedelta(days=300), NOW + timedelta(days=600)]
    signed = read(kept)
    assert len(signed["crls"]) == len(read(tables[Level.LTA])["crls"]) + 4, "what shows that the stamps held"


def test_time_stamps_of_one_second_are_told_apart_by_what_they_are_over(world: World, tables: Tables) -> None:
    evidence = world.trust().evidence(NOW)
    twice = cades.renew(tables[Level.LTA], TABLE, stamper=world.stamper, evidence=evidence)
    again = cades.renew(twice, TABLE, stamper=world.stamper, evidence=evidence)
    assert world.check(again, signed=TABLE).verdict is Verdict.VALID


def test_level_that_cannot_be_reached_is_refused(world: World, tables: Tables) -> None:
    evidence, stamper = world.trust().evidence(NOW), world.stamper
    nothing = world.trust(knowledge=Knowledge()).evidence(NOW)
    with pytest.raises(TimestampUnavailable):
        cades.sign(TABLE, world.person, now=NOW, level=Level.T)
    with pytest.raises(TimestampUnavailable):
        cades.extend(tables[Level.T], TABLE, Level.LTA, evidence=evidence)
    for known in (None, nothing):
        with pytest.raises(EvidenceMissing):
            cades.extend(tables[Level.T], TABLE, Level.LT, evidence=known)
    older = read(tables[Level.T])
    kept = list(attributes(older).values())
    past = cms.CMSAttribute({"type": "1.2.840.113549.1.9.16.2.48", "values": [core.Null()]})
    for signature, content in (
        (tables[Level.B], TABLE),
        (tables[Level.T], b"another file"),
        (b"no signature", TABLE),
        (put(older, *kept, past), TABLE),
    ):
        with pytest.raises(DocumentUnsignable):
            cades.extend(signature, content, Level.LTA, stamper=stamper, evidence=evidence)
    with pytest.raises(DocumentUnsignable):
        cades.renew(tables[Level.LT], TABLE, stamper=stamper, evidence=evidence)


# What others say. The recomputation below reads the bytes by themselves; it knows nothing of ours nor of the forms of asn1crypto.


def pieces(contents: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yields the values of DER that stand one behind the other: tag number, whole, inside."""
    while contents:
        size = parser.peek(contents)
        _class, _method, tag, _header, inside, _trailer = parser.parse(contents[:size])
        yield tag, contents[:size], inside
        contents = contents[size:]


def imprints(signature: bytes, content: bytes) -> list[tuple[bytes, bytes]]:
    """Returns each time-stamp of the archive with what it must be over, as EN 319 122-1, 5.5.3 says."""
    _oid, wrapped = pieces(parser.parse(signature)[4])
    _version, _algorithms, encapsulated, *_between, signers = pieces(parser.parse(wrapped[2])[4])
    fields = [*pieces(next(pieces(signers[2]))[2])]
    found = []
    for _tag, _whole, attribute in pieces(fields[6][2]):
        kind, values = pieces(attribute)
        if kind[1] == core.ObjectIdentifier("0.4.0.1733.2.4").dump():
            token = values[2]
            wanted = core.ObjectIdentifier("0.4.0.19122.1.5").dump()
            assert token.count(wanted) == 1
            _set, index, _inside = next(pieces(token[token.index(wanted) + len(wanted) :]))
            parts = [next(pieces(encapsulated[2]))[1], hashlib.sha256(content).digest()]
            parts += [whole for _number, whole, _rest in fields[:6]]
            found.append((token, b"".join([*parts, parser.parse(index)[4]])))
    return found


def said(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([*map(str, command)], capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl is missing: apt-get install openssl"
)


@needs_openssl
@pytest.mark.parametrize("level", Level)
def test_openssl_finds_our_signature_good_for_this_file_alone(
    world: World, tables: Tables, level: Level, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(world.authority.anchors)
    (tmp_path / "table").write_bytes(TABLE)
    (tmp_path / "other").write_bytes(TABLE + b"\n")
    (tmp_path / "table.p7s").write_bytes(tables[level])
    command: list[str | Path] = ["openssl", "cms", "-verify", "-binary", "-inform", "DER"]
    command += ["-in", tmp_path / "table.p7s", "-CAfile", tmp_path / "root.pem", "-purpose", "any"]
    command += ["-out", "/dev/null", "-content"]
    code, answered = said(*command, tmp_path / "table")
    assert code == 0, answered
    assert said(*command, tmp_path / "other")[0] != 0
    shown = said("openssl", "asn1parse", "-inform", "DER", "-in", tmp_path / "table.p7s")[1]
    for oid, least in (("0.4.0.1733.2.4", Level.LTA), ("0.4.0.19122.1.5", Level.LTA)):
        assert shown.count(f":{oid}\n") == (1 if level is least else 0)


@needs_openssl
def test_openssl_finds_the_archives_time_stamps_over_what_the_standard_says(
    world: World, tables: Tables, tmp_path: Path
) -> None:
    later = NOW + timedelta(hours=1)
    renewed = cades.renew(
        tables[Level.LTA], TABLE, stamper=world.stamper_at(later), evidence=world.trust(later).evidence(later)
    )
    (tmp_path / "root.pem").write_bytes(world.authority.anchors)
    (tmp_path / "between.pem").write_bytes(pem_of(world.authority.issuing.certificate))
    command: list[str | Path] = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token"]
    command += ["-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "between.pem", "-data"]
    found = imprints(renewed, TABLE)
    assert len(found) == 2
    for token, over in found:
        (tmp_path / "token").write_bytes(token)
        (tmp_path / "data").write_bytes(over)
        code, answered = said(*command, tmp_path / "data")
        assert code == 0, answered
        (tmp_path / "data").write_bytes(over[:-1] + b"\x00")
        assert said(*command, tmp_path / "data")[0] != 0
    text = said("openssl", "ts", "-reply", "-token_in", "-in", tmp_path / "token", "-token_out", "-text")[1]
    assert "Hash Algorithm: sha256" in text


def test_index_names_each_part_once_as_the_standard_says(tables: Tables) -> None:
    """EN 319 122-1, 5.5.2: certificates, lists, and each value of an unsigned attribute behind its type, with tag and length."""
    signed = read(tables[Level.LTA])
    index = index_of(signed)
    (stamp,) = (one for one in signed["signer_infos"][0]["unsigned_attrs"] if one["type"].native == STAMP)
    parts = {
        "certificates_hash_index": [one.dump() for one in signed["certificates"]],
        "crls_hash_index": [one.dump() for one in signed["crls"]],
        "unsigned_attr_values_hash_index": [stamp["type"].dump() + stamp["values"][0].dump()],
    }
    for name, ders in parts.items():
        wanted = sorted(hashlib.sha256(one).digest() for one in ders)
        assert sorted(one.native for one in index[name]) == wanted
    assert index["hash_ind_algorithm"]["algorithm"].native == "sha256"
    token = attributes(signed)[ARCHIVE]["values"][0]["content"]["encap_content_info"]["content"].parsed
    assert isinstance(token, tsp.TSTInfo)
