import copy
import pickle
from collections.abc import Callable

import pytest

from hienluong.edxml.errors import REASONS, WARNINGS, FormatError, FormatWarning
from hienluong.edxml.statuses import BusinessKind, Direction, Priority, StatusCode


def test_status_codes_are_those_of_the_official_samples() -> None:
    assert [code.value for code in StatusCode] == ["01", "02", "03", "04", "05", "06", "13", "15", "16"]


def test_only_the_request_to_give_back_goes_from_sender_to_receiver() -> None:
    forth = [code for code in StatusCode if code.direction is Direction.SENDER_TO_RECEIVER]
    assert forth == [StatusCode.RECALL_REQUESTED]


def test_kinds_and_priorities_have_their_numbers() -> None:
    assert [kind.value for kind in BusinessKind] == [0, 1, 2, 3]
    assert [priority.value for priority in Priority] == [0, 1, 2, 3, 4]
    assert Priority.read("5") is Priority.NORMAL
    assert Priority.read(None) is Priority.read("6") is Priority.read("x") is Priority.read("²") is None


def _marked(text: str) -> str:
    return f"«{text}»"


def test_every_reason_and_warning_is_a_sentence_that_can_be_translated() -> None:
    for reason in REASONS:
        error = FormatError("MessageHeader.To[2].OrganId", 7, reason)
        assert error.wire_code[1:] == ".MessageHeader.To.OrganId"
        assert error.explain(_marked).startswith("«Line 7, MessageHeader.To[2].OrganId: «")
        assert error.reason_text(_marked) in str(error.problem(translate=_marked)["detail"])
    for code in WARNINGS:
        assert FormatWarning(code, "MessageHeader", 1).text()


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301 - our own bytes
def test_refusal_survives_copying(copied: Callable[[FormatError], FormatError]) -> None:
    error = FormatError("MessageHeader.Subject", 3, "too-long", length=9, limit=5)
    again = copied(error)
    assert str(again) == str(error)
    assert (again.element, again.line, again.wire_code) == (
        "MessageHeader.Subject",
        3,
        "R.MessageHeader.Subject",
    )
