"""`hienluong exchange inbox | fetch | confirm | status`: the mailbox, and the answers to what came."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hienluong.client.cli.axis import REFUSED, calls_axis
from hienluong.client.cli.printing import (
    Facts,
    Printer,
    document_number,
    moment,
    receipt_lines,
    state_name,
    status_text,
    table,
)
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import ExchangeClient, FetchedPacket, RequestRefused

TOGETHER = 100
"""So many packets are confirmed at once when they are on the disk."""


@click.command(
    help=_(
        "List the mailbox, oldest first; without --state, what is not confirmed. With --follow, then what arrives.\n\n"
        "Example: hienluong exchange inbox --state delivered --kind edoc\n\n"
        "Example: hienluong exchange inbox --follow --json"
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
@click.option(
    "--follow", is_flag=True, help=_("Go on with what arrives, until interrupted; JSON by the line.")
)
@click.option("--after", default="", help=_("Go on from a `resume` that was printed before."))
@calls_axis
def inbox(
    *,
    client: ExchangeClient,
    printer: Printer,
    states: tuple[str, ...],
    kind: str | None,
    follow: bool,
    after: str,
) -> None:
    """Lists the mailbox."""
    if follow:
        _follow(client, printer, states=states, kind=kind, after=after)
        return
    if after:
        raise click.UsageError(_("Give --after with --follow."))
    entries = list(client.inbox(states=states, kind=kind))
    printer.result({"items": entries}, _entry_lines(entries))


def _follow(
    client: ExchangeClient, printer: Printer, *, states: Sequence[str], kind: str | None, after: str
) -> None:
    """Prints entries as they arrive: for programs one line of JSON each, with where to go on after it."""
    try:
        for page in client.follow(states=states, kind=kind, after=after):
            for entry in page.items:
                if printer.as_json:
                    last = entry is page.items[-1]
                    line = json.dumps({**entry, "resume": page.resume if last else None}, ensure_ascii=False)
                    click.echo(line)
                else:
                    printer.result(entry, list(_entry_lines([entry]))[1:])
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(0)


def _entry_lines(entries: Sequence[Facts]) -> Iterator[str]:
    if not entries:
        yield _("Nothing is waiting.")
        return
    yield from table(
        [_("Entry"), _("State"), _("From"), _("Number"), _("About"), _("Delivered")],
        [
            [
                str(entry["id"]),
                state_name(entry["state"]),
                entry["packet"]["sender_code"],
                document_number(entry["packet"]),
                entry["packet"]["subject"] or status_text(entry["packet"]),
                moment(entry["delivered_at"]),
            ]
            for entry in entries
        ],
    )


@click.command(
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
    from hienluong.client.service import FetchRefused  # noqa: PLC0415 - start fast

    if everything == bool(entries):
        raise click.UsageError(_("Name the entries to fetch, or give --all."))
    wanted = [entry["id"] for entry in client.inbox()] if everything else list(entries)
    fetched: list[dict[str, Any]] = []
    refused: list[RequestRefused] = []
    for one in client.fetch_several(wanted):
        if isinstance(one, FetchRefused):
            refused.append(one.problem)
            continue
        fetched.append(_saved(one, directory))
        if confirms and len(fetched) % TOGETHER == 0:
            refused += _confirm(client, fetched[-TOGETHER:])
    if confirms:
        refused += _confirm(client, fetched[len(fetched) // TOGETHER * TOGETHER :])
    printer.result(
        {"items": fetched, "refused": [problem.document for problem in refused]},
        (f"{one['entry']:>8}  {state_name(one['state'])}  {one['file']}" for one in fetched),
    )
    for refusal in refused if not printer.as_json else ():
        printer.error(refusal)
    if refused:
        sys.exit(REFUSED)


def _saved(packet: FetchedPacket, directory: Path) -> dict[str, Any]:
    """Writes a packet into the directory and returns what is said of it."""
    try:
        path = save_packet(packet, directory)
    except OSError as problem:
        raise click.FileError(str(directory), problem.strerror or str(problem)) from problem
    return {
        "entry": packet.entry,
        "packet": str(packet.packet_id),
        "file": str(path),
        "sha256": packet.sha256,
        "state": "fetched",
    }


def _confirm(client: ExchangeClient, saved: Sequence[dict[str, Any]]) -> list[RequestRefused]:
    """Confirms what is safely on the disk, notes its state, and returns what was refused."""
    from hienluong.client.service import RequestRefused  # noqa: PLC0415 - start fast

    refused: list[RequestRefused] = []
    if not saved:
        return refused
    told = client.confirm_several([(one["entry"], "done", "") for one in saved])
    for one, answer in zip(saved, told, strict=True):
        if answer["problem"]:
            refused.append(RequestRefused(answer["problem"]["status"], answer["problem"]))
        else:
            one["state"] = answer["state"]
    return refused


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


@click.command(
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
        answer, [fill(_("Entry {entry}: {state}"), {"entry": entry, "state": state_name(answer["state"])})]
    )


@click.command(
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
@click.option(
    "--reason",
    default="",
    help=_("Code of a reason, for 02, 13 and 16; `hienluong exchange reasons` lists them."),
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
    reason: str,
    staff: str,
    idempotency_key: str | None,
) -> None:
    """Reports a status."""
    receipt = client.report_status(
        delivery, code, note=note, reason=reason, staff=staff, idempotency_key=idempotency_key
    )
    printer.result(receipt, receipt_lines(receipt))
