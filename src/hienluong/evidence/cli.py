"""The commands `hienluong evidence …`: entries searched, taken along and printed, and who looked at a person's data.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.clock import VIETNAM, in_vietnam
from hienluong.kit.server_command import day
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from hienluong.directory.service import Actor
    from hienluong.ledger.service import Wanted

_file = click.Path(path_type=Path, dir_okay=False)


@click.group(
    help=_("Evidence from the ledger.\n\nExample: hienluong evidence entries --subject packet:0199…")
)
def group() -> None:
    """Holds the commands about evidence."""


def narrowed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options that narrow entries."""
    for option in (
        click.option("--until", type=day, default=None, help=_("The last day.")),
        click.option("--since", type=day, default=None, help=_("The first day.")),
        click.option("--action", default="", help=_("The act, as exchange.packet-accepted.")),
        click.option("--by", default="", help=_("Who acted: a user name, an id, or kind:id.")),
        click.option("--subject", default="", help=_("What it is about: an id, a user name, or kind:id.")),
    ):
        command = option(command)
    return command


def _wanted(subject: str, by: str, action: str, since: date | None, until: date | None) -> Wanted:
    from hienluong.evidence.queries.entries import subject_named  # noqa: PLC0415 - needs Django
    from hienluong.ledger.service import Wanted  # noqa: PLC0415 - the same

    return Wanted(
        subject=subject_named(subject) if subject else "",
        actor=subject_named(by) if by else "",
        action=action,
        since=datetime.combine(since, time(), VIETNAM) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), VIETNAM) if until else None,
    )


@group.command(
    "entries",
    help=_("Find entries, newest first.\n\nExample: hienluong evidence entries --by hanh --since 2026-11-01"),
)
@narrowed
@click.option("--limit", type=click.IntRange(1, 500), default=50, help=_("How many at most."))
@on_server
def list_entries(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    by: str,
    action: str,
    since: date | None,
    until: date | None,
    limit: int,
) -> Answer:
    """Finds entries."""
    from hienluong.evidence.queries import entries  # noqa: PLC0415 - needs Django

    page = entries.search(actor, _wanted(subject, by, action, since, until), limit=limit)
    facts = [{"index": line.entry.index, **line.entry.said} for line in page.items]
    lines = [
        f"{line.entry.index:>9}  {in_vietnam(line.entry.at):%Y-%m-%d %H:%M:%S}  {line.entry.id}  {line.action}  "
        f"{line.subject}  {line.by}"
        for line in page.items
    ]
    return facts, lines or [_("There is none.")]


@group.command(
    "bundle",
    help=_(
        "Take entries along as a ZIP that anybody can check without us.\n\n"
        "Example: hienluong evidence bundle --subject packet:0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --output evidence.zip"
    ),
)
@narrowed
@click.option("--output", type=_file, required=True, help=_("The file to write."))
@on_server
def take_bundle(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    by: str,
    action: str,
    since: date | None,
    until: date | None,
    output: Path,
) -> Answer:
    """Takes entries along."""
    from hienluong.evidence import commands  # noqa: PLC0415 - needs Django

    wanted = _wanted(subject, by, action, since, until)
    bundle = commands.export_entries(actor=actor, wanted=wanted, now=now)
    with output.open("wb") as target:
        for chunk in bundle.chunks():
            target.write(chunk)
    value = {"file": str(output), "entries": len(bundle.entries), "checkpoint": bundle.head.size}
    return value, [_("Written: {path}").format(path=output)]


@group.command(
    "paper",
    help=_(
        "Write an entry with its proof as a PDF with a QR code.\n\n"
        "Example: hienluong evidence paper 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --output entry.pdf"
    ),
)
@click.argument("entry_id", type=click.UUID)
@click.option("--output", type=_file, required=True, help=_("The file to write."))
@on_server
def write_paper(*, actor: Actor, now: datetime, entry_id: UUID, output: Path) -> Answer:
    """Writes an entry as a PDF."""
    from hienluong.evidence.queries import receipts  # noqa: PLC0415 - needs Django
    from hienluong.evidence.receipt_pdf import receipt_pdf  # noqa: PLC0415 - the same

    found = receipts.proven_entry(actor, entry_id, now=now)
    output.write_bytes(receipt_pdf(found, now=now))
    value = {"file": str(output), "entry": str(entry_id), "covered": found.cover.covered}
    return value, [_("Written: {path}").format(path=output)]


@group.command(
    "looks",
    help=_(
        "List who has looked at a person's data, for an answer to that person's letter.\n\n"
        'Example: hienluong evidence looks hanh --request "Đơn số 12, ngày 25/11/2026"'
    ),
)
@click.argument("person")
@click.option("--request", required=True, help=_("The letter: number and date."))
@click.option("--limit", type=click.IntRange(1, 500), default=50, help=_("How many at most."))
@on_server
def list_looks(*, actor: Actor, now: datetime, person: str, request: str, limit: int) -> Answer:
    """Lists looks at a person's data."""
    from hienluong.evidence import commands  # noqa: PLC0415 - needs Django
    from hienluong.evidence.queries import entries, looks  # noqa: PLC0415 - the same
    from hienluong.kit.errors import NotFound  # noqa: PLC0415 - the same

    person_id = entries.person_of(entries.subject_named(person))
    if person_id is None:
        raise NotFound
    commands.answer_request(actor=actor, person_id=person_id, request=request, now=now)
    page = looks.looks_at(actor, person_id, limit=limit)
    facts = [
        {
            "at": one.at,
            "agency": one.agency,
            "by": one.by,
            "purpose": str(one.purpose),
            "entry": str(one.entry_id),
        }
        for one in page.items
    ]
    lines = [
        f"{in_vietnam(one.at):%Y-%m-%d %H:%M:%S}  {one.agency or one.by}  {one.purpose}  {one.entry_id}"
        for one in page.items
    ]
    return facts, lines or [_("There is none.")]
