"""The directory, the systems and the people of the axis's specifications, with the list of reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
from tests.exchange.test_cli import call, packet_file  # noqa: F401 - its terminal

from hienluong.exchange.models import Delivery
from hienluong.reasons.commands import add_standard_reasons


@pytest.fixture
def offered(db: None) -> None:
    """The standard list of reasons."""
    add_standard_reasons(now=datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def fetched(received: Callable[..., Delivery], dong_hoi: Any) -> Callable[..., Delivery]:
    """Lets Sở Nội vụ send a document that phường Đồng Hới has fetched and confirmed; gives that delivery."""

    def arrive(number: int = 15, *to: str, **changes: Any) -> Delivery:
        delivery = received(number, *to, **changes)
        assert dong_hoi.get(f"/inbox/{delivery.pk}/packet").status_code == 200
        assert dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"}).status_code == 200
        delivery.refresh_from_db()
        return delivery

    return arrive
