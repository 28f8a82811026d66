"""The commands `hienluong antivirus …`: what is kept apart for malware, on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.antivirus.models import Scan
    from hienluong.antivirus.queries import SweepState
    from hienluong.directory.service import Actor

of_packet = click.argument("packet_id", type=click.UUID)
with_reason = click.option("--reason", required=True, help=_("Why; the sender's clerks read it."))


@click.group(help=_("Attachments and malware.\n\nExample: hienluong antivirus list"))
def group() -> None:
    """Holds the commands about malware."""


def _facts(scan: Scan) -> dict[str, Any]:
    return {
        "packet": str(scan.packet_id),
        "state": scan.state,
        "sender": scan.packet.sender_name,
        "found": sorted({one.signature for one in scan.findings.all()}),
        "trouble": scan.trouble,
        "asked_at": scan.asked_at,
        "scanned_at": scan.scanned_at,
        "decided_by": scan.decided_by or None,
        "reason": scan.decision_reason or None,
    }


def _line(scan: Scan) -> str:
    facts = _facts(scan)
    return f"{scan.packet_id}  {scan.state:<11} {facts['sender']}: {', '.join(facts['found']) or scan.trouble or '–'}"


def _said(scan: Scan) -> Answer:
    return _facts(scan), [_line(scan)]


@group.command(
    "list",
    help=_(
        "List packets that are kept apart, and say how ClamAV is.\n\nExample: hienluong antivirus list --json"
    ),
)
@click.option(
    "--show",
    type=click.Choice(["undecided", "waiting", "decided"]),
    default="undecided",
    show_default=True,
    help=_("Which ones."),
)
@on_server
def list_scans(*, actor: Actor, now: datetime, show: str) -> Answer:
    """Lists what is kept apart."""
    from hienluong.antivirus import queries  # noqa: PLC0415 - needs Django

    found = queries.search_scans(actor, show="" if show == "undecided" else show, limit=500)
    engine = found.engine
    value = {
        "on": found.is_on,
        "engine": engine
        and {"answers": engine.answers, "version": engine.version, "problem": engine.problem},
        "waiting": found.waiting,
        "sweep": asdict(found.sweep),
        "packets": [_facts(scan) for scan in found.scans.items],
    }
    state = _("Scanning is on; {waiting} wait.") if found.is_on else _("Scanning is off.")
    lines = [fill(state, value), *([str(engine)] if engine else []), _sweep_line(found.sweep)]
    return value, [*lines, *map(_line, found.scans.items)]


def _sweep_line(sweep: SweepState) -> str:
    """Returns in one line how far the sweep of stored packets is."""
    if sweep.begun_at is None:
        off = _("What was stored before scanning was turned on is not swept.")
        return off if not sweep.per_minute else _("The sweep of what was stored begins within a minute.")
    values = {
        "asked": sweep.asked,
        "waiting": sweep.waiting,
        "apart": sweep.apart,
        "back_to": f"{clock.in_vietnam(sweep.reached_at):%d/%m/%Y}" if sweep.reached_at else "–",
    }
    if sweep.done_at:
        return fill(
            _("Stored packets: swept; {asked} asked for, {waiting} wait, {apart} kept apart."), values
        )
    return fill(
        _("Stored packets: back to {back_to}; {asked} asked for, {waiting} wait, {apart} kept apart."), values
    )


@group.command(
    "sweep",
    help=_(
        "Let the sweep go through everything stored once more; what was scanned is passed over.\n\n"
        "Example: hienluong antivirus sweep"
    ),
)
@on_server
def sweep(*, actor: Actor, now: datetime) -> Answer:
    """Begins the sweep anew."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hienluong.antivirus import commands  # noqa: PLC0415 - the same

    commands.restart_sweep(actor=actor, now=now)
    is_on = bool(settings.CLAMD and settings.CLAMD_SWEEP_PER_MINUTE)
    said = (
        _("It begins within a minute.")
        if is_on
        else _("It begins when HIENLUONG_CLAMD_SWEEP_PER_MINUTE is set.")
    )
    return {"on": is_on, "begun_at": now}, [said]


@group.command(
    "release",
    help=_(
        "Let a packet pass that is kept apart.\n\n"
        'Example: hienluong antivirus release 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason "false alarm"'
    ),
)
@of_packet
@with_reason
@on_server
def release(*, actor: Actor, now: datetime, packet_id: UUID, reason: str) -> Answer:
    """Releases a packet."""
    from hienluong.antivirus import commands  # noqa: PLC0415 - needs Django

    return _said(commands.release_packet(actor=actor, packet_id=packet_id, reason=reason, now=now))


@group.command(
    "refuse",
    help=_(
        "Refuse a packet for good.\n\n"
        'Example: hienluong antivirus refuse 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason "macro virus"'
    ),
)
@of_packet
@with_reason
@on_server
def refuse(*, actor: Actor, now: datetime, packet_id: UUID, reason: str) -> Answer:
    """Refuses a packet."""
    from hienluong.antivirus import commands  # noqa: PLC0415 - needs Django

    return _said(commands.refuse_packet(actor=actor, packet_id=packet_id, reason=reason, now=now))


@group.command(
    "rescan",
    help=_(
        "Have a packet scanned again, with newer signatures or after clamd's limits were raised.\n\n"
        "Example: hienluong antivirus rescan 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@of_packet
@on_server
def rescan(*, actor: Actor, now: datetime, packet_id: UUID) -> Answer:
    """Scans a packet again."""
    from hienluong.antivirus import commands  # noqa: PLC0415 - needs Django

    return _said(commands.rescan_packet(actor=actor, packet_id=packet_id, now=now))
