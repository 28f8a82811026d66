"""Tables refer downward only, and the ledger to nothing."""

from __future__ import annotations

import configparser
from typing import Any

from django.apps import apps
from django.db import models


def _height(house: Any) -> dict[str, int]:
    """Returns each module's layer, counted from the ground; siblings share one."""
    config = configparser.ConfigParser()
    config.read(house.root / ".importlinter", encoding="utf-8")
    lines = [line for line in config["importlinter:contract:layers"]["layers"].split("\n") if line.strip()]
    return {
        name: height for height, line in enumerate(reversed(lines)) for name in line.replace("|", " ").split()
    }


def _relations() -> list[tuple[models.Field[Any, Any], str, str]]:
    """Returns (field, module it is in, module it refers to) for every relation of ours to a model of ours."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.related_model
            if not isinstance(field, models.Field) or not isinstance(target, type):
                continue
            here, there = model.__module__.split("."), target.__module__.split(".")
            if here[0] == "hienluong" and there[0] == "hienluong":
                found.append((field, here[1], there[1]))
    return found


def test_relation_points_into_its_own_module_or_a_lower_one(house: Any) -> None:
    height = _height(house)
    upward = [
        f"{field} refers to {there}"
        for field, here, there in _relations()
        if here != there and height[there] >= height[here]
    ]
    assert upward == []


def test_relations_are_found() -> None:
    assert any(here == "exchange" and there == "directory" for _, here, there in _relations())


def test_ledger_and_files_refer_to_no_other_table() -> None:
    # Actors and holders are kept as values: evidence must outlive what it is about.
    assert [
        str(field) for field, here, there in _relations() if here in {"ledger", "files"} and there != here
    ] == []


def test_nothing_refers_to_the_ledger() -> None:
    assert [str(field) for field, here, there in _relations() if there == "ledger" and here != "ledger"] == []
