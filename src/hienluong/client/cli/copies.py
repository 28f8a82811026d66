"""The commands `hienluong copies …` of an agency's system, from any machine: from the PDF to the signed copy, through the API.

A key is never read here: the agency's signer on this machine signs hashes, and its owner sees them and agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.client.cli import devices
from hienluong.client.cli.axis import calls_axis
from hienluong.client.cli.printing import Facts, Printer
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import CopiesClient, ExchangeClient

_copy = click.argument("copy_id", metavar="COPY", type=click.UUID)


def add_to(group: click.Group) -> None:
    """Adds the commands that are calls of the API to those of the server."""
    for command in (hand_in, number, seal, give_up, fetch):
        group.add_command(command)


@click.command(
    "hand-in",
    help=_(
        "Hand in a PDF to be copied: a scan, or the electronic document itself.\n\n"
        "Example: hienluong copies hand-in quyet-dinh.pdf --kind SY --agency 'UBND tỉnh Quảng Trị' "
        "--subject 'Về việc tập huấn' --reference 15/QĐ-UBND"
    ),
)
@click.argument("file", type=devices.pdf_file)
@click.option(
    "--kind",
    required=True,
    type=click.Choice(("SY", "SL", "TrS")),
    help=_("Sao y, sao lục, or trích sao: some pages alone."),
)
@click.option("--agency", "of_agency", required=True, help=_("Who issued what is copied, in words."))
@click.option("--subject", "of_subject", required=True, help=_("What it is about."))
@click.option("--reference", "of_reference", help=_("Its number and notation, as “15/QĐ-UBND”."))
@click.option("--date", "of_date", type=click.DateTime(["%Y-%m-%d"]), help=_("Its day."))
@click.option("--type", "of_type", help=_("Type of the document, as “Công văn”."))
@click.option("--for", "made_for", help=_("Whom the copy is for, in words."))
@click.option("--pages", help=_("Pages of an extract: “1, 3-5”."))
@click.option("--key", type=click.UUID, help=_("An id of your own: the same again hands nothing in twice."))
@calls_axis
def hand_in(
    *,
    client: ExchangeClient,
    printer: Printer,
    file: Path,
    of_date: datetime | None,
    **facts: str | UUID | None,
) -> None:
    """Hands a document in."""
    given = {name: str(value) for name, value in facts.items() if value is not None}
    if of_date is not None:
        given["of_date"] = of_date.date().isoformat()
    _say(printer, client.copies.hand_in(given, devices.read(file)))


@click.command(
    "number",
    help=_("Give a copy its number in the register.\n\nExample: hienluong copies number 0199… --number 15"),
)
@_copy
@click.option("--number", "given", default="", help=_("The number; without it --book gives the next one."))
@click.option("--book", default="", help=_("Series of the agency's book."))
@calls_axis
def number(*, client: ExchangeClient, printer: Printer, copy_id: UUID, given: str, book: str) -> None:
    """Gives a number."""
    _say(printer, client.copies.step(copy_id, "number", {"number": given, "book": book}))


@click.command(
    "seal",
    help=_(
        "Have copies signed for the agency by its signer on this machine.\n\n"
        "Example: hienluong copies seal 0199… --device http://127.0.0.1:8987"
    ),
)
@click.argument("copy_ids", metavar="COPY...", type=click.UUID, nargs=-1, required=True)
@devices.device_option
@calls_axis
def seal(*, client: ExchangeClient, printer: Printer, copy_ids: Sequence[UUID], device: str) -> None:
    """Has copies signed."""
    signer = devices.signer_at(device, client.url)
    devices.tell(printer, devices.by_device(signer, copy_ids, _halves(client.copies)), _line)


@click.command(
    "give-up",
    help=_(
        "Give up a copy that is not signed yet.\n\nExample: hienluong copies give-up 0199… --reason “Nhầm tệp”"
    ),
)
@_copy
@devices.reason_option
@calls_axis
def give_up(*, client: ExchangeClient, printer: Printer, copy_id: UUID, reason: str) -> None:
    """Gives a copy up."""
    _say(printer, client.copies.step(copy_id, "give-up", {"reason": reason}))


@click.command(
    "fetch",
    help=_("Fetch the PDF as it is now.\n\nExample: hienluong copies fetch 0199… --output ban-sao.pdf"),
)
@_copy
@devices.output_option
@calls_axis
def fetch(*, client: ExchangeClient, printer: Printer, copy_id: UUID, output: Path) -> None:
    """Fetches a copy."""
    devices.write(printer, output, client.copies.fetch(copy_id))


def _halves(copies: CopiesClient) -> devices.Halves:
    """Returns how the agency's device signs copies."""

    def prepare(one: UUID, held: set[str]) -> list[devices.Part]:
        own = devices.held_by(held, copies.certificates(one), one)
        facts = copies.document(one)
        title = f"{facts['kind']} {facts['of_reference']} {facts['of_subject']}"
        return [devices.Part.of(copies.prepare(one, own["id"]), own, " ".join(title.split()))]

    def complete(one: UUID, part: devices.Part, signature: str) -> Facts:
        return copies.complete(one, part.request["id"], signature)

    return devices.Halves(prepare, complete)


def _say(printer: Printer, found: Facts) -> None:
    printer.result(found, [_line(found)])


def _line(found: Facts) -> str:
    return fill("{id}  {kind}  {number}  {step}", {**found, "number": found["number"] or "-"})
