"""The directory's part of the REST API, for agencies' systems."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory import queries
from hienluong.directory.errors import AgencyUnknown
from hienluong.directory.middleware import calling_actor
from hienluong.directory.models import Agency
from hienluong.directory.permissions import require
from hienluong.directory.schemas import (
    AgencyChangesOut,
    AgencyDetailOut,
    AgencyListOut,
    AgencyOut,
    AgencyTreeOut,
    CodeOut,
    FormerNameOut,
    Place,
    RemovedAgencyOut,
    SuccessionOut,
)

router = Router(tags=["directory"])

_COPIED = ("parent_id", "successor_id", "address", "email", "telephone", "website")


@router.get("/agencies", response=AgencyListOut, summary="Search agencies")
def list_agencies(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="Words of the name, or the start of a code.")] = "",
    place: Annotated[
        Place | None,
        Query(description="Inside or outside the province; a system of the sandbox sees the sandbox only."),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=700, description="`next` of the former page.")] = None,
    limit: Annotated[int, Query(ge=1, le=queries.PAGE_LIMIT)] = queries.PAGE,
) -> AgencyListOut:
    """Returns agencies in force; diacritics are optional, names come in Vietnamese order."""
    page = queries.search_agencies(calling_actor(request), q, place=place, after=cursor, limit=limit)
    items = [
        AgencyOut.model_validate({**_facts(agency), "code": getattr(agency, "primary_code", None)})
        for agency in page.items
    ]
    return AgencyListOut(items=items, next=page.next)


@router.get("/agency-changes", response=AgencyChangesOut, summary="What changed in the directory")
def list_agency_changes(
    request: HttpRequest,
    changed_since: Annotated[
        str,
        Query(
            pattern=r"^(\d{1,18}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$",
            description="`cursor` of the former answer; empty: everything from the start.",
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=queries.CHANGES_LIMIT)] = 500,
) -> AgencyChangesOut:
    """Returns agencies and units in the order in which they changed last, so that a copy can follow the directory.

    Ended ones are among them. Keep the cursor once everything before it is stored.
    """
    found = queries.agency_changes(calling_actor(request), since=changed_since, limit=limit)
    return AgencyChangesOut.model_validate(
        {
            "items": [
                {
                    **_facts(agency),
                    "code": next((row.code for row in codes if row.primary), None),
                    **{name: getattr(agency, name) for name in _COPIED},
                    "codes": [CodeOut.model_validate(row, from_attributes=True) for row in codes],
                    "former_names": [
                        FormerNameOut.model_validate(row, from_attributes=True) for row in names
                    ],
                }
                for agency, codes, names in found.agencies
            ],
            "removed": [RemovedAgencyOut.model_validate(row, from_attributes=True) for row in found.removed],
            "cursor": found.cursor,
            "more": found.more,
        }
    )


@router.get("/agency-tree", response=AgencyTreeOut, summary="One level of the tree of agencies")
def get_agency_tree(
    request: HttpRequest,
    under: Annotated[str, Query(max_length=60, description="A code; empty: the top.")] = "",
    on: Annotated[date | None, Query(description="As it stood on this day; today if not given.")] = None,
    cursor: Annotated[str | None, Query(max_length=700, description="`next` of the former page.")] = None,
) -> AgencyTreeOut:
    """Returns the agencies and internal units directly below one, in Vietnamese order."""
    actor = require(calling_actor(request), "directory.view_agency")
    top = queries.agencies_in_reach([under], sandbox=actor.sandbox).get(under) if under else None
    if under and top is None:
        raise AgencyUnknown(agency_code=under)
    found = queries.branch(actor, top.agency.pk if top else None, after=cursor, on=on)
    return AgencyTreeOut.model_validate(
        {
            "under": under or None,
            "items": [
                {**_facts(row), "code": getattr(row, "primary_code", None), "has_units_below": has_below}
                for row, has_below in found.below.items
            ],
            "next": found.below.next,
        }
    )


@router.get("/agencies/{code}", response=AgencyDetailOut, summary="The agency behind a code")
def get_agency(request: HttpRequest, code: str) -> AgencyDetailOut:
    """Returns the agency that a code leads to today: any scheme, any code ever valid, successors followed."""
    actor = require(calling_actor(request), "directory.view_agency")
    found = queries.agencies_in_reach([code], sandbox=actor.sandbox).get(code)
    if found is None:
        raise AgencyUnknown(agency_code=code)
    return AgencyDetailOut.model_validate(
        {
            **_facts(found.agency),
            "code": found.primary_code or None,
            "asked_code": found.code,
            "provisional": found.provisional,
            "ended": found.ended(queries.today()),
            "followed": [
                SuccessionOut.model_validate(agency, from_attributes=True) for agency in found.followed
            ],
            "codes": [
                CodeOut.model_validate(row, from_attributes=True)
                for row in queries.agency_codes(found.agency)
            ],
            "former_names": [
                FormerNameOut.model_validate(row, from_attributes=True)
                for row in queries.former_names(found.agency)
            ],
        }
    )


def _facts(agency: Agency) -> dict[str, object]:
    names = ("id", "name", "english_name", "kind", "place", "valid_from", "valid_to")
    return {name: getattr(agency, name) for name in names}
