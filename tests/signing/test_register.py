"""The register of signing certificates: who may register what, what is refused, how a key is shown, images, the end."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from PIL import Image, ImageDraw
from pytest_django import Settings
from world import AGENCY, NOW, PERSON, World, pem_of

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit.errors import NotAuthenticated
from hienluong.ledger.models import QueuedEntry
from hienluong.signing import commands, queries
from hienluong.signing import service as signing
from hienluong.signing.errors import (
    CertificateRegistered,
    CertificateUnfit,
    ChallengeOver,
    DemonstrationRefused,
    ImageUnfit,
    KeyNotSet,
    PossessionNotShown,
    SigningCertificateNotFound,
)
from hienluong.signing.models import SigningCertificate

pytestmark = pytest.mark.django_db
HOME, FINANCE = "H50.S01", "H50.S02"
ADMINISTRATOR = Actor.platform("specification")
Employ = Callable[..., Actor]


def drawing(colour: tuple[int, int, int], *, transparent: bool = True, mode: str = "RGBA") -> bytes:
    image = Image.new("RGBA", (60, 30), (255, 255, 255, 0 if transparent else 255))
    ImageDraw.Draw(image).line([(2, 2), (58, 28)], fill=(*colour, 255), width=6)
    target = io.BytesIO()
    image.convert(mode).save(target, "PNG")
    return target.getvalue()


class Device:
    """A person's device: a key that never leaves it."""

    def __init__(self, world: World) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        issued = world.authority.issue(PERSON, self.key.public_key(), begin=NOW - timedelta(hours=1))
        self.certificates = pem_of(issued, *world.authority.chain)

    def sign(self, digest: bytes) -> bytes:
        """Signs a hash."""
        return self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    def prove(self, actor: Actor, row: SigningCertificate) -> SigningCertificate:
        """Shows that it holds the key."""
        asked = queries.challenge(actor, row.pk, now=NOW)
        return commands.prove_certificate(
            actor=actor, certificate_id=row.pk, challenge=asked.id, signature=self.sign(asked.digest), now=NOW
        )


@pytest.fixture
def device(demonstration: World) -> Device:
    """The device of whoever registers it."""
    return Device(demonstration)


def test_person_s_certificate_signs_once_the_device_has_shown_its_key(
    device: Device, employ: Employ, believed: World
) -> None:
    head = employ(HOME, "head")
    row = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    (found,) = queries.own_certificates(head, now=NOW)
    assert (found.state, found.way.names) == (
        "unproved",
        ("Hiền Lương Demo Issuing CA", "Hiền Lương Demo Root CA"),
    )
    assert signing.certificates_of(head, now=NOW) == []
    device.prove(head, row)
    assert signing.certificates_of(head, now=NOW) == [row]
    assert queries.own_certificates(head, now=NOW)[0].state == "good"
    said = [
        entry.action
        for entry in QueuedEntry.objects.order_by("pk")
        if entry.action.startswith("signing.certificate")
    ]
    assert said == ["signing.certificate-registered", "signing.certificate-proved"]


def test_certificate_that_leads_nowhere_is_taken_and_said_not_to(device: Device, employ: Employ) -> None:
    head = employ(HOME, "head")
    commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    assert queries.own_certificates(head, now=NOW)[0].way.names == ()


def test_key_that_is_another_s_or_a_challenge_that_is_old_shows_nothing(
    demonstration: World, device: Device, employ: Employ
) -> None:
    head, deputy = employ(HOME, "head"), employ(HOME, "deputy", "Phan Văn Cường")
    row = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    theirs = Device(demonstration)
    other = commands.register_own_certificate(actor=head, content=theirs.certificates, now=NOW)
    asked = queries.challenge(head, row.pk, now=NOW)
    good = device.sign(asked.digest)

    def answer(actor: Actor = head, **changes: object) -> None:
        given = {"certificate_id": row.pk, "challenge": asked.id, "signature": good, "now": NOW, **changes}
        commands.prove_certificate(actor=actor, **given)  # type: ignore[arg-type] # one of each is changed

    for wrong in (theirs.sign(asked.digest), device.sign(b"\0" * 32), b"", b"\0" * 70):
        with pytest.raises(PossessionNotShown):
            answer(signature=wrong)
    for changes in (
        {"challenge": asked.id[:-1] + ("A" if asked.id[-1] != "A" else "B")},
        {"challenge": ""},
        {"now": NOW + timedelta(minutes=16)},
        {"certificate_id": other.pk},
    ):
        with pytest.raises(ChallengeOver):
            answer(**changes)
    with pytest.raises(SigningCertificateNotFound):
        answer(deputy)
    assert signing.certificates_of(head, now=NOW) == []
    answer()


def test_certificate_of_another_cannot_be_taken_or_kept_from_them(device: Device, employ: Employ) -> None:
    """Certificates are public: only who has the key gets one, however early another registers it."""
    thief, owner = employ(HOME, "officer", "Kẻ gian"), employ(HOME, "head")
    taken = commands.register_own_certificate(actor=thief, content=device.certificates, now=NOW)
    row = commands.register_own_certificate(actor=owner, content=device.certificates, now=NOW)
    device.prove(owner, row)
    with pytest.raises(CertificateRegistered):
        device.prove(thief, taken)
    with pytest.raises(CertificateRegistered):
        commands.register_own_certificate(actor=owner, content=device.certificates, now=NOW)


def test_certificate_that_signs_no_documents_is_refused(
    demonstration: World, settings: Settings, employ: Employ, device: Device
) -> None:
    head = employ(HOME, "head")
    authority = demonstration.authority
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    other_use = authority.issue(PERSON, key, begin=NOW, usages=("key_encipherment",))
    over = authority.issue(PERSON, key, begin=NOW - timedelta(days=9), lasts=timedelta(days=2))
    early = authority.issue(PERSON, key, begin=NOW + timedelta(days=1))
    for content in (b"no certificate", authority.anchors, *map(pem_of, (other_use, over, early))):
        with pytest.raises(CertificateUnfit):
            commands.register_own_certificate(actor=head, content=content, now=NOW)
    settings.DEMONSTRATION = False
    with pytest.raises(DemonstrationRefused, match="Nothing was registered"):
        commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    assert not SigningCertificate.objects.exists()


def test_agency_s_certificates_are_registered_by_administrators_alone(
    demonstration: World, device: Device, employ: Employ, agencies: Mapping[str, Agency]
) -> None:
    home = agencies[HOME]
    clerk, stranger = employ(HOME, "clerk"), employ(FINANCE, "clerk", "Cao Thị Dung")
    for actor in (clerk, employ(HOME, "head"), stranger):
        with pytest.raises(PermissionMissing):
            commands.bring_certificate(actor=actor, agency=home, content=device.certificates, now=NOW)
    with pytest.raises(NotAuthenticated):
        commands.register_own_certificate(actor=None, content=device.certificates, now=NOW)
    with pytest.raises(PermissionMissing):
        commands.register_own_certificate(actor=employ(HOME, "auditor"), content=device.certificates, now=NOW)
    row = commands.bring_certificate(actor=ADMINISTRATOR, agency=home, content=device.certificates, now=NOW)
    with pytest.raises(SigningCertificateNotFound):
        device.prove(stranger, row)
    device.prove(clerk, row)
    assert signing.certificates_of(clerk, now=NOW) == [row]
    for act in (
        lambda: commands.end_certificate(actor=clerk, certificate_id=row.pk, reason="lost", now=NOW),
        lambda: commands.set_image(actor=clerk, certificate_id=row.pk, png=b"", now=NOW),
    ):
        with pytest.raises(SigningCertificateNotFound):
            act()


def test_agency_s_key_of_this_installation_is_tried_when_it_is_registered(
    demonstration: World, settings: Settings, tmp_path: Path, employ: Employ, agencies: Mapping[str, Agency]
) -> None:
    content, _serial = demonstration.authority.issue_pkcs12(AGENCY, "secret", now=NOW - timedelta(hours=1))
    (tmp_path / "seal.p12").write_bytes(content)
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    settings.SIGNING_KEYS_FILE = str(tmp_path / "keys.toml")
    home = agencies[HOME]
    with pytest.raises(KeyNotSet):
        commands.register_agency_key(actor=ADMINISTRATOR, agency=home, key_name="seal", now=NOW)
    (tmp_path / "keys.toml").write_text('[seal]\nfile = "seal.p12"\npassword_file = "secret"\n', "utf-8")
    row = commands.register_agency_key(actor=ADMINISTRATOR, agency=home, key_name="seal", now=NOW)
    clerk = employ(HOME, "clerk")
    assert (row.place, signing.certificates_of(clerk, now=NOW)) == ("module", [row])
    with pytest.raises(SigningCertificateNotFound):
        queries.challenge(clerk, row.pk, now=NOW)


def test_image_is_a_png_with_a_transparent_ground_and_its_ink_is_told(
    demonstration: World, device: Device, employ: Employ
) -> None:
    head = employ(HOME, "head")
    row = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)

    def ink(png: bytes) -> str:
        return commands.set_image(actor=head, certificate_id=row.pk, png=png, now=NOW)

    assert [ink(drawing(colour)) for colour in ((20, 40, 200), (200, 20, 30), (9, 9, 9))] == [
        "blue",
        "red",
        "other",
    ]
    kept = queries.image(head, row.pk)
    assert Image.open(io.BytesIO(kept)).size == (60, 30)
    empty = drawing((0, 0, 200)).replace(b"IDAT", b"IDAX")
    for bad in (
        b"GIF89a",
        drawing((0, 0, 200), transparent=False),
        drawing((0, 0, 200), mode="RGB"),
        empty,
        drawing((0, 0, 200))[:60],
    ):
        with pytest.raises(ImageUnfit):
            ink(bad)
    assert queries.image(head, row.pk) == kept
    renewed = commands.register_own_certificate(
        actor=head, content=Device(demonstration).certificates, now=NOW
    )
    assert queries.image(head, renewed.pk) == kept, "a renewed certificate keeps its holder's image"
    ink(b"")
    with pytest.raises(SigningCertificateNotFound):
        queries.image(head, row.pk)


def test_ended_certificate_signs_no_more_and_the_reason_is_kept(device: Device, employ: Employ) -> None:
    head, other = employ(HOME, "head"), employ(HOME, "deputy", "Phan Văn Cường")
    row = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    device.prove(head, row)
    with pytest.raises(SigningCertificateNotFound):
        commands.end_certificate(actor=other, certificate_id=row.pk, reason="no", now=NOW)
    ended = commands.end_certificate(actor=head, certificate_id=row.pk, reason="Mất thiết bị", now=NOW)
    assert (ended.ended_why, signing.certificates_of(head, now=NOW)) == ("Mất thiết bị", [])
    assert queries.own_certificates(head, now=NOW)[0].state == "ended"
    again = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    assert device.prove(head, again).proved_at == NOW, "it can be registered anew"


def test_register_is_the_agency_s_and_for_administrators_everybody_s(
    demonstration: World,
    employ: Employ,
    agencies: Mapping[str, Agency],
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for code in (HOME, FINANCE):
        commands.bring_certificate(
            actor=ADMINISTRATOR, agency=agencies[code], content=Device(demonstration).certificates, now=NOW
        )
    head = employ(HOME, "head")
    own = commands.register_own_certificate(actor=head, content=Device(demonstration).certificates, now=NOW)
    seen = {
        who: [one.row.agency_id for one in queries.certificates(actor, now=NOW).items]
        for who, actor in (("head", head), ("other", employ(FINANCE, "clerk", "Cao Thị Dung")))
    }
    assert seen == {"head": [agencies[HOME].pk], "other": [agencies[FINANCE].pk]}
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined] # pytest-django's
        assert len(queries.certificates(ADMINISTRATOR, now=NOW).items) == 3
    found = queries.certificates(ADMINISTRATOR, now=NOW, text="tai chinh").items
    assert [one.row.agency_id for one in found] == [agencies[FINANCE].pk]
    assert [one.row for one in queries.certificates(ADMINISTRATOR, now=NOW, text=own.sha256[:12]).items] == [
        own
    ]
    with pytest.raises(PermissionMissing):
        queries.certificates(employ(HOME, "officer", "Võ Thị Giang"), now=NOW)
    for stranger in (employ(FINANCE, "head", "Bùi Văn Hải"), employ(HOME, "deputy", "Đỗ Thị Hoa")):
        with pytest.raises(SigningCertificateNotFound):
            queries.visible(stranger, own.pk)


def test_register_is_read_page_by_page(
    demonstration: World, agencies: Mapping[str, Agency], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(queries.certificates.__globals__, "PAGE", 2)
    made = [
        commands.bring_certificate(
            actor=ADMINISTRATOR, agency=agencies[HOME], content=Device(demonstration).certificates, now=NOW
        )
        for _number in range(3)
    ]
    first = queries.certificates(ADMINISTRATOR, now=NOW)
    rest = queries.certificates(ADMINISTRATOR, now=NOW, after=first.next or "")
    assert [one.row for one in (*first.items, *rest.items)] == sorted(
        made, key=lambda row: (row.not_after, row.pk)
    )
    assert (len(first.items), rest.next) == (2, None)
