"""Everything people see is there in Vietnamese; the English source texts need no catalogue."""

from __future__ import annotations

import os
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import hienluong

PACKAGE = Path(hienluong.__file__).parent
VIETNAMESE = PACKAGE / "locale" / "vi" / "LC_MESSAGES" / "django.po"
PERCENT = re.compile(r"%\((\w+)\)[sd]")


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _names(text: str) -> set[str]:
    """Returns the places in a text that are filled in."""
    found = set(PERCENT.findall(text))
    if not found:
        try:
            found = {name for _, name, _, _ in string.Formatter().parse(text) if name and name.isidentifier()}
        except ValueError:
            found = set()
    return found


def _texts(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.fixture(scope="module")
def vietnamese() -> Catalog:
    return _catalogue(VIETNAMESE)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text marked for translation in the sources, collected anew."""
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed: apt-get install gettext")
    copy = tmp_path_factory.mktemp("sources") / "hienluong"
    shutil.copytree(
        PACKAGE, copy, ignore=shutil.ignore_patterns("*.pyc", "static", "locale", "__pycache__", "data")
    )
    (copy / "locale").mkdir()
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "vi", "--no-wrap"],
        cwd=copy,
        check=True,
        capture_output=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "hienluong.config.settings", "HIENLUONG_TESTING": "1"},
    )
    return _catalogue(next(copy.rglob("django.po")))


def test_every_text_in_the_sources_is_in_the_catalogue_and_no_other(
    extracted: Catalog, vietnamese: Catalog
) -> None:
    wanted = {(message.context, message.id) for message in _messages(extracted)}
    known = {(message.context, message.id) for message in _messages(vietnamese)}
    assert wanted
    assert wanted - known == set(), "run makemessages and translate"
    assert known - wanted == set(), "no longer in the sources"


def test_no_text_stands_twice_in_the_catalogue(vietnamese: Catalog) -> None:
    """Gettext's own programs refuse a catalogue in which one does."""
    heading = 1
    written = VIETNAMESE.read_text(encoding="utf-8").count("\nmsgid ") - heading
    assert written == len(list(_messages(vietnamese)))


def test_every_text_is_translated_and_none_is_a_guess(vietnamese: Catalog) -> None:
    assert [message.id for message in _messages(vietnamese) if not all(_texts(message.string))] == []
    assert [message.id for message in _messages(vietnamese) if message.fuzzy] == []


def test_translation_fills_in_the_same_values(vietnamese: Catalog) -> None:
    differing = [
        message.id
        for message in _messages(vietnamese)
        for text in _texts(message.string)
        if _names(text) != set().union(*(_names(source) for source in _texts(message.id)))
    ]
    assert differing == []


def test_translation_begins_and_ends_as_its_source(vietnamese: Catalog) -> None:
    """A label stays a label and a sentence a sentence: both end in the same sign."""
    ends = (".", ":", "…", "?")
    differing = [
        message.id
        for message in _messages(vietnamese)
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and [message.id.endswith(sign) for sign in ends] != [message.string.endswith(sign) for sign in ends]
    ]
    assert differing == []
