"""What the API of the groups says."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class GroupOut(Schema):
    """A group of recipients that the caller's agency may address."""

    id: UUID
    name: str
    owner: UUID | None = Field(description="The agency whose group it is; null: the whole province's.")
    kind: Literal["listed", "rule"] = Field(
        description="A list kept by hand, or a rule that is always up to date."
    )
    count: int = Field(description="How many agencies are in it today.")


class GroupListOut(Schema):
    """The groups that the caller's agency may address, the province's first."""

    items: list[GroupOut]


class MemberOut(Schema):
    """An agency in a group."""

    id: UUID
    code: str = Field(description="The code it is written with on the wire: a receiver in edXML.")
    name: str


class DroppedOut(Schema):
    """An agency of a group that gets nothing."""

    id: UUID
    name: str
    why: Literal["ended", "no_code", "own"] = Field(
        description="It has ended, has no code, or is the caller's own agency."
    )


class GroupDetailOut(Schema):
    """A group and who is in it today."""

    id: UUID
    name: str
    members: list[MemberOut]
    dropped: list[DroppedOut]
