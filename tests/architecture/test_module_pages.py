"""Every module has its page, the page names what the module offers, and the state tables on it are those of the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from procrastinate.contrib.django import app

from hienluong.access import policy as access
from hienluong.access.queries.roles import columns, role_rows
from hienluong.config.api import api
from hienluong.corrections.policy import RECALL
from hienluong.directory import service as directory
from hienluong.edxml.statuses import StatusCode
from hienluong.exchange import policy
from hienluong.issuing.models import Step
from hienluong.issuing.policy import STEPS
from hienluong.kit.figures import all_figures
from hienluong.notices import service as notices


def _tables() -> set[tuple[str, str]]:
    return {
        (model.__module__.split(".")[1], model._meta.db_table)
        for model in apps.get_models()
        if model.__module__.startswith("hienluong.")
    }


def _tables_without_a_model(house: Any) -> set[tuple[str, str]]:
    """Returns the tables that a migration of ours makes by hand."""
    return {
        (path.relative_to(house.package).parts[0], table)
        for path in house.package.glob("*/migrations/*.py")
        for table in re.findall(r"CREATE TABLE (\w+)", path.read_text(encoding="utf-8"))
    }


def _operations() -> set[tuple[str, str]]:
    """Returns (module, `METHOD /path`) for every operation; the tag of a router is its module."""
    return {
        (operation["tags"][0], f"{method.upper()} {path}")
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    }


def _by_prefix(names: Any) -> set[tuple[str, str]]:
    return {(name.split(".")[0], name) for name in names}


def _offered(house: Any) -> dict[str, set[tuple[str, str]]]:
    return {
        "tables": _tables() | _tables_without_a_model(house),
        "permissions": _by_prefix(permission.name for permission in directory.all_permissions()),
        "operations": _operations(),
        "jobs": _by_prefix(
            name for name, task in app.tasks.items() if task.func.__module__.startswith("hienluong.")
        ),
        "figures": _by_prefix(figure.name for figure in all_figures()),
        "notices": _by_prefix(notices._TEXTS),
    }


def test_module_has_a_page_and_every_page_a_module(house: Any) -> None:
    pages = {page.stem for page in (house.root / "docs" / "modules").glob("*.md")}
    assert pages == set(house.modules)


@pytest.mark.parametrize("sort", ["tables", "permissions", "operations", "jobs", "figures", "notices"])
def test_page_of_a_module_names_what_it_offers(house: Any, sort: str) -> None:
    offered = _offered(house)[sort]
    assert offered
    assert {
        f"{module}: {name}"
        for module, name in offered
        if f"`{name}`" not in house.document(f"modules/{module}.md")
    } == set()


def test_page_names_nothing_that_is_gone(house: Any) -> None:
    # Whatever on a page looks like a table, a permission or job, or an operation must exist.
    known = {name for group in _offered(house).values() for _, name in group}
    actions = {
        name
        for source in house.sources
        for name in re.findall(r'"((?:{})\.[a-z_-]+)"'.format("|".join(house.modules)), source.text)
    }
    gone = set()
    for module in house.modules:
        text = house.document(f"modules/{module}.md")
        for name in re.findall(
            r"^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+|[a-z]+\.[a-z_]+|[a-z]+_[a-z]+)` \|",
            text,
            re.MULTILINE,
        ):
            if name not in known | actions and not name.endswith(".py"):
                gone.add(f"{module}: {name}")
    assert gone == set()


def test_page_of_a_module_names_its_commands(house: Any) -> None:
    missing = set()
    for module, path in house.modules.items():
        init = path / "commands" / "__init__.py"
        if init.exists():
            page = house.document(f"modules/{module}.md")
            for name in re.findall(r'^    "([a-z_]+)",$', init.read_text(encoding="utf-8"), re.MULTILINE):
                if f"`{name}`" not in page:
                    missing.add(f"{module}.{name}")
    assert missing == set()


def _table(states: Mapping[str, frozenset[str]], titles: Mapping[str, str]) -> str:
    """Returns a state table as Markdown: a row per state, a column per state it may lead to."""
    columns = [state for state in titles if any(state in after for after in states.values())]
    lines = [
        "| from \\ to | " + " | ".join(titles[state] for state in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for state in titles:
        after = states.get(state, frozenset())
        cells = " | ".join("yes" if column in after else "" for column in columns)
        lines.append(f"| {titles[state]} | {cells} |")
    return "\n".join(lines) + "\n"


def test_steps_of_issuing_on_the_page_are_those_in_force(house: Any, generated: Any) -> None:
    titles = {step.value: f"`{step}`" for step in Step}
    states = {str(before): frozenset(map(str, after)) for before, after in STEPS.items()}
    generated.agrees(house.root / "docs" / "modules" / "issuing.md", "steps", _table(states, titles))


def _exchange_page(house: Any) -> Path:
    page: Path = house.root / "docs" / "modules" / "exchange.md"
    return page


def test_mailbox_table_on_the_page_is_the_one_in_force(house: Any, generated: Any) -> None:
    titles = {state: f"`{state}`" for state in policy.MAILBOX}
    generated.agrees(_exchange_page(house), "mailbox-states", _table(policy.MAILBOX, titles))


def test_business_table_on_the_page_is_the_one_in_force(house: Any, generated: Any) -> None:
    titles = {"": "(none)"} | {code.value: f"`{code.value}`" for code in StatusCode}
    generated.agrees(_exchange_page(house), "business-states", _table(policy.BUSINESS, titles))


def test_break_glass_table_on_the_page_is_the_one_in_force(house: Any, generated: Any) -> None:
    titles = {state: f"`{state}`" for state in access.BREAK_GLASS}
    page = house.root / "docs" / "modules" / "access.md"
    generated.agrees(page, "break-glass-states", _table(access.BREAK_GLASS, titles))


def test_roles_on_the_page_are_those_of_the_permissions(house: Any, generated: Any) -> None:
    names = [value.replace("_", " ") for value, _name in columns()]
    lines = ["| permission | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| `{row.permission.name}` | " + " | ".join("yes" if holds else "" for holds in row.holders) + " |"
        for row in role_rows()
    ]
    generated.agrees(house.root / "docs" / "operate" / "access.md", "roles", "\n".join(lines) + "\n")


def test_standing_table_on_the_page_is_the_one_in_force(house: Any, generated: Any) -> None:
    titles = {state: f"`{state}`" if state else "(none)" for state in policy.STANDING}
    generated.agrees(_exchange_page(house), "standing-states", _table(policy.STANDING, titles))


def test_table_of_recalls_on_the_page_is_the_one_in_force(house: Any, generated: Any) -> None:
    titles = {state: f"`{state}`" if state else "(none)" for state in RECALL}
    page = house.root / "docs" / "modules" / "corrections.md"
    generated.agrees(page, "recall-states", _table(RECALL, titles))


def test_state_tables_know_every_state_they_lead_to() -> None:
    assert set().union(*policy.MAILBOX.values()) <= set(policy.MAILBOX)
    answered_without_a_state_of_its_own = {policy.RECALL_REFUSED}  # it returns to the state before
    assert set().union(*policy.BUSINESS.values()) - answered_without_a_state_of_its_own <= set(
        policy.BUSINESS
    )
