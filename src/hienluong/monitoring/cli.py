"""The commands `hienluong monitoring …`: what waits, what fails, trying it again, alarms; on the server itself.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.cursors import all_rows
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor

_DAY = click.DateTime(["%Y-%m-%d"])
CAUSES = ["refused", "no-mailbox", "file-missing", "no-channel", "behind-dead-letter", "other"]
CONDITIONS = [
    *("waiting", "dead_letters", "failure_rate", "disk_days", "disk_free"),
    *("worker", "ledger", "ledger_faults", "witnesses", "timestamps", "contradictions"),
    *("backup", "webhooks"),
]


@click.group(
    help=_(
        "What waits, what fails, disks and alarms.\n\nExample: hienluong monitoring failures --cause refused"
    )
)
def group() -> None:
    """Holds the commands of the monitoring."""


cause_option = click.option("--cause", type=click.Choice(CAUSES), default=None, help=_("Only this cause."))
recipient_option = click.option("--recipient", default="", metavar="CODE", help=_("Only this recipient."))
reason_option = click.option("--reason", required=True, help=_("Why; it stands in the ledger."))


def _number(actor: Actor, code: str) -> int | None:
    from hienluong.monitoring import queries  # noqa: PLC0415 - needs Django

    if not code:
        return None
    found = queries.recipient_by_code(actor, code)
    if found is None:
        raise click.UsageError(fill(_("Nobody has the code {code} on the axis."), {"code": code}))
    return found.pk


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.VIETNAM) if day else None


def _at(moment: datetime | None) -> str:
    return f"{clock.in_vietnam(moment):%d/%m/%Y %H:%M}" if moment else "–"


@group.command(
    "waiting", help=_("List what waits, by recipient.\n\nExample: hienluong monitoring waiting --json")
)
@on_server
def waiting(*, actor: Actor, now: datetime) -> Answer:
    """Lists what waits."""
    from hienluong.monitoring import queries  # noqa: PLC0415 - needs Django
    from hienluong.monitoring.schemas import WaitingOut  # noqa: PLC0415 - the same

    rows = list(all_rows(lambda after: queries.waiting(actor, now=now, after=after, limit=200)))
    lines = [
        f"{row.recipient.code:<16} {row.count:>6}  {_at(row.oldest)}  {row.recipient.name}" for row in rows
    ]
    return [WaitingOut.of(row).model_dump(mode="json") for row in rows], lines or [_("Nothing waits.")]


@group.command(
    "failures",
    help=_(
        "List deliveries that fail, the newest first.\n\n"
        "Example: hienluong monitoring failures --cause file-missing --recipient H50.C18880"
    ),
)
@cause_option
@recipient_option
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help=_("How many at most.")
)
@on_server
def failures(*, actor: Actor, now: datetime, cause: str | None, recipient: str, limit: int) -> Answer:
    """Lists failures."""
    from hienluong.monitoring import queries  # noqa: PLC0415 - needs Django
    from hienluong.monitoring.schemas import FailureOut  # noqa: PLC0415 - the same

    page = queries.failures(actor, cause=cause or "", recipient=_number(actor, recipient), limit=limit)
    lines = [
        f"{row.delivery_id:>8}  {row.cause.code:<18} {_at(row.since)}  {row.sender} → {row.recipient.name}  {row.text}"
        for row in page.items
    ]
    shown = [FailureOut.of(row).model_dump(mode="json") for row in page.items]
    return shown, lines or [_("No delivery fails.")]


@group.command(
    "retry",
    help=_(
        "Try failed deliveries again: one, all of a cause or a recipient, or all. Harmless when repeated.\n\n"
        "Example: hienluong monitoring retry --cause file-missing --reason 'disk mended'"
    ),
)
@click.option("--delivery", type=click.IntRange(min=1), default=None, help=_("One delivery, by its number."))
@cause_option
@recipient_option
@click.option("--all", "everything", is_flag=True, help=_("All that fail."))
@reason_option
@on_server
def retry(
    *,
    actor: Actor,
    now: datetime,
    delivery: int | None,
    cause: str | None,
    recipient: str,
    everything: bool,
    reason: str,
) -> Answer:
    """Tries again."""
    from hienluong.monitoring import commands  # noqa: PLC0415 - needs Django

    if not (delivery or cause or recipient or everything):
        raise click.UsageError(_("Say which: --delivery, --cause, --recipient or --all."))
    done = commands.retry_failures(
        actor=actor,
        delivery_id=delivery,
        cause=cause or "",
        recipient=_number(actor, recipient),
        everything=everything,
        reason=reason,
        now=now,
    )
    lines = [fill(_("{count} deliveries are tried again."), {"count": len(done.delivery_ids)})]
    if done.more:
        lines.append(_("More were chosen than go at once: run it again."))
    return {"deliveries": done.delivery_ids, "more": done.more}, lines


@group.command(
    "again",
    help=_(
        "Give packets again that a recipient's system fetched and has lost. Run it again for the rest.\n\n"
        "Example: hienluong monitoring again H50.C18880 --since 2026-11-01 --until 2026-11-24 "
        "--reason 'its server was restored from an old backup'"
    ),
)
@click.argument("recipient", metavar="CODE")
@click.option("--since", type=_DAY, help=_("What came from this day on."))
@click.option("--until", type=_DAY, help=_("Up to and including this day."))
@click.option("--packet", type=click.UUID, help=_("One packet, by its identifier."))
@reason_option
@on_server
def again(
    *,
    actor: Actor,
    now: datetime,
    recipient: str,
    since: datetime | None,
    until: datetime | None,
    packet: UUID | None,
    reason: str,
) -> Answer:
    """Gives packets again."""
    from hienluong.directory.service import day_after  # noqa: PLC0415 - needs Django
    from hienluong.monitoring import commands  # noqa: PLC0415 - the same

    if packet is None and not (since and until):
        raise click.UsageError(_("Say which: --packet, or --since and --until."))
    done = commands.give_again(
        actor=actor,
        recipient=_number(actor, recipient) or 0,
        since=_begin(since.date() if since else None),
        until=_begin(day_after(until.date() if until else None)),
        packet_id=packet,
        reason=reason,
        now=now,
    )
    lines = [fill(_("{count} packets lie in the mailbox again."), {"count": len(done.delivery_ids)})]
    if done.gone:
        lines.append(
            fill(_("{count} cannot be given: the copy was destroyed or is closed."), {"count": done.gone})
        )
    if done.more:
        lines.append(_("More were chosen than go at once: run it again."))
    return {"deliveries": done.delivery_ids, "gone": done.gone, "more": done.more}, lines


@group.command(
    "alarms", help=_("Show every condition as it is.\n\nExample: hienluong monitoring alarms --json")
)
@on_server
def alarms(*, actor: Actor, now: datetime) -> Answer:
    """Shows conditions and alarms."""
    from hienluong.monitoring import queries  # noqa: PLC0415 - needs Django
    from hienluong.monitoring.schemas import AlarmOut  # noqa: PLC0415 - the same

    standing = {alarm.condition: alarm for alarm in queries.open_alarms(actor)}
    quiet = {one.condition: one.ends_at for one in queries.silences(actor, now=now)}
    shown, lines = [], []
    for one in queries.conditions_now(actor, now=now):
        name = one.condition.name
        shown.append(AlarmOut.of(one, standing.get(name), quiet.get(name)).model_dump(mode="json"))
        value = "–" if one.value is None else f"{one.value:.1f}"
        lines.append(
            f"{'!' if one.bad else ' '} {name:<14} {value:>10} / {one.limit:g} {one.condition.unit:<8} "
            f"{_at(quiet[name]) if name in quiet else ''}".rstrip()
        )
    return shown, lines


@group.command(
    "limit",
    help=_(
        "Set the limit of a condition.\n\n"
        "Example: hienluong monitoring limit waiting 60 --reason 'a slow line to the islands'"
    ),
)
@click.argument("condition", type=click.Choice(CONDITIONS))
@click.argument("value", type=click.IntRange(min=0))
@click.option(
    "--repeat-hours", type=click.IntRange(1, 168), default=6, show_default=True, help=_("Say it again after.")
)
@click.option("--off", is_flag=True, help=_("Never raise this alarm."))
@reason_option
@on_server
def limit(
    *, actor: Actor, now: datetime, condition: str, value: int, repeat_hours: int, off: bool, reason: str
) -> Answer:
    """Sets a limit."""
    from hienluong.monitoring import commands  # noqa: PLC0415 - needs Django

    commands.set_limit(
        actor=actor,
        condition=condition,
        value=float(value),
        watched=not off,
        repeat_hours=repeat_hours,
        reason=reason,
        now=now,
    )
    return {"condition": condition, "limit": value, "watched": not off}, [_("Saved.")]


@group.command(
    "silence",
    help=_(
        "Let nobody be told of a condition for some hours.\n\n"
        "Example: hienluong monitoring silence disk_free --hours 8 --reason 'disks are exchanged tonight'"
    ),
)
@click.argument("condition", type=click.Choice(CONDITIONS))
@click.option("--hours", type=click.IntRange(1, 720), required=True, help=_("For how long."))
@reason_option
@on_server
def silence(*, actor: Actor, now: datetime, condition: str, hours: int, reason: str) -> Answer:
    """Silences a condition."""
    from hienluong.monitoring import commands  # noqa: PLC0415 - needs Django

    until = now + timedelta(hours=hours)
    made = commands.silence_condition(actor=actor, condition=condition, until=until, reason=reason, now=now)
    line = fill(_("Silence {id}: until {until}."), {"id": made.pk, "until": _at(made.ends_at)})
    return {"id": made.pk, "condition": condition, "until": made.ends_at}, [line]


@group.command("end-silence", help=_("End a silence now.\n\nExample: hienluong monitoring end-silence 7"))
@click.argument("silence_id", type=click.IntRange(min=1))
@on_server
def end_silence(*, actor: Actor, now: datetime, silence_id: int) -> Answer:
    """Ends a silence."""
    from hienluong.monitoring import commands  # noqa: PLC0415 - needs Django

    commands.end_silence(actor=actor, silence_id=silence_id, now=now)
    return {"id": silence_id}, [_("The silence is over.")]


@group.command(
    "disks", help=_("Show the disks and when they will be full.\n\nExample: hienluong monitoring disks")
)
@on_server
def disks(*, actor: Actor, now: datetime) -> Answer:
    """Shows the disks."""
    from hienluong.monitoring import queries  # noqa: PLC0415 - needs Django

    found = queries.disks(actor, now=now)
    value, lines = [], []
    for one in found:
        value.append(
            {
                "place": one.place,
                "free": one.free,
                "total": one.total,
                "database": one.database,
                "growth_per_day": one.growth,
                "days_until_full": one.days,
                "enough_samples": one.known,
            }
        )
        full = f"{one.days:.0f}" if one.days is not None else "–"
        ahead = fill(_("full in {days} days"), {"days": full}) if one.known else _("not enough samples yet")
        lines.append(f"{one.place:<6} {one.free // 1_000_000:>10} MB / {one.total // 1_000_000} MB  {ahead}")
    return value, lines or [_("No samples yet: the worker looks every ten minutes.")]


@group.command(
    "metrics-token",
    help=_(
        "Make the token that opens /metrics and print it, once.\n\n"
        "Example: hienluong monitoring metrics-token --replace"
    ),
)
@click.option("--replace", "again", is_flag=True, help=_("Put a new one in the place of the present one."))
@on_server
def metrics_token(*, actor: Actor, now: datetime, again: bool) -> Answer:
    """Makes the token of the metrics."""
    from hienluong.monitoring import commands  # noqa: PLC0415 - needs Django

    token = commands.make_metrics_token(actor=actor, replace=again, now=now)
    return {"token": token}, [token, _("It is shown this once: enter it in Prometheus now.")]
