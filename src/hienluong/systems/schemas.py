"""What the API says about systems."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class RightOut(Schema):
    """A right to send for others."""

    scope: Literal["agency", "outside"] = Field(description="One agency, or any outside the province.")
    agency_id: UUID | None
    agency_code: str | None = Field(
        description="The code to write in From; null for any outside the province."
    )
    agency_name: str | None
    valid_from: date
    valid_to: date | None = Field(description="The first day it is no more.")
    in_force: bool = Field(description="Whether it holds today.")
    reason: str
    document: str = Field(description="Number and notation of the written agreement or decision.")
    document_date: date | None


class MeOut(Schema):
    """Who the access token belongs to."""

    system: str
    system_id: UUID
    agency_id: UUID
    agency_code: str
    agency_name: str
    sandbox: bool = Field(description="Whether this is a test agency: nothing passes to real ones.")
    may_send_for: list[RightOut]
