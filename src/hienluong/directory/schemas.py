"""What the API of the directory says."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

Place = Literal["province", "outside", "sandbox"]


class AgencyOut(Schema):
    """An agency."""

    id: UUID
    code: str | None = Field(description="The code it is written with on the wire.")
    name: str
    english_name: str
    kind: str
    place: Place
    valid_from: date
    valid_to: date | None = Field(description="The first day it is no more.")


class AgencyListOut(Schema):
    """A page of agencies in Vietnamese order."""

    items: list[AgencyOut]
    next: str | None = Field(description="Give it as `cursor` for the following page; null on the last one.")


class CodeOut(Schema):
    """A code of an agency."""

    code: str
    scheme: Literal["qd20", "qcvn102", "sandbox"]
    primary: bool
    provisional: bool = Field(description="Made by this platform until the published list is imported.")
    valid_from: date
    valid_to: date | None


class SuccessionOut(Schema):
    """An agency that has ended and whose successor answers for it."""

    id: UUID
    name: str
    valid_to: date | None


class AgencyDetailOut(AgencyOut):
    """The agency that a code leads to today."""

    asked_code: str
    provisional: bool = Field(description="Whether the code asked for is provisional.")
    ended: bool = Field(description="Whether it has ended without a successor.")
    followed: list[SuccessionOut] = Field(
        description="The ended agencies passed on the way, first the one that had the code."
    )
    codes: list[CodeOut]
    former_names: list[FormerNameOut] = Field(description="Oldest first.")


class FormerNameOut(Schema):
    """A name of before."""

    name: str
    english_name: str
    valid_from: date
    valid_to: date


class AgencyNodeOut(AgencyOut):
    """An agency or unit in the tree."""

    has_units_below: bool


class AgencyTreeOut(Schema):
    """One level of the tree."""

    under: str | None = Field(description="The code asked for; null is the top.")
    items: list[AgencyNodeOut]
    next: str | None = Field(description="Give it as `cursor` for more of this level; null: that was all.")


class ChangedAgencyOut(AgencyOut):
    """An agency as it is now, for a system that keeps a copy of the directory."""

    parent_id: UUID | None
    successor_id: UUID | None = Field(description="Who answers for it from `valid_to` on.")
    address: str
    email: str
    telephone: str
    website: str
    codes: list[CodeOut]
    former_names: list[FormerNameOut]


class RemovedAgencyOut(Schema):
    """An agency that never was: its import was undone. Drop it."""

    id: UUID
    code: str


class AgencyChangesOut(Schema):
    """What changed since a cursor."""

    items: list[ChangedAgencyOut]
    removed: list[RemovedAgencyOut]
    cursor: str = Field(description="Give it as `changed_since` next time, at once if `more` is true.")
    more: bool
