"""The groups of recipients, for agencies' systems: edXML lists its receivers one by one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory.service import calling_actor
from hienluong.recipients import queries
from hienluong.recipients.schemas import DroppedOut, GroupDetailOut, GroupListOut, GroupOut, MemberOut

router = Router(tags=["recipients"])


@router.get("/groups", response=GroupListOut, summary="Groups of recipients")
def list_groups(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="Words of the name; diacritics are optional.")] = "",
) -> GroupListOut:
    """Lists the groups that the caller's agency may address: the province's and its own."""
    items = [
        GroupOut.model_validate(
            {
                "id": one.group.pk,
                "name": one.group.name,
                "owner": one.group.owner_id,
                "kind": one.group.kind,
                "count": one.count,
            }
        )
        for one in queries.groups(calling_actor(request), q)
    ]
    return GroupListOut(items=items)


@router.get("/groups/{group_id}", response=GroupDetailOut, summary="Who is in a group today")
def get_group(request: HttpRequest, group_id: UUID) -> GroupDetailOut:
    """Returns the agencies in a group with the codes to write on the wire, and who gets nothing and why."""
    expanded = queries.expand_groups(calling_actor(request), [group_id])[0]
    return GroupDetailOut(
        id=expanded.group.pk,
        name=expanded.group.name,
        members=[
            MemberOut(id=agency.pk, code=getattr(agency, "primary_code", ""), name=agency.name)
            for agency in expanded.agencies
        ],
        dropped=[
            DroppedOut.model_validate({"id": gone.agency.pk, "name": gone.agency.name, "why": gone.why})
            for gone in expanded.dropped
        ],
    )
