"""Whatever a caller sends, right or wrong: no failure inside, and every answer is as the contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from personas import DONG_HOI, System, deliver, document
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hienluong.config.wsgi import application

CONTRACT = Path(__file__).resolve().parents[2] / "docs" / "contracts" / "openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


NOTHING_IS_WRONG = {
    "GET /api/v1/me",
    "GET /api/v1/errors",
    "GET /api/v1/issuing-signers",
    "GET /api/v1/signatures/authorities",
    "GET /api/v1/agencies/{code}",
    "GET /api/v1/webhooks",
    "GET /api/v1/deadlines/figures",
    "GET /api/v1/monitor/alarms",
    "GET /api/v1/receipt-keys",
}
"""Operations that take nothing, or any text there is."""
EXAMPLES = 6


def _served(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers as a server does: it reads the answer to its end and closes it, and with it the file it may come from."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def _operations() -> Iterator[Any]:
    """Yields every operation with input that the contract allows, and with input that it does not."""
    schema = schemathesis.openapi.from_dict(json.loads(CONTRACT.read_text(encoding="utf-8")))
    schema.app = _served
    for result in schema.get_all_operations():
        operation = result.ok()
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.label} right")
        if operation.label not in NOTHING_IS_WRONG:
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label} wrong")


@pytest.fixture
def caller(
    db: None, home_affairs: System, dong_hoi: System, monkeypatch: pytest.MonkeyPatch
) -> Iterator[System]:
    """A system with one document in its mailbox, the operators' own too; its requests keep the connection of the test open."""
    home_affairs.hand_in(document(1, DONG_HOI))
    monkeypatch.setattr("django.conf.settings.OPERATOR_SYSTEMS", [str(dong_hoi.actor.id)])
    deliver()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)  # as Django's own test client does
    yield dong_hoi
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("operation", "mode"), list(_operations()))
def test_any_input_is_answered_as_the_contract_says(
    operation: Any, mode: GenerationMode, caller: System
) -> None:
    _try(operation, mode, caller, EXAMPLES)


@pytest.mark.prove
@pytest.mark.parametrize(("operation", "mode"), list(_operations()))
def test_much_input_is_answered_as_the_contract_says(
    operation: Any, mode: GenerationMode, caller: System
) -> None:
    _try(operation, mode, caller, 100)


def _try(operation: Any, mode: GenerationMode, caller: System, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def every_answer_conforms(case: Any) -> None:
        case.call_and_validate(headers={**caller.authorised, "Host": "localhost"}, checks=CHECKS)

    every_answer_conforms()
