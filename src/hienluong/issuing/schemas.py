"""What the API of documents to be issued takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.directory.service import Post
from hienluong.issuing.models import AttachedFile, Document, Passage
from hienluong.issuing.policy import Right

StepName = Literal["prepared", "numbered", "signed", "sealed", "issued", "returned", "given-up"]
AuthorityName = Literal["own", "tm", "tm_kt", "q", "kt", "tl", "tuq"]


Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""


class HandIn(Schema):
    """A document to be issued; the PDF and the files beside it travel as files."""

    type_name: Text = Field(max_length=100, description="as Decree 30/2020, art. 7 names it")
    subject: Text = Field(max_length=500)
    notation: Text = Field(max_length=30, description="without the number, QĐ-UBND")
    signer: int = Field(ge=1, le=2**63 - 1, description="the post, of /issuing-signers")
    authority: AuthorityName
    delegation: int | None = Field(
        None, ge=1, le=2**63 - 1, description="of /issuing-signers; the first that fits if left out"
    )
    key: UUID | None = Field(None, description="an id of your own; the same again gives the same document")


class SignerOut(Schema):
    """Who may sign for the agency today, and by which right."""

    signer: int
    name: str
    title: str
    authority: AuthorityName
    delegation: int | None
    delegation_document: str

    @classmethod
    def of(cls, post: Post, right: Right) -> SignerOut:
        """Returns what is said of a signer."""
        return cls.model_construct(
            signer=post.pk,
            name=post.person.full_name,
            title=post.title,
            authority=str(right.authority),
            delegation=right.delegation.pk if right.delegation else None,
            delegation_document=right.delegation.document_number if right.delegation else "",
        )


class SignersOut(Schema):
    """Who may sign for the agency today."""

    items: list[SignerOut]


class DocumentOut(Schema):
    """A document on its way to being issued."""

    id: UUID
    step: StepName
    type_name: str
    subject: str
    notation: str
    number: str = Field(description="empty: it has none yet")
    dated_on: date | None
    signer: int
    authority: AuthorityName
    prepared_at: datetime
    changed_at: datetime
    returned_because: str
    file_sha256: str
    signed_at: datetime | None
    sealed_at: datetime | None
    issued_at: datetime | None
    packet: UUID | None = Field(description="as which it was sent")

    @classmethod
    def of(cls, row: Document) -> DocumentOut:
        """Returns what is said of a document."""
        names = [name for name in cls.model_fields if name not in ("signer", "returned_because")]
        return cls.model_construct(
            **{name: getattr(row, name) for name in names},
            signer=row.signer_id,
            returned_because=row.returned_why,
        )


class DocumentListOut(Schema):
    """Documents, the newest first, and the cursor of the next page."""

    items: list[DocumentOut]
    next: str | None


class FileOut(Schema):
    """A file beside a document."""

    position: int
    name: str
    size: int
    sha256: str
    sealed: bool

    @classmethod
    def of(cls, row: AttachedFile) -> FileOut:
        """Returns what is said of a file."""
        return cls.model_construct(
            position=row.position,
            name=row.name,
            size=row.size,
            sha256=row.sealed_sha256 or row.original_sha256,
            sealed=row.sealed is not None,
        )


class PassageOut(Schema):
    """A step that a document took."""

    step: StepName
    at: datetime
    by: str
    said: str

    @classmethod
    def of(cls, row: Passage) -> PassageOut:
        """Returns what is said of a step."""
        return cls.model_construct(step=row.step, at=row.at, by=row.by, said=row.said)


class DocumentWholeOut(DocumentOut):
    """A document with the files beside it and the steps it took."""

    files: list[FileOut]
    passages: list[PassageOut]
