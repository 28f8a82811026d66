"""Hands a document in to be issued, and hands in again what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from hienluong.directory.service import Actor, Agency, Post, require
from hienluong.edxml.attachments import fault_of
from hienluong.edxml.media_types import HEAD_BYTES, TAIL_BYTES, detect_media_type
from hienluong.files import service as files
from hienluong.files.service import StoredFile
from hienluong.issuing.authority import require_right
from hienluong.issuing.commands.steps import locked, record_passage, recording_refusals, take_step
from hienluong.issuing.errors import FileRefused
from hienluong.issuing.models import AttachedFile, Authority, Document, Step
from hienluong.issuing.telling import tell_next
from hienluong.issuing.upright import upright
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput, NotAuthenticated
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger
from hienluong.signing import service as signing
from hienluong.signing.service import Verdict

FILES_MOST = 50
LIMITS = {"type_name": 100, "subject": 500, "notation": 30}
NO_PDF = _("“{name}” is no PDF that can be read.")
ENCRYPTED = _("“{name}” is locked by a password.")
SIGNED_ALREADY = _("“{name}” is signed already; here the number comes before the signature.")
TOO_LARGE = _("“{name}” is larger than a file to be signed may be.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What is handed in.

    Attributes:
        type_name: as Decree 30/2020 names it.
        subject: trích yếu.
        notation: without the number, "QĐ-UBND".
        signer: the post that shall sign.
        authority: by what right.
        delegation: the written delegation, None where the first that fits is meant.
        file: name and bytes of the PDF.
        attachments: the same of files beside it.
        key: an id of the request's own; the same again gives the same document.
    """

    type_name: str
    subject: str
    notation: str
    signer: Post
    authority: Authority
    delegation: int | None = None
    file: tuple[str, bytes]
    attachments: Sequence[tuple[str, bytes]] = ()
    key: UUID | None = None


def prepare_document(*, actor: Actor | None, handed: Handed, now: datetime) -> Document:
    """Takes a document in: it waits for its number from now on. The same key again gives the same document.

    Raises:
        NotAuthenticated, PermissionMissing: the actor hands nothing in.
        InvalidInput, FileRefused, AuthorityMissing: nothing was kept.
    """
    actor = require(actor, "issuing.prepare_document")
    if actor.agency_id is None:
        raise NotAuthenticated
    if handed.key is not None and (before := _of_key(actor, handed.key)) is not None:
        return before
    document_id = new_id()
    with recording_refusals(actor, "issuing.document-prepared", document_id, now):
        words = _words(handed)
        right = require_right(
            handed.signer,
            actor.agency_id,
            authority=handed.authority,
            delegation=handed.delegation,
            day=in_vietnam(now).date(),
        )
        check_pdf(actor, *handed.file, now=now)
        check_attachments(handed.attachments)
    content = upright(handed.file[1])
    stored = files.store(content)
    beside = [(name, content, files.store(content)) for name, content in handed.attachments]
    document = Document(
        pk=document_id,
        agency=Agency.objects.get(pk=actor.agency_id),
        prepared_by_id=actor.post_id,
        prepared_name=actor.name[:200],
        prepared_at=now,
        key=handed.key,
        changed_at=now,
        signer=handed.signer,
        authority=handed.authority,
        delegation=right.delegation,
        file_name=handed.file[0][:200],
        **words,
    )
    try:
        _enter(actor, document, stored, beside, _turned(handed.file[1], content), now)
    except IntegrityError:
        before = _of_key(actor, handed.key) if handed.key is not None else None
        if before is None:
            raise
        return before  # another request was faster; what we stored is swept
    return document


def _enter(
    actor: Actor,
    document: Document,
    stored: StoredFile,
    beside: Sequence[tuple[str, bytes, StoredFile]],
    details: dict[str, str],
    now: datetime,
) -> None:
    """Writes a new document with its files, its first passage, who is next, and the entry, in one transaction."""
    with transaction.atomic():
        _keep(document, stored, now)
        document.save(force_insert=True)
        _keep_beside(document, beside, now)
        record_passage(document, Step.PREPARED, by=actor.name, now=now)
        tell_next(document, now)
        ledger.record(
            actor=actor.ref,
            action="issuing.document-prepared",
            subject=f"issuing:{document.pk}",
            details={
                "file_sha256": document.file_sha256,
                "signer": f"post:{document.signer_id}",
                "authority": document.authority,
                "delegation": document.delegation_id,
                "files": len(beside),
                **details,
            },
            now=now,
        )


def resubmit_document(
    *,
    actor: Actor | None,
    document_id: UUID,
    now: datetime,
    file: tuple[str, bytes] | None = None,
    attachments: Sequence[tuple[str, bytes]] | None = None,
    subject: str = "",
) -> Document:
    """Hands a returned document in again, perhaps with another PDF; its number, if it has one, stays with it.

    Whatever was signed or sealed before is gone from it: number, person, agency come anew, in that order.

    Args:
        actor: who prepared it, or a clerk of the agency.
        document_id: which.
        now: the moment.
        file: name and bytes of the corrected PDF; None: the one that was handed in.
        attachments: the same of the files beside it; None: those there are.
        subject: corrected; empty: as it is.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound, StepRefused, AuthorityMissing, FileRefused.
    """
    actor = require(actor, "issuing.withdraw_document")
    with recording_refusals(actor, "issuing.document-prepared", document_id, now):
        if file is not None:
            check_pdf(actor, *file, now=now)
        check_attachments(attachments or ())
        content = upright(file[1]) if file else b""
        stored = files.store(content) if file else None
        beside = [(name, content, files.store(content)) for name, content in attachments or ()]
        with transaction.atomic():
            document = locked(actor, document_id)
            actor = require(actor, "issuing.withdraw_document", document)
            require_right(
                document.signer,
                document.agency_id,
                authority=document.authority,
                delegation=document.delegation_id,
                day=in_vietnam(now).date(),
            )
            _clear(document)
            if stored is not None and file is not None:
                files.let_go(holder=document.pk, file_ids={document.file, document.original})
                document.file_name = file[0][:200]
                _keep(document, stored, now)
            elif document.file != document.original:
                files.let_go(holder=document.pk, file_ids=[document.file])
                document.file, document.file_sha256 = document.original, document.original_sha256
            if attachments is not None:
                _forget_beside(document)
                _keep_beside(document, beside, now)
            if subject := normalise(subject):
                document.subject = subject[: LIMITS["subject"]]
            details = _turned(file[1], content) if file else {}
            take_step(document, Step.PREPARED, actor=actor, now=now, details=details)
    return document


def _turned(handed: bytes, kept: bytes) -> dict[str, str]:
    """Returns what the ledger keeps of a file whose pages had to be set upright: the hash of the one that was handed in."""
    return {} if kept is handed else {"handed_sha256": hashlib.sha256(handed).hexdigest()}


def _clear(document: Document) -> None:
    """Takes from a document what was signed and sealed; the ledger keeps that it was."""
    document.signed_by = document.signed_at = document.sealed_at = document.renew_at = None
    for name in ("signed", "sealed"):
        for part in ("sha256", "certificate", "level"):
            setattr(document, f"{name}_{part}", "")
    document.signed_name = document.sealed_by = document.returned_why = ""
    document.places, document.number_in_file = {}, False
    for one in document.files.exclude(sealed=None):
        files.let_go(holder=document.pk, file_ids=[one.sealed] if one.sealed else [])
        one.sealed, one.sealed_sha256 = None, ""
        one.save()


def _keep(document: Document, stored: StoredFile, now: datetime) -> None:
    files.hold(stored, holders=[document.pk], now=now)
    document.file = document.original = stored.id
    document.file_sha256 = document.original_sha256 = stored.sha256.hex()


def _keep_beside(document: Document, beside: Sequence[tuple[str, bytes, StoredFile]], now: datetime) -> None:
    for position, (name, content, stored) in enumerate(beside):
        files.hold(stored, holders=[document.pk], now=now)
        AttachedFile.objects.create(
            document=document,
            position=position,
            name=name[:200],
            is_pdf=content.startswith(b"%PDF-"),
            size=stored.size,
            original=stored.id,
            original_sha256=stored.sha256.hex(),
        )


def _forget_beside(document: Document) -> None:
    held = list(document.files.values_list("original", flat=True))
    document.files.all().delete()
    files.let_go(holder=document.pk, file_ids=held)


def _of_key(actor: Actor, key: UUID) -> Document | None:
    """Returns what the actor's agency handed in with this key before."""
    found = Document.objects.select_related("agency", "signer__person")
    return found.filter(key=key, agency=actor.agency_id).first()


def _words(handed: Handed) -> dict[str, str]:
    """Returns the words of a document, tidied.

    Raises:
        InvalidInput: something is missing or too long.
    """
    words = {name: normalise(getattr(handed, name)) for name in LIMITS}
    faults = [FieldError(f"/{name}", _("This is required.")) for name, text in words.items() if not text]
    faults += [
        FieldError(f"/{name}", _("At most {limit} characters."), {"limit": limit})
        for name, limit in LIMITS.items()
        if len(words[name]) > limit
    ]
    if faults:
        raise InvalidInput(faults)
    return words


def check_pdf(actor: Actor, name: str, content: bytes, *, now: datetime) -> None:
    """Refuses what can take no signatures: no PDF, locked, signed already, too large.

    Raises:
        FileRefused: as it says.
    """
    if len(content) > settings.SIGNING_MAX_BYTES:
        raise FileRefused(name=name, detail=TOO_LARGE)
    try:
        reader = PdfReader(BytesIO(content))
        locked_away, pages = reader.is_encrypted, len(reader.pages)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
    ) as problem:
        raise FileRefused(name=name, detail=NO_PDF) from problem
    if locked_away or not pages or not content.startswith(b"%PDF-"):
        raise FileRefused(name=name, detail=ENCRYPTED if locked_away else NO_PDF)
    report = signing.validate_file(actor, content, now=now, name=name)
    if report.verdict is not Verdict.UNSIGNED:
        raise FileRefused(name=name, detail=SIGNED_ALREADY if report.signatures else NO_PDF)


def check_attachments(attachments: Sequence[tuple[str, bytes]]) -> None:
    """Refuses files that the axis does not carry, and PDFs that cannot take the agency's signature.

    Raises:
        FileRefused: as it says.
    """
    if len(attachments) > FILES_MOST:
        raise FileRefused(detail=_("At most {limit} files may be attached."), limit=FILES_MOST)
    for name, content in attachments:
        media_type = detect_media_type(content[:HEAD_BYTES], content[-TAIL_BYTES:])
        fault: Any = fault_of(name, size=len(content), media_type=media_type)
        if fault:
            raise FileRefused(detail=fault[0], **fault[1])
