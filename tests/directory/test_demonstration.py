"""The demonstration province: furnished once or again, never in a real installation."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings

from hienluong.config import demonstration
from hienluong.config.installation import Installation
from hienluong.directory.models import Agency, Person, Post, User
from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.systems.models import AgencySystem, SendingRight

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]


@pytest.fixture
def installation(tmp_path: Path, settings: Settings) -> Installation:
    """A demonstration in a place of its own."""
    made = Installation.create(tmp_path / "demo", "demonstration", port=8000)
    settings.INSTALLATION = made
    return made


def test_a_real_installation_is_never_furnished(
    province: Province, tmp_path: Path, settings: Settings, now: datetime
) -> None:
    for installation in (None, Installation.create(tmp_path / "real", "real", port=8000)):
        settings.INSTALLATION = installation
        with pytest.raises(demonstration.NotADemonstration):
            demonstration.furnish(now=now)
        with pytest.raises(demonstration.NotADemonstration):
            demonstration.announce(now=now)

    assert not User.objects.exists()


def test_without_reference_data_it_says_what_to_do(
    installation: Installation, db: None, now: datetime
) -> None:
    with pytest.raises(demonstration.ReferenceDataMissing, match=r"H50\.S01.*reference data"):
        demonstration.furnish(now=now)

    assert not Person.objects.exists()


def test_every_role_is_played_and_every_agency_is_real(
    installation: Installation, province: Province, now: datetime
) -> None:
    demonstration.furnish(now=now)

    assert set(Post.objects.values_list("role", flat=True)) == set(Post.Role.values) - {"officer"}
    assert province(demonstration.DONG_HOI).name == "Ủy ban nhân dân phường Đồng Hới"
    assert province(demonstration.KHE_SANH).name == "Ủy ban nhân dân xã Khe Sanh"
    assert province(demonstration.HOME_AFFAIRS).name == "Sở Nội vụ tỉnh Quảng Trị"


def test_furnishing_again_changes_nothing(
    installation: Installation, province: Province, now: datetime
) -> None:
    demonstration.furnish(now=now)
    secrets = {file.name: file.read_text() for file in installation.secrets.iterdir()}
    people = Person.objects.count()

    demonstration.furnish(now=now)

    assert {file.name: file.read_text() for file in installation.secrets.iterdir()} == secrets
    assert (Person.objects.count(), AgencySystem.objects.count()) == (people, len(demonstration.SYSTEMS))


def test_the_secrets_are_private_files_and_open_the_accounts_and_the_api(
    installation: Installation, province: Province, now: datetime, token_for: Callable[[str, str], str]
) -> None:
    demonstration.furnish(now=now)
    password = installation.secret(demonstration.PASSWORD_SECRET)
    credentials: dict[str, dict[str, str]] = json.loads(installation.secret(demonstration.SYSTEMS_SECRET))

    for file in installation.secrets.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    assert all(User.objects.get(username=p.username).check_password(password) for p in demonstration.PERSONAS)
    for key in ("home-affairs", "dong-hoi", "khe-sanh", "upstream-axis"):
        entry = credentials[key]
        actor = systems.system_by_token(
            token_for(entry["client_id"], entry["client_secret"]), now=clock.now()
        )
        assert actor is not None
        assert actor.agency_code == entry["agency_code"]


def test_the_upstream_axis_sends_for_agencies_outside_only(
    installation: Installation, province: Province, now: datetime
) -> None:
    demonstration.furnish(now=now)

    right = SendingRight.objects.get()
    assert (right.scope, right.system.agency) == ("outside", province("G22"))


def test_lost_secrets_of_a_system_are_made_anew(
    installation: Installation, province: Province, now: datetime, token_for: Callable[[str, str], str]
) -> None:
    demonstration.furnish(now=now)
    (installation.secrets / demonstration.SYSTEMS_SECRET).unlink()

    demonstration.furnish(now=now)

    entry = json.loads(installation.secret(demonstration.SYSTEMS_SECRET))["dong-hoi"]
    assert token_for(entry["client_id"], entry["client_secret"])
    assert AgencySystem.objects.count() == len(demonstration.SYSTEMS)


def test_the_announcement_signs_the_operator_in_once_and_shows_no_password(
    installation: Installation, province: Province
) -> None:
    demonstration.furnish()

    text = demonstration.announce()

    assert installation.secret(demonstration.PASSWORD_SECRET) not in text
    assert all(persona.username in text for persona in demonstration.PERSONAS)
    (link,) = [line.strip() for line in text.splitlines() if "/sign-in/once/" in line]
    browser = Browser()
    answer: Any = browser.post("/sign-in/once/" + link.partition("/sign-in/once/")[2])
    assert answer.status_code == 302
    assert browser.get("/acting-for/").wsgi_request.actor.role == "operator"  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely
