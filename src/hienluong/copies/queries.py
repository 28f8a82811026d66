"""Reads: the register of copies, one of them, its bytes, which are due for renewal, and how many wait to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from hienluong.copies.errors import CopyNotFound
from hienluong.copies.models import Copy, Kind, Step
from hienluong.directory.service import Actor, allowed, require
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.cursors import Page, page_of, read_id_cursor, write_cursor
from hienluong.kit.errors import gettext_noop as _
from hienluong.signing import service as signing
from hienluong.signing.service import SigningCertificate

PER_PAGE: Final = 25
_LIST: Final = "copies"


def visible_to(actor: Actor | None) -> QuerySet[Copy]:
    """Returns the copies that the actor may see: those of the agency; the command line all.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees none.
    """
    actor = require(actor, "copies.view_copies")
    found = Copy.objects.select_related("agency")
    return found if actor.kind == "platform" else found.filter(agency=actor.agency_id)


def narrowed(actor: Actor | None, *, kind: str = "", step: str = "") -> QuerySet[Copy]:
    """Returns the copies that the actor may see, of a kind and at a step, the newest first; a word that is none narrows nothing.

    Raises:
        NotAuthenticated, PermissionMissing: as `visible_to`.
    """
    found = visible_to(actor)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    if step in Step.values:
        found = found.filter(step=step)
    return found.order_by("-pk")


def copies(
    actor: Actor | None,
    *,
    kind: str = "",
    step: str = "",
    after: str = "",
    limit: int = PER_PAGE,
    cursor_named: str = "",
) -> Page[Copy]:
    """Returns a page of the register, the newest first.

    Args:
        actor: who asks.
        kind: "SY", "SL", "TrS"; else all.
        step: "prepared", "sealed", "given-up"; else all.
        after: the cursor of the former page.
        limit: how many at most.
        cursor_named: the parameter to name when the cursor is none; empty: the list begins anew then.

    Raises:
        NotAuthenticated, PermissionMissing, InvalidInput.
    """
    found = narrowed(actor, kind=kind, step=step)
    if place := read_id_cursor(_LIST, after, field=cursor_named):
        found = found.filter(pk__lt=place)
    return page_of(found, limit, lambda row: write_cursor(_LIST, str(row.pk)))


def copy(actor: Actor | None, copy_id: UUID) -> Copy:
    """Returns a copy.

    Raises:
        NotAuthenticated, PermissionMissing.
        CopyNotFound: there is none, or the actor may not see it.
    """
    found = visible_to(actor).filter(pk=copy_id).first()
    if found is None:
        raise CopyNotFound(id=copy_id)
    return found


def file_bytes(one: Copy) -> bytes:
    """Returns the PDF of a copy as it is now.

    Raises:
        FileNotHeld, FileGone: it is damaged; an operator must restore it.
    """
    return files.read_for(holder=one.pk, file_id=one.file)


def waiting_count(actor: Actor) -> int:
    """Returns how many copies wait for the signature that the actor gives as clerk; none for whoever gives none."""
    if not allowed(actor, "copies.seal_copy"):
        return 0
    return Copy.objects.filter(agency=actor.agency_id, step=Step.PREPARED).count()


def due_for_renewal(limit: int, *, now: datetime) -> Iterator[Copy]:
    """Yields copies whose last time-stamp is due to be renewed."""
    yield from Copy.objects.filter(renew_at__lte=now).order_by("renew_at")[:limit]


def certificates_for(actor: Actor | None, one: Copy, *, now: datetime) -> list[SigningCertificate]:
    """Returns the certificates of the agency with which the actor may sign a copy now; systems have devices sign, no key of ours.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not sign it.
    """
    actor = require(actor, "copies.seal_copy", one)
    found = signing.certificates_of(actor, now=now, agency=True)
    return [row for row in found if row.place == SigningCertificate.Place.DEVICE or actor.kind != "system"]


def heading() -> list[str]:
    """Returns the columns of the register as a table, in the reader's language."""
    columns = (
        _("Number"), _("Date of the copy"), _("Kind of copy"), _("Number and notation"), _("Date of the document"),
        _("Issuing agency"), _("Type of document"), _("Subject"), _("Pages"), _("Made for"), _("Step"), _("Signed by"),
        _("SHA-256"),
    )  # fmt: skip
    return [gettext(column) for column in columns]


def cells_of(one: Copy) -> list[str]:
    """Returns a copy as a row of that table."""
    made = f"{in_vietnam(one.sealed_at):%d/%m/%Y}" if one.sealed_at else ""
    dated = f"{one.of_date:%d/%m/%Y}" if one.of_date else ""
    return [
        one.number, made, one.get_kind_display(), one.of_reference, dated, one.of_agency, one.of_type, one.of_subject,
        one.pages, one.made_for, one.get_step_display(), one.sealed_by, one.sealed_sha256,
    ]  # fmt: skip
