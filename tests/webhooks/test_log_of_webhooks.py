"""What is kept of webhooks: the log is swept some at a time, and what an ended system left goes with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.webhooks.conftest import Caller
from tests.webhooks.test_delivery_to_webhooks import Subscribed, arrive

from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.webhooks import attempts, queries, tasks
from hienluong.webhooks.models import Webhook

pytestmark = pytest.mark.django_db


def test_webhook_of_a_system_that_has_ended_is_no_trouble_and_leaves_no_messages(
    caller: Callable[..., Caller], subscribed: Subscribed, platform: Any, settings: Any
) -> None:
    system = caller().system
    hook, _peer = subscribed(system)
    arrive(system.agency_id, *range(5))
    Webhook.objects.update(failures=3)
    assert queries.trouble_counts() == queries.Troubles(stopped=0, failing=1)
    systems.end_system(actor=platform, system=system, now=clock.now())

    assert queries.trouble_counts() == queries.Troubles(stopped=0, failing=0)
    much_later = clock.now() + timedelta(days=settings.WEBHOOK_LOG_DAYS + 1)
    assert attempts.sweep_log(now=much_later) == 6  # five, and the challenge
    assert not hook.messages.exists()


def test_log_is_swept_some_at_a_time(
    caller: Callable[..., Caller], subscribed: Subscribed, settings: Any
) -> None:
    system = caller().system
    hook, _peer = subscribed(system)
    arrive(system.agency_id, *range(5))
    tasks.deliver_due(hook.pk)

    much_later = clock.now() + timedelta(days=settings.WEBHOOK_LOG_DAYS + 1)
    assert attempts.sweep_log(now=much_later, together=2) == 6
    assert not hook.messages.exists()
