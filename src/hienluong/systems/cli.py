"""The commands `hienluong systems …`: agencies' systems on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.cursors import all_rows
from hienluong.kit.errors import fill
from hienluong.kit.ids import as_number
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor, Agency
    from hienluong.systems.models import AgencySystem, SendingRight

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help=_("Agencies' systems, their secrets and rights.\n\nExample: hienluong systems system list"))
def group() -> None:
    """Holds the commands about agencies' systems."""


@group.group("system", help=_("Systems of agencies.\n\nExample: hienluong systems system list --json"))
def system_group() -> None:
    """Holds the commands about systems."""


@group.group("right", help=_("Who sends for whom.\n\nExample: hienluong systems right list"))
def right_group() -> None:
    """Holds the commands about rights to send for others."""


@group.group("sandbox", help=_("Test agencies.\n\nExample: hienluong systems sandbox list"))
def sandbox_group() -> None:
    """Holds the commands about the sandbox."""


def _agency(code: str) -> Agency:
    from hienluong.directory import service as directory  # noqa: PLC0415 - needs Django
    from hienluong.directory.errors import AgencyUnknown  # noqa: PLC0415 - the same

    found = directory.agencies_in_reach([code], sandbox=False).get(code)
    if found is None:
        raise AgencyUnknown(agency_code=code)
    return found.agency


def _system(actor: Actor, system_id: UUID) -> AgencySystem:
    from hienluong.systems import queries  # noqa: PLC0415 - needs Django

    return queries.find_system(actor, system_id)


def _end_of(day: datetime | None) -> datetime | None:
    from hienluong.systems.forms import end_of_day  # noqa: PLC0415 - needs Django

    return end_of_day(day.date() if day else None)


def _facts(system: AgencySystem) -> dict[str, Any]:
    return {
        "id": str(system.pk),
        "name": system.name,
        "agency": system.agency.name,
        "agency_code": getattr(system, "agency_code", None),
        "client_id": system.client_id,
        "networks": system.networks,
        "sandbox": system.agency.in_sandbox,
        "last_used_at": system.last_used_at.isoformat() if system.last_used_at else None,
        "valid_to": str(system.valid_to) if system.valid_to else None,
    }


def _credentials(system: AgencySystem, secret: str) -> tuple[dict[str, str], list[str]]:
    value = {"system": str(system.pk), "client_id": system.client_id, "client_secret": secret}
    return value, [
        f"system         {system.pk}",
        f"client_id      {system.client_id}",
        f"client_secret  {secret}",
        _("The secret is shown this once: keep it now."),
    ]


# --- systems ----------------------------------------------------------------------------------------------------


@system_group.command(
    "list",
    help=_("List systems by name or agency.\n\nExample: hienluong systems system list 'noi vu' --state all"),
)
@click.argument("text", default="")
@click.option(
    "--state",
    type=click.Choice(["live", "sandbox", "ended", "all"]),
    default="live",
    show_default=True,
    help=_("Which ones."),
)
@on_server
def list_systems(*, actor: Actor, now: datetime, text: str, state: str) -> Answer:
    """Lists systems."""
    from hienluong.systems import queries  # noqa: PLC0415 - needs Django

    rows = list(
        all_rows(
            lambda after: queries.search_systems(actor, text, state=state, after=after, now=now, limit=500)
        )
    )
    lines = [
        f"{row.pk}  {getattr(row, 'agency_code', None) or '–':<14} {row.name}  "
        f"({fill(_('{count} good secrets'), {'count': getattr(row, 'good_secrets', 0)})})"
        for row in rows
    ]
    return [_facts(row) for row in rows], lines or [_("There is none.")]


@system_group.command(
    "register",
    help=_(
        "Register a system of an agency and print its client id and secret, once.\n\n"
        "Example: hienluong systems system register H50.S01 'Phần mềm văn bản' --network 203.113.4.0/24"
    ),
)
@click.argument("agency")
@click.argument("name")
@click.option(
    "--network", "networks", multiple=True, metavar="CIDR", help=_("Where it may call from; may be repeated.")
)
@click.option("--secret-until", type=_DAY, help=_("Last day of the secret."))
@on_server
def register(
    *,
    actor: Actor,
    now: datetime,
    agency: str,
    name: str,
    networks: tuple[str, ...],
    secret_until: datetime | None,
) -> Answer:
    """Registers a system."""
    from hienluong.systems import commands  # noqa: PLC0415 - needs Django

    system, _client, secret = commands.register_system(
        actor=actor,
        agency=_agency(agency),
        name=name,
        networks=networks,
        secret_ends_at=_end_of(secret_until),
        now=now,
    )
    return _credentials(system, secret)


@system_group.command(
    "rotate",
    help=_(
        "Make a new secret and print it, once; the former one stays good for the usual time.\n\n"
        "Example: hienluong systems system rotate 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --former-until 2026-12-31"
    ),
)
@click.argument("system_id", type=click.UUID)
@click.option("--former-until", type=_DAY, help=_("Last day of the former secret."))
@click.option("--end-former-now", is_flag=True, help=_("The former secret and its tokens end at once."))
@click.option("--until", type=_DAY, help=_("Last day of the new secret."))
@on_server
def rotate(
    *,
    actor: Actor,
    now: datetime,
    system_id: UUID,
    former_until: datetime | None,
    end_former_now: bool,
    until: datetime | None,
) -> Answer:
    """Makes a new secret."""
    from hienluong.systems import commands  # noqa: PLC0415 - needs Django

    if end_former_now and former_until:
        raise click.UsageError(_("Either --former-until or --end-former-now."))
    system = _system(actor, system_id)
    secret = commands.rotate_system_secret(
        actor=actor,
        system=system,
        former_ends_at=now if end_former_now else _end_of(former_until),
        ends_at=_end_of(until),
        now=now,
    )
    return _credentials(system, secret)


@system_group.command(
    "end",
    help=_(
        "End a system, or with --secret one of its secrets, at once.\n\nExample: hienluong systems system end 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@click.argument("system_id", type=click.UUID)
@click.option("--secret", "key_id", metavar="KEY", help=_("Only the secret of this name (hlk_KEY_…)."))
@on_server
def end(*, actor: Actor, now: datetime, system_id: UUID, key_id: str | None) -> Answer:
    """Ends a system or a secret."""
    from hienluong.systems import commands  # noqa: PLC0415 - needs Django

    system = _system(actor, system_id)
    if key_id:
        commands.end_system_secret(actor=actor, system=system, key_id=key_id, now=now)
    else:
        commands.end_system(actor=actor, system=system, now=now)
    return {"ended": key_id or str(system.pk)}, [_("Ended.")]


# --- rights -----------------------------------------------------------------------------------------------------


def _right_facts(right: SendingRight) -> dict[str, Any]:
    return {
        "id": right.pk,
        "system": str(right.system_id),
        "system_name": right.system.name,
        "scope": right.scope,
        "agency": right.agency.name if right.agency else None,
        "agency_code": getattr(right, "agency_code", None),
        "valid_from": str(right.valid_from),
        "valid_to": str(right.valid_to) if right.valid_to else None,
        "reason": right.reason,
        "document": right.document,
        "document_date": str(right.document_date) if right.document_date else None,
    }


@right_group.command(
    "list", help=_("List who may send for whom.\n\nExample: hienluong systems right list --all")
)
@click.argument("text", default="")
@click.option("--all", "show_all", is_flag=True, help=_("Those that are over, too."))
@on_server
def list_rights(*, actor: Actor, now: datetime, text: str, show_all: bool) -> Answer:
    """Lists rights."""
    from hienluong.systems import queries  # noqa: PLC0415 - needs Django

    rows = list(
        all_rows(
            lambda before: queries.search_rights(
                actor, text, in_force=not show_all, before=as_number(before), now=now, limit=500
            )
        )
    )
    lines = [
        f"{row.pk:>6}  {row.system.name} → {row.agency.name if row.agency else row.scope}  "
        f"{row.valid_from} – {row.valid_to or '…'}  {row.document}"
        for row in rows
    ]
    return [_right_facts(row) for row in rows], lines or [_("There is none.")]


@right_group.command(
    "grant",
    help=_(
        "Let a system send for other agencies, all in one act; “-” reads codes from standard input, one per line.\n\n"
        "Example: hienluong systems right grant 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 H50.S02 H50.S03 "
        "--reason 'Hệ thống dùng chung' --document 15/QĐ-UBND --document-date 2026-11-20"
    ),
)
@click.argument("system_id", type=click.UUID)
@click.argument("codes", nargs=-1)
@click.option("--outside", is_flag=True, help=_("For any agency outside the province (an upstream axis)."))
@click.option("--reason", required=True, help=_("What it is for."))
@click.option("--document", required=True, help=_("Number and notation of the written basis."))
@click.option("--document-date", type=_DAY, required=True, help=_("Its date."))
@click.option("--from", "valid_from", type=_DAY, help=_("First day; default: today."))
@click.option("--to", "valid_to", type=_DAY, help=_("First day it is no more."))
@on_server
def grant(
    *,
    actor: Actor,
    now: datetime,
    system_id: UUID,
    codes: tuple[str, ...],
    outside: bool,
    valid_from: datetime | None,
    valid_to: datetime | None,
    document_date: datetime,
    **basis: str,
) -> Answer:
    """Grants rights."""
    from hienluong.systems import commands  # noqa: PLC0415 - needs Django

    named = [code for code in codes if code != "-"]
    if "-" in codes:
        named += [line.strip() for line in sys.stdin if line.strip()]
    agencies: list[Agency | None] = [_agency(code) for code in named]
    if outside:
        agencies.append(None)
    rights = commands.grant_sending_rights(
        actor=actor,
        system=_system(actor, system_id),
        agencies=agencies,
        reason=basis["reason"],
        document=basis["document"],
        document_date=document_date.date(),
        valid_from=_date(valid_from),
        valid_to=_date(valid_to),
        now=now,
    )
    count = fill(_("Granted: {count}."), {"count": len(rights)})
    return [_right_facts(right) for right in rights], [count]


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@right_group.command("end", help=_("End a right today.\n\nExample: hienluong systems right end 17"))
@click.argument("right_id", type=click.IntRange(min=1))
@on_server
def end_right(*, actor: Actor, now: datetime, right_id: int) -> Answer:
    """Ends a right."""
    from hienluong.systems import commands, queries  # noqa: PLC0415 - needs Django

    right = commands.end_sending_right(
        actor=actor, right=queries.find_right(actor, right_id, now=now), now=now
    )
    return {"ended": right.pk}, [_("Ended.")]


# --- the sandbox ------------------------------------------------------------------------------------------------


@sandbox_group.command(
    "list", help=_("List the sandbox's systems.\n\nExample: hienluong systems sandbox list")
)
@on_server
def list_sandbox(*, actor: Actor, now: datetime) -> Answer:
    """Lists sandbox systems."""
    from hienluong.systems import queries  # noqa: PLC0415 - needs Django

    rows = list(
        all_rows(
            lambda after: queries.search_systems(actor, state="sandbox", after=after, now=now, limit=500)
        )
    )
    lines = [f"{row.pk}  {getattr(row, 'agency_code', '')}  {row.name} – {row.agency.name}" for row in rows]
    return [_facts(row) for row in rows], lines or [_("There is none.")]


@sandbox_group.command(
    "open",
    help=_(
        "Make a test agency and its system for an agency's developers; prints the secret, once.\n\n"
        "Example: hienluong systems sandbox open H50.S01 'Phần mềm thử'"
    ),
)
@click.argument("agency")
@click.argument("name")
@on_server
def open_sandbox(*, actor: Actor, now: datetime, agency: str, name: str) -> Answer:
    """Opens a sandbox system."""
    from hienluong.systems import commands  # noqa: PLC0415 - needs Django

    system, _client, secret = commands.open_sandbox(actor=actor, owner=_agency(agency), name=name, now=now)
    return _credentials(system, secret)
