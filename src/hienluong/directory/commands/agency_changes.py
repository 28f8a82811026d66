"""What every act on agencies has in common: one at a time, numbered, its agencies found by their new names at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from hienluong.directory.actors import Actor
from hienluong.directory.errors import AgencyHasEnded, AgencyRefused, AgencyUnknown
from hienluong.directory.models import Agency, AgencyCode, FormerName
from hienluong.directory.policy import agency_search_key
from hienluong.directory.recent import forget
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger

LOCK = 0x61676379  # "agcy": one act on agencies at a time in the whole database

NOT_YET = _("It began on {day}; this must be later.")
IN_FUTURE = _("This is entered on the day itself or after it.")
UNKNOWN_AGENCY = _("There is no such agency.")


def begin_change() -> int:
    """Takes the lock that orders all acts on agencies until the commit, and returns the number of this one.

    Under the lock no two acts can close a circle between them, and numbers become visible in their order: whoever
    follows the numbers misses nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT nextval('directory_agency_change')")
        return int(cursor.fetchone()[0])


def real_agencies() -> QuerySet[Agency]:
    """Returns the agencies that acts are about: those of the sandbox have a life of their own (`commands.sandbox`)."""
    return Agency.objects.exclude(place=Agency.Place.SANDBOX)


def agency_to_change(agency_id: UUID, on: date) -> Agency:
    """Returns the agency, locked.

    Raises:
        AgencyUnknown, AgencyHasEnded: there is none, or it is no more on the day.
    """
    agency = (
        real_agencies().select_for_update(of=("self",)).select_related("unit").filter(pk=agency_id).first()
    )
    if agency is None:
        raise AgencyUnknown(agency_code=str(agency_id))
    if agency.valid_to is not None and agency.valid_to <= on:
        raise AgencyHasEnded(agency=agency.name, ended_on=f"{agency.valid_to:%d/%m/%Y}")
    return agency


def refuse(*errors: FieldError | None) -> None:
    """Raises AgencyRefused for the errors there are."""
    if found := [error for error in errors if error is not None]:
        raise AgencyRefused(found)


def refuse_date(on: date, *, since: date, today: date | None) -> FieldError | None:
    """Returns what is wrong with the day of a change: not after `since`, or later than `today` where that counts."""
    if on <= since:
        return FieldError("/on", NOT_YET, {"day": f"{since:%d/%m/%Y}"})
    if today is not None and on > today:
        return FieldError("/on", IN_FUTURE)
    return None


def day_of(now: datetime) -> date:
    """Returns the day in Vietnam."""
    return in_vietnam(now).date()


def refresh_search_key(agency: Agency) -> None:
    """Sets the agency's search key from its names of today and before and all its codes; does not save."""
    former = FormerName.objects.filter(agency=agency).values_list("name", "english_name")
    alternative = agency.unit.alternative_name if agency.unit else ""
    names = [agency.name, alternative, agency.english_name, *(name for pair in former for name in pair)]
    codes = AgencyCode.objects.filter(agency=agency).order_by("pk").values_list("code", flat=True)
    agency.search_key = agency_search_key(names, codes)


def finish_change(
    *,
    actor: Actor,
    action: str,
    agencies: Iterable[Agency],
    number: int,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Numbers and saves the changed agencies, writes the ledger, and forgets remembered answers after the commit."""
    changed = list(agencies)
    for agency in changed:
        refresh_search_key(agency)
        agency.change_number = number
        agency.save()
    ledger.record_many(
        actor=actor.ref,
        acts=[ledger.Act(f"directory.{action}", f"agency:{agency.pk}", details) for agency in changed],
        now=now,
    )
    transaction.on_commit(forget)
