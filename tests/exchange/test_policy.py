"""The two state tables and the rhythm of trying again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.exchange import policy
from hienluong.exchange.errors import TransitionRefused
from hienluong.exchange.models import Delivery

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
codes = st.sampled_from(sorted(policy.BY_SENDER | policy.BY_RECIPIENT))
states = st.sampled_from(sorted(policy.BUSINESS))


def walk(*reported: str, business: int = 0) -> tuple[str, list[bool]]:
    """Returns the state after the statuses, and which of them were in order."""
    state, before_recall, order = "", "", []
    for code in reported:
        step = policy.business_step(current=state, before_recall=before_recall, code=code, business=business)
        if code == policy.ASKED_BACK and step.in_order:
            before_recall = state
        state = step.state
        order.append(step.in_order)
    return state, order


def test_mailbox_table_knows_every_state_of_the_model() -> None:
    assert set(policy.MAILBOX) == {str(state) for state in Delivery.State}
    assert {after for steps in policy.MAILBOX.values() for after in steps} <= set(policy.MAILBOX)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("waiting", "confirmed"),
        ("confirmed", "fetched"),
        ("withdrawn", "waiting"),
        ("unrouted", "delivered"),
    ],
)
def test_mailbox_step_that_the_table_does_not_name_is_refused_by_both_names(before: str, after: str) -> None:
    with pytest.raises(TransitionRefused, match=f"“{before}”.*“{after}”"):
        policy.require_mailbox_step(before, after)


def test_ordinary_way_of_a_document_is_in_order() -> None:
    assert walk("01", "03", "04", "05", "05", "06") == ("06", [True] * 6)


def test_assignment_and_progress_may_be_left_out() -> None:
    assert walk("01", "03", "06") == ("06", [True] * 3)


def test_refusal_ends_the_way_and_a_later_registration_is_recorded_out_of_order() -> None:
    assert walk("01", "02", "03") == ("02", [True, True, False])


def test_finished_without_a_registration_still_shows_as_finished_but_out_of_order() -> None:
    assert walk("01", "06") == ("06", [True, False])


def test_status_that_would_go_back_changes_nothing() -> None:
    assert walk("01", "03", "06", "04") == ("06", [True, True, True, False])


def test_recall_agreed_closes_and_recall_refused_returns_to_the_state_before() -> None:
    assert walk("01", "03", "13", "15")[0] == "15"
    assert walk("01", "03", "04", "13", "16")[0] == "04"


def test_recall_after_the_end_is_out_of_order() -> None:
    assert walk("01", "03", "06", "13") == ("06", [True, True, True, False])


@pytest.mark.parametrize("business", [1, 2])
def test_revocation_and_update_are_answered_without_a_recall_before(business: int) -> None:
    assert walk("15", business=business) == ("15", [True])
    assert walk("01", "16", business=business)[1] == [True, True]


def test_new_document_is_not_answered_by_15_without_a_13() -> None:
    assert walk("15") == ("", [False])


@given(current=states, code=codes, business=st.integers(0, 3))
def test_every_status_is_recorded_and_leads_to_a_state_of_the_table(
    current: str, code: str, business: int
) -> None:
    step = policy.business_step(current=current, before_recall="", code=code, business=business)
    assert step.state in policy.BUSINESS


@given(current=states, business=st.integers(0, 3), by_recipient=st.booleans())
def test_what_our_pages_offer_is_always_in_order_and_the_reporters_own(
    current: str, business: int, by_recipient: bool
) -> None:
    for code in policy.reportable(current=current, business=business, by_recipient=by_recipient):
        assert code in (policy.BY_RECIPIENT if by_recipient else policy.BY_SENDER)
        assert policy.business_step(current=current, before_recall="", code=code, business=business).in_order


def test_failed_delivery_is_tried_five_more_times_and_then_goes_to_the_dead_letters() -> None:
    waits = [policy.next_attempt(attempts=number, permanent=False, now=NOW) for number in range(1, 7)]
    assert waits == [NOW + timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480)] + [None]


def test_permanent_failure_is_not_tried_again() -> None:
    assert policy.next_attempt(attempts=1, permanent=True, now=NOW) is None
