"""Hours that are over are counted once; what is shown is the same whether they were or not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from personas import System, deliver, document, queries_of

from hienluong.exchange.models import Delivery, DeliveryEvent, Transmission
from hienluong.kit import clock
from hienluong.monitoring import flow
from hienluong.monitoring.models import Hour

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def spread(received: Callable[..., Delivery]) -> datetime:
    """Six documents, accepted and delivered at different times; gives the moment of looking."""
    now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    ages = [timedelta(minutes=5), timedelta(minutes=50), 2 * HOUR, 5 * HOUR, 22 * HOUR, 30 * HOUR]
    for number, age in enumerate(ages):
        delivery = received(number + 1)
        Transmission.objects.filter(pk=delivery.transmission_id).update(accepted_at=now - age)
        DeliveryEvent.objects.filter(delivery=delivery).update(at=now - age)
    return now


def test_flow_counts_the_last_hours_and_the_last_sixty_minutes(spread: datetime) -> None:
    seen = flow.flow(now=spread)
    assert seen.since == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (len(seen.per_hour), sum(seen.per_hour)) == (25, 5)
    assert (seen.per_hour[-1], seen.per_hour[-2], seen.per_hour[-3]) == (1, 1, 1)
    assert (seen.day.accepted, seen.day.delivered) == (5, 5)
    assert (seen.hour.accepted, seen.hour.delivered, seen.hour.failed) == (2, 2, 0)
    assert seen.last_accepted == spread - timedelta(minutes=5)


def test_counted_hours_change_nothing_that_is_shown(spread: datetime) -> None:
    before = flow.flow(now=spread)
    assert flow.count_hours(now=spread) == 48
    assert flow.flow(now=spread) == before
    assert Hour.objects.get(begins_at=datetime(2026, 11, 24, 4, tzinfo=UTC)).accepted == 1


def test_hour_is_counted_when_it_has_settled_and_once_more_after(spread: datetime) -> None:
    at = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
    flow.count_hours(now=at)
    assert not Hour.objects.filter(begins_at=datetime(2026, 11, 24, 9, tzinfo=UTC)).exists()
    assert flow.count_hours(now=at) == 1  # the newest again: what committed late is in it now
    assert flow.count_hours(now=at + timedelta(minutes=6)) == 2
    assert Hour.objects.get(begins_at=datetime(2026, 11, 24, 9, tzinfo=UTC)).accepted == 1


def test_long_rest_of_the_worker_leaves_no_gap(spread: datetime) -> None:
    flow.count_hours(now=spread)
    flow.count_hours(now=spread + 5 * 24 * HOUR)
    hours = list(Hour.objects.order_by("begins_at").values_list("begins_at", flat=True))
    assert all(later - earlier == HOUR for earlier, later in itertools.pairwise(hours))
    assert hours[-1] == datetime(2026, 11, 29, 8, tzinfo=UTC)


def test_what_moved_ever_only_grows(spread: datetime) -> None:
    flow.count_hours(now=spread - HOUR)
    values = [
        flow.moved_ever(now=spread + minutes * timedelta(minutes=1)).accepted for minutes in (0, 30, 60)
    ]
    flow.count_hours(now=spread + HOUR)
    values.append(flow.moved_ever(now=spread + HOUR).accepted)
    assert values == sorted(values)
    assert values[-1] == 6


def test_failures_are_counted_apart(spread: datetime) -> None:
    event = DeliveryEvent.objects.filter(at__gt=spread - HOUR).first()
    assert event is not None
    DeliveryEvent.objects.filter(pk=event.pk).update(after="dead")
    seen = flow.flow(now=spread)
    assert (seen.hour.delivered, seen.hour.failed) == (1, 1)


def test_flow_asks_as_many_questions_whatever_is_stored(home_affairs: System, spread: datetime) -> None:
    asked = queries_of(lambda: flow.flow(now=spread))
    for number in range(50, 60):
        home_affairs.hand_in(document(number))
    deliver()
    assert queries_of(lambda: flow.flow(now=clock.now())) == asked


def test_moved_adds_up() -> None:
    moved: Any = flow.Moved(1, 2, 3, 4)
    moved.add(replace(moved))
    assert moved == flow.Moved(2, 4, 6, 8)
