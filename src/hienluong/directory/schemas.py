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
