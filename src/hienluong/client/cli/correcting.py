"""`hienluong exchange recall | revoke | correct | recalls | reasons`: documents after they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.client.cli.axis import calls_axis
from hienluong.client.cli.printing import (
    Facts,
    Printer,
    document_number,
    moment,
    receipt_lines,
    state_name,
    table,
)
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import ExchangeClient

from_whom = click.option(
    "--from",
    "recipients",
    multiple=True,
    metavar="CODE",
    help=_("Only from this recipient; may be repeated."),
)
key = click.option("--idempotency-key", help=_("Names this act; give it again when you repeat it."))


@click.command(
    help=_(
        "Ask a document back from its recipients; what nobody has fetched is withdrawn at once.\n\n"
        "Example: hienluong exchange recall 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason wrong-file"
    )
)
@click.argument("packet", type=click.UUID)
@from_whom
@click.option("--reason", default="", help=_("Code of a reason; `hienluong exchange reasons` lists them."))
@click.option("--note", default="", help=_("The reason in your own words, or what you add to it."))
@key
@calls_axis
def recall(
    *,
    client: ExchangeClient,
    printer: Printer,
    packet: UUID,
    recipients: tuple[str, ...],
    reason: str,
    note: str,
    idempotency_key: str | None,
) -> None:
    """Asks a document back."""
    asked = client.recall(
        packet, recipients=recipients, reason=reason, note=note, idempotency_key=idempotency_key
    )
    printer.result({"items": asked}, (_asked_line(one) for one in asked))


def _asked_line(one: Facts) -> str:
    became = recall_state(one["recall"]["state"]) if one["recall"] else _("can no longer be asked")
    return f"  → {one['delivery_id']:<7} {one['recipient_code']:<14} {one['recipient_name']}: {became}"


@click.command(
    help=_(
        "Revoke a document: every recipient is told, and destroys its copy when it agrees.\n\n"
        "Example: hienluong exchange revoke 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --reason 'Ban hành sai'"
    )
)
@click.argument("packet", type=click.UUID)
@click.option("--reason", required=True, help=_("Why."))
@from_whom
@key
@calls_axis
def revoke(
    *,
    client: ExchangeClient,
    printer: Printer,
    packet: UUID,
    reason: str,
    recipients: tuple[str, ...],
    idempotency_key: str | None,
) -> None:
    """Revokes a document."""
    receipt = client.revoke(packet, reason=reason, recipients=recipients, idempotency_key=idempotency_key)
    printer.result(receipt, receipt_lines(receipt))


@click.command(
    help=_(
        "Take a document back from the agency it went to by mistake and send it to the right one.\n\n"
        "Example: hienluong exchange correct 4711 H50.C19429"
    )
)
@click.argument("delivery", type=click.IntRange(min=1))
@click.argument("to", metavar="CODE")
@click.option("--note", default="", help=_("For the agency that got it by mistake."))
@key
@calls_axis
def correct(
    *,
    client: ExchangeClient,
    printer: Printer,
    delivery: int,
    to: str,
    note: str,
    idempotency_key: str | None,
) -> None:
    """Corrects a wrong recipient."""
    made = client.correct_recipient(delivery, to, note=note, idempotency_key=idempotency_key)
    printer.result(made, _recall_lines([made]))


@click.command(
    help=_(
        "List what was asked back, newest first.\n\nExample: hienluong exchange recalls --side received --state asked"
    )
)
@click.option("--side", type=click.Choice(["sent", "received"]), help=_("Asked back by us, or from us."))
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["asked", "withdrawn", "agreed", "refused", "returned"]),
    help=_("Only those in this state; may be repeated."),
)
@calls_axis
def recalls(*, client: ExchangeClient, printer: Printer, side: str | None, states: tuple[str, ...]) -> None:
    """Lists recalls."""
    items = client.recalls(side=side, states=states)
    printer.result({"items": items}, _recall_lines(items))


def _recall_lines(items: Sequence[Facts]) -> Iterator[str]:
    yield from table(
        [_("Delivery"), _("Number"), _("From"), _("To"), _("Asked"), _("State"), _("Reason")],
        [
            [
                str(one["delivery_id"]),
                document_number(one),
                one["sender_code"],
                one["recipient_code"],
                moment(one["asked_at"]),
                recall_state(one["state"]),
                one["reason"],
            ]
            for one in items
        ],
    )


def recall_state(code: str) -> str:
    """Returns the name of a recall's state for people."""
    names = {
        "asked": _("not answered yet"),
        "agreed": _("agreed, the copy is destroyed"),
        "refused": _("refused, the recipient keeps it"),
        "returned": _("taken back after it was returned"),
    }
    return names.get(code) or state_name(code)


@click.command(
    help=_(
        "List the reasons that can be given with a status.\n\nExample: hienluong exchange reasons --for 02"
    )
)
@click.option("--for", "act", type=click.Choice(["02", "13", "16"]), help=_("Only those of this status."))
@calls_axis
def reasons(*, client: ExchangeClient, printer: Printer, act: str | None) -> None:
    """Lists the reasons."""
    items = client.reasons(act)
    lines = (f"{one['act']}  {one['code']:<18} {one['text_vi']}" for one in items)
    printer.result({"items": items}, lines)
