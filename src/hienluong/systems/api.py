"""Identity's part of the REST API, for agencies' systems: who am I, and for whom may I send."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from hienluong.directory.service import calling_actor
from hienluong.kit import clock
from hienluong.systems import queries
from hienluong.systems.models import SendingRight
from hienluong.systems.schemas import MeOut, RightOut

router = Router(tags=["systems"])


@router.get("/me", response=MeOut, summary="Who am I")
def me(request: HttpRequest) -> MeOut:
    """Returns the system and the agency of the access token, and for whom it may send: the on-behalf list."""
    actor = calling_actor(request)
    rights = queries.rights_of_system(actor, now=clock.now())
    return MeOut.model_validate(
        {
            "system": actor.name,
            "system_id": actor.id,
            "agency_id": actor.agency_id,
            "agency_code": actor.agency_code,
            "agency_name": actor.agency_name,
            "sandbox": actor.sandbox,
            "may_send_for": [_right(right) for right in rights],
        }
    )


def _right(right: SendingRight) -> RightOut:
    return RightOut.model_validate(
        {
            "scope": right.scope,
            "agency_id": right.agency_id,
            "agency_code": getattr(right, "agency_code", None),
            "agency_name": right.agency.name if right.agency else None,
            "valid_from": right.valid_from,
            "valid_to": right.valid_to,
            "in_force": getattr(right, "in_force", False),
            "reason": right.reason,
            "document": right.document,
            "document_date": right.document_date,
        }
    )
