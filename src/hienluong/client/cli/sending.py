"""`hienluong exchange send`: an edXML file, or a document that the axis makes a packet of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hienluong.client.cli.axis import calls_axis
from hienluong.client.cli.printing import Facts, Printer, receipt_lines
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import ExchangeClient

KEY_MAX = 100

not_secret = click.option(
    "--not-secret", is_flag=True, help=_("Declare that the document is no state secret; needed to send.")
)


@click.command(
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
@click.option("--updates", metavar="ID", help=_("Id of a document of yours that this one updates."))
@click.option(
    "--replaces",
    multiple=True,
    metavar="ID",
    help=_("Id of a document of yours that this one replaces; may be repeated."),
)
@click.option("--change-reason", help=_("Why; needed with --updates and --replaces."))
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="CODE",
    help=_("Of an update: an agency that becomes a receiver."),
)
@click.option(
    "--remove",
    "removed",
    multiple=True,
    metavar="CODE",
    help=_("Of an update: an agency that is a receiver no more."),
)
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
    printer.result(receipt, receipt_lines(receipt))


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
