"""The commands `hienluong issuing …`: what waits where, and renewing time-stamps, on the server itself.

They print steps, numbers and counts, never what documents say. Exit codes: 0 done, 1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.issuing.models import Document

SHOWS = ("number", "seal", "issue", "returned", "issued", "all")


@click.group(help=_("Documents on their way to being issued.\n\nExample: hienluong issuing list --show seal"))
def group() -> None:
    """Holds the commands about issuing."""


@group.command(
    "list",
    help=_("List documents, the newest first.\n\nExample: hienluong issuing list --show seal --json"),
)
@click.option(
    "--show", type=click.Choice(SHOWS), default="all", help=_("Which: to number, to seal, to issue …")
)
@click.option("--limit", type=click.IntRange(1, 1000), default=100, help=_("How many at most."))
@on_server
def list_documents(*, actor: Actor, now: datetime, show: str, limit: int) -> Answer:
    """Lists documents."""
    from hienluong.issuing import queries  # noqa: PLC0415 - needs Django

    rows = [_facts(one) for one in queries.documents(actor, show=show, limit=limit).items]
    return rows, [f"{one['id']}  {one['step']}  {one['reference']}  {one['agency']}" for one in rows] or [
        _("No document is at this step.")
    ]


@group.command(
    "show",
    help=_("Show where a document is and what was done with it.\n\nExample: hienluong issuing show 0199…"),
)
@click.argument("document", type=click.UUID)
@on_server
def show(*, actor: Actor, now: datetime, document: UUID) -> Answer:
    """Shows a document."""
    from hienluong.issuing import queries  # noqa: PLC0415 - needs Django
    from hienluong.kit.clock import in_vietnam  # noqa: PLC0415 - start fast

    row = queries.document(actor, document)
    passed = [{"step": one.step, "at": one.at.isoformat(), "by": one.by} for one in queries.passages_of(row)]
    facts = {**_facts(row), "file_sha256": row.file_sha256, "passages": passed}
    lines = [f"{row.reference}  {row.get_step_display()}  {row.agency.name}", f"SHA-256 {row.file_sha256}"]
    lines += [
        f"  {in_vietnam(one.at):%d/%m/%Y %H:%M:%S}  {one.get_step_display()}  {one.by}"
        for one in queries.passages_of(row)
    ]
    return facts, lines


@group.command(
    "renew",
    help=_(
        "Renew the time-stamps that are due, as the job of each night does.\n\nExample: hienluong issuing renew"
    ),
)
@on_server
def renew(*, actor: Actor, now: datetime) -> Answer:
    """Renews time-stamps."""
    from hienluong.issuing import commands  # noqa: PLC0415 - needs Django

    renewed, failed = commands.renew_documents(now=now)
    facts = {"renewed": renewed, "failed": failed}
    return facts, [fill(_("{renewed} renewed, {failed} not."), facts)]


def _facts(one: Document) -> dict[str, str | None]:
    return {
        "id": str(one.pk),
        "step": one.step,
        "reference": one.reference,
        "agency": one.agency.name,
        "prepared_at": one.prepared_at.isoformat(),
        "changed_at": one.changed_at.isoformat(),
    }
