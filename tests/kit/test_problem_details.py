"""Errors carry a code, facts and templates, and become RFC 9457 problems in the reader's language."""

import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.errors import (
    Conflict,
    FieldError,
    Forbidden,
    HienluongError,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unavailable,
    all_error_classes,
)
from hienluong.kit.errors import gettext_noop as _


class StampMissing(NotFound):
    """A subclass as a module writes it."""

    code = "test.stamp-missing"
    title = _("Stamp missing")
    detail = _("The document {notation} carries no stamp of {agencies}.")
    kept = _("The document {notation} is kept as a draft.")
    todo = _("Ask {agencies} for the stamp.")


VIETNAMESE = {
    "Stamp missing": "Thiếu dấu",
    "The document {notation} carries no stamp of {agencies}.": "Văn bản {notation} chưa có dấu của {agencies}.",
}


def to_vietnamese(message: str) -> str:
    return VIETNAMESE.get(message, message)


def test_problem_of_an_error_has_the_members_of_rfc_9457_and_the_facts() -> None:
    error = StampMissing(notation="15/QĐ-UBND", agencies=["H50.19", "H50.20"])

    assert error.problem("urn:hienluong:7K3M-PX9D") == {
        "type": "/api/errors#test.stamp-missing",
        "title": "Stamp missing",
        "status": 404,
        "detail": "The document 15/QĐ-UBND carries no stamp of H50.19, H50.20.",
        "instance": "urn:hienluong:7K3M-PX9D",
        "code": "test.stamp-missing",
        "retryable": False,
        "kept": "The document 15/QĐ-UBND is kept as a draft.",
        "todo": "Ask H50.19, H50.20 for the stamp.",
        "params": {"notation": "15/QĐ-UBND", "agencies": ["H50.19", "H50.20"]},
    }


def test_problem_with_a_translation_translates_templates_before_filling_them() -> None:
    problem = StampMissing(notation="15/QĐ-UBND", agencies="Sở Nội vụ").problem(translate=to_vietnamese)

    assert problem["title"] == "Thiếu dấu"
    assert problem["detail"] == "Văn bản 15/QĐ-UBND chưa có dấu của Sở Nội vụ."
    assert "instance" not in problem


def test_text_of_an_error_says_what_was_wrong_what_was_kept_and_what_to_do() -> None:
    assert str(StampMissing(notation="1", agencies="A")) == (
        "The document 1 carries no stamp of A. The document 1 is kept as a draft. Ask A for the stamp."
    )


def test_problem_with_parameters_of_any_kind_stays_json_safe() -> None:
    error = Conflict(
        day=date(2025, 7, 1),
        at=datetime(2025, 7, 1, 8, tzinfo=UTC),
        id=UUID(int=7),
        place=Path("a/b"),
        nested={"x": (1, {"y": None})},
        ratio=0.5,
        secret_object=object(),
        amount=Decimal(1),
        endless=float("inf"),
    )

    params = json.loads(json.dumps(error.problem()))["params"]

    assert params == {
        "day": "2025-07-01",
        "at": "2025-07-01T08:00:00+00:00",
        "id": "00000000-0000-0000-0000-000000000007",
        "place": "a/b",
        "nested": {"x": [1, {"y": None}]},
        "ratio": 0.5,
    }


@given(st.text(), st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none())))
def test_rendering_with_any_template_and_any_parameters_never_raises(
    template: str, facts: dict[str, object]
) -> None:
    error = HienluongError(detail=template)
    error.params = facts

    assert isinstance(error.explain(), str)
    assert isinstance(json.dumps(error.problem()), str)


def test_missing_parameter_stays_visible_instead_of_hiding_the_error() -> None:
    assert StampMissing(notation="9").explain().startswith("The document 9 carries no stamp of {agencies}.")


def test_detail_given_for_one_occurrence_replaces_the_class_text_there_only() -> None:
    special = Conflict(detail="The packet {id} was withdrawn.", id=4)

    assert special.problem()["detail"] == "The packet 4 was withdrawn."
    assert Conflict().problem()["detail"] != special.problem()["detail"]


def test_invalid_input_names_each_field_by_json_pointer() -> None:
    error = InvalidInput(
        [
            FieldError("/recipients/0", _("No agency has the code {code}."), {"code": "H99"}),
            FieldError("", "Empty."),
        ]
    )

    assert error.problem()["errors"] == [
        {"pointer": "/recipients/0", "detail": "No agency has the code H99."},
        {"pointer": "", "detail": "Empty."},
    ]
    assert str(error).endswith(" /recipients/0: No agency has the code H99.; Empty.")


@pytest.mark.parametrize(
    ("error", "status", "retryable"),
    [
        (InvalidInput, 422, False),
        (NotAuthenticated, 401, False),
        (Forbidden, 403, False),
        (NotFound, 404, False),
        (Conflict, 409, False),
        (TooLarge, 413, False),
        (TooManyRequests, 429, True),
        (Unavailable, 503, True),
    ],
)
def test_general_errors_have_their_http_status(
    error: type[HienluongError],
    status: int,
    retryable: bool,
) -> None:
    problem = error().problem()

    assert (problem["status"], problem["retryable"]) == (status, retryable)


def test_too_many_requests_tells_when_to_come_back() -> None:
    assert TooManyRequests(retry_after=30, limit=100).problem()["retry_after"] == 30


@pytest.mark.parametrize(
    "error",
    [
        StampMissing(notation="1", agencies="A"),
        InvalidInput([FieldError("/a", "x")]),
        TooManyRequests(retry_after=3),
    ],
)
def test_error_survives_pickling_between_processes(error: HienluongError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(copy) is type(error)
    assert copy.problem() == error.problem()


def test_all_error_classes_are_found_once_and_every_code_belongs_to_one_class() -> None:
    classes = all_error_classes()
    ours = [error for error in classes if error.__module__.startswith("hienluong.kit.")]

    assert StampMissing in classes
    assert len(classes) == len(set(classes))
    assert len({error.code for error in ours}) == len(ours)


def test_field_error_that_was_stored_says_the_same() -> None:
    error = FieldError("/3/code", "Row {row} is wrong.", {"row": 3})
    stored = json.loads(json.dumps(error.as_json()))
    assert FieldError(**stored).text() == error.text() == "Row 3 is wrong."
