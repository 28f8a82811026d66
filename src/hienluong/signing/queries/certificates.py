"""Reads: with which certificates somebody may sign."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hienluong.directory.service import Actor, Post, require
from hienluong.files import service as files
from hienluong.signing.errors import SigningCertificateNotFound
from hienluong.signing.models import SigningCertificate


def certificates_of(actor: Actor | None, *, now: datetime) -> list[SigningCertificate]:
    """Returns those the actor may sign with now: a person's own and, for a clerk, those of the agency acted for.

    Own ones come first; then by the end of their time, the last first.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
    """
    actor = require(actor, "signing.sign_document")
    rows = SigningCertificate.objects.filter(
        _usable_by(actor),
        ended_at__isnull=True,
        proved_at__isnull=False,
        not_before__lte=now,
        not_after__gt=now,
    )
    return sorted(
        rows.select_related("person", "agency"),
        key=lambda row: (row.is_agency, -row.not_after.timestamp(), row.pk),
    )


def certificate(actor: Actor | None, certificate_id: UUID, *, now: datetime) -> SigningCertificate:
    """Returns a certificate that the actor may sign with now.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        SigningCertificateNotFound: there is none, it is somebody else's, it has ended, or it is not of today.
    """
    for row in certificates_of(actor, now=now):
        if row.pk == certificate_id:
            return row
    raise SigningCertificateNotFound(id=certificate_id)


def image_of(row: SigningCertificate) -> bytes | None:
    """Returns the image that shows on the page, a PNG with a transparent ground; None: there is none."""
    return files.read_for(holder=row.pk, file_id=row.image) if row.image else None


def _usable_by(actor: Actor) -> Q:
    mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=())
    if actor.role == Post.Role.CLERK and actor.agency_id is not None:
        return mine | Q(agency_id=actor.agency_id)
    return mine
