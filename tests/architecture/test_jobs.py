"""Every job is named after the module it belongs to, and is declared through the one seam."""

from __future__ import annotations

import re
from typing import Any

from procrastinate.contrib.django import app

from hienluong.jobs.lookouts import registered

NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


def _tasks() -> dict[str, str]:
    """Returns our tasks: name → Python module that declares it."""
    return {
        name: task.func.__module__
        for name, task in app.tasks.items()
        if task.func.__module__.startswith("hienluong.")
    }


def test_task_name_begins_with_its_module() -> None:
    tasks = _tasks()
    assert tasks
    wrong = [
        name
        for name, module in tasks.items()
        if not NAME.fullmatch(name) or name.split(".")[0] != module.split(".")[1]
    ]
    assert wrong == []


def test_task_is_declared_in_tasks_py() -> None:
    assert {module.split(".")[-1] for module in _tasks().values()} == {"tasks"}


def test_lookout_is_named_after_its_module_declared_in_tasks_py_and_on_the_page(house: Any) -> None:
    assert registered
    for name, lookout in registered.items():
        _, module, place = lookout.run.__module__.split(".")
        assert NAME.fullmatch(name)
        assert (name.split(".")[0], place) == (module, "tasks")
        assert f"`{name}`" in house.document(f"modules/{module}.md")


def test_only_the_jobs_module_knows_the_queue(house: Any) -> None:
    knowing = {source.module for source in house.sources if "procrastinate" in _imports(source.text)}
    assert knowing == {"jobs"}


def _imports(text: str) -> set[str]:
    return {match[1] for match in re.finditer(r"^\s*(?:from|import) ([a-z_]+)", text, re.MULTILINE)}
