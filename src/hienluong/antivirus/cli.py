"""The commands `hienluong antivirus …`: what is kept apart for malware, on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.antivirus.models import Scan
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

    page = queries.search_scans(actor, show="" if show == "undecided" else show, limit=500)
    engine = page.engine
    value = {
        "on": page.is_on,
        "engine": engine
        and {"answers": engine.answers, "version": engine.version, "problem": engine.problem},
        "waiting": page.waiting,
        "packets": [_facts(scan) for scan in page.scans],
    }
    state = _("Scanning is on; {waiting} wait.") if page.is_on else _("Scanning is off.")
    return value, [fill(state, value), *([str(engine)] if engine else []), *map(_line, page.scans)]


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
