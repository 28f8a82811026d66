"""What the API of documents to be issued takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.directory.service import Post
from hienluong.issuing.commands import Numbered
from hienluong.issuing.models import AttachedFile, Document, Passage
from hienluong.issuing.policy import Right
from hienluong.signing.service import CertificateIn, UsableOut

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
    is_pdf: bool = Field(description="whether it gets the agency's signature; other files go as they are")
    sealed: bool

    @classmethod
    def of(cls, row: AttachedFile) -> FileOut:
        """Returns what is said of a file."""
        return cls.model_construct(
            position=row.position,
            name=row.name,
            size=row.size,
            sha256=row.sealed_sha256 or row.original_sha256,
            is_pdf=row.is_pdf,
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


class CertificatesOut(Schema):
    """With which certificates a document can be signed, and sealed."""

    sign: list[UsableOut] = Field(description="of whoever acts in the named post today")
    seal: list[UsableOut] = Field(description="of the agency")


class NumberIn(Schema):
    """Number and date."""

    dated_on: date
    number: Text = Field("", max_length=11, description="as typed; empty: `book` gives the next one")
    book: Text = Field("", max_length=100, description="series of the agency's book")
    in_file: bool = Field(
        False, description="number and date stand in the file; else they are written into its gaps"
    )


class NumberedOut(DocumentOut):
    """A document with its number, and what was written onto its first page."""

    wrote_number: bool
    wrote_date: bool
    says_number: bool = Field(description="whether the page says the number now; if not, look at it")
    says_date: bool

    @classmethod
    def told(cls, done: Numbered) -> NumberedOut:
        """Returns what is said of a document that was given its number."""
        names = ("wrote_number", "wrote_date", "says_number", "says_date")
        return cls.model_construct(
            **DocumentOut.of(done.document).__dict__, **{name: getattr(done, name) for name in names}
        )


class PartIn(CertificateIn):
    """With which certificate the agency's device signs which part."""

    position: int | None = Field(
        None, ge=0, le=1000, description="of the file beside the document; left out: the document itself"
    )


class PlaceIn(Schema):
    """Where the person's signature or the seal goes, in millimetres from the upper left corner of the page."""

    what: Literal["person", "seal"]
    page: int = Field(ge=1, le=500)
    left: float = Field(ge=0, le=420)
    top: float = Field(ge=0, le=420)
    width: float = Field(ge=2, le=420)
    height: float = Field(ge=2, le=420)


class ReasonIn(Schema):
    """Why."""

    reason: Text = Field(min_length=1, max_length=1000)


class ResubmitIn(Schema):
    """What is corrected in a document that came back; files travel as files of the same form."""

    subject: Text = Field("", max_length=500, description="empty: as it is")


class IssueIn(Schema):
    """To whom a document goes out."""

    send: bool = Field(True, description="false: it goes out another way, on paper or by hand")
    recipients: list[Text] = Field(default_factory=list, max_length=1000, description="codes of agencies")
    groups: list[UUID] = Field(default_factory=list, max_length=100)
    priority: int = Field(
        0, ge=0, le=4, description="as the axis has it: 0 none, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc"
    )
    due_on: date | None = None
    also_on_paper: bool = False
    not_secret: bool = Field(False, description="the declaration that it is no state secret; needed to send")


class DocumentWholeOut(DocumentOut):
    """A document with the files beside it and the steps it took."""

    files: list[FileOut]
    passages: list[PassageOut]
