"""The commands `hienluong recipients …`: groups of recipients of the province on the server itself.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor, Agency
    from hienluong.recipients.models import RecipientGroup


@click.group(help=_("Groups of recipients of the province.\n\nExample: hienluong recipients group list"))
def group() -> None:
    """Holds the commands about recipients."""


@group.group("group", help=_("Groups of the province.\n\nExample: hienluong recipients group list --json"))
def groups() -> None:
    """Holds the commands about groups."""


def _agencies(codes: Iterable[str]) -> list[Agency]:
    from hienluong.directory.errors import AgencyUnknown  # noqa: PLC0415 - needs Django
    from hienluong.directory.service import agencies_by_codes  # noqa: PLC0415 - the same

    wanted = list(codes)
    found = agencies_by_codes(wanted)
    for code in wanted:
        if code not in found:
            raise AgencyUnknown(agency_code=code)
    return [one.agency for one in found.values()]


def _facts(row: RecipientGroup) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "kind": row.kind,
        "rule_place": row.rule_place,
        "rule_kind": row.rule_kind,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


@groups.command("list", help=_("List the groups.\n\nExample: hienluong recipients group list --search xa"))
@click.option("--search", "text", default="", help=_("Words of the name."))
@on_server
def list_groups(*, actor: Actor, now: datetime, text: str) -> Answer:
    """Lists the groups of the province."""
    from hienluong.recipients import queries  # noqa: PLC0415 - needs Django

    rows = queries.groups(actor, text)
    items = [{**_facts(row.group), "count": row.count} for row in rows]
    return {"items": items}, [f"{row.group.pk}  {row.count:>6}  {row.group.name}" for row in rows]


@groups.command("show", help=_("Who is in a group today.\n\nExample: hienluong recipients group show ID"))
@click.argument("group_id", type=click.UUID)
@on_server
def show(*, actor: Actor, now: datetime, group_id: UUID) -> Answer:
    """Shows the members of a group."""
    from hienluong.recipients import queries  # noqa: PLC0415 - needs Django

    expanded = queries.expand_groups(actor, [group_id])[0]
    members = [
        {"code": getattr(agency, "primary_code", ""), "name": agency.name} for agency in expanded.agencies
    ]
    dropped = [{"name": gone.agency.name, "why": gone.why} for gone in expanded.dropped]
    lines = [f"{one['code']:<14} {one['name']}" for one in members]
    lines += [f"– {gone.agency.name}: {gone.reason}" for gone in expanded.dropped]
    return {**_facts(expanded.group), "members": members, "dropped": dropped}, lines


@groups.command(
    "make",
    help=_(
        "Make a group of the province, of members or by a rule.\n\n"
        "Example: hienluong recipients group make 'Ven biển' --member H50.C18880 --member H50.C19429"
    ),
)
@click.argument("name")
@click.option(
    "--member", "members", multiple=True, metavar="CODE", help=_("Code of an agency; may be repeated.")
)
@click.option("--place", "rule_place", type=click.Choice(["province", "outside"]), help=_("A rule: where."))
@click.option(
    "--kind",
    "rule_kind",
    type=click.Choice(["province", "department", "commune", "central", "other"]),
    help=_("A rule: which sort of agency."),
)
@on_server
def make(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    members: tuple[str, ...],
    rule_place: str | None,
    rule_kind: str | None,
) -> Answer:
    """Makes a group."""
    from hienluong.recipients import commands  # noqa: PLC0415 - needs Django

    if bool(members) == bool(rule_place):
        raise click.UsageError(_("Give members, or a rule with --place."))
    made = commands.create_group(
        actor=actor,
        owner=None,
        name=name,
        members=_agencies(members),
        rule_place=rule_place or "",
        rule_kind=rule_kind or "",
        now=now,
    )
    return _facts(made), [f"{made.pk}  {made.name}"]


@groups.command(
    "change",
    help=_(
        "Change the name or the members of a group.\n\n"
        "Example: hienluong recipients group change ID --add H50.C18880 --remove H50.C19429"
    ),
)
@click.argument("group_id", type=click.UUID)
@click.option("--name", help=_("A new name."))
@click.option("--add", "added", multiple=True, metavar="CODE", help=_("Code of an agency; may be repeated."))
@click.option(
    "--remove", "removed", multiple=True, metavar="CODE", help=_("Code of an agency; may be repeated.")
)
@on_server
def change(
    *,
    actor: Actor,
    now: datetime,
    group_id: UUID,
    name: str | None,
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> Answer:
    """Changes a group."""
    from hienluong.recipients import commands, queries  # noqa: PLC0415 - needs Django

    found = queries.group_by_id(actor, group_id)
    expanded = queries.expand_group(found)
    present = {
        agency.pk: agency for agency in [*expanded.agencies, *(gone.agency for gone in expanded.dropped)]
    }
    present.update({agency.pk: agency for agency in _agencies(added)})
    for agency in _agencies(removed):
        present.pop(agency.pk, None)
    members = list(present.values()) if added or removed else None
    changed = commands.change_group(
        actor=actor, group=found, name=name or found.name, members=members, now=now
    )
    return _facts(changed), [f"{changed.pk}  {changed.name}"]


@groups.command("end", help=_("Take a group out of use.\n\nExample: hienluong recipients group end ID"))
@click.argument("group_id", type=click.UUID)
@on_server
def end(*, actor: Actor, now: datetime, group_id: UUID) -> Answer:
    """Takes a group out of use."""
    from hienluong.recipients import commands, queries  # noqa: PLC0415 - needs Django

    ended = commands.end_group(actor=actor, group=queries.group_by_id(actor, group_id), now=now)
    return _facts(ended), [f"{ended.pk}  {ended.name}"]
