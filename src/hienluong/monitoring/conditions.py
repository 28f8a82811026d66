"""What must be well for the platform to be well: each condition with how it is measured, its limit and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.jobs import service as jobs
from hienluong.ledger import service as ledger
from hienluong.monitoring.disk import Forecast, forecasts
from hienluong.monitoring.flow import Flow, flow, real_deliveries
from hienluong.monitoring.models import Limit
from hienluong.webhooks import service as webhooks

REPEAT_HOURS: Final = 6
LEAST_DELIVERIES: Final = 20
"""So many deliveries in an hour must have ended before the share that failed says anything."""

Probe = Callable[[datetime], float | None]
_probes: dict[str, Probe] = {}


def offer_probe(name: str, probe: Probe) -> None:
    """Lets a module above measure a condition that only it can: hours since the last backup, say.

    The probe is given the moment and returns a number; infinite means never, None that it does not matter here.
    """
    _probes[name] = probe


class Facts:
    """What the conditions look at, each read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    @cached_property
    def flow(self) -> Flow:
        """What moved of late."""
        return flow(now=self.now)

    @cached_property
    def disks(self) -> list[Forecast]:
        """The disks."""
        return forecasts(now=self.now)

    @cached_property
    def stuck(self) -> tuple[datetime | None, int]:
        """Since when the oldest packet waits that has a route, and how many dead letters there are."""
        found = (
            real_deliveries()
            .filter(state__in=["waiting", "dead"])
            .aggregate(
                oldest=Min("created_at", filter=Q(state="waiting")),
                dead=Count("pk", filter=Q(state="dead")),
            )
        )
        return found["oldest"], found["dead"]


def _minutes(span: timedelta) -> float:
    return max(0.0, span.total_seconds() / 60)


def _waiting(facts: Facts) -> float | None:
    oldest = facts.stuck[0]
    return _minutes(facts.now - oldest) if oldest else 0.0


def _dead_letters(facts: Facts) -> float | None:
    return float(facts.stuck[1])


def _failure_rate(facts: Facts) -> float | None:
    moved = facts.flow.hour
    ended = moved.delivered + moved.failed
    return 100 * moved.failed / ended if ended >= LEAST_DELIVERIES else None


def _disk_days(facts: Facts) -> float | None:
    return min((one.days for one in facts.disks if one.days is not None), default=None)


def _disk_free(facts: Facts) -> float | None:
    return min((one.free_percent for one in facts.disks), default=None)


def _worker(facts: Facts) -> float | None:
    last = jobs.last_heartbeat()
    return _minutes(facts.now - last) if last else float("inf")


def _ledger(facts: Facts) -> float | None:
    oldest = ledger.oldest_waiting()
    return _minutes(facts.now - oldest) if oldest else 0.0


def _ledger_faults(facts: Facts) -> float | None:  # noqa: ARG001 - every condition is given the facts
    last = ledger.last_verification()
    return float(last.faults) if last else None


def _witnesses(facts: Facts) -> float | None:
    if not ledger.required_cosignatures():
        return None
    since = ledger.quorum_waiting_since()
    return _minutes(facts.now - since) if since else 0.0


def _timestamps(facts: Facts) -> float | None:
    if not ledger.stamps_wanted():
        return None
    since = ledger.stamp_waiting_since()
    return _minutes(facts.now - since) / 60 if since else 0.0


def _contradictions(facts: Facts) -> float | None:  # noqa: ARG001 - every condition is given the facts
    return float(ledger.open_contradictions())


def _backup(facts: Facts) -> float | None:
    probe = _probes.get("backup")
    return probe(facts.now) if probe else None


def _webhooks(facts: Facts) -> float | None:  # noqa: ARG001 - every condition is given the facts
    return float(webhooks.trouble_counts().stopped)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be well.

    Attributes:
        name: stable, for addresses, metrics and programs.
        title: what is measured.
        unit: minutes, hours, days, percent, or empty for a count.
        below: whether it is bad below its limit instead of above.
        setting: the setting that holds its limit unless an operator has set another.
        todo: what to do when it is bad.
        measure: how it is measured; None: there is nothing to measure, infinite: never.
    """

    name: str
    title: str | Promise
    unit: str
    below: bool
    setting: str
    todo: str | Promise
    measure: Callable[[Facts], float | None]


CONDITIONS: Final[tuple[Condition, ...]] = (
    Condition(
        "waiting",
        _("Age of the oldest packet that waits for delivery"),
        "minutes",
        False,
        "ALARM_WAITING_MINUTES",
        _("Look at what waits, and whether the worker runs; packets without a route are not counted."),
        _waiting,
    ),
    Condition(
        "dead_letters",
        _("Packets that failed for good"),
        "",
        False,
        "ALARM_DEAD_LETTERS",
        _("Look at the failures by cause, mend the cause, then try them again."),
        _dead_letters,
    ),
    Condition(
        "failure_rate",
        _("Share of deliveries that failed in the last hour"),
        "percent",
        False,
        "ALARM_FAILURE_PERCENT",
        _(
            "Look at the failures by cause and recipient: one system that refuses everything is the commonest."
        ),
        _failure_rate,
    ),
    Condition(
        "disk_days",
        _("Days until a disk is full"),
        "days",
        True,
        "ALARM_DISK_DAYS",
        _("Make room or order a larger disk while there is time."),
        _disk_days,
    ),
    Condition(
        "disk_free",
        _("Free space of the fullest disk"),
        "percent",
        True,
        "ALARM_DISK_FREE_PERCENT",
        _("Make room now: a full disk refuses packets."),
        _disk_free,
    ),
    Condition(
        "worker",
        _("Time since the worker last ran"),
        "minutes",
        False,
        "ALARM_WORKER_MINUTES",
        _("Look at the log of the worker, and restart the service: nothing is delivered without it."),
        _worker,
    ),
    Condition(
        "ledger",
        _("Age of the oldest ledger entry that is not in order"),
        "minutes",
        False,
        "ALARM_LEDGER_MINUTES",
        _("Look whether the worker runs: it puts the ledger in order every five seconds."),
        _ledger,
    ),
    Condition(
        "ledger_faults",
        _("Faults that the last verification of the ledger found"),
        "",
        False,
        "ALARM_LEDGER_FAULTS",
        _(
            "Run “hienluong ledger verify”, which names each; keep the database as evidence, and find out who wrote to it."
        ),
        _ledger_faults,
    ),
    Condition(
        "witnesses",
        _("Time that a checkpoint has waited for its cosignatures"),
        "minutes",
        False,
        "ALARM_WITNESSES_MINUTES",
        _("Run “hienluong ledger witness list”: it says which witness does not cosign, and why."),
        _witnesses,
    ),
    Condition(
        "timestamps",
        _("Time that a checkpoint has waited for a time-stamp"),
        "hours",
        False,
        "ALARM_TIMESTAMPS_HOURS",
        _("Run “hienluong ledger timestamps --stamp”: it says why the authority gives none."),
        _timestamps,
    ),
    Condition(
        "contradictions",
        _("Logs that contradicted themselves"),
        "",
        False,
        "ALARM_CONTRADICTIONS",
        _(
            "Run “hienluong ledger witness status”. Somebody rewrote a log, or restored an older copy: find out who, then settle it."
        ),
        _contradictions,
    ),
    Condition(
        "backup",
        _("Age of the last backup"),
        "hours",
        False,
        "ALARM_BACKUP_HOURS",
        _("Run “hienluong backup”, and look at the log of the worker for why the nightly one failed."),
        _backup,
    ),
    Condition(
        "webhooks",
        _("Webhooks that were stopped after failures"),
        "",
        False,
        "ALARM_WEBHOOKS_STOPPED",
        _("Tell the agency; when its receiver works, turn the webhook on and send what it missed."),
        _webhooks,
    ),
)
BY_NAME: Final = {condition.name: condition for condition in CONDITIONS}


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition as it is at one moment, beside the limit in force.

    `value` is None when there is nothing to measure, infinite when there never was anything; both can be read.
    """

    condition: Condition
    value: float | None
    limit: float
    watched: bool
    repeat_hours: int

    @property
    def bad(self) -> bool:
        """Whether it is past its limit and watched."""
        if self.value is None or not self.watched:
            return False
        return self.value < self.limit if self.condition.below else self.value > self.limit

    @property
    def finite(self) -> float | None:
        """The value where it can be stored: None for none and for never."""
        return None if self.value is None or self.value == float("inf") else round(self.value, 2)


def readings(*, now: datetime) -> list[Reading]:
    """Measures every condition and returns how it is, in their fixed order."""
    facts = Facts(now)
    limits = {limit.condition: limit for limit in Limit.objects.all()}
    found = []
    for condition in CONDITIONS:
        limit = limits.get(condition.name) or default_limit(condition, now)
        value = condition.measure(facts)
        found.append(Reading(condition, value, limit.value, limit.watched, limit.repeat_hours))
    return found


def default_limit(condition: Condition, now: datetime) -> Limit:
    """Returns the limit that the settings give a condition; not stored."""
    return Limit(
        condition=condition.name,
        watched=True,
        value=float(getattr(settings, condition.setting)),
        repeat_hours=REPEAT_HOURS,
        changed_at=now,
    )


def limit_of(condition: Condition, now: datetime) -> Limit:
    """Returns the limit in force of a condition."""
    return Limit.objects.filter(pk=condition.name).first() or default_limit(condition, now)
