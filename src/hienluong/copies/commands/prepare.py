"""Hands in a document of which an electronic copy is to be made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from hienluong.copies.commands.steps import keep, recording_refusals
from hienluong.copies.errors import FileRefused
from hienluong.copies.models import Copy, Kind
from hienluong.copies.policy import pages_of, ranges_of
from hienluong.copies.reading import read_pdf
from hienluong.directory.service import Actor, Agency, require
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput, NotAuthenticated
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.vietnamese import normalise
from hienluong.signing import service as signing

LIMITS: Final = {"of_reference": 50, "of_agency": 200, "of_type": 100, "of_subject": 500, "made_for": 300}
PAGES_MOST: Final = 200
_REQUIRED: Final = ("of_agency", "of_subject")
TOO_LARGE: Final = _("“{name}” is larger than a file to be signed may be.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What is handed in.

    Attributes:
        kind: of the copy.
        of_agency: who issued what is copied, in words.
        of_subject: its abstract.
        file: name and bytes of the PDF: a scan, or the electronic document itself, signed or not.
        of_reference: number and notation of what is copied.
        of_date: its day.
        of_type: its type, in words.
        made_for: whom the copy is for, in words.
        pages: of an extract, "1, 3-5".
        key: an id of the request's own; the same again gives the same copy.
    """

    kind: Kind
    of_agency: str
    of_subject: str
    file: tuple[str, bytes]
    of_reference: str = ""
    of_date: date | None = None
    of_type: str = ""
    made_for: str = ""
    pages: str = ""
    key: UUID | None = None


def prepare_copy(*, actor: Actor | None, handed: Handed, now: datetime) -> Copy:
    """Takes a document in: its copy waits for the agency's signature from now on. The same key again gives the same copy.

    Raises:
        NotAuthenticated, PermissionMissing: the actor hands nothing in.
        InvalidInput, FileRefused: nothing was kept.
    """
    actor = require(actor, "copies.prepare_copy")
    if actor.agency_id is None:
        raise NotAuthenticated
    if handed.key is not None and (before := _of_key(actor, handed.key)) is not None:
        return before
    copy_id, (name, content) = new_id(), handed.file
    with recording_refusals(actor, "copies.copy-prepared", copy_id, now):
        words = _words(handed, now)
        pages = pages_of(handed.pages) if handed.kind == Kind.TRICH_SAO else []
        if len(ranges := ranges_of(pages)) > PAGES_MOST:
            raise InvalidInput(
                [FieldError("/pages", _("At most {limit} characters."), {"limit": PAGES_MOST})]
            )
        if len(content) > settings.SIGNING_MAX_BYTES:
            raise FileRefused(name=name, detail=TOO_LARGE)
        facts, made = read_pdf(name, content, pages)
        facts |= _signatures(actor, name, content, now)
    stored = files.store(made)
    one = Copy(
        pk=copy_id,
        agency=Agency.objects.get(pk=actor.agency_id),
        kind=handed.kind,
        of_date=handed.of_date,
        pages=ranges,
        prepared_by_id=actor.post_id,
        prepared_name=actor.name[:200],
        prepared_at=now,
        key=handed.key,
        file_name=name[:200],
        source_sha256=hashlib.sha256(content).hexdigest(),
        file=stored.id,
        file_sha256=stored.sha256.hex(),
        facts=facts,
        **words,
    )
    try:
        with transaction.atomic():
            files.hold(stored, holders=[one.pk], now=now)
            keep(one, "copies.copy-prepared", actor=actor, now=now, source_sha256=one.source_sha256)
    except IntegrityError:
        before = _of_key(actor, handed.key) if handed.key is not None else None
        if before is None:
            raise
        return before  # another request was faster; what we stored is swept
    return one


def _of_key(actor: Actor, key: UUID) -> Copy | None:
    """Returns what the actor's agency handed in with this key before."""
    return Copy.objects.filter(key=key, agency=actor.agency_id).first()


def _words(handed: Handed, now: datetime) -> dict[str, str]:
    """Returns the words about a copy, tidied.

    Raises:
        InvalidInput: something is missing, too long, or of a day to come.
    """
    words = {name: normalise(getattr(handed, name)) for name in LIMITS}
    faults = [FieldError(f"/{name}", _("This is required.")) for name in _REQUIRED if not words[name]]
    faults += [
        FieldError(f"/{name}", _("At most {limit} characters."), {"limit": limit})
        for name, limit in LIMITS.items()
        if len(words[name]) > limit
    ]
    if handed.of_date is not None and handed.of_date > in_vietnam(now).date():
        faults.append(FieldError("/of_date", _("This day is still to come.")))
    if faults:
        raise InvalidInput(faults)
    return words


def _signatures(actor: Actor, name: str, content: bytes, now: datetime) -> dict[str, Any]:
    """Returns how many signatures the source has, and what checking them came to at this moment."""
    report = signing.validate_file(actor, content, now=now, name=name, online=True)
    signatures = sum(one.kind == "signature" for one in report.signatures)
    return {"signatures": signatures, "verdict": str(report.verdict)}
