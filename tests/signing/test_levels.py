"""Signatures at every level, of every form: made here, found to hold, for as long as their level says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from world import NOW, SOON, World

from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats import pades, xades
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import Reason, Verdict
from hienluong.signing.formats.stamping import AskingStamper
from hienluong.signing.formats.trust import Knowledge

Signed = Mapping[Level, bytes]
IN_A_YEAR = NOW + timedelta(days=400)


@pytest.mark.parametrize("level", Level)
def test_pdf_signed_at_a_level_holds_and_is_said_to_have_it(
    world: World, signed: Signed, level: Level
) -> None:
    report = world.check(signed[level])
    first = report.signatures[0]
    assert (report.verdict, report.reasons, first.level, first.form) == (Verdict.VALID, (), level, "PAdES")
    assert first.certificate is not None
    assert first.certificate.holder.name == "Nguyễn Văn An"
    assert first.certificate.holder.organisation == "UBND tỉnh Quảng Trị"
    assert first.claimed_at == NOW
    assert first.proved_at == (NOW if level.stamped else None)
    assert first.path == ("Hiền Lương Demo Issuing CA", "Hiền Lương Demo Root CA")
    assert [one.kind for one in report.signatures[1:]] == (["time-stamp"] if level is Level.LTA else [])


def test_file_as_it_was_stands_unchanged_before_the_signature(pdf: bytes, signed: Signed) -> None:
    assert all(one.startswith(pdf) for one in signed.values())


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
    world: World, signed: Signed, level: Level, verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    report = world.check(signed[level], at=IN_A_YEAR)
    assert (report.verdict, report.signatures[0].reasons) == (verdict, reasons)


def test_seal_over_the_persons_signature_leaves_it_as_it_was(world: World, signed: Signed) -> None:
    sealed = pades.sign(signed[Level.T], world.seal, Wanted(Level.B, NOW))
    report = world.check(sealed)
    assert [one.verdict for one in report.signatures] == [Verdict.VALID, Verdict.VALID]
    assert [one.covers for one in report.signatures] == ["whole-revision", "whole-file"]
    assert [one.changes for one in report.signatures] == ["forms-and-signatures", "none"]


def test_time_stamps_are_renewed_over_the_last_one(world: World, signed: Signed) -> None:
    later = NOW + timedelta(days=300)
    renewed = pades.renew(
        signed[Level.LTA], stamper=world.stamper_at(later), evidence=world.trust(later).evidence(later)
    )
    report = world.check(renewed, at=later + timedelta(seconds=2))
    assert [(one.kind, one.verdict) for one in report.signatures] == [
        ("signature", Verdict.VALID),
        ("time-stamp", Verdict.VALID),
        ("time-stamp", Verdict.VALID),
    ]
    assert report.signatures[2].proved_at == later


def test_level_with_evidence_is_refused_where_there_is_none(world: World, pdf: bytes) -> None:
    evidence = world.trust(knowledge=Knowledge()).evidence(NOW)
    with pytest.raises(EvidenceMissing):
        pades.sign(pdf, world.person, Wanted(Level.LT, NOW), stamper=world.stamper, evidence=evidence)


@pytest.mark.parametrize(
    "stamper",
    [None, AskingStamper(lambda _request: b"0\x03\x02\x01"), AskingStamper(lambda _request: b"<html>")],
)
def test_level_with_a_time_stamp_is_refused_where_none_comes(
    world: World, pdf: bytes, stamper: AskingStamper | None
) -> None:
    with pytest.raises(TimestampUnavailable):
        pades.sign(pdf, world.person, Wanted(Level.T, NOW), stamper=stamper)


def test_xml_is_signed_inside_and_holds(world: World) -> None:
    made = xades.sign("<phieu số='1'><ten>Nguyễn</ten></phieu>".encode(), world.person, now=NOW)
    report = world.check(made)
    first = report.signatures[0]
    assert (report.kind, report.verdict, first.form, first.covers) == (
        "xml",
        Verdict.VALID,
        "XAdES",
        "whole-file",
    )
    assert first.claimed_at == NOW
    assert world.check(made.replace("Nguyễn".encode(), b"Nguyen")).reasons == (Reason.ALTERED,)


def test_xml_that_cannot_be_signed_is_refused(world: World) -> None:
    deep = b"<a>" * 300 + b"</a>" * 300
    for xml in (b"no xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', deep):
        with pytest.raises(DocumentUnsignable):
            xades.sign(xml, world.person, now=NOW)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF", b"%PDF-1.7 1 0 obj << /Type", b"no pdf at all"])
def test_what_is_no_pdf_cannot_be_signed(world: World, content: bytes) -> None:
    with pytest.raises(DocumentUnsignable):
        pades.sign(content, world.person, Wanted(Level.B, NOW))


def test_moment_before_the_certificate_begins_is_told(world: World, signed: Signed) -> None:
    early = NOW - timedelta(hours=2)
    assert world.check(signed[Level.B], at=early).reasons == (Reason.NOT_YET_VALID,)


def test_evidence_counts_from_the_list_that_was_known(world: World, signed: Signed) -> None:
    found = world.check(signed[Level.B]).signatures[0].revocation
    assert (found.status, found.source, found.as_of, found.embedded) == ("good", "crl", SOON, False)
    later = NOW + timedelta(days=2)
    inside = world.check(signed[Level.LT], at=later).signatures[0].revocation
    assert (inside.status, inside.embedded) == ("good", False)


def test_pdf_is_signed_where_an_event_loop_runs_already(world: World, pdf: bytes) -> None:
    async def page() -> bytes:
        return pades.sign(pdf, world.person, Wanted(Level.B, NOW))

    assert world.check(asyncio.run(page())).verdict is Verdict.VALID
