"""The axis's cast and browsers; what it takes to let a delivery fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers

from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery


@pytest.fixture
def failed(received: Callable[..., Delivery]) -> Callable[..., Delivery]:
    """Lets a document of Sở Nội vụ fail at phường Đồng Hới, for a cause; gives the delivery."""

    def fail(
        number: int = 15, *, state: str = "dead", failure: str = "answered 500", **more: Any
    ) -> Delivery:
        delivery = received(number, **more)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, failure=failure, attempts=6, position=None, delivered_at=None
        )
        delivery.refresh_from_db()
        return delivery

    return fail


@pytest.fixture
def operator(home_affairs: Any) -> Actor:
    """An operator of the platform."""
    person: Actor = home_affairs.clerk("operator")
    return person
