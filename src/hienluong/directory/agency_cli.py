"""The commands `hienluong directory agency …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.server_command import as_day, day
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.actors import Actor
    from hienluong.directory.models import Agency

PLACES = click.Choice(["province", "outside"])
KINDS = click.Choice(["province", "department", "commune", "central", "other", "unit"])


@click.group(
    help=_(
        "Agencies and internal units: look up, create, rename, move, merge, end, import.\n\n"
        "Example: hienluong directory agency show H50.C18880"
    )
)
def agency() -> None:
    """Holds the commands about agencies."""


@agency.command(
    "list",
    help=_(
        "List agencies in Vietnamese order.\n\nExample: hienluong directory agency list --search 'noi vu'"
    ),
)
@click.option("--search", default="", help=_("Pieces of names of today or before, or of codes."))
@click.option("--place", type=PLACES)
@click.option("--kind", type=KINDS)
@click.option("--state", type=click.Choice(["in_force", "provisional", "ended"]), default="in_force")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@on_server
def list_agencies(
    *,
    actor: Actor,
    now: datetime,
    search: str,
    place: str | None,
    kind: str | None,
    state: str,
    limit: int,
) -> Answer:
    """Lists agencies."""
    from hienluong.directory import queries  # noqa: PLC0415 - needs Django

    found = queries.matching_agencies(actor, search, place=place, kind=kind, state=state)
    rows = [_facts(row) for row in found.order_by("sort_key", "pk")[:limit]]
    return {"items": rows}, (f"{row['code'] or '–':<18} {row['name']}" for row in rows)


@agency.command(
    help=_("Show one agency by any code it ever had.\n\nExample: hienluong directory agency show H50.S01")
)
@click.argument("code")
@on_server
def show(*, actor: Actor, now: datetime, code: str) -> Answer:
    """Shows one agency."""
    from hienluong.directory import queries  # noqa: PLC0415 - needs Django

    detail = queries.agency_detail(actor, _named(code).pk)
    facts = {
        **_facts(detail.agency),
        "codes": [
            {
                "code": one.code,
                "scheme": one.scheme,
                "primary": one.primary,
                "provisional": one.provisional,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
            }
            for one in detail.codes
        ],
        "former_names": [
            {"name": one.name, "valid_from": one.valid_from, "valid_to": one.valid_to}
            for one in detail.former_names
        ],
        "above": [one.name for one in detail.above],
        "below": [one.name for one in detail.below],
        "predecessors": [one.name for one in detail.predecessors],
        "successors": [one.name for one in detail.successors],
    }
    return facts, _detail_lines(facts)


@agency.command(
    help=_(
        "Create an agency or an internal unit; without --code an agency of the province gets a provisional one.\n\n"
        "Example: hienluong directory agency add 'Phòng Tổ chức' --kind unit --under H50.S01 --from 2026-12-01"
    )
)
@click.argument("name")
@click.option("--kind", type=KINDS, required=True)
@click.option("--place", type=PLACES, default="province", show_default=True)
@click.option("--under", help=_("A code of the agency above."))
@click.option("--code", default="", help=_("Its published code by Decision 20/2020."))
@click.option("--english-name", default="")
@click.option("--from", "valid_from", type=day, help=_("Its first day; today if not given."))
@on_server
def add(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    kind: str,
    place: str,
    under: str | None,
    code: str,
    english_name: str,
    valid_from: datetime | None,
) -> Answer:
    """Creates an agency."""
    from hienluong.directory import commands, queries  # noqa: PLC0415 - needs Django

    made = commands.create_agency(
        actor=actor,
        name=name,
        kind=kind,
        place=place,
        parent_id=_named(under).pk if under else None,
        code=code,
        particulars={"english_name": english_name},
        valid_from=as_day(valid_from) or queries.today(),
        now=now,
    )
    return _said(made)


@agency.command(
    help=_(
        "Give an agency another name from a day on; the former one still finds it.\n\n"
        "Example: hienluong directory agency rename H50.S01 'Sở Nội vụ và Lao động' --on 2026-12-01"
    )
)
@click.argument("code")
@click.argument("name")
@click.option("--english-name", default="")
@click.option("--on", type=day, help=_("The first day of the new name; today if not given."))
@on_server
def rename(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    english_name: str,
    on: datetime | None,
) -> Answer:
    """Renames an agency."""
    from hienluong.directory import commands, queries  # noqa: PLC0415 - needs Django

    made = commands.rename_agency(
        actor=actor,
        agency_id=_named(code).pk,
        name=name,
        english_name=english_name,
        on=as_day(on) or queries.today(),
        now=now,
    )
    return _said(made)


@agency.command(
    help=_(
        "Put an agency under another one, or at the top, from a day on.\n\n"
        "Example: hienluong directory agency move H50.S01 --under H50"
    )
)
@click.argument("code")
@click.option("--under", help=_("A code of the agency above; the top if not given."))
@click.option("--on", type=day, help=_("The first day there; today if not given."))
@on_server
def move(*, actor: Actor, now: datetime, code: str, under: str | None, on: datetime | None) -> Answer:
    """Moves an agency."""
    from hienluong.directory import commands, queries  # noqa: PLC0415 - needs Django

    made = commands.move_agency(
        actor=actor,
        agency_id=_named(code).pk,
        parent_id=_named(under).pk if under else None,
        on=as_day(on) or queries.today(),
        now=now,
    )
    return _said(made)


@agency.command(
    help=_(
        "Let an agency take over from others from a day on, which may lie ahead: their codes then lead to it.\n\n"
        "Example: hienluong directory agency merge H50.C18880 H50.C18871 --into H50.C18859 --on 2027-01-01"
    )
)
@click.argument("codes", nargs=-1, required=True)
@click.option("--into", required=True, help=_("A code of the successor."))
@click.option("--on", type=day, required=True, help=_("The first day they are no more."))
@on_server
def merge(*, actor: Actor, now: datetime, codes: tuple[str, ...], into: str, on: datetime) -> Answer:
    """Merges agencies."""
    from hienluong.directory import commands  # noqa: PLC0415 - needs Django

    ended = commands.merge_agencies(
        actor=actor,
        agency_ids=[_named(code).pk for code in codes],
        successor_id=_named(into).pk,
        on=on.date(),
        now=now,
    )
    return {"items": [_facts(one) for one in ended]}, (_line(one) for one in ended)


@agency.command(
    help=_(
        "End an agency that nobody succeeds, from a day on.\n\n"
        "Example: hienluong directory agency end H50.S13 --on 2027-01-01"
    )
)
@click.argument("code")
@click.option("--on", type=day, required=True, help=_("The first day it is no more."))
@on_server
def end(*, actor: Actor, now: datetime, code: str, on: datetime) -> Answer:
    """Ends an agency."""
    from hienluong.directory import commands  # noqa: PLC0415 - needs Django

    made = commands.end_agency(actor=actor, agency_id=_named(code).pk, on=on.date(), now=now)
    return _said(made)


@agency.command(
    help=_(
        "Write agencies to a table, by the ending of its name CSV or XLSX.\n\n"
        "Example: hienluong directory agency export agencies.xlsx --place province"
    )
)
@click.argument("file", type=click.File("wb", lazy=False))
@click.option("--search", default="", help=_("Pieces of names of today or before, or of codes."))
@click.option("--place", type=PLACES)
@click.option("--kind", type=KINDS)
@click.option("--state", type=click.Choice(["in_force", "provisional", "ended"]), default="in_force")
@on_server
def export(
    *,
    actor: Actor,
    now: datetime,
    file: BinaryIO,
    search: str,
    place: str | None,
    kind: str | None,
    state: str,
) -> Answer:
    """Writes the list to a file."""
    from hienluong.directory import queries  # noqa: PLC0415 - needs Django
    from hienluong.kit.spreadsheets import write_table  # noqa: PLC0415 - start fast

    found = queries.matching_agencies(actor, search, place=place, kind=kind, state=state)
    rows = queries.agency_table(found)
    write_table(file, _("Agencies"), queries.TABLE_HEADING, rows)
    return {"file": file.name}, [file.name]


def _named(code: str) -> Agency:
    from hienluong.directory.errors import AgencyUnknown  # noqa: PLC0415 - needs Django
    from hienluong.directory.queries import agency_by_code  # noqa: PLC0415 - the same

    found = agency_by_code(code)
    if found is None:
        raise AgencyUnknown(agency_code=code)
    return found.agency


def _facts(row: Agency) -> dict[str, Any]:
    names = ("id", "name", "english_name", "kind", "place", "valid_from", "valid_to", "address", "email")
    return {"code": _code(row), **{name: getattr(row, name) for name in names}}


def _code(row: Agency) -> str:
    known: str | None = getattr(row, "primary_code", None)
    return known or next(iter(row.codes.filter(primary=True).values_list("code", flat=True)), "")


def _line(row: Agency) -> str:
    ends = fill(_("; no more from {day} on"), {"day": row.valid_to}) if row.valid_to else ""
    return f"{_code(row) or '–':<18} {row.name}{ends}"


def _said(row: Agency) -> Answer:
    return _facts(row), [_line(row)]


def _detail_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, list):
            for one in value:
                shown = (
                    "  ".join(f"{key}={text}" for key, text in one.items()) if isinstance(one, dict) else one
                )
                yield f"{name}: {shown}"
        elif value not in (None, ""):
            yield f"{name}: {value}"
