"""The glossary knows every word of the program that people meet, and no word that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from django.apps import apps
from django.db.models import Choices

from hienluong.config.cli import cli
from hienluong.directory import service as directory
from hienluong.edxml.statuses import BusinessKind, StatusCode

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def _rows(house: Any) -> list[tuple[str, str, str, str]]:
    rows = ROW.findall(house.document("glossary.md"))
    return [row for row in rows if row[0] != "term" and not set(row[0]) <= {"-"}]


def _named(house: Any) -> set[str]:
    """Returns the names of the program in the first column."""
    return {name for row in _rows(house) for name in re.findall(r"`([^`]+)`", row[0])}


def _models() -> list[Any]:
    return [model for model in apps.get_models() if model.__module__.startswith("hienluong.")]


def _choices() -> set[str]:
    return {
        str(choice.value)
        for model in _models()
        for inner in vars(model).values()
        if isinstance(inner, type) and issubclass(inner, Choices)
        for choice in inner
    }


def _commands(group: click.Group, prefix: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def _words() -> dict[str, set[str]]:
    return {
        "tables": {model.__name__ for model in _models()},
        "choices": _choices(),
        "permissions": {permission.name for permission in directory.all_permissions()},
        "statuses": {code.value for code in StatusCode},
        "kinds": {str(int(kind)) for kind in BusinessKind},
        "commands": set(_commands(cli, "hienluong")),
    }


@pytest.mark.parametrize("sort", ["tables", "choices", "permissions", "statuses", "kinds", "commands"])
def test_word_of_the_program_is_in_the_glossary(house: Any, sort: str) -> None:
    words = _words()[sort]
    assert words
    assert words - _named(house) == set()


def test_word_of_the_glossary_is_in_the_program(house: Any) -> None:
    known = set().union(*_words().values()) | set(house.modules) | {"DocumentId"}
    assert _named(house) - known == set()


def test_term_has_vietnamese_a_meaning_and_a_source(house: Any) -> None:
    assert len(_rows(house)) > 80
    assert [row[0] for row in _rows(house) if not all(cell.strip() for cell in row)] == []


def test_term_is_explained_once(house: Any) -> None:
    terms = [row[0] for row in _rows(house)]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_vietnamese_labels_of_statuses_are_those_of_the_samples(house: Any) -> None:
    # The words that clerks know from the national axis; the glossary is what translators read.
    page = {name: row[1] for row in _rows(house) for name in re.findall(r"`(\d\d)`", row[0])}
    assert page["01"] == "đã đến"
    assert page["03"] == "đã tiếp nhận"
    assert page["13"] == "lấy lại"
