"""The commands `hienluong issuing …` of an agency's system, from any machine: every step of a document, through the API.

A key is never read here: hashes go to the signer on this machine (`hienluong signing device serve`, or another program
that answers the same), whose owner sees them and agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.client.cli import devices
from hienluong.client.cli.axis import calls_axis
from hienluong.client.cli.printing import Facts, Printer, document_number
from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.issuing import What
    from hienluong.client.service import ExchangeClient, IssuingClient

_day = click.DateTime(["%Y-%m-%d"])
_document = click.argument("document", type=click.UUID)
_documents = click.argument("documents", type=click.UUID, nargs=-1, required=True)
_attachments = click.option(
    "--attach",
    "attachments",
    type=devices.pdf_file,
    multiple=True,
    help=_("A file beside it; may be repeated."),
)


def add_to(group: click.Group) -> None:
    """Adds the commands that are calls of the API to those of the server."""
    for command in (signers, hand_in, resubmit, number, sign, seal, issue, send_back, give_up, fetch):
        group.add_command(command)


@click.command(
    "signers", help=_("List who may sign for the agency today.\n\nExample: hienluong issuing signers")
)
@calls_axis
def signers(*, client: ExchangeClient, printer: Printer) -> None:
    """Lists signers."""
    rows = client.issuing.signers()
    printer.result(
        rows,
        (
            f"{one['signer']}  {one['authority']:<6} {one['name']}, {one['title']}  {one['delegation_document']}"
            for one in rows
        ),
    )


@click.command(
    "hand-in",
    help=_(
        "Hand in a PDF without signatures, to be numbered, signed, sealed and issued.\n\n"
        "Example: hienluong issuing hand-in quyet-dinh.pdf --type 'Quyết định (cá biệt)' --notation QĐ-SNV "
        "--subject 'Về việc tập huấn' --signer 12 --authority own"
    ),
)
@click.argument("file", type=devices.pdf_file)
@click.option("--type", "type_name", required=True, help=_("Type of the document, as “Công văn”."))
@click.option("--notation", required=True, help=_("Its notation, as “SNV-VP”."))
@click.option("--subject", required=True, help=_("What it is about."))
@click.option("--signer", required=True, type=int, help=_("The post that signs, as `signers` lists it."))
@click.option("--authority", required=True, help=_("By which right: own, tm, tm_kt, q, kt, tl or tuq."))
@click.option("--delegation", type=int, help=_("The written delegation; without it the first that fits."))
@click.option("--key", type=click.UUID, help=_("An id of your own: the same again hands nothing in twice."))
@_attachments
@calls_axis
def hand_in(
    *, client: ExchangeClient, printer: Printer, file: Path, attachments: Sequence[Path], **facts: Any
) -> None:
    """Hands a document in."""
    given = {name: str(value) for name, value in facts.items() if value is not None}
    _say(
        printer, client.issuing.hand_in(given, devices.read(file), [devices.read(one) for one in attachments])
    )


@click.command(
    "resubmit",
    help=_(
        "Hand a returned document in again, perhaps with another PDF.\n\n"
        "Example: hienluong issuing resubmit 0199… quyet-dinh.pdf"
    ),
)
@_document
@click.argument("file", type=devices.pdf_file, required=False)
@click.option("--subject", default="", help=_("What it is about, corrected."))
@_attachments
@calls_axis
def resubmit(
    *,
    client: ExchangeClient,
    printer: Printer,
    document: UUID,
    file: Path | None,
    subject: str,
    attachments: Sequence[Path],
) -> None:
    """Hands a document in again."""
    found = client.issuing.resubmit(
        document,
        {"subject": subject},
        devices.read(file) if file else None,
        [devices.read(one) for one in attachments],
    )
    _say(printer, found)


@click.command(
    "number",
    help=_(
        "Give number and date; they are written into the gaps of the first page.\n\n"
        "Example: hienluong issuing number 0199… --number 15 --date 2026-11-26"
    ),
)
@_document
@click.option("--date", "dated_on", type=_day, required=True, help=_("The document's day."))
@click.option("--number", "given", default="", help=_("The number; without it --book gives the next one."))
@click.option("--book", default="", help=_("Series of the agency's book."))
@click.option("--in-file", is_flag=True, help=_("Number and date stand in the file already."))
@calls_axis
def number(
    *,
    client: ExchangeClient,
    printer: Printer,
    document: UUID,
    dated_on: datetime,
    given: str,
    book: str,
    in_file: bool,
) -> None:
    """Gives a number."""
    body = {"dated_on": dated_on.date().isoformat(), "number": given, "book": book, "in_file": in_file}
    found = client.issuing.step(document, "number", body)
    lines = [_line(found)]
    if not (found["says_number"] and found["says_date"]):
        lines.append(
            _("The first page does not say number and date as given: look at it before it is signed.")
        )
    printer.result(found, lines)


@click.command(
    "sign",
    help=_(
        "Have documents signed by the signer on this machine, whose owner acts in the named post.\n\n"
        "Example: hienluong issuing sign 0199… 019a… --device http://127.0.0.1:8987"
    ),
)
@_documents
@devices.device_option
@calls_axis
def sign(*, client: ExchangeClient, printer: Printer, documents: Sequence[UUID], device: str) -> None:
    """Has documents signed."""
    halves = _halves(client.issuing, "sign")
    devices.tell(printer, devices.by_device(devices.signer_at(device, client.url), documents, halves), _line)


@click.command(
    "seal",
    help=_(
        "Seal documents: with a key of the platform that is registered for systems, or by the signer on this machine.\n\n"
        "Example: hienluong issuing seal 0199… --device http://127.0.0.1:8987"
    ),
)
@_documents
@click.option(
    "--device", help=_("Where the signer answers on this machine; without it a key of the platform seals.")
)
@calls_axis
def seal(*, client: ExchangeClient, printer: Printer, documents: Sequence[UUID], device: str | None) -> None:
    """Seals documents."""
    issuing = client.issuing

    def act(document: UUID) -> Facts:
        certificate = _of_platform(issuing.certificates(document, "seal"))
        return issuing.step(document, "seal", {"certificate": certificate})

    if device is None:
        outcomes = _each(documents, act)
    else:
        outcomes = devices.by_device(
            devices.signer_at(device, client.url), documents, _halves(issuing, "seal")
        )
    devices.tell(printer, outcomes, _line)


@click.command(
    "issue",
    help=_(
        "Issue a sealed document, and send it.\n\n"
        "Example: hienluong issuing issue 0199… --to H50.C18880 --not-secret"
    ),
)
@_document
@click.option(
    "--to", "recipients", multiple=True, metavar="CODE", help=_("A recipient's code; may be repeated.")
)
@click.option(
    "--to-group",
    "groups",
    multiple=True,
    type=click.UUID,
    help=_("The id of a group of recipients; may be repeated."),
)
@click.option("--without-sending", is_flag=True, help=_("It goes out another way, on paper or by hand."))
@click.option(
    "--priority",
    type=click.IntRange(0, 4),
    default=0,
    help=_("0 normal, 1 urgent … 4 express at a set hour."),
)
@click.option("--due", "due_on", type=_day, help=_("By when it is to be dealt with."))
@click.option("--on-paper", "also_on_paper", is_flag=True, help=_("It also comes on paper."))
@click.option(
    "--not-secret", is_flag=True, help=_("Declare that the document is no state secret; needed to send.")
)
@calls_axis
def issue(
    *,
    client: ExchangeClient,
    printer: Printer,
    document: UUID,
    groups: Sequence[UUID],
    without_sending: bool,
    due_on: datetime | None,
    **facts: Any,
) -> None:
    """Issues a document."""
    body = {
        **facts,
        "send": not without_sending,
        "groups": [str(one) for one in groups],
        "due_on": due_on.date().isoformat() if due_on else None,
    }
    _say(printer, client.issuing.step(document, "issue", body))


@click.command(
    "return",
    help=_(
        "Return a document to who prepared it.\n\nExample: hienluong issuing return 0199… --reason “Sai thể thức”"
    ),
)
@_document
@devices.reason_option
@calls_axis
def send_back(*, client: ExchangeClient, printer: Printer, document: UUID, reason: str) -> None:
    """Returns a document."""
    _say(printer, client.issuing.step(document, "return", {"reason": reason}))


@click.command(
    "give-up",
    help=_(
        "Give a document up for good.\n\nExample: hienluong issuing give-up 0199… --reason “Không ban hành nữa”"
    ),
)
@_document
@devices.reason_option
@calls_axis
def give_up(*, client: ExchangeClient, printer: Printer, document: UUID, reason: str) -> None:
    """Gives a document up."""
    _say(printer, client.issuing.step(document, "give-up", {"reason": reason}))


@click.command(
    "fetch",
    help=_("Fetch the PDF as it is now.\n\nExample: hienluong issuing fetch 0199… --output quyet-dinh.pdf"),
)
@_document
@click.option(
    "--position", type=click.IntRange(0, 1000), help=_("Of a file beside it; without it the document itself.")
)
@devices.output_option
@calls_axis
def fetch(
    *, client: ExchangeClient, printer: Printer, document: UUID, position: int | None, output: Path
) -> None:
    """Fetches a file."""
    devices.write(printer, output, client.issuing.fetch(document, position))


def _halves(issuing: IssuingClient, what: What) -> devices.Halves:
    """Returns how a device signs documents: when they are sealed the PDFs beside one first, then itself."""

    def prepare(document: UUID, held: set[str]) -> list[devices.Part]:
        own = devices.held_by(held, issuing.certificates(document, what), document)
        facts = issuing.document(document)
        beside = [one["position"] for one in facts["files"] if one["is_pdf"] and not one["sealed"]]
        title = f"{_reference(facts)} {facts['subject']}"
        return [
            devices.Part.of(issuing.prepare(document, what, own["id"], position), own, title, position)
            for position in ([*beside, None] if what == "seal" else [None])
        ]

    def complete(document: UUID, part: devices.Part, signature: str) -> Facts:
        return issuing.complete(document, what, part.request["id"], signature, part.position)

    return devices.Halves(prepare, complete)


def _say(printer: Printer, found: Facts) -> None:
    printer.result(found, [_line(found)])


def _line(found: Facts) -> str:
    return fill("{id}  {step}  {reference}", {**found, "reference": _reference(found)})


def _reference(found: Facts) -> str:
    """Returns number and notation of a document, as far as they are given."""
    return document_number({"code_number": found["number"], "code_notation": found["notation"]})


def _of_platform(certificates: Iterable[Facts]) -> str:
    """Returns the id of the certificate of the agency whose key the platform has.

    Raises:
        UsageError: there is none that is registered for systems.
    """
    for one in certificates:
        if one["place"] == "module":
            return str(one["id"])
    raise click.UsageError(
        _(
            "No key of the platform is registered for the agency's systems: give --device, or have a clerk seal it."
        )
    )


def _each(documents: Iterable[UUID], act: Callable[[UUID], Facts]) -> Iterator[devices.Outcome]:
    """Does an act with each document; what is refused of one does not hold up the others."""
    for document in documents:
        try:
            yield document, act(document)
        except HienluongError as refusal:
            yield document, refusal
