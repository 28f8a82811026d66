"""`hienluong exchange trace | inspect`: the journey of a packet, and what a file is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.client.cli.axis import calls_axis
from hienluong.client.cli.printing import (
    Facts,
    Printer,
    as_json,
    document_number,
    moment,
    state_name,
    status_text,
    table,
    taken_over_lines,
)
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import ExchangeClient


@click.command(
    help=_(
        "Show a packet that was sent or received, and every hop of its journey.\n\n"
        "Example: hienluong exchange trace 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    )
)
@click.argument("packet", type=click.UUID)
@calls_axis
def trace(*, client: ExchangeClient, printer: Printer, packet: UUID) -> None:
    """Shows a journey."""
    journey = client.trace(packet)
    printer.result(journey, _journey_lines(journey))


def _journey_lines(journey: Facts) -> Iterator[str]:
    packet = journey["packet"]
    yield f"{document_number(packet)}  {packet['subject'] or status_text(packet)}"
    yield f"{packet['sender_code']}  {packet['sender_name']}"
    for part in journey["parts"]:
        yield f"  {part['name']} ({part['real_type']}, {part['size']} B, SHA-256 {part['sha256']})"
    for delivery in journey["deliveries"]:
        business = f", {delivery['business_state']}" if delivery["business_state"] else ""
        failure = f": {delivery['failure']}" if delivery["failure"] else ""
        changed = f", {state_name(delivery['standing'])}" if delivery["standing"] else ""
        state = f"{state_name(delivery['state'])}{business}{changed}{failure}"
        yield f"  → {delivery['id']:<7} {delivery['recipient_code']:<14} {delivery['recipient_name']}: {state}"
        yield from (f"    {line}" for line in taken_over_lines(delivery))
    yield from table(
        [_("Time"), _("Plane"), _("Step"), _("Agency"), _("By"), _("Note")],
        [
            [
                moment(hop["at"]) or hop["at_written"],
                hop["plane"],
                state_name(hop["step"]) if hop["in_order"] else f"{hop['step']} {_('(out of order)')}",
                hop["party"],
                hop["actor"],
                hop["note"],
            ]
            for hop in journey["hops"]
        ],
    )


@click.command(
    help=_(
        "Show what an edXML file is, without the axis: kind, agencies, dates, attachments, warnings.\n\n"
        "Exit code 0, or 2 with the element, the line and the reason when it is none.\n\n"
        "Example: hienluong exchange inspect packet.edxml --json"
    )
)
@click.argument("file", metavar="FILE|-")
@as_json
def inspect(*, file: str, as_json: bool) -> None:
    """Inspects a file."""
    from hienluong.edxml.inspect import run_inspect  # noqa: PLC0415 - start fast

    sys.exit(run_inspect(file, as_json, sys.stdout, sys.stderr))
