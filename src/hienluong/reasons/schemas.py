"""What the API gives of the list of reasons."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Field, Schema


class ReasonOut(Schema):
    """A reason that can be given with a status."""

    act: Literal["02", "13", "16"] = Field(description="the status it goes with")
    code: str
    text_vi: str = Field(description="what travels in the status, before what you add")
    text_en: str
    source: str = Field(description="the law it follows; empty where no source gives it")
    provisional: bool
    valid_from: date
    valid_to: date | None


class ReasonListOut(Schema):
    """The reasons in force."""

    items: list[ReasonOut]
