"""The commands `hienluong copies …`: which copies were made and where they are, on the server itself.

They print kinds, steps, numbers and hashes, never what documents say. Exit codes: 0 done, 1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.copies.models import Copy
    from hienluong.directory.service import Actor

KINDS = ("SY", "SL", "TrS")
STEPS = ("prepared", "sealed", "given-up")


@click.group(help=_("Electronic copies of documents.\n\nExample: hienluong copies list --step prepared"))
def group() -> None:
    """Holds the commands about copies."""


@group.command(
    "list", help=_("List copies, the newest first.\n\nExample: hienluong copies list --kind SY --json")
)
@click.option("--kind", type=click.Choice(KINDS), default=None, help=_("Of one kind only."))
@click.option("--step", type=click.Choice(STEPS), default=None, help=_("At one step only."))
@click.option("--limit", type=click.IntRange(1, 1000), default=100, help=_("How many at most."))
@on_server
def list_copies(*, actor: Actor, now: datetime, kind: str | None, step: str | None, limit: int) -> Answer:
    """Lists copies."""
    from hienluong.copies import queries  # noqa: PLC0415 - needs Django

    rows = [_facts(one) for one in queries.copies(actor, kind=kind or "", step=step or "", limit=limit).items]
    lines = [
        f"{one['id']}  {one['kind']}  {one['number'] or '-'}  {one['step']}  {one['agency']}" for one in rows
    ]
    return rows, lines or [_("There is no such copy.")]


@group.command("show", help=_("Show a copy and its hashes.\n\nExample: hienluong copies show 0199…"))
@click.argument("copy_id", metavar="COPY", type=click.UUID)
@on_server
def show(*, actor: Actor, now: datetime, copy_id: UUID) -> Answer:
    """Shows a copy."""
    from hienluong.copies import queries  # noqa: PLC0415 - needs Django

    one = queries.copy(actor, copy_id)
    facts = {
        **_facts(one),
        "sealed_at": one.sealed_at.isoformat() if one.sealed_at else None,
        "sealed_level": one.sealed_level,
        "certificate": one.sealed_certificate,
        "source_sha256": one.source_sha256,
        "file_sha256": one.file_sha256,
    }
    return facts, [f"{name}: {value}" for name, value in facts.items() if value]


def _facts(one: Copy) -> dict[str, str | None]:
    return {
        "id": str(one.pk),
        "kind": one.kind,
        "number": one.number,
        "step": one.step,
        "agency": one.agency.name,
        "prepared_at": one.prepared_at.isoformat(),
    }
