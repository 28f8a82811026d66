"""Creates, changes, renames and moves agencies; what was before stays, with its dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Upper

from hienluong.directory.actors import Actor
from hienluong.directory.commands.agency_changes import (
    UNKNOWN_AGENCY,
    agency_to_change,
    begin_change,
    day_of,
    finish_change,
    real_agencies,
    refuse,
    refuse_date,
)
from hienluong.directory.models import Agency, AgencyCode, FormerName, FormerParent
from hienluong.directory.permissions import require
from hienluong.directory.policy import CODE_MAX_LENGTH, is_well_formed
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise, sort_key

PARTICULARS = {
    "english_name": 200,
    "kind": 12,
    "address": 500,
    "email": 100,
    "telephone": 60,
    "fax": 60,
    "website": 200,
}
"""What `change_agency` changes, with the longest value; names and parents have history and commands of their own."""

SORT_KEY_MAX = 600
GENERATED_GROUP = "X"
"""Codes we make are PROVINCE.X00001: visibly ours (docs/decisions/0009)."""

NEEDED = _("This must be given.")
TOO_LONG = _("At most {limit} characters.")
ILL_FORMED = _("{code} does not have the form of a code of this scheme.")
TAKEN = _("{code} belongs to {holder}; a code is never given to another agency.")
UNIT_NEEDS_PARENT = _("An internal unit stands under an agency.")
CODE_NEEDED = _("An agency outside the province is known by its code.")
PARENT_ENDED = _("{parent} is no more on that day.")
CIRCLE = _("{parent} stands below it: that would be a circle.")
SAME_NAME = _("It has this name already.")
SAME_PLACE = _("It stands there already.")


@transaction.atomic
def create_agency(
    *,
    actor: Actor | None,
    name: str,
    kind: str,
    valid_from: date,
    now: datetime,
    place: str = Agency.Place.PROVINCE,
    parent_id: UUID | None = None,
    code: str = "",
    scheme: str = AgencyCode.Scheme.QD20,
    code_provisional: bool = False,
    particulars: Mapping[str, str] | None = None,
) -> Agency:
    """Creates an agency, or an internal unit of one.

    Without a code an agency of the province gets one of our own, marked provisional; a unit gets none.

    Raises:
        PermissionMissing: the actor does not manage agencies.
        AgencyRefused: a value cannot be accepted; each is named.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    name = normalise(name)
    code = normalise(code).upper()
    parent = real_agencies().filter(pk=parent_id).first() if parent_id else None
    more = {key: normalise(value) for key, value in (particulars or {}).items() if key in PARTICULARS}
    refuse(
        _wrong_name(name),
        FieldError("/parent", UNKNOWN_AGENCY) if parent_id and parent is None else None,
        _wrong_parent(parent, valid_from),
        FieldError("/kind", NEEDED) if kind not in Agency.Kind.values else None,
        FieldError("/place", NEEDED) if place not in dict(Agency.Place.real()) else None,
        FieldError("/parent", UNIT_NEEDS_PARENT) if kind == Agency.Kind.UNIT and parent is None else None,
        FieldError("/code", CODE_NEEDED) if place == Agency.Place.OUTSIDE and not code else None,
        wrong_code(code, scheme) if code else None,
        *_too_long(more),
    )
    if not code and kind != Agency.Kind.UNIT:
        code, scheme, code_provisional = _generated_code(), AgencyCode.Scheme.QD20, True
    agency = Agency(
        name=name,
        sort_key=sort_key(name)[:SORT_KEY_MAX],
        place=parent.place if parent is not None and kind == Agency.Kind.UNIT else place,
        parent=parent,
        valid_from=valid_from,
        **{**more, "kind": kind},
    )
    agency.save(force_insert=True)
    if code:
        AgencyCode.objects.create(
            agency=agency,
            scheme=scheme,
            code=code,
            primary=True,
            provisional=code_provisional,
            valid_from=valid_from,
        )
    finish_change(
        actor=actor,
        action="create_agency",
        agencies=[agency],
        number=number,
        details={"name": name, "kind": str(kind), "code": code, "parent": str(parent_id or "")},
        now=now,
    )
    return agency


@transaction.atomic
def change_agency(
    *, actor: Actor | None, agency_id: UUID, particulars: Mapping[str, str], now: datetime
) -> Agency:
    """Changes what has no history: English name, kind, address and ways to reach the agency.

    Raises:
        PermissionMissing, AgencyUnknown, AgencyHasEnded, AgencyRefused.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    agency = agency_to_change(agency_id, day_of(now))
    given = {key: normalise(value) for key, value in particulars.items() if key in PARTICULARS}
    kind = given.get("kind", agency.kind)
    refuse(
        *_too_long(given),
        FieldError("/kind", NEEDED) if kind not in Agency.Kind.values else None,
        FieldError("/kind", UNIT_NEEDS_PARENT) if kind == Agency.Kind.UNIT and not agency.parent_id else None,
    )
    changed = sorted(key for key, value in given.items() if getattr(agency, key) != value)
    for key in changed:
        setattr(agency, key, given[key])
    if changed:
        finish_change(
            actor=actor,
            action="change_agency",
            agencies=[agency],
            number=number,
            details={"changed": changed},
            now=now,
        )
    return agency


@transaction.atomic
def rename_agency(
    *, actor: Actor | None, agency_id: UUID, name: str, on: date, now: datetime, english_name: str = ""
) -> Agency:
    """Gives the agency another name from a day on; the former one is kept with its dates and still finds it.

    Raises:
        PermissionMissing, AgencyUnknown, AgencyHasEnded.
        AgencyRefused: the name is missing or the same, or the day is not after the last change of name.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    agency = agency_to_change(agency_id, on)
    name = normalise(name)
    last = agency.former_names.order_by("-valid_to").values_list("valid_to", flat=True).first()
    since = last or agency.valid_from
    refuse(
        _wrong_name(name),
        FieldError("/name", SAME_NAME) if name == agency.name else None,
        refuse_date(on, since=since, today=day_of(now)),
    )
    FormerName.objects.create(
        agency=agency, name=agency.name, english_name=agency.english_name, valid_from=since, valid_to=on
    )
    before = agency.name
    agency.name, agency.sort_key = name, sort_key(name)[:SORT_KEY_MAX]
    agency.english_name = normalise(english_name)[:200]
    finish_change(
        actor=actor,
        action="rename_agency",
        agencies=[agency],
        number=number,
        details={"before": before, "after": name, "on": on.isoformat()},
        now=now,
    )
    return agency


@transaction.atomic
def move_agency(
    *, actor: Actor | None, agency_id: UUID, parent_id: UUID | None, on: date, now: datetime
) -> Agency:
    """Puts the agency under another one from a day on, or at the top (None); where it stood before is kept.

    Raises:
        PermissionMissing, AgencyUnknown, AgencyHasEnded.
        AgencyRefused: the parent is unknown, has ended or stands below the agency; or the day does not fit.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    agency = agency_to_change(agency_id, on)
    parent = real_agencies().filter(pk=parent_id).first() if parent_id else None
    last = agency.former_parents.order_by("-valid_to").values_list("valid_to", flat=True).first()
    since = last or agency.valid_from
    refuse(
        FieldError("/parent", UNKNOWN_AGENCY) if parent_id and parent is None else None,
        FieldError("/parent", SAME_PLACE) if parent_id == agency.parent_id else None,
        FieldError("/parent", UNIT_NEEDS_PARENT)
        if parent is None and agency.kind == Agency.Kind.UNIT
        else None,
        _wrong_parent(parent, on),
        _circle(agency, parent),
        refuse_date(on, since=since, today=day_of(now)),
    )
    FormerParent.objects.create(agency=agency, parent_id=agency.parent_id, valid_from=since, valid_to=on)
    before = agency.parent_id
    agency.parent = parent
    finish_change(
        actor=actor,
        action="move_agency",
        agencies=[agency],
        number=number,
        details={"before": str(before or ""), "after": str(parent_id or ""), "on": on.isoformat()},
        now=now,
    )
    return agency


def wrong_code(code: str, scheme: str, *, holder: Agency | None = None) -> FieldError | None:
    """Returns why the agency `holder` cannot be given the code: its form, or somebody else's."""
    if not is_well_formed(code, scheme) or len(code) > CODE_MAX_LENGTH:
        return FieldError("/code", ILL_FORMED, {"code": code})
    known = (
        AgencyCode.objects.annotate(folded=Upper("code")).filter(folded=code).select_related("agency").first()
    )
    if known is not None and known.agency != holder:
        return FieldError("/code", TAKEN, {"code": code, "holder": known.agency.name})
    return None


def _generated_code() -> str:
    """Returns the next code of our own; the caller holds the lock of all acts on agencies."""
    start = f"{settings.PROVINCE_CODES[0]}.{GENERATED_GROUP}"
    made = AgencyCode.objects.filter(code__regex=rf"^{start.replace('.', '[.]')}[0-9]{{5}}$")
    last = made.order_by("-code").values_list("code", flat=True).first()
    return f"{start}{int(last[len(start) :]) + 1 if last else 1:05}"


def _wrong_name(name: str) -> FieldError | None:
    if not name:
        return FieldError("/name", NEEDED)
    return FieldError("/name", TOO_LONG, {"limit": 200}) if len(name) > 200 else None  # noqa: PLR2004 - the column's length


def _wrong_parent(parent: Agency | None, on: date) -> FieldError | None:
    if parent is not None and parent.valid_to is not None and parent.valid_to <= on:
        return FieldError("/parent", PARENT_ENDED, {"parent": parent.name})
    return None


def _circle(agency: Agency, parent: Agency | None) -> FieldError | None:
    above = parent
    while above is not None:
        if above.pk == agency.pk:
            return FieldError("/parent", CIRCLE, {"parent": parent.name if parent else ""})
        above = above.parent
    return None


def _too_long(values: Mapping[str, str]) -> list[FieldError]:
    return [
        FieldError(f"/{key}", TOO_LONG, {"limit": PARTICULARS[key]})
        for key, value in values.items()
        if len(value) > PARTICULARS[key]
    ]
