"""The commands `hienluong exchange …`: what an agency does on the axis, from any machine, through the public API.

Exit codes: 0 done, 1 refused by the axis, 2 wrong usage or credentials, 3 no answer (may be tried again).
`inspect` works on a file alone; nothing here needs Django or a database.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.exchange.client import ExchangeClient, FetchedPacket

DEFAULT_URL = "http://127.0.0.1:8000"
REFUSED, UNUSABLE, NO_ANSWER = 1, 2, 3
KEY_MAX = 100
Facts = Mapping[str, Any]

as_json = click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
not_secret = click.option(
    "--not-secret", is_flag=True, help=_("Declare that the document is no state secret; needed to send.")
)


@click.group(
    help=_(
        "Send, fetch, confirm and follow documents on the axis, as an agency's system.\n\n"
        "Example: hienluong exchange inbox --url https://axis.example --credentials system.json"
    )
)
def group() -> None:
    """Holds the commands of the axis."""


def calls_axis(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --url, --credentials and --json, and calls it with a client and a printer.

    An error is shown as text (with --json as its problem document) and becomes the exit code.
    """

    @click.option(
        "--url",
        envvar="HIENLUONG_API_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help=_("Address of the axis."),
    )
    @click.option(
        "--credentials",
        envvar="HIENLUONG_CREDENTIALS",
        show_envvar=True,
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help=_('JSON file {"client_id", "client_secret"} that only you can read (mode 600).'),
    )
    @as_json
    @functools.wraps(command)
    def run(*, url: str, credentials: Path, as_json: bool, **options: Any) -> None:
        from hienluong.exchange.client import Credentials, ExchangeClient  # noqa: PLC0415 - start fast

        printer = Printer(as_json=as_json)
        try:
            with ExchangeClient(url, Credentials.read(credentials), language=_language()) as client:
                command(client=client, printer=printer, **options)
        except HienluongError as problem:
            printer.error(problem)
            sys.exit(exit_code(problem))

    return run


class Printer:
    """Prints results: JSON for a program, or lines in which a sender's text cannot steer the terminal."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: object, lines: Iterable[str]) -> None:
        """Prints a result, as the one or the other."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1))
            return
        for line in lines:
            click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    def error(self, problem: HienluongError) -> None:
        """Prints an error: its problem document on standard output, or one text on standard error."""
        if self.as_json:
            document = getattr(problem, "document", None) or problem.problem(translate=_)
            click.echo(json.dumps(document, ensure_ascii=False, indent=1))
            return
        click.echo(" ".join(problem.explain(_).split()), err=True)


def exit_code(problem: HienluongError) -> int:
    """Returns 1 for a refusal, 2 for what the caller gave wrong, 3 where the same may succeed later."""
    from hienluong.exchange.client import CredentialsUnusable  # noqa: PLC0415 - start fast
    from hienluong.kit.http import AddressRefused, OutgoingError  # noqa: PLC0415 - the same

    if isinstance(problem, (CredentialsUnusable, AddressRefused)):
        return UNUSABLE
    return NO_ANSWER if problem.retryable or isinstance(problem, OutgoingError) else REFUSED


def _language() -> str:
    """Returns the language that the environment asks for, as gettext reads it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "vi" if os.environ[name].startswith("vi") else "en"
    return "en"


# --- sending ----------------------------------------------------------------------------------------------------


@group.command(
    help=_(
        "Hand in an edXML file; or, with --to, let the axis write the packet from what is given and FILES.\n\n"
        "Handing the same in again, after a lost answer say, is harmless: the first receipt comes again.\n\n"
        "Example: hienluong exchange send packet.edxml --not-secret\n\n"
        "Example: hienluong exchange send --to H50.C18880 --type 'Công văn' --number 15 --notation SNV-VP "
        "--date 2026-11-24 --subject 'V/v họp giao ban' --signer 'Lê Quang Ánh' --not-secret letter.pdf"
    )
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True, readable=True),
)
@click.option(
    "--to", "recipients", multiple=True, metavar="CODE", help=_("A recipient's code; may be repeated.")
)
@click.option(
    "--to-group",
    "groups",
    multiple=True,
    metavar="ID",
    help=_("The id of a group of recipients; may be repeated."),
)
@click.option("--type", "type_name", help=_("Type of the document, as “Công văn”."))
@click.option("--number", help=_("Its number."))
@click.option("--notation", help=_("Its notation, as “SNV-VP”."))
@click.option("--date", "issued_on", type=click.DateTime(["%Y-%m-%d"]), help=_("The day it was issued."))
@click.option("--subject", help=_("What it is about."))
@click.option("--signer", "signer_name", help=_("Who signed it."))
@click.option("--signer-position", help=_("The signer's position."))
@click.option("--signer-competence", help=_("The signer's authority, as “KT. GIÁM ĐỐC”."))
@click.option("--place", help=_("Where it was issued."))
@click.option(
    "--priority", type=click.IntRange(0, 4), help=_("0 normal, 1 urgent … 4 express at a set hour.")
)
@click.option("--due", "due_on", type=click.DateTime(["%Y-%m-%d"]), help=_("By when it is to be dealt with."))
@click.option("--on-paper", "also_on_paper", is_flag=True, help=_("It also comes on paper."))
@click.option(
    "--idempotency-key",
    help=_("Names this sending; by default made from what is sent, so that a repeat is one."),
)
@not_secret
@calls_axis
def send(
    *,
    client: ExchangeClient,
    printer: Printer,
    files: tuple[Path, ...],
    not_secret: bool,
    idempotency_key: str | None,
    **fields: Any,
) -> None:
    """Sends one packet."""
    if not not_secret:
        raise click.UsageError(
            _("Declare with --not-secret that this is no state secret; secrets do not travel this way.")
        )
    if idempotency_key is not None and not (
        idempotency_key.isascii() and 0 < len(idempotency_key) <= KEY_MAX
    ):
        raise click.BadParameter(_("1 to 100 ASCII characters."), param_hint="--idempotency-key")
    document = _document(fields)
    contents = [(path.name, path.read_bytes()) for path in files]
    if {"recipients", "groups"} & set(document):
        key = idempotency_key or _key_of(document, contents)
        receipt = client.send_document(document, contents, not_secret=True, idempotency_key=key)
    elif document or len(files) != 1:
        raise click.UsageError(
            _("Give one edXML file; or name recipients with --to and give the files to send.")
        )
    else:
        content = contents[0][1]
        key = idempotency_key or f"sha256-{hashlib.sha256(content).hexdigest()}"
        receipt = client.send_packet(content, not_secret=True, idempotency_key=key)
    printer.result(receipt, _receipt_lines(receipt))


def _document(fields: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Returns the fields that were given, as the API takes them.

    Raises:
        UsageError: recipients were named, but not what the document is.
    """
    document: dict[str, str | Sequence[str]] = {}
    for name, value in fields.items():
        if isinstance(value, datetime):
            document[name] = value.date().isoformat()
        elif value not in (None, (), False):
            document[name] = (
                value if isinstance(value, tuple) else str(value).lower() if value is True else str(value)
            )
    needed = {
        "type_name": "--type",
        "number": "--number",
        "notation": "--notation",
        "issued_on": "--date",
        "subject": "--subject",
        "signer_name": "--signer",
    }
    missing = [option for name, option in needed.items() if name not in document]
    if {"recipients", "groups"} & set(document) and missing:
        raise click.UsageError(fill(_("With --to, these are needed too: {options}."), {"options": missing}))
    return document


def _key_of(document: Facts, contents: Sequence[tuple[str, bytes]]) -> str:
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in contents]
    return f"form-{hashlib.sha256(json.dumps([document, digests], sort_keys=True).encode()).hexdigest()}"


def _receipt_lines(receipt: Facts) -> Iterator[str]:
    yield fill(_("Accepted at {accepted_at}: packet {packet}, receipt {receipt}."), receipt)
    for one in receipt["recipients"]:
        before = _("; it has this document already") if one["delivered_before"] else ""
        yield f"  {one['code']:<14} {one['name']}: {_state(one['state'])}{before}"
    for warning in receipt["warnings"]:
        yield "  " + fill(_("Warning, line {line}, {path}: {text}"), warning)


# --- receiving --------------------------------------------------------------------------------------------------


@group.command(
    help=_(
        "List the mailbox, oldest first; without --state, what is not confirmed.\n\n"
        "Example: hienluong exchange inbox --state delivered --kind edoc"
    )
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["delivered", "fetched", "confirmed", "rejected"]),
    help=_("Only entries in this state; may be repeated."),
)
@click.option("--kind", type=click.Choice(["edoc", "status"]), help=_("Only documents, or only statuses."))
@calls_axis
def inbox(*, client: ExchangeClient, printer: Printer, states: tuple[str, ...], kind: str | None) -> None:
    """Lists the mailbox."""
    entries = list(client.inbox(states=states, kind=kind))
    printer.result({"items": entries}, _entry_lines(entries))


def _entry_lines(entries: Sequence[Facts]) -> Iterator[str]:
    if not entries:
        yield _("Nothing is waiting.")
        return
    yield from _table(
        [_("Entry"), _("State"), _("From"), _("Number"), _("About"), _("Delivered")],
        [
            [
                str(entry["id"]),
                _state(entry["state"]),
                entry["packet"]["sender_code"],
                _number(entry["packet"]),
                entry["packet"]["subject"] or _status_text(entry["packet"]),
                _moment(entry["delivered_at"]),
            ]
            for entry in entries
        ],
    )


@group.command(
    help=_(
        "Fetch entries of the mailbox into DIRECTORY, each as <packet id>.edxml; fetching again is harmless.\n\n"
        "Example: hienluong exchange fetch 4711 incoming\n\n"
        "Example: hienluong exchange fetch --all --confirm incoming"
    )
)
@click.argument("entries", nargs=-1, type=click.IntRange(min=1), metavar="[ENTRY]...")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True, writable=True))
@click.option("--all", "everything", is_flag=True, help=_("Fetch everything that is not confirmed."))
@click.option(
    "--confirm", "confirms", is_flag=True, help=_("Confirm each packet once it is safely on the disk.")
)
@calls_axis
def fetch(
    *,
    client: ExchangeClient,
    printer: Printer,
    entries: tuple[int, ...],
    directory: Path,
    everything: bool,
    confirms: bool,
) -> None:
    """Fetches packets; one that is refused does not hold up the others."""
    from hienluong.exchange.client import RequestRefused  # noqa: PLC0415 - start fast

    if everything == bool(entries):
        raise click.UsageError(_("Name the entries to fetch, or give --all."))
    wanted = [entry["id"] for entry in client.inbox()] if everything else list(entries)
    fetched: list[Facts] = []
    refused: list[RequestRefused] = []
    for entry in wanted:
        try:
            fetched.append(_fetch_one(client, entry, directory, confirms=confirms))
        except RequestRefused as problem:
            if problem.retryable:
                raise
            refused.append(problem)
    printer.result(
        {"items": fetched, "refused": [problem.document for problem in refused]},
        (f"{one['entry']:>8}  {_state(one['state'])}  {one['file']}" for one in fetched),
    )
    for refusal in refused if not printer.as_json else ():
        printer.error(refusal)
    if refused:
        sys.exit(REFUSED)


def _fetch_one(client: ExchangeClient, entry: int, directory: Path, *, confirms: bool) -> Facts:
    packet = client.fetch(entry)
    try:
        path = save_packet(packet, directory)
    except OSError as problem:
        raise click.FileError(str(directory), problem.strerror or str(problem)) from problem
    state = client.confirm(entry)["state"] if confirms else "fetched"
    return {
        "entry": entry,
        "packet": str(packet.packet_id),
        "file": str(path),
        "sha256": packet.sha256,
        "state": state,
    }


def save_packet(packet: FetchedPacket, directory: Path) -> Path:
    """Writes a packet whole or not at all, durably, under a name made from its id alone; returns the file."""
    path = directory / f"{packet.packet_id}.edxml"
    draft = directory / f".{packet.packet_id}.draft"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, opened with its mode
        file.write(packet.content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
    return path


@group.command(
    help=_(
        "Confirm an entry: this system has the packet; or, with --fail, cannot take it.\n\n"
        "Example: hienluong exchange confirm 4711\n\n"
        "Example: hienluong exchange confirm 4711 --fail --note 'the attachment cannot be opened'"
    )
)
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--fail", is_flag=True, help=_("The packet cannot be taken."))
@click.option("--note", default="", help=_("Why not."))
@calls_axis
def confirm(*, client: ExchangeClient, printer: Printer, entry: int, fail: bool, note: str) -> None:
    """Confirms an entry."""
    if fail and not note.strip():
        raise click.UsageError(_("With --fail, say why with --note: the operator of the axis reads it."))
    answer = client.confirm(entry, outcome="fail" if fail else "done", note=note)
    printer.result(
        answer, [fill(_("Entry {entry}: {state}"), {"entry": entry, "state": _state(answer["state"])})]
    )


@group.command(
    help=_(
        "Report what becomes of a document: 01 arrived, 02 refused, 03 registered, 04 assigned, 05 in progress, "
        "06 finished, 15 and 16 answer a recall; its sender asks it back with 13.\n\n"
        "Example: hienluong exchange status 4711 03 --note 'Arrival number 125'"
    )
)
@click.argument("delivery", type=click.IntRange(min=1))
@click.argument("code", type=click.Choice(["01", "02", "03", "04", "05", "06", "13", "15", "16"]))
@click.option(
    "--note", default="", help=_("Arrival number, progress, or the reason; 02, 13 and 16 need one.")
)
@click.option("--staff", default="", help=_("Who handles it."))
@click.option("--idempotency-key", help=_("Names this report; give it again when you repeat it."))
@calls_axis
def status(
    *,
    client: ExchangeClient,
    printer: Printer,
    delivery: int,
    code: str,
    note: str,
    staff: str,
    idempotency_key: str | None,
) -> None:
    """Reports a status."""
    receipt = client.report_status(delivery, code, note=note, staff=staff, idempotency_key=idempotency_key)
    printer.result(receipt, _receipt_lines(receipt))


# --- following --------------------------------------------------------------------------------------------------


@group.command(
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
    yield f"{_number(packet)}  {packet['subject'] or _status_text(packet)}"
    yield f"{packet['sender_code']}  {packet['sender_name']}"
    for part in journey["parts"]:
        yield f"  {part['name']} ({part['real_type']}, {part['size']} B, SHA-256 {part['sha256']})"
    for delivery in journey["deliveries"]:
        business = f", {delivery['business_state']}" if delivery["business_state"] else ""
        failure = f": {delivery['failure']}" if delivery["failure"] else ""
        state = f"{_state(delivery['state'])}{business}{failure}"
        yield f"  → {delivery['id']:<7} {delivery['recipient_code']:<14} {delivery['recipient_name']}: {state}"
    yield from _table(
        [_("Time"), _("Plane"), _("Step"), _("Agency"), _("By"), _("Note")],
        [
            [
                _moment(hop["at"]) or hop["at_written"],
                hop["plane"],
                _state(hop["step"]) if hop["in_order"] else f"{hop['step']} {_('(out of order)')}",
                hop["party"],
                hop["actor"],
                hop["note"],
            ]
            for hop in journey["hops"]
        ],
    )


@group.command(
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
    from hienluong.exchange.formats.inspect import run_inspect  # noqa: PLC0415 - start fast

    sys.exit(run_inspect(file, as_json, sys.stdout, sys.stderr))


# --- words ------------------------------------------------------------------------------------------------------


def _state(code: str) -> str:
    """Returns the name of a state for people; business statuses keep their code."""
    names = {
        "waiting": _("waiting"),
        "unrouted": _("waiting for a route"),
        "delivered": _("in the mailbox"),
        "fetched": _("fetched"),
        "confirmed": _("confirmed"),
        "rejected": _("refused by the recipient's system"),
        "dead": _("failed for good"),
        "withdrawn": _("withdrawn"),
        "accepted": _("accepted"),
    }
    return names.get(code, code)


def _number(packet: Facts) -> str:
    return "/".join(part for part in (packet["code_number"], packet["code_notation"]) if part)


def _status_text(packet: Facts) -> str:
    return f"{packet['status_code']} {packet['status_note']}".strip()


def _moment(text: str | None) -> str:
    """Returns a moment in Vietnamese time, which is the law's (Decision 28/2018/QĐ-TTg art. 14.4)."""
    from hienluong.kit.clock import in_vietnam  # noqa: PLC0415 - start fast

    return f"{in_vietnam(datetime.fromisoformat(text)):%d/%m/%Y %H:%M:%S}" if text else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
