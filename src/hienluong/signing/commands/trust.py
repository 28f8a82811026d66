"""The trust list: authorities added from their certificates, and ended; and what is known of revocations, fetched anew."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from asn1crypto import x509
from django.conf import settings
from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.kit.clock import in_vietnam
from hienluong.ledger import service as ledger
from hienluong.signing import revocation
from hienluong.signing.errors import (
    AuthorityNotFound,
    AuthorityUnfit,
    AuthorityUnreadable,
    DemonstrationRefused,
)
from hienluong.signing.formats.keys import read_certificates
from hienluong.signing.formats.report import Holder
from hienluong.signing.formats.trust import is_demonstration
from hienluong.signing.models import TrustedAuthority
from hienluong.signing.revocation import Outcome


@transaction.atomic
def import_authorities(
    *,
    actor: Actor | None,
    content: bytes,
    purpose: TrustedAuthority.Purpose,
    source: str,
    valid_from: date,
    now: datetime,
) -> list[TrustedAuthority]:
    """Puts the authorities of a file into the trust list; those that are there for the purpose stay as they are.

    Args:
        actor: who says so.
        content: certificates as PEM, DER or PKCS#7.
        purpose: what theirs are believed for.
        source: where the file comes from: an address, a letter.
        valid_from: from which day on.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor manages no authorities.
        AuthorityUnreadable: the file holds no certificates.
        AuthorityUnfit: one of them is none of an authority, or has ended.
        DemonstrationRefused: one belongs to a demonstration, and this is none.
    """
    actor = require(actor, "signing.manage_authorities")
    try:
        certificates = read_certificates(content)
    except ValueError as problem:
        raise AuthorityUnreadable(reason=str(problem)) from problem
    for certificate in certificates:
        _refuse_unfit(certificate, now)
    added = []
    for certificate in certificates:
        row, new = TrustedAuthority.objects.get_or_create(
            sha256=hashlib.sha256(certificate.dump()).hexdigest(),
            purpose=purpose,
            valid_to=None,
            defaults={
                "certificate": certificate.dump(),
                "name": Holder.of(certificate.subject).name[:300],
                "source": source,
                "not_after": certificate.not_valid_after,
                "valid_from": valid_from,
                "added_at": now,
                "added_by": actor.name[:200],
            },
        )
        if new:
            added.append(row)
            ledger.record(
                actor=actor.ref,
                action="signing.authority-added",
                subject=f"authority:{row.pk}",
                details={
                    "name": row.name,
                    "sha256": row.sha256,
                    "purpose": row.purpose,
                    "source": source[:500],
                },
                now=now,
            )
    return added


@transaction.atomic
def end_authority(
    *, actor: Actor | None, fingerprint: str, reason: str, now: datetime
) -> list[TrustedAuthority]:
    """Takes an authority out of the trust list from today on, for every purpose; what it vouched for is no longer believed.

    Args:
        actor: who says so.
        fingerprint: SHA-256 of its certificate, or its beginning (eight letters or more).
        reason: why.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor manages no authorities.
        AuthorityNotFound: none in force has the fingerprint, or several begin so.
    """
    actor = require(actor, "signing.manage_authorities")
    plain = fingerprint.replace(":", "").strip().lower()
    rows = list(
        TrustedAuthority.objects.select_for_update().filter(sha256__startswith=plain, valid_to__isnull=True)
    )
    if len(plain) < 8 or len({row.sha256 for row in rows}) != 1:  # noqa: PLR2004 - as the sentence says
        raise AuthorityNotFound(fingerprint=fingerprint)
    for row in rows:
        row.valid_to, row.ended_why = in_vietnam(now).date(), reason
        row.save(update_fields=["valid_to", "ended_why"])
        ledger.record(
            actor=actor.ref,
            action="signing.authority-ended",
            subject=f"authority:{row.pk}",
            details={"name": row.name, "sha256": row.sha256, "purpose": row.purpose, "reason": reason[:500]},
            now=now,
        )
    return rows


def refresh_revocations(*, actor: Actor | None, now: datetime) -> list[Outcome]:
    """Fetches lists of revoked certificates and answers of OCSP that are due; it leaves one entry where there were any.

    Raises:
        NotAuthenticated, PermissionMissing: the actor manages no authorities.
    """
    actor = require(actor, "signing.manage_authorities")
    revocation.forget_unused(now)
    outcomes = revocation.fetch(revocation.due(now), now=now)
    if outcomes:
        failed = sum(1 for one in outcomes if one.problem)
        with transaction.atomic():
            ledger.record(
                actor=actor.ref,
                action="signing.revocations-fetched",
                subject="revocations:all",
                details={"fetched": len(outcomes) - failed, "failed": failed},
                now=now,
            )
    return outcomes


def _refuse_unfit(certificate: x509.Certificate, now: datetime) -> None:
    name = Holder.of(certificate.subject).name
    if is_demonstration(certificate) and not settings.DEMONSTRATION:
        raise DemonstrationRefused(name=name)
    constraints = certificate.basic_constraints_value
    if constraints is None or not constraints["ca"].native:
        raise AuthorityUnfit(name=name, reason="it is no authority's")
    if certificate.not_valid_after <= now:
        raise AuthorityUnfit(name=name, reason=f"it ended on {certificate.not_valid_after:%d/%m/%Y}")
