"""Every error has a code of its own, says what to do, and stands in the list that developers read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hienluong.kit.errors import HienluongError, all_error_classes

CODE = re.compile(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)?|[a-z0-9]+(-[a-z0-9]+)*")


@pytest.fixture(scope="module")
def errors(house: Any) -> list[type[HienluongError]]:
    """Every error class of the product."""
    house.load_everything()
    return [error for error in all_error_classes() if error.__module__.startswith("hienluong.")]


def test_error_has_a_code_of_its_own(errors: list[type[HienluongError]]) -> None:
    assert [f"{error.__module__}.{error.__name__}" for error in errors if "code" not in vars(error)] == []


def test_error_code_is_unique(errors: list[type[HienluongError]]) -> None:
    first: dict[str, str] = {}
    twice = [error.code for error in errors if first.setdefault(error.code, error.__name__) != error.__name__]
    assert twice == []


def test_error_code_begins_with_its_module(errors: list[type[HienluongError]]) -> None:
    # A code without a module is a general one; only kit and the API as a whole have such.
    general = {"hienluong.kit", "hienluong.config.api"}
    foreign = [
        f"{error.code} in {error.__module__}"
        for error in errors
        if not CODE.fullmatch(error.code)
        or not (
            error.code.startswith(f"{error.__module__.split('.')[1]}.")
            or any(error.__module__.startswith(place) for place in general)
        )
    ]
    assert foreign == []


def test_error_has_a_title_and_a_status_of_http(errors: list[type[HienluongError]]) -> None:
    assert [error.code for error in errors if not error.title or not 400 <= error.status <= 599] == []


def test_list_of_errors_is_true(house: Any, errors: list[type[HienluongError]], generated: Any) -> None:
    rows = [
        "| code | status | retryable | title |",
        "|---|---|---|---|",
        *(
            f'| <a id="{error.code}"></a>`{error.code}` | {error.status} '
            f"| {'yes' if error.retryable else 'no'} | {error.title} |"
            for error in errors
        ),
    ]
    generated.agrees(house.root / "docs" / "integrate" / "errors.md", "errors", "\n".join(rows) + "\n")
