"""The communes of today with the former ones that went into each, for the map and the list beside it."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib.resources import files

from hienluong.directory.actors import Actor
from hienluong.directory.models import AdministrativeUnit, Agency
from hienluong.directory.permissions import require


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: its agency, its outline on the map, and what went into it."""

    unit: AdministrativeUnit
    agency: Agency | None
    outline: str
    former: list[AdministrativeUnit]


@functools.cache
def outlines() -> dict[str, str]:
    """Returns the outline of every commune as an SVG path, by the statistics office's code; see data/SOURCES.txt."""
    text = files("hienluong.directory").joinpath("data", "communes_2025_outlines.csv").read_text("utf-8")
    return {row["code"]: row["path"] for row in csv.DictReader(text.splitlines())}


def map_of_communes(actor: Actor | None) -> list[Commune]:
    """Returns the communes in force in Vietnamese order; a former one that went into another former one follows it.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    require(actor, "directory.view_agency")
    kind = AdministrativeUnit.Kind.COMMUNE
    units = list(
        AdministrativeUnit.objects.filter(kind=kind).select_related("parent").order_by("sort_key", "code")
    )
    agencies = {agency.unit_id: agency for agency in Agency.objects.filter(unit__kind=kind, kind="commune")}
    by_id = {unit.pk: unit for unit in units}
    former: dict[int, list[AdministrativeUnit]] = {}
    for unit in units:
        last = unit
        while last.successor_id in by_id:
            last = by_id[last.successor_id]
        if last is not unit:
            former.setdefault(last.pk, []).append(unit)
    return [
        Commune(unit, agencies.get(unit.pk), outlines().get(unit.code, ""), former.get(unit.pk, []))
        for unit in units
        if unit.valid_to is None
    ]
