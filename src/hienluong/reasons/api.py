"""The list of reasons, for agencies' systems."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory.service import calling_actor, today
from hienluong.reasons import queries
from hienluong.reasons.schemas import ReasonListOut, ReasonOut

router = Router(tags=["reasons"])


@router.get("/reasons", response=ReasonListOut, summary="Reasons that can be given with a status")
def list_reasons(
    request: HttpRequest,
    act: Annotated[Literal["02", "13", "16"] | None, Query(description="only those of this status")] = None,
    on: Annotated[date | None, Query(description="in force on this day; today where it is left out")] = None,
) -> ReasonListOut:
    """Lists what is offered where a reason is wanted; `code` is given as `reason` when a status is reported."""
    rows = queries.reasons(calling_actor(request), on=on or today(), act=act or "")
    return ReasonListOut(items=[ReasonOut.model_validate(row, from_attributes=True) for row in rows])
