"""The demonstration's people and agencies can sign; a real installation has none of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings
from world import NOW, World

from hienluong.demo import drawing
from hienluong.demo.cli.authority import demonstration
from hienluong.demo.holders import ensure_holders
from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.signing import service as signing
from hienluong.signing.errors import DemonstrationRefused, NotDemonstration
from hienluong.signing.formats.device import Device
from hienluong.signing.formats.images import read_picture
from hienluong.signing.formats.levels import Level
from hienluong.signing.models import SigningCertificate

pytestmark = pytest.mark.django_db
HOME, FINANCE = "H50.S01", "H50.S02"


@pytest.fixture
def staff(agencies: Mapping[str, Agency]) -> dict[str, Actor]:
    """A clerk and a head with accounts, as the demonstration has them."""
    setup, found = Actor.platform("specification"), {}
    for role, name in (("clerk", "Nguyễn Thị Hạnh"), ("head", "Lê Quang Ánh")):
        person = directory.create_person(actor=setup, full_name=name, username=role, now=NOW)
        post = directory.assign_post(
            actor=setup, person=person, agency=agencies[HOME], role=role, title=role, now=NOW
        )
        found[role] = Actor(
            "person", person.pk, name, agencies[HOME].pk, HOME, agencies[HOME].name, role, post.pk
        )
    return found


def test_people_of_the_demonstration_sign_with_their_devices_and_clerks_with_the_seal(
    believed: World, settings: Settings, tmp_path: Path, staff: dict[str, Actor], pdf: bytes
) -> None:
    settings.SIGNING_KEYS_FILE = str(tmp_path / "signing-keys.toml")
    keys = ensure_holders(believed.authority, now=NOW)
    again = ensure_holders(believed.authority, now=NOW)
    assert [key.certificate.dump() for key in again] == [key.certificate.dump() for key in keys]
    assert SigningCertificate.objects.count() == 3
    assert {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()} == {0}

    (own,) = signing.certificates_of(staff["head"], now=NOW)
    picture = read_picture(signing.image_of(own) or b"")
    assert (own.holder_name, picture.ink) == ("Lê Quang Ánh", "blue")
    answer = Device(keys, lambda _origin, _batch: True).sign(
        "http://127.0.0.1", {"requests": [_asked(signing.challenge(staff["head"], own.pk, now=NOW))]}
    )
    assert "signature" in answer["signatures"][0]

    (seal,) = [one for one in signing.certificates_of(staff["clerk"], now=NOW) if one.is_agency]
    assert read_picture(signing.image_of(seal) or b"").ink == "red"
    sealed = signing.sign_with(
        actor=staff["clerk"],
        certificate_id=seal.pk,
        content=pdf,
        level=Level.B,
        now=NOW + timedelta(seconds=1),
    )
    report = signing.validate_file(None, sealed.content, now=NOW + timedelta(seconds=2))
    assert report.demonstration is True


def _asked(challenge: signing.Challenge) -> dict[str, str]:
    return {
        "id": challenge.id,
        "hash": challenge.hash,
        "hash_algorithm": challenge.algorithm,
        "certificate": challenge.certificate,
    }


def test_keys_that_somebody_tries_in_a_demonstration_are_left_alone(
    believed: World, settings: Settings, tmp_path: Path, staff: dict[str, Actor]
) -> None:
    file = tmp_path / "keys.toml"
    file.write_text("# ours\n", encoding="utf-8")
    settings.SIGNING_KEYS_FILE = str(file)
    ensure_holders(believed.authority, now=NOW)
    assert file.read_text(encoding="utf-8") == "# ours\n"
    assert not SigningCertificate.objects.filter(agency__isnull=False).exists()


def test_real_installation_has_no_demonstration_and_refuses_what_one_made(
    believed: World, settings: Settings, tmp_path: Path, staff: dict[str, Actor], pdf: bytes
) -> None:
    settings.SIGNING_KEYS_FILE = str(tmp_path / "signing-keys.toml")
    ensure_holders(believed.authority, now=NOW)
    (seal,) = [one for one in signing.certificates_of(staff["clerk"], now=NOW) if one.is_agency]
    settings.DEMONSTRATION = False
    with pytest.raises(NotDemonstration):
        ensure_holders(believed.authority, now=NOW)
    ran = CliRunner().invoke(demonstration, ["serve", "--json"], obj=nullcontext)
    assert (ran.exit_code, json.loads(ran.output)["code"]) == (1, "signing.not-a-demonstration")
    with pytest.raises(DemonstrationRefused):
        signing.sign_with(actor=staff["clerk"], certificate_id=seal.pk, content=pdf, level=Level.B, now=NOW)
    assert [one.way.names for one in signing.own_certificates(staff["head"], now=NOW)] == [()]


@pytest.mark.parametrize("draw", [drawing.signature, drawing.seal])
def test_drawn_image_differs_by_name_and_fits_the_decree(draw: Callable[[str], bytes]) -> None:
    assert draw("Lê Quang Ánh") == draw("Lê Quang Ánh") != draw("Đặng Thu Ý")
    assert read_picture(draw("Sở Nội vụ")).ink == ("blue" if draw is drawing.signature else "red")
