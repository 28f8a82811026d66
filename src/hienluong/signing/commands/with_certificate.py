"""Signing with a registered certificate: by a key of this installation, or prepared for the device of its holder."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from hienluong.directory.service import Actor
from hienluong.kit.http import OutgoingError
from hienluong.signing.commands.remote import prepare_signature
from hienluong.signing.commands.sign import Signed, sign_document
from hienluong.signing.errors import EvidenceMissing, KeyElsewhere, TimestampUnavailable
from hienluong.signing.formats.appearance import Placed
from hienluong.signing.formats.levels import Level
from hienluong.signing.keys import key_for
from hienluong.signing.models import PreparedSignature, SigningCertificate
from hienluong.signing.queries.certificates import certificate
from hienluong.signing.stamping import wanted_level


def sign_with(
    *,
    actor: Actor | None,
    certificate_id: UUID,
    content: bytes,
    level: Level,
    now: datetime,
    on_behalf_of: str = "",
    reason: str = "",
    placed: Placed | None = None,
) -> Signed:
    """Signs a file with a registered certificate whose key is of this installation; the rest is as `sign_document` says.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        SigningCertificateNotFound: the actor may not sign with it now.
        KeyElsewhere: its key is on a device.
        KeyNotSet, KeyUnusable, KeyUnavailable: the key cannot be used.
        DocumentTooLarge, DocumentUnsignable, TimestampUnavailable, EvidenceMissing, DemonstrationRefused: nothing was signed.
    """
    row = _at(SigningCertificate.Place.MODULE, actor, certificate_id, now)
    return sign_document(
        actor=actor,
        content=content,
        key=key_for(row),
        level=level,
        now=now,
        on_behalf_of=on_behalf_of,
        reason=reason,
        placed=placed,
    )


def sign_for_agency(
    *, actor: Actor, certificate_id: UUID, content: bytes, now: datetime, placed: Placed | None = None
) -> Signed:
    """Signs for the actor's agency, as `sign_with`, as far as can be reached now.

    Without the evidence that is B-T, without an authority for time-stamps B-B.
    """
    level = wanted_level()
    while True:
        try:
            return sign_with(
                actor=actor,
                certificate_id=certificate_id,
                content=content,
                level=level,
                now=now,
                on_behalf_of=actor.agency_code,
                placed=placed,
            )
        except (EvidenceMissing, TimestampUnavailable, OutgoingError) as problem:
            lower = Level.T if isinstance(problem, EvidenceMissing) else Level.B
            if level in (lower, Level.B):
                raise
            level = lower


def prepare_with(
    *,
    actor: Actor | None,
    certificate_id: UUID,
    content: bytes,
    level: Level,
    now: datetime,
    name: str = "",
    reason: str = "",
    placed: Placed | None = None,
    people: Collection[UUID] = (),
) -> PreparedSignature:
    """Makes a PDF ready for the device that holds the key of a registered certificate; the rest is as `prepare_signature` says.

    `people` are those for whose devices a system carries hashes, as `certificates_of` has them.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        SigningCertificateNotFound: the actor may not sign with it now.
        KeyElsewhere: its key is none on a device.
        DocumentTooLarge, DocumentUnsignable, TimestampUnavailable, DemonstrationRefused: nothing was prepared.
    """
    row = _at(SigningCertificate.Place.DEVICE, actor, certificate_id, now, people)
    return prepare_signature(
        actor=actor,
        content=content,
        certificates=row.certificates,
        level=level,
        now=now,
        name=name,
        reason=reason,
        placed=placed,
    )


def _at(
    place: SigningCertificate.Place,
    actor: Actor | None,
    certificate_id: UUID,
    now: datetime,
    people: Collection[UUID] = (),
) -> SigningCertificate:
    row = certificate(actor, certificate_id, now=now, people=people)
    if row.place != place:
        raise KeyElsewhere(name=row.holder_name, place=row.get_place_display())
    return row
