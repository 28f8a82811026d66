"""Says that an alarm was raised or is over: in the product, by mail, and to the operators' own webhooks.

Everything is written in the caller's transaction: what is said commits with the alarm, or is not said.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hienluong.directory import service as directory
from hienluong.kit.errors import gettext_noop as _
from hienluong.monitoring.models import Alarm
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.webhooks import service as webhooks

RAISED: Final = {
    "waiting": _("Alarm: a packet has been waiting for delivery for {value} minutes (limit: {limit})."),
    "dead_letters": _("Alarm: {value} packets have failed for good (limit: {limit})."),
    "failure_rate": _("Alarm: {value} percent of the deliveries of the last hour failed (limit: {limit})."),
    "disk_days": _("Alarm: at its present pace a disk will be full in {value} days (limit: {limit})."),
    "disk_free": _("Alarm: only {value} percent of a disk is free (limit: {limit})."),
    "worker": _("Alarm: the worker has been silent for {value} minutes (limit: {limit})."),
    "ledger": _("Alarm: a ledger entry has waited for its place for {value} minutes (limit: {limit})."),
    "ledger_faults": _("Alarm: the verification of the ledger found {value} faults (limit: {limit})."),
    "witnesses": _(
        "Alarm: a checkpoint of the ledger has waited for its cosignatures for {value} minutes (limit: {limit})."
    ),
    "timestamps": _(
        "Alarm: a checkpoint of the ledger has waited for a time-stamp for {value} hours (limit: {limit})."
    ),
    "contradictions": _("Alarm: {value} logs contradicted themselves (limit: {limit})."),
    "backup": _("Alarm: the last backup is {value} hours old (limit: {limit})."),
    "webhooks": _("Alarm: {value} webhooks are stopped after failures (limit: {limit})."),
}
CLEARED: Final = {
    "waiting": _("All clear: no packet waits too long for its delivery any more."),
    "dead_letters": _("All clear: the packets that failed for good are within the limit again."),
    "failure_rate": _("All clear: deliveries fail no more often than usual."),
    "disk_days": _("All clear: the disks will not be full soon."),
    "disk_free": _("All clear: every disk has room enough again."),
    "worker": _("All clear: the worker is at work."),
    "ledger": _("All clear: the ledger is in order."),
    "ledger_faults": _("All clear: the last verification found the ledger whole."),
    "witnesses": _("All clear: the ledger is cosigned."),
    "timestamps": _("All clear: the ledger is stamped."),
    "contradictions": _("All clear: every contradiction is settled."),
    "backup": _("All clear: there is a fresh backup."),
    "webhooks": _("All clear: the stopped webhooks are within the limit again."),
}
ALARM_RAISED: Final = "alarm.raised"
ALARM_CLEARED: Final = "alarm.cleared"
PAGE: Final = "/exchange/monitor/alarms/"
_NEVER: Final = "∞"

for _name, _text in RAISED.items():
    notices.declare_text(f"monitoring.raised.{_name}", _text)
for _name, _text in CLEARED.items():
    notices.declare_text(f"monitoring.cleared.{_name}", _text)


def tell_raised(alarm: Alarm, *, now: datetime) -> None:
    """Says that a condition is past its limit: the first time, or once more."""
    _tell(
        f"monitoring.raised.{alarm.condition}",
        alarm,
        {"value": written(alarm.value), "limit": written(alarm.limit)},
        now,
    )
    webhooks.tell_operators(kind=ALARM_RAISED, data={**_facts(alarm), "times": alarm.told}, now=now)


def tell_cleared(alarm: Alarm, *, now: datetime) -> None:
    """Says that a condition is well again."""
    _tell(f"monitoring.cleared.{alarm.condition}", alarm, {}, now)
    webhooks.tell_operators(kind=ALARM_CLEARED, data=_facts(alarm), now=now)


def written(value: float | None) -> str:
    """Returns a value in figures, without places after the point that say nothing."""
    if value is None:
        return _NEVER
    return f"{value:.1f}".rstrip("0").rstrip(".") if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits suffice


def _tell(code: str, alarm: Alarm, values: dict[str, str], now: datetime) -> None:
    notices.tell(
        readers=[Reader(person, address) for person, address in directory.operators_to_tell()],
        code=code,
        values=values,
        link=f"{PAGE}?alarm={alarm.pk}&told={alarm.told}",  # a notice of the same address would be said once
        now=now,
    )


def _facts(alarm: Alarm) -> dict[str, object]:
    return {
        "alarm": str(alarm.pk),
        "condition": alarm.condition,
        "value": alarm.value,
        "limit": alarm.limit,
        "raised_at": alarm.raised_at.isoformat(),
    }
