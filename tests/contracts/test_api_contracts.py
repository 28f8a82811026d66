"""What other people's programs rely on is written down, and changes only on purpose."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from write_contracts import CONTRACTS, contracts

from hienluong.kit.errors import FieldError, HienluongError, InvalidInput, all_error_classes

PUBLIC = {"/api/v1/errors", "/api/v1/receipt-keys"}
HOW = ".venv/bin/python tests/contracts/write_contracts.py"


@pytest.mark.parametrize("name", ["errors.json", "openapi.json", "problem.schema.json"])
def test_contract_is_what_the_program_does(name: str) -> None:
    written = (CONTRACTS / name).read_text(encoding="utf-8")

    assert written == contracts()[name], f"docs/contracts/{name} differs. If that is meant, run: {HOW}"


def test_every_operation_says_who_may_call_it_and_how_it_fails() -> None:
    document = json.loads(contracts()["openapi.json"])

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method} {path}"
            assert operation.get("security") == (None if path in PUBLIC else [{"SystemBearer": []}]), place
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, place
            assert operation["summary"], place
            assert operation["description"], place


def test_names_of_operations_are_unique() -> None:
    document = json.loads(contracts()["openapi.json"])

    names = [operation["operationId"] for one in document["paths"].values() for operation in one.values()]
    assert len(names) == len(set(names))


def _problems() -> list[Any]:
    plain = [error.__new__(error) for error in all_error_classes()]
    for error in plain:
        HienluongError.__init__(error)
    return [*plain, InvalidInput([FieldError("/number", "Too long.")])]


@pytest.mark.parametrize("error", _problems(), ids=lambda error: type(error).__name__)
def test_every_error_is_a_problem_document(error: HienluongError) -> None:
    schema = json.loads((CONTRACTS / "problem.schema.json").read_text(encoding="utf-8"))
    if type(error).problem is not HienluongError.problem and not hasattr(error, "errors"):
        error.errors = []  # type: ignore[attr-defined]  # made without its own constructor

    document = HienluongError.problem(error, instance="/api/v1/inbox")

    jsonschema_rs.validate(schema, document)
