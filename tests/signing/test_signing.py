"""Signing and checking in an installation: who may, what is recorded, whom it believes, what it knows without the network."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from personas import System, document, queries_of
from pytest_django import Settings
from world import NOW, SOON, World, letter, pem_of

from hienluong.demo.making import make_demonstration_authority
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.errors import NotAuthenticated
from hienluong.ledger.models import QueuedEntry
from hienluong.signing import revocation
from hienluong.signing.commands import (
    end_authority,
    import_authorities,
    refresh_revocations,
    sign_document,
)
from hienluong.signing.errors import (
    AuthorityNotFound,
    AuthorityUnfit,
    AuthorityUnreadable,
    DemonstrationRefused,
    DocumentTooLarge,
    DocumentUnsignable,
    EvidenceMissing,
    NotDemonstration,
)
from hienluong.signing.formats import pades
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import Reason, Verdict
from hienluong.signing.labels import CHANGES, OF_ONE, REASONS, VERDICTS, sentences
from hienluong.signing.models import RevocationSource, TrustedAuthority
from hienluong.signing.queries import authorities, places, validate_file
from hienluong.signing.stamping import stamper

pytestmark = pytest.mark.django_db
PLATFORM = Actor.platform("specification")
Purpose = TrustedAuthority.Purpose


def entries(action: str) -> list[dict[str, Any]]:
    found = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [one for one in found if one["action"] == action]


def import_root(world: World, **changes: Any) -> list[TrustedAuthority]:
    wanted: dict[str, Any] = {
        "actor": PLATFORM,
        "content": world.authority.anchors,
        "purpose": Purpose.PUBLIC_SERVICE,
        "source": "a letter",
        "valid_from": date(2026, 1, 1),
        "now": NOW,
    }
    return import_authorities(**{**wanted, **changes})


def test_who_may_sign(home_affairs: System, believed: World, pdf: bytes) -> None:
    wanted = {"content": pdf, "key": believed.person, "level": Level.B, "now": NOW}
    with pytest.raises(NotAuthenticated):
        sign_document(actor=None, **wanted)
    for role in ("auditor", "administrator", "secrecy_officer"):
        with pytest.raises(PermissionMissing):
            sign_document(actor=home_affairs.clerk(role), **wanted)
    for role in ("clerk", "head", "deputy", "officer"):
        assert sign_document(actor=home_affairs.clerk(role), **wanted).level is Level.B
    assert sign_document(actor=home_affairs.actor, **wanted).form == "PAdES"


def test_signature_is_recorded_with_who_for_whom_what_and_how(
    home_affairs: System, believed: World, pdf: bytes
) -> None:
    clerk = home_affairs.clerk()
    signed = sign_document(
        actor=clerk, content=pdf, key=believed.seal, level=Level.T, now=NOW, on_behalf_of="H50"
    )
    (entry,) = entries("signing.document-signed")
    assert entry["actor"]["id"] == str(clerk.id)
    assert entry["subject"].startswith("file:")
    assert entry["details"] == {
        "certificate": entry["details"]["certificate"],
        "signer": "UBND tỉnh Quảng Trị",
        "organisation": "UBND tỉnh Quảng Trị",
        "issuer": "Hiền Lương Demo Issuing CA",
        "form": "PAdES",
        "level": "B-T",
        "signed_sha256": signed.sha256,
        "on_behalf_of": "H50",
    }


def test_signing_at_every_level_fetches_what_it_needs(
    home_affairs: System, believed: World, pdf: bytes
) -> None:
    for content in (pdf, b"<a/>", b"a;b"):
        signed = sign_document(
            actor=home_affairs.clerk(), content=content, key=believed.person, level=Level.LTA, now=clock.now()
        )
        beside = content if signed.form == "CAdES" else None
        report = validate_file(None, signed.content, now=clock.now() + timedelta(seconds=2), signed=beside)
        assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.LTA)
        assert report.signatures[0].revocation.source in {"crl", "ocsp"}


def test_authority_that_answers_while_signing_lasts_is_believed_although_its_answer_is_dated_later(
    home_affairs: System, believed: World, pdf: bytes
) -> None:
    began = clock.now() - timedelta(minutes=1)
    who = {"actor": home_affairs.clerk(), "key": believed.person, "now": began}
    assert sign_document(**who, content=pdf, level=Level.LT).level is Level.LT
    RevocationSource.objects.all().delete()
    with pytest.raises(EvidenceMissing):
        sign_document(**{**who, "now": began - timedelta(minutes=10)}, content=pdf, level=Level.LT)


def test_level_that_cannot_be_reached_leaves_nothing(
    home_affairs: System, demonstration: World, settings: Settings, pdf: bytes
) -> None:
    clerk = home_affairs.clerk()
    for content in (pdf, b"words"):
        with pytest.raises(EvidenceMissing):  # nobody is in the trust list
            sign_document(
                actor=clerk, content=content, key=demonstration.person, level=Level.LT, now=clock.now()
            )
    settings.DEMONSTRATION = False  # no authority for time-stamps is set
    assert stamper() is None
    settings.DEMONSTRATION = True
    packet = document(15)
    for content in (packet, b"%PDF-1.7"):
        with pytest.raises(DocumentUnsignable):
            sign_document(actor=clerk, content=content, key=demonstration.person, level=Level.B, now=NOW)
    settings.SIGNING_MAX_BYTES = 100
    with pytest.raises(DocumentTooLarge):
        sign_document(actor=clerk, content=pdf, key=demonstration.person, level=Level.B, now=NOW)
    assert entries("signing.document-signed") == []


def test_real_installation_takes_no_demonstration_into_its_trust_list_nor_signs_with_its_keys(
    world: World, pdf: bytes
) -> None:
    for purpose in Purpose:
        with pytest.raises(DemonstrationRefused):
            import_root(world, purpose=purpose)
    with pytest.raises(DemonstrationRefused):
        sign_document(actor=PLATFORM, content=pdf, key=world.person, level=Level.B, now=NOW)
    with pytest.raises(NotDemonstration):
        make_demonstration_authority(actor=PLATFORM, now=NOW)
    assert not TrustedAuthority.objects.exists()


def test_real_installation_refuses_a_demonstration_that_somebody_wrote_into_its_table(
    believed: World, settings: Settings, pdf: bytes
) -> None:
    signed = pades.sign(pdf, believed.person, Wanted(Level.B, NOW))
    now = clock.now() + timedelta(seconds=2)
    assert validate_file(None, signed, now=now, online=True).verdict is Verdict.VALID
    settings.DEMONSTRATION = False
    report = validate_file(None, signed, now=now)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.DEMONSTRATION,))


def test_demonstration_makes_its_authority_once_and_believes_it(demonstration: World) -> None:
    first = make_demonstration_authority(actor=PLATFORM, now=NOW)
    again = make_demonstration_authority(actor=PLATFORM, now=NOW)
    assert first.anchors == again.anchors
    assert [one.purpose for one in authorities(PLATFORM, now=NOW)] == ["public-service", "time-stamps"]
    assert len(entries("signing.authority-added")) == 2


def test_authorities_are_added_once_and_ended_with_a_reason(
    home_affairs: System, demonstration: World
) -> None:
    (row,) = import_root(demonstration)
    assert import_root(demonstration) == []
    assert len(import_root(demonstration, purpose=Purpose.TIMESTAMPS)) == 1
    assert [one.name for one in authorities(home_affairs.clerk(), now=NOW)] == ["Hiền Lương Demo Root CA"] * 2
    for fingerprint in (row.sha256[:7], "0" * 64):
        with pytest.raises(AuthorityNotFound):
            end_authority(actor=PLATFORM, fingerprint=fingerprint, reason="-", now=NOW)
    ended = end_authority(actor=PLATFORM, fingerprint=row.sha256[:12].upper(), reason="Thông báo 12", now=NOW)
    assert {one.purpose for one in ended} == {"public-service", "time-stamps"}
    assert authorities(PLATFORM, now=NOW) == []
    assert [one["details"]["reason"] for one in entries("signing.authority-ended")] == ["Thông báo 12"] * 2
    assert len(import_root(demonstration)) == 1, "it may come back"


def test_who_manages_the_trust_list(home_affairs: System, demonstration: World) -> None:
    for actor in (home_affairs.actor, home_affairs.clerk(), home_affairs.clerk("auditor")):
        with pytest.raises(PermissionMissing):
            import_root(demonstration, actor=actor)
        with pytest.raises(PermissionMissing):
            end_authority(actor=actor, fingerprint="0" * 64, reason="-", now=NOW)
    with pytest.raises(NotAuthenticated):
        import_root(demonstration, actor=None)
    assert import_root(demonstration, actor=home_affairs.clerk("administrator"))


def test_what_is_no_authority_is_not_taken(demonstration: World) -> None:
    with pytest.raises(AuthorityUnreadable):
        import_root(demonstration, content=b"no certificate")
    with pytest.raises(AuthorityUnfit, match="no authority"):
        import_root(demonstration, content=demonstration.person.certificate.dump())
    with pytest.raises(AuthorityUnfit, match="ended"):
        import_root(demonstration, now=NOW + timedelta(days=30 * 365))
    both = demonstration.authority.anchors + pem_of(demonstration.authority.issuing.certificate)
    assert len(import_root(demonstration, content=both)) == 2


def test_authority_is_believed_from_its_day_on(demonstration: World, pdf: bytes) -> None:
    tomorrow = (NOW + timedelta(days=2)).date()
    import_root(demonstration, valid_from=tomorrow)
    signed = pades.sign(pdf, demonstration.person, Wanted(Level.B, NOW))
    assert validate_file(None, signed, now=SOON).reasons == (Reason.AUTHORITY_UNKNOWN,)


def test_revocation_is_noted_fetched_and_kept_for_when_nobody_answers(
    believed: World, settings: Settings, pdf: bytes
) -> None:
    signed = pades.sign(pdf, believed.person, Wanted(Level.B, NOW))
    now = clock.now() + timedelta(seconds=2)
    assert validate_file(None, signed, now=now).reasons == (Reason.REVOCATION_UNKNOWN,)
    assert {one.kind for one in RevocationSource.objects.all()} == {"crl", "ocsp"}
    outcomes = refresh_revocations(actor=PLATFORM, now=now)
    assert {one.problem for one in outcomes} == {""}
    assert refresh_revocations(actor=PLATFORM, now=now) == [], "nothing is due any more"
    assert len(entries("signing.revocations-fetched")) == 1
    later = clock.now() + timedelta(hours=5)
    report = validate_file(None, signed, now=later)
    assert report.verdict is Verdict.VALID
    with translation.override("en"):
        assert any("5 hours before this check" in line for line in sentences(report))
    settings.DEMO_AUTHORITY_PORT = 1  # nobody is reached from now on
    half = clock.now() + timedelta(hours=7)
    failed = refresh_revocations(actor=PLATFORM, now=half)
    assert len(failed) == len(outcomes)
    assert all(one.problem for one in failed)
    assert validate_file(None, signed, now=half).verdict is Verdict.VALID
    stale = clock.now() + timedelta(hours=13)
    assert validate_file(None, signed, now=stale).reasons == (Reason.REVOCATION_UNKNOWN,)


def test_strangers_file_sends_us_nowhere(believed: World, shaken: World, pdf: bytes) -> None:
    signed = pades.sign(pdf, shaken.person, Wanted(Level.B, NOW))
    assert validate_file(None, signed, now=SOON, online=True).reasons == (Reason.AUTHORITY_UNKNOWN,)
    assert not RevocationSource.objects.exists()
    wanted = revocation.wanted_for([shaken.person.certificate, *shaken.person.chain], [believed.root])
    assert wanted == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/a.crl", "not a public address"),
        ("http://10.0.0.1:5432/a.crl", "port 5432"),
        ("ftp://ca.gov.vn/a.crl", "scheme"),
        ("ldap:///cn=a", "scheme"),
    ],
)
def test_address_inside_the_house_is_not_called(
    believed: World, settings: Settings, url: str, why: str
) -> None:
    settings.DEMONSTRATION = False
    RevocationSource.objects.create(kind="crl", url=url, about="0" * 64, wanted_at=NOW)
    (outcome,) = refresh_revocations(actor=PLATFORM, now=NOW)
    row = RevocationSource.objects.get()
    assert (row.body, row.problem) == (None, outcome.problem)
    assert why in outcome.problem


def test_what_nobody_needed_for_long_is_forgotten(believed: World, pdf: bytes) -> None:
    validate_file(None, pades.sign(pdf, believed.person, Wanted(Level.B, NOW)), now=SOON)
    assert RevocationSource.objects.exists()
    refresh_revocations(actor=PLATFORM, now=NOW + timedelta(days=91))
    assert not RevocationSource.objects.exists()


def test_answer_that_is_none_is_not_kept(believed: World, pdf: bytes) -> None:
    RevocationSource.objects.create(
        kind="crl", url=f"{believed.authority.url}/root.cer", about="0" * 64, wanted_at=NOW
    )
    (outcome,) = refresh_revocations(actor=PLATFORM, now=NOW)
    assert outcome.problem
    assert RevocationSource.objects.get().body is None


def test_checking_a_file_takes_the_same_queries_for_one_signature_and_for_three(
    believed: World, pdf: bytes
) -> None:
    one = pades.sign(pdf, believed.person, Wanted(Level.B, NOW))
    three = pades.sign(
        pades.sign(one, believed.seal, Wanted(Level.B, NOW)), believed.person, Wanted(Level.B, NOW)
    )
    validate_file(None, three, now=SOON)
    counts = {
        queries_of(lambda content=content: validate_file(None, content, now=SOON)) for content in (one, three)
    }
    assert len(counts) == 1
    assert counts.pop() == 3


def test_places_are_proposed_to_who_may_sign(home_affairs: System) -> None:
    person, seal = places(home_affairs.clerk(), letter(), name="Nguyễn Văn An")
    assert person.found == "post-and-name"
    assert seal.box.left < person.box.left < seal.box.right < person.box.right
    with pytest.raises(PermissionMissing):
        places(home_affairs.clerk("auditor"), letter(), name="Nguyễn Văn An")


def test_report_is_told_in_both_languages(world: World, signed: dict[Level, bytes], pdf: bytes) -> None:
    report = world.check(signed[Level.LTA])
    with translation.override("vi"):
        vietnamese = sentences(report)
    with translation.override("en"):
        english = sentences(report)
    assert "Signed by Nguyễn Văn An, Chánh Văn phòng" in english[2]
    assert "DEMONSTRATION: no legal force." in english
    assert len(vietnamese) == len(english)
    assert not set(vietnamese) & set(english)
    with translation.override("en"):
        assert sentences(world.check(pdf)) == ["The file is not signed."]


def test_every_code_has_its_sentence() -> None:
    assert set(REASONS) == set(Reason)
    assert set(VERDICTS) == set(OF_ONE) == set(Verdict)
    assert {"none", "validation-data", "forms-and-signatures", "annotations", "other"} == set(CHANGES)


def test_actor_without_an_agency_prepares_nothing(believed: World, pdf: bytes) -> None:
    from hienluong.signing.commands import prepare_signature  # noqa: PLC0415 - here only

    with pytest.raises(NotAuthenticated):
        prepare_signature(actor=replace(PLATFORM), content=pdf, certificates=b"", level=Level.B, now=NOW)
