"""The directory's part of the REST API, for agencies' systems."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory import queries
from hienluong.directory.actors import Actor
from hienluong.directory.errors import AgencyUnknown
from hienluong.directory.models import Agency
from hienluong.directory.permissions import require
from hienluong.directory.schemas import (
    AgencyDetailOut,
    AgencyListOut,
    AgencyOut,
    CodeOut,
    Place,
    SuccessionOut,
)

router = Router(tags=["directory"])


def _actor(request: HttpRequest) -> Actor:
    actor = request.auth  # type: ignore[attr-defined]  # ninja sets it to what the bearer authentication returned
    assert isinstance(actor, Actor)  # noqa: S101 - the router admits nobody else
    return actor


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
    page = queries.search_agencies(_actor(request), q, place=place, after=cursor, limit=limit)
    items = [
        AgencyOut.model_validate({**_facts(agency), "code": getattr(agency, "primary_code", None)})
        for agency in page.agencies
    ]
    return AgencyListOut(items=items, next=page.next)


@router.get("/agencies/{code}", response=AgencyDetailOut, summary="The agency behind a code")
def get_agency(request: HttpRequest, code: str) -> AgencyDetailOut:
    """Returns the agency that a code leads to today: any scheme, any code ever valid, successors followed."""
    actor = require(_actor(request), "directory.view_agency")
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
        }
    )


def _facts(agency: Agency) -> dict[str, object]:
    names = ("id", "name", "english_name", "kind", "place", "valid_from", "valid_to")
    return {name: getattr(agency, name) for name in names}
