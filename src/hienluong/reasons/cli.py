"""The commands `hienluong reasons …`: the list of reasons, on the server itself.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.reasons.models import Reason

for_act = click.Choice(["02", "13", "16"])


@click.group(
    help=_(
        "Reasons for refusing (02), asking back (13) and keeping (16) documents.\n\n"
        "Example: hienluong reasons list --for 02"
    )
)
def group() -> None:
    """Holds the commands about reasons."""


def _facts(row: Reason) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "act": row.act,
        "code": row.code,
        "text_vi": row.text_vi,
        "text_en": row.text_en,
        "source": row.source,
        "provisional": row.provisional,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


def _line(row: Reason) -> str:
    return f"{row.pk}  {row.act}  {row.code:<18} {row.text_vi}"


@group.command(
    "list", help=_("List the reasons in force.\n\nExample: hienluong reasons list --for 02 --json")
)
@click.option("--for", "act", type=for_act, help=_("Only those of this status."))
@click.option("--all", "everything", is_flag=True, help=_("Those no longer offered too."))
@on_server
def list_reasons(*, actor: Actor, now: datetime, act: str | None, everything: bool) -> Answer:
    """Lists the reasons."""
    from hienluong.reasons import queries  # noqa: PLC0415 - needs Django

    day = None if everything else clock.in_vietnam(now).date()
    rows = queries.reasons(actor, on=day, act=act or "")
    return {"items": [_facts(row) for row in rows]}, [_line(row) for row in rows]


@group.command(
    "add",
    help=_(
        "Add a reason.\n\n"
        "Example: hienluong reasons add 02 no-annex --vi 'Thiếu phụ lục' --en 'An annex is missing'"
    ),
)
@click.argument("act", type=for_act)
@click.argument("code")
@click.option("--vi", "text_vi", required=True, help=_("Its words in Vietnamese."))
@click.option("--en", "text_en", required=True, help=_("Its words in English."))
@click.option("--source", default="", help=_("The law it follows; without one it is provisional."))
@on_server
def add(
    *, actor: Actor, now: datetime, act: str, code: str, text_vi: str, text_en: str, source: str
) -> Answer:
    """Adds a reason."""
    from hienluong.reasons import commands  # noqa: PLC0415 - needs Django

    made = commands.add_reason(
        actor=actor, act=act, code=code, text_vi=text_vi, text_en=text_en, source=source, now=now
    )
    return _facts(made), [_line(made)]


@group.command(
    "change",
    help=_(
        "Give a reason another wording from today on.\n\nExample: hienluong reasons change ID --vi 'Thiếu phụ lục'"
    ),
)
@click.argument("reason_id", metavar="ID", type=click.UUID)
@click.option("--vi", "text_vi", help=_("Its words in Vietnamese."))
@click.option("--en", "text_en", help=_("Its words in English."))
@click.option("--source", help=_("The law it follows; without one it is provisional."))
@on_server
def change(
    *,
    actor: Actor,
    now: datetime,
    reason_id: UUID,
    text_vi: str | None,
    text_en: str | None,
    source: str | None,
) -> Answer:
    """Changes a reason."""
    from hienluong.reasons import commands, queries  # noqa: PLC0415 - needs Django

    found = queries.reason_by_id(actor, reason_id)
    changed = commands.change_reason(
        actor=actor,
        reason=found,
        text_vi=text_vi or found.text_vi,
        text_en=text_en or found.text_en,
        source=found.source if source is None else source,
        now=now,
    )
    return _facts(changed), [_line(changed)]


@group.command("end", help=_("Offer a reason no more.\n\nExample: hienluong reasons end ID"))
@click.argument("reason_id", metavar="ID", type=click.UUID)
@on_server
def end(*, actor: Actor, now: datetime, reason_id: UUID) -> Answer:
    """Ends a reason."""
    from hienluong.reasons import commands, queries  # noqa: PLC0415 - needs Django

    ended = commands.end_reason(actor=actor, reason=queries.reason_by_id(actor, reason_id), now=now)
    return _facts(ended), [_line(ended)]
