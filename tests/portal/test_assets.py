"""The built style sheet, scripts and pictures: small, hashed, kept for good by browsers, compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as house
from django.test import Client
from pytest_django.fixtures import Settings

from hienluong.portal import assets
from hienluong.portal.apps import front_end_is_built

FIRST_VIEW_LIMIT = 150_000  # bytes, compressed: the page itself and everything it loads

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (Path(house.STATIC_ROOT) / "names.json").exists(),
        reason="the front end is not built: make run builds it",
    ),
]


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    assets.names.cache_clear()
    yield
    assets.names.cache_clear()


def _built() -> Path:
    return Path(house.STATIC_ROOT)


def test_plain_name_leads_to_the_file_with_its_hash() -> None:
    address = assets.BuiltAssets().url("app.css")
    assert re.fullmatch(r"/static/app\.[0-9a-f]{12}\.css", address)
    assert (_built() / address.removeprefix("/static/")).exists()


def test_file_of_another_package_keeps_its_name() -> None:
    assert assets.BuiltAssets().url("ninja/favicon.png") == "/static/ninja/favicon.png"


def test_first_view_is_small() -> None:
    page = len(gzip.compress(Client().get("/sign-in/").content))
    loaded = sum(path.stat().st_size for path in _built().glob("*.gz"))
    assert page + loaded < FIRST_VIEW_LIMIT


def test_built_file_is_served_compressed_and_kept_for_good() -> None:
    answer = Client().get(assets.BuiltAssets().url("app.css"), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


def test_style_sheet_and_scripts_load_nothing_from_elsewhere() -> None:
    for path in [*_built().glob("app.*.css"), *_built().glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", text) == []
        assert "@import" not in text


def test_every_icon_named_in_a_template_is_in_the_picture() -> None:
    sprite = next(_built().glob("icons.*.svg")).read_text(encoding="utf-8")
    package = Path(assets.__file__).resolve().parent.parent
    named = {
        name
        for template in package.rglob("templates/**/*.html")
        for name in re.findall(r'{% icon "([a-z0-9-]+)"', template.read_text(encoding="utf-8"))
    }
    assert named
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_missing_build_is_said_at_the_start(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert [warning.id for warning in front_end_is_built(None)] == ["portal.W001"]
