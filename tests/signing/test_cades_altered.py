"""Signatures beside a file that somebody altered after they were archived, or made to harm: it is found, and told by its right reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from asn1crypto import cms, core, parser
from beside import ARCHIVE, INDEX, STAMP, TABLE, Tables, attributes, index_of, put, read, written
from hypothesis import given, settings
from hypothesis import strategies as st
from world import NOW, SOON, World

from hienluong.signing.formats import bounded, cades
from hienluong.signing.formats.cms_parts import knowledge_in
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import FileReport, Reason, Verdict
from hienluong.signing.formats.stamping import run
from hienluong.signing.formats.trust import VALUES_MOST, Knowledge
from hienluong.signing.formats.validation import Limits, validate
from hienluong.signing.formats.worker import Allowance


def without_a_certificate(signed: cms.SignedData) -> bytes:
    gone = next(one for one in signed["certificates"] if one.chosen.ca)
    kept = [one for one in signed["certificates"] if one is not gone]
    signed["certificates"] = cms.CertificateSet(kept)
    return written(signed)


def without_a_list(signed: cms.SignedData) -> bytes:
    signed["crls"] = cms.RevocationInfoChoices(list(signed["crls"])[1:])
    return written(signed)


def without_the_first_stamp(signed: cms.SignedData) -> bytes:
    return put(signed, attributes(signed)[ARCHIVE])


def with_the_first_stamp_altered(signed: cms.SignedData) -> bytes:
    found = attributes(signed)
    token = found[STAMP]["values"][0]["content"]
    kept = [one for one in token["certificates"] if not one.chosen.ca]
    token["certificates"] = cms.CertificateSet(kept)
    return put(signed, *found.values())


def with_an_index_of_less(signed: cms.SignedData) -> bytes:
    index = index_of(signed)
    index["crls_hash_index"] = [one.native for one in index["crls_hash_index"]][1:]
    return put(signed, *attributes(signed).values())


def with_an_index_of_more(signed: cms.SignedData) -> bytes:
    index = index_of(signed)
    index["certificates_hash_index"] = [*(one.native for one in index["certificates_hash_index"]), bytes(32)]
    return put(signed, *attributes(signed).values())


def with_an_index_of_another_hash(signed: cms.SignedData) -> bytes:
    index = index_of(signed)
    index["hash_ind_algorithm"] = {"algorithm": "sha512"}
    return put(signed, *attributes(signed).values())


@pytest.mark.parametrize(
    "altered",
    [
        without_a_certificate,
        without_a_list,
        without_the_first_stamp,
        with_the_first_stamp_altered,
        with_an_index_of_less,
        with_an_index_of_more,
        with_an_index_of_another_hash,
    ],
)
def test_what_was_taken_out_or_altered_after_archiving_is_found(
    world: World, tables: Tables, altered: Callable[[cms.SignedData], bytes]
) -> None:
    report = world.check(altered(read(tables[Level.LTA])), signed=TABLE)
    first, archive = report.signatures
    assert (report.verdict, archive.verdict, archive.reasons) == (
        Verdict.INVALID,
        Verdict.INVALID,
        (Reason.ALTERED,),
    )
    assert Reason.STAMP_WRONG in first.reasons
    assert archive.proved_at is None
    assert archive.certificate is not None
    assert "TSA" in archive.certificate.holder.name


def test_what_was_added_after_archiving_harms_nothing_and_is_not_covered(
    world: World, tables: Tables
) -> None:
    """EN 319 122-1, 5.5.2, note 5: the index is there so that more may be added."""
    signed = read(tables[Level.LTA])
    extra = cms.CertificateChoices({"certificate": world.seal.certificate.copy()})
    signed["certificates"] = cms.CertificateSet([*signed["certificates"], extra])
    note = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.UTF8String("một ghi chú")]})
    more = put(signed, *attributes(signed).values(), note)
    assert world.check(more, signed=TABLE).verdict is Verdict.VALID
    evidence = world.trust().evidence(NOW)
    renewed = cades.renew(more, TABLE, stamper=world.stamper, evidence=evidence)
    assert world.check(renewed, signed=TABLE).verdict is Verdict.VALID
    signed = read(renewed)
    kept = [one for one in signed["signer_infos"][0]["unsigned_attrs"] if one["type"].native != "1.2.3.4"]
    first, archive, renewal = world.check(put(signed, *kept), signed=TABLE).signatures
    assert (first.reasons, archive.verdict, renewal.verdict) == (
        (Reason.STAMP_WRONG,),
        Verdict.VALID,
        Verdict.INVALID,
    )


def test_archive_of_another_file_is_wrong(world: World, tables: Tables) -> None:
    other = cades.sign(
        b"other",
        world.person,
        now=NOW,
        level=Level.LTA,
        stamper=world.stamper,
        evidence=world.trust().evidence(NOW),
    )
    signed = read(tables[Level.LTA])
    moved = put(signed, attributes(signed)[STAMP], attributes(read(other))[ARCHIVE])
    first, archive = world.check(moved, signed=TABLE).signatures
    assert (first.reasons, archive.reasons) == ((Reason.STAMP_WRONG,), (Reason.ALTERED,))


def test_archive_that_is_over_nothing_proves_nothing(world: World, tables: Tables) -> None:
    """Who has a time-stamp over an empty text and an index of what is not there gets no proof of time with it."""
    signed = read(tables[Level.LTA])
    token = run(world.stamper.async_timestamp(hashlib.sha256(b"").digest(), "sha256"))
    index = index_of(signed)
    index["crls_hash_index"] = [bytes(32)]
    named = cms.CMSAttribute({"type": INDEX, "values": [index]})
    token["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([named])
    archive = cms.CMSAttribute({"type": ARCHIVE, "values": [token]})
    found = world.check(put(signed, attributes(signed)[STAMP], archive), signed=TABLE)
    assert found.signatures[1].reasons == (Reason.ALTERED,)


def test_archive_without_an_index_that_is_known_is_left_open(world: World, tables: Tables) -> None:
    """TS 101 733 had others before; who cannot look says so, and accuses nobody."""
    signed = read(tables[Level.LTA])
    token = attributes(signed)[ARCHIVE]["values"][0]
    token["content"]["signer_infos"][0]["unsigned_attrs"] = None
    first, archive = world.check(put(signed, *attributes(signed).values()), signed=TABLE).signatures
    assert (first.verdict, archive.verdict, archive.reasons) == (
        Verdict.VALID,
        Verdict.INDETERMINATE,
        (Reason.UNDECIDED,),
    )


def test_archive_of_an_authority_that_is_not_believed_proves_nothing_and_harms_nothing(
    world: World, shaken: World, tables: Tables
) -> None:
    known = Knowledge((*world.knowledge().crls, *shaken.knowledge().crls))
    evidence = world.trust(knowledge=known).evidence(NOW)
    kept = cades.extend(tables[Level.T], TABLE, Level.LTA, stamper=shaken.stamper, evidence=evidence)
    first, archive = world.check(kept, signed=TABLE).signatures
    assert (first.verdict, first.level) == (Verdict.VALID, Level.LTA)
    assert (archive.verdict, archive.reasons, archive.proved_at) == (
        Verdict.INDETERMINATE,
        (Reason.AUTHORITY_UNKNOWN,),
        None,
    )


def test_attribute_that_should_be_an_archive_and_is_none_is_told(world: World, tables: Tables) -> None:
    signed = read(tables[Level.LT])
    odd = cms.CMSAttribute({"type": "1.2.3", "values": [core.Null()]}).dump()
    odd = odd.replace(core.ObjectIdentifier("1.2.3").dump(), core.ObjectIdentifier("0.4.0.1733.2.4").dump())
    wrong = core.Sequence.load(b"\x30" + bytes([odd[1] + 3]) + odd[2:]).dump()
    report = world.check(put(signed, attributes(signed)[STAMP], cms.CMSAttribute.load(wrong)), signed=TABLE)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.UNREADABLE,))


def covered(signature: bytes) -> tuple[object, ...]:
    """Returns what a time-stamp of the archive protects: the signer's part, certificates, lists, the first time-stamp."""
    signed = read(signature)
    info = signed["signer_infos"][0]
    fields = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    return (
        *(info[name].dump() for name in fields),
        {one.dump() for one in signed["certificates"]},
        {one.dump() for one in signed["crls"]},
        attributes(signed)[STAMP].dump(),
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_signature_with_any_byte_altered_holds_only_where_what_is_archived_is_whole(
    world: World, tables: Tables, data: st.DataObject
) -> None:
    source = tables[Level.LTA]
    place = data.draw(st.integers(0, len(source) - 1))
    broken = bytearray(source)
    broken[place] ^= data.draw(st.integers(1, 255))
    report = validate(bytes(broken), world.trust(), now=SOON, signed=TABLE)
    if report.verdict is Verdict.VALID:
        assert covered(bytes(broken)) == covered(source)


def with_lists(world: World, signature: bytes, count: int) -> bytes:
    """Returns a signature that carries so many lists more."""
    signed = read(signature)
    older = [world.authority.crl(now=NOW - timedelta(seconds=one)) for one in range(1, 11)]
    more = [cms.RevocationInfoChoice({"crl": cms.CertificateList.load(one)}) for one in older * (count // 10)]
    signed["crls"] = cms.RevocationInfoChoices([*more, *signed["crls"]])
    return written(signed)


def test_signature_with_many_lists_is_checked_within_limits(world: World, tables: Tables) -> None:
    many = with_lists(world, tables[Level.LTA], 3_000)
    assert len(knowledge_in(read(many)).crls) == VALUES_MOST
    small = validate(many, world.trust(), now=SOON, signed=TABLE, limits=Limits(file_bytes=len(many) - 1))
    assert small.reasons == (Reason.TOO_LARGE,)

    def found(signature: bytes, allowance: Allowance | None = None) -> FileReport:
        return bounded.check(
            signature, lambda _certificates: world.trust(), now=SOON, signed=TABLE, allowance=allowance
        )

    assert found(many).verdict is Verdict.VALID
    huge = with_tiny_parts(read(tables[Level.LT]), 300_000)
    assert found(huge, Allowance(seconds=2)).reasons == (Reason.TOO_COSTLY,)
    assert found(tables[Level.LTA]).verdict is Verdict.VALID


def with_tiny_parts(signed: cms.SignedData, count: int) -> bytes:
    """Returns a signature with so many lists that are none, of two bytes each."""
    signed["crls"] = cms.RevocationInfoChoices([])
    content = signed.untag().dump()
    empty = b"\xa1\x00"
    full = core.Asn1Value(contents=b"0\x00" * count, class_=2, tag=1, method=1).dump()
    inside = b"".join(full if one == empty else one for one in pieces(parser.parse(content)[4]))
    outer = core.Sequence(contents=inside).dump()
    info = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
    explicit = core.Asn1Value(contents=outer, class_=2, tag=0, method=1).dump()
    return bytes(core.Sequence(contents=info + explicit).dump())


def pieces(contents: bytes) -> Iterator[bytes]:
    """Yields the values of DER that stand one behind the other."""
    while contents:
        size = parser.peek(contents)
        yield contents[:size]
        contents = contents[size:]
