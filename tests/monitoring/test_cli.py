"""`hienluong monitoring …`: what the pages do, for a terminal and for scripts; the ledger names the account."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from personas import CABINET, DONG_HOI, System, document

from hienluong.exchange.channels.mailbox import FILE_MISSING
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.monitoring.cli import group
from hienluong.monitoring.models import DiskSample, Limit, Silence

pytestmark = pytest.mark.django_db
Failed = Callable[..., Delivery]


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(group, arguments, obj=nullcontext)


def _json(*arguments: str) -> Any:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_lists_say_what_waits_and_what_fails(failed: Failed, home_affairs: System) -> None:
    delivery = failed(failure=FILE_MISSING)
    home_affairs.hand_in(document(2, CABINET))
    assert [one["count"] for one in _json("waiting")] == [1]
    assert "Văn phòng Chính phủ" in _run("waiting").output
    (shown,) = _json("failures", "--cause", "file-missing", "--recipient", DONG_HOI)
    assert (shown["delivery_id"], shown["cause"]) == (delivery.pk, "file-missing")
    assert str(delivery.pk) in _run("failures").output
    assert _json("failures", "--cause", "refused") == []


def test_retry_needs_a_choice_and_a_reason_and_is_harmless_when_repeated(failed: Failed) -> None:
    delivery = failed(failure=FILE_MISSING)
    assert _run("retry", "--reason", "x").exit_code == 2
    assert _run("retry", "--all").exit_code == 2
    assert _run("retry", "--recipient", "nobody", "--reason", "x").exit_code == 2
    assert _run("retry", "--delivery", "4711", "--reason", "x").exit_code == 1
    chosen = ("retry", "--cause", "file-missing", "--recipient", DONG_HOI, "--reason", "đã sửa ổ đĩa")
    assert _json(*chosen) == {"deliveries": [delivery.pk], "more": False}
    assert _json(*chosen) == {"deliveries": [], "more": False}
    entry = bytes(QueuedEntry.objects.filter(action="monitoring.retry_failures").earliest("queued_at").entry)
    assert "command line (" in entry.decode()
    assert "đã sửa ổ đĩa" in entry.decode()


def test_limits_and_silences_are_set(failed: Failed) -> None:
    failed()
    names = {one["condition"]: one for one in _json("alarms")}
    assert names["dead_letters"]["bad"] is True
    assert _run("limit", "dead_letters", "5", "--reason", "x").exit_code == 0
    assert Limit.objects.get().value == 5
    assert _run("limit", "weather", "5", "--reason", "x").exit_code == 2
    made = _json("silence", "worker", "--hours", "2", "--reason", "bảo trì")
    assert Silence.objects.get(pk=made["id"]).reason == "bảo trì"
    assert "worker" in _run("alarms").output
    assert _run("end-silence", str(made["id"])).exit_code == 0
    assert _run("end-silence", str(made["id"])).exit_code == 1


def test_disks_are_shown_with_what_is_known_of_their_end() -> None:
    assert _json("disks") == []
    now = clock.now()
    DiskSample.objects.create(at=now, place="data", free=10**9, total=10**10, database=7)
    assert [one["enough_samples"] for one in _json("disks")] == [False]
    DiskSample.objects.bulk_create(
        DiskSample(
            at=now - timedelta(hours=hours), place="data", free=10**9 + hours, total=10**10, database=7
        )
        for hours in range(1, 40)
    )
    assert [one["enough_samples"] for one in _json("disks")] == [True]
    assert "data" in _run("disks").output
