"""The trust list in force, and what is known of revocations, as validation takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import x509
from django.conf import settings
from django.db.models import Q

from hienluong.kit.clock import in_vietnam
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.models import RevocationSource, TrustedAuthority

Purpose = TrustedAuthority.Purpose


def in_force(now: datetime) -> list[TrustedAuthority]:
    """Returns the authorities that are believed on the day of a moment."""
    day = in_vietnam(now).date()
    rows = TrustedAuthority.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day
    )
    return list(rows.order_by("purpose", "name", "sha256"))


def trust(now: datetime, certificates: Iterable[x509.Certificate] = ()) -> Trust:
    """Returns whom to believe at a moment, with what is known about the certificates given and those above them."""
    rows = in_force(now)
    anchors = {
        purpose: tuple(
            x509.Certificate.load(bytes(one.certificate)) for one in rows if one.purpose == purpose
        )
        for purpose in Purpose
    }
    signers = (*anchors[Purpose.PUBLIC_SERVICE], *anchors[Purpose.PUBLIC])
    knowledge = known_of([*certificates, *signers, *anchors[Purpose.TIMESTAMPS]])
    return Trust(signers, anchors[Purpose.TIMESTAMPS], settings.DEMONSTRATION, knowledge)


def known_of(certificates: Iterable[x509.Certificate]) -> Knowledge:
    """Returns the lists and answers that are kept about certificates, without asking anybody."""
    names = {about for one in certificates for about in (by_issuer(one), by_certificate(one))}
    rows = RevocationSource.objects.filter(about__in=names, body__isnull=False).values_list("kind", "body")
    kept: dict[str, list[bytes]] = {kind: [] for kind in RevocationSource.Kind.values}
    for kind, body in rows:
        kept[kind].append(bytes(body or b""))
    return Knowledge(tuple(kept[RevocationSource.Kind.CRL]), tuple(kept[RevocationSource.Kind.OCSP]))


def by_issuer(certificate: x509.Certificate) -> str:
    """Returns what a list of revoked certificates of the certificate's issuer is called here."""
    return hashlib.sha256(certificate.issuer.dump()).hexdigest()


def by_certificate(certificate: x509.Certificate) -> str:
    """Returns what an answer about a certificate is called here: its SHA-256."""
    return hashlib.sha256(certificate.dump()).hexdigest()
