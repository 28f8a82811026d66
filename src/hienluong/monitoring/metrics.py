"""The platform's state as Prometheus reads it: computed from the database when it is asked for.

Names follow the conventions of Prometheus: base units, `_total` for counters. No document, person or address is a
label; recipients are one only where the setting says so, and only those of the province.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Count, Min
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hienluong import __version__
from hienluong.jobs import service as jobs
from hienluong.ledger import service as ledger
from hienluong.monitoring.causes import CAUSES
from hienluong.monitoring.conditions import CONDITIONS, Reading, readings
from hienluong.monitoring.disk import forecasts
from hienluong.monitoring.errors import TokenThere
from hienluong.monitoring.flow import moved_ever, real_deliveries
from hienluong.monitoring.middleware import counted_requests
from hienluong.monitoring.models import Alarm
from hienluong.monitoring.queries import failures_chosen
from hienluong.webhooks import service as webhooks

TOKEN_LEAST: Final = 32
"""A shorter token opens nothing."""
DAY_SECONDS: Final = 86_400
UNITS: Final = {"minutes": 60.0, "hours": 3600.0, "days": float(DAY_SECONDS), "percent": 0.01, "": 1.0}
"""What a condition's unit is in base units."""


def token_opens(given: str) -> bool | None:
    """Returns whether a token opens the metrics; None: they are off, for there is no token here."""
    try:
        token = Path(settings.METRICS_TOKEN_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    if len(token) < TOKEN_LEAST:
        return None
    known, shown = (hashlib.sha256(text.encode()).digest() for text in (token, given))
    return hmac.compare_digest(known, shown)


def make_token(*, replace: bool) -> str:
    """Makes the token that opens the metrics, writes it where only the service reads it, and returns it.

    Raises:
        TokenThere: there is one, and it was not to be replaced.
    """
    path = Path(settings.METRICS_TOKEN_FILE)
    if path.exists() and not replace:
        raise TokenThere(path=path)
    token = secrets.token_urlsafe(32)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return token


def exposition(*, now: datetime) -> bytes:
    """Returns all metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Platform(now))
    return generate_latest(registry) + generate_latest(counted_requests())


class _Platform(Collector):
    """The state of the platform at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yields every family of metrics."""
        yield _one("hienluong_build_info", "The version at work.", {(__version__,): 1.0}, ["version"])
        yield from self._flow()
        yield from self._standing()
        yield from self._disks()
        yield from self._house()
        yield from self._conditions()

    def _flow(self) -> Iterator[Metric]:
        moved = moved_ever(now=self._now)
        accepted = CounterMetricFamily(
            "hienluong_packets_accepted", "Packets accepted since the platform began to count them."
        )
        accepted.add_metric([], moved.accepted)
        yield accepted
        ended = CounterMetricFamily(
            "hienluong_deliveries",
            "Steps of deliveries since the platform began to count them.",
            labels=["step"],
        )
        for step in ("delivered", "confirmed", "failed"):
            ended.add_metric([step], getattr(moved, step))
        yield ended

    def _standing(self) -> Iterator[Metric]:
        rows = (
            real_deliveries()
            .filter(state__in=["waiting", "unrouted"])
            .values_list("state")
            .annotate(count=Count("pk"), oldest=Min("created_at"))
        )
        counts: dict[tuple[str, ...], float] = {("waiting",): 0.0, ("unrouted",): 0.0}
        ages = dict(counts)
        for state, count, oldest in rows:
            counts[(state,)] = float(count)
            ages[(state,)] = (self._now - oldest).total_seconds()
        yield _one("hienluong_deliveries_waiting", "Deliveries that wait.", counts, ["state"])
        yield _one(
            "hienluong_deliveries_waiting_oldest_age_seconds",
            "How long the oldest of them has waited.",
            ages,
            ["state"],
        )
        failing: dict[tuple[str, ...], float] = {(cause.code,): 0.0 for cause in CAUSES}
        for cause, count in failures_chosen().values_list("cause").annotate(count=Count("pk")):
            failing[(cause,)] = float(count)
        yield _one("hienluong_deliveries_failing", "Deliveries that fail, by cause.", failing, ["cause"])
        if settings.METRICS_BY_RECIPIENT:
            yield self._by_recipient()

    def _by_recipient(self) -> Metric:
        rows = (
            real_deliveries()
            .filter(state__in=["waiting", "dead", "rejected"], recipient__agency__place="province")
            .values_list("recipient__code", "state")
            .annotate(count=Count("pk"))
        )
        return _one(
            "hienluong_recipient_deliveries",
            "Deliveries that wait or failed, by recipient of the province; those without any are left out.",
            {(code, state): float(count) for code, state, count in rows},
            ["recipient", "state"],
        )

    def _disks(self) -> Iterator[Metric]:
        disks = forecasts(now=self._now)
        yield _one(
            "hienluong_disk_free_bytes", "Free space.", {(one.place,): one.free for one in disks}, ["place"]
        )
        yield _one(
            "hienluong_disk_size_bytes", "Size.", {(one.place,): one.total for one in disks}, ["place"]
        )
        yield _one(
            "hienluong_disk_full_in_seconds",
            "When the disk will be full at its present pace; left out while that is not known, or it does not fill.",
            {(one.place,): one.days * DAY_SECONDS for one in disks if one.days is not None},
            ["place"],
        )
        yield _one(
            "hienluong_database_bytes", "Size of the database.", {(): disks[0].database} if disks else {}, []
        )

    def _house(self) -> Iterator[Metric]:
        yield _one("hienluong_ledger_entries", "Ledger entries in order.", {(): ledger.head()}, [])
        yield _one(
            "hienluong_ledger_entries_waiting", "Ledger entries not yet in order.", {(): ledger.waiting()}, []
        )
        jobs_by_state: dict[tuple[str, ...], float] = {
            (state,): float(count) for state, count in jobs.queue_counts().items()
        }
        yield _one("hienluong_jobs", "Jobs in the queue.", jobs_by_state, ["state"])
        last = jobs.last_heartbeat()
        yield _one(
            "hienluong_worker_last_heartbeat_timestamp_seconds",
            "When a worker last said that it lives; 0: none is at work.",
            {(): last.timestamp() if last else 0.0},
            [],
        )
        hooks = webhooks.trouble_counts()
        yield _one(
            "hienluong_webhooks",
            "Webhooks in trouble.",
            {("stopped",): hooks.stopped, ("failing",): hooks.failing},
            ["state"],
        )

    def _conditions(self) -> Iterator[Metric]:
        found = [one for one in readings(now=self._now) if one.finite is not None]
        yield _one(
            "hienluong_condition_value",
            "Each condition as it is, in base units (seconds, ratios, counts); left out where nothing can be measured.",
            {(one.condition.name,): _base(one, one.finite or 0.0) for one in found},
            ["condition"],
        )
        yield _one(
            "hienluong_condition_limit",
            "The limit of each condition, in the same units.",
            {(one.condition.name,): _base(one, one.limit) for one in found},
            ["condition"],
        )
        standing = set(Alarm.objects.filter(cleared_at=None).values_list("condition", flat=True))
        yield _one(
            "hienluong_alarm_active",
            "Whether the alarm of a condition stands (1) or not (0).",
            {(one.name,): float(one.name in standing) for one in CONDITIONS},
            ["condition"],
        )


def _base(reading: Reading, value: float) -> float:
    return value * UNITS[reading.condition.unit]


def _one(name: str, text: str, values: dict[tuple[str, ...], float], labels: list[str]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for named, value in values.items():
        family.add_metric(list(named), value)
    return family
