"""What the API of copies takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.copies.models import Copy
from hienluong.signing.service import UsableOut

KindName = Literal["SY", "SL", "TrS"]
StepName = Literal["prepared", "sealed", "given-up"]
Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""


class HandIn(Schema):
    """A document to be copied; the PDF travels as a file."""

    kind: KindName = Field(description="sao y, sao lục, trích sao")
    of_agency: Text = Field(max_length=200, description="who issued what is copied")
    of_subject: Text = Field(max_length=500)
    of_reference: Text = Field("", max_length=50, description="number and notation, 15/QĐ-UBND")
    of_date: date | None = None
    of_type: Text = Field("", max_length=100)
    made_for: Text = Field("", max_length=300, description="whom the copy is for")
    pages: Text = Field("", max_length=200, description="of an extract: 1, 3-5")
    key: UUID | None = Field(None, description="an id of your own; the same again gives the same copy")


class CopyOut(Schema):
    """A copy."""

    id: UUID
    step: StepName
    kind: KindName
    of_reference: str
    of_date: date | None
    of_agency: str
    of_type: str
    of_subject: str
    made_for: str
    pages: str
    number: str = Field(description="in the register; empty: none")
    prepared_at: datetime
    changed_at: datetime
    source_sha256: str = Field(description="of the file that was handed in")
    file_sha256: str
    sealed_at: datetime | None
    sealed_level: str

    @classmethod
    def of(cls, row: Copy) -> CopyOut:
        """Returns what is said of a copy."""
        return cls.model_construct(**{name: getattr(row, name) for name in cls.model_fields})


class CopyCertificatesOut(Schema):
    """With which certificates of the agency a copy can be signed."""

    items: list[UsableOut]


class CopyNumberIn(Schema):
    """The number in the register."""

    number: Text = Field("", max_length=11, description="as typed; empty: `book` gives the next one")
    book: Text = Field("", max_length=100, description="series of the agency's book")


class GiveUpIn(Schema):
    """Why a copy is given up."""

    reason: Text = Field(min_length=1, max_length=1000)


class CopyListOut(Schema):
    """Copies, the newest first, and the cursor of the next page."""

    items: list[CopyOut]
    next: str | None
