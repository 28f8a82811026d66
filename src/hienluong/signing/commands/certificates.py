"""The register of signing certificates: people register their own; others bring what its holder then tests; images; the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from asn1crypto import pem, x509
from django.conf import settings
from django.db import IntegrityError, transaction

from hienluong.directory.service import Actor, Agency, Person, allowed, require
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import NotAuthenticated
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.signing.commands.alarms import tell_of_new
from hienluong.signing.errors import (
    CertificateRegistered,
    CertificateUnfit,
    DemonstrationRefused,
    KeyUnusable,
)
from hienluong.signing.formats.images import Ink, read_picture
from hienluong.signing.formats.keys import hash_of, read_certificates
from hienluong.signing.formats.report import Holder
from hienluong.signing.formats.trust import is_demonstration
from hienluong.signing.keys import open_named
from hienluong.signing.models import SigningCertificate
from hienluong.signing.possession import require_possession, shows_possession
from hienluong.signing.queries.certificates import changeable, provable

_SIGNS = {"digital_signature", "non_repudiation"}


@transaction.atomic
def register_own_certificate(*, actor: Actor | None, content: bytes, now: datetime) -> SigningCertificate:
    """Registers a certificate of the actor's own device; it signs once the device has shown that it holds the key.

    Args:
        actor: a person.
        content: the certificate and those that lead to an authority, its own first: PEM, DER or PKCS#7.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        CertificateUnfit: it cannot be read, signs no documents, or is not of today.
        CertificateRegistered: it is the actor's already.
        DemonstrationRefused: it is a demonstration's, and this is none.
    """
    actor = require(actor, "signing.register_certificate")
    if actor.person_id is None:
        raise NotAuthenticated
    person_id = actor.person_id
    own, chain = _read(content, now)
    return _add(actor, lambda row: setattr(row, "person_id", person_id), own, chain, now)


@transaction.atomic
def register_agency_key(
    *,
    actor: Actor | None,
    agency: Agency,
    key_name: str,
    now: datetime,
    content: bytes = b"",
    for_systems: bool = False,
) -> SigningCertificate:
    """Registers a key of this installation for an agency, once it was tried.

    Args:
        actor: an administrator.
        agency: whose it is.
        key_name: of the key in the file of keys.
        now: the moment.
        content: certificates above its own, where its file has none.
        for_systems: whether systems of the agency, too, may have this key sign.

    Raises:
        NotAuthenticated, PermissionMissing: the actor manages no certificates.
        KeyNotSet, KeyUnusable, KeyUnavailable: the key cannot be used.
        CertificateUnfit, CertificateRegistered, DemonstrationRefused: as for a person's.
    """
    actor = require(actor, "signing.manage_certificates")

    def mark(row: SigningCertificate) -> None:
        row.agency = agency
        row.place, row.key_name, row.proved_at = SigningCertificate.Place.MODULE, key_name, now
        row.for_systems = for_systems

    key = open_named(key_name)
    given = read_certificates(content) if content else []
    above = [one for one in (*key.chain, *given) if one.dump() != key.certificate.dump()]
    _require_fit(key.certificate, now)
    if not shows_possession(key):
        raise KeyUnusable(reason="the certificate belongs to another key")
    return _add(actor, mark, key.certificate, above, now)


@transaction.atomic
def bring_certificate(
    *, actor: Actor | None, agency: Agency, content: bytes, now: datetime, holder: Person | None = None
) -> SigningCertificate:
    """Registers a certificate on a device for somebody else: it signs once they, signed in, have tested the device.

    The same one again, while it is registered, is answered again. Whoever tests it is told.

    Args:
        actor: an administrator, or a system of the agency.
        agency: whose it is, or for whom its holder signs.
        content: the certificate and those that lead to an authority: PEM, DER or PKCS#7.
        now: the moment.
        holder: the person whose it is; None: the agency's.

    Raises:
        NotAuthenticated, PermissionMissing: the actor brings none, or not for this agency.
        CertificateUnfit, DemonstrationRefused: as for an own one.
    """
    actor = require(actor, "signing.bring_certificate", agency)
    own, chain = _read(content, now)
    of = {"person": holder} if holder else {"agency": agency}
    before = SigningCertificate.objects.filter(sha256=_sha256(own), ended_at__isnull=True, **of).first()
    if before is not None:
        return before

    def mark(row: SigningCertificate) -> None:
        row.person, row.agency = holder, None if holder else agency

    row = _add(actor, mark, own, chain, now)
    tell_of_new(row, by=actor.name, now=now)
    return row


@transaction.atomic
def prove_certificate(
    *, actor: Actor | None, certificate_id: UUID, challenge: str, signature: bytes, now: datetime
) -> SigningCertificate:
    """Takes what a device signed to show that it holds the key of a certificate; from then on it signs documents.

    Args:
        actor: whose it is; for an agency's its clerk, or an administrator.
        certificate_id: of the register.
        challenge: the id of what was signed.
        signature: PKCS#1 v1.5 of RSA, or ECDSA as DER.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        SigningCertificateNotFound: it is another's, or has ended.
        ChallengeOver, PossessionNotShown: the test is not passed.
        CertificateRegistered: somebody else showed before that they have the key.
    """
    found, acting = provable(actor, certificate_id), _acting(actor)
    row = SigningCertificate.objects.select_for_update(of=("self",)).get(pk=found.pk)
    require_possession(row, challenge, signature, now=now)
    row.proved_at = now
    try:
        with transaction.atomic():
            row.save(update_fields=["proved_at"])
    except IntegrityError as problem:
        raise CertificateRegistered(name=row.holder_name) from problem
    _record(acting, "proved", row, now)
    return row


@transaction.atomic
def set_image(*, actor: Actor | None, certificate_id: UUID, png: bytes, now: datetime) -> Ink:
    """Keeps the image that shows on the page with a certificate, and returns its ink.

    NĐ 30/2020, Appendix I asks for a transparent ground, blue of a person, red of a seal; another colour is taken all the same.

    Args:
        actor: whose it is; for an agency's an administrator.
        certificate_id: of the register.
        png: the image; empty: there is none from now on.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor changes no certificates.
        SigningCertificateNotFound: it is another's, or has ended.
        ImageUnfit: it is no PNG with a transparent ground.
    """
    found, acting = changeable(actor, certificate_id), _acting(actor)
    picture = read_picture(png) if png else None
    row = SigningCertificate.objects.select_for_update(of=("self",)).get(pk=found.pk)
    former, row.image = row.image, None
    if picture is not None:
        stored = files.store(picture.content)
        files.hold(stored, holders=[row.pk], now=now)
        row.image = stored.id
    row.save(update_fields=["image"])
    if former is not None:
        files.let_go(holder=row.pk, file_ids=[former])
    said = {"image": hashlib.sha256(picture.content).hexdigest(), "ink": picture.ink} if picture else {}
    _record(acting, "image-set", row, now, said)
    return picture.ink if picture else "other"


@transaction.atomic
def end_certificate(
    *, actor: Actor | None, certificate_id: UUID, reason: str, now: datetime
) -> SigningCertificate:
    """Ends a certificate in the register: nothing is signed with it here any more. Ended already, it stays as it is.

    What was signed stands. The authority is not told: who lost a device has the certificate revoked there.

    Args:
        actor: whose it is, or an administrator.
        certificate_id: of the register.
        reason: why.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor changes no certificates.
        SigningCertificateNotFound: there is none, or it is another's.
    """
    found, acting = changeable(actor, certificate_id, in_use=False), _acting(actor)
    row = SigningCertificate.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if row.ended_at is not None:
        return row
    row.ended_at, row.ended_why = now, reason
    row.save(update_fields=["ended_at", "ended_why"])
    _record(acting, "ended", row, now, {"reason": reason[:500]})
    return row


def _acting(actor: Actor | None) -> Actor:
    """Returns who acts, once a query has let them."""
    held = ("signing.manage_certificates", "signing.bring_certificate")
    return require(actor, next((one for one in held if allowed(actor, one)), "signing.register_certificate"))


def _read(content: bytes, now: datetime) -> tuple[x509.Certificate, list[x509.Certificate]]:
    try:
        found = read_certificates(content)
    except ValueError as problem:
        detail = _("The file holds no certificate that can be read.")
        raise CertificateUnfit(detail=detail) from problem
    own, *chain = [one for one in found if not one.ca] or found
    chain += [one for one in found if one.ca and one.dump() != own.dump()]
    _require_fit(own, now)
    return own, chain


def _require_fit(certificate: x509.Certificate, now: datetime) -> None:
    name = Holder.of(certificate.subject).name
    if is_demonstration(certificate) and not settings.DEMONSTRATION:
        raise DemonstrationRefused(name=name, kept=_("Nothing was registered."))
    usage = certificate.key_usage_value
    if certificate.ca or (usage is not None and not _SIGNS & usage.native):
        detail = _("The certificate of {name} is not for signing documents.")
        raise CertificateUnfit(name=name, detail=detail)
    if not certificate.not_valid_before <= now < certificate.not_valid_after:
        detail = _("The certificate of {name} is good from {first} to {last}, not today.")
        first, last = (in_vietnam(one) for one in (certificate.not_valid_before, certificate.not_valid_after))
        raise CertificateUnfit(name=name, detail=detail, first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
    hash_of(certificate)


def _sha256(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.dump()).hexdigest()


def _add(
    actor: Actor,
    mark: Callable[[SigningCertificate], None],
    own: x509.Certificate,
    chain: Sequence[x509.Certificate],
    now: datetime,
) -> SigningCertificate:
    row = SigningCertificate(
        place=SigningCertificate.Place.DEVICE,
        certificate=own.dump(),
        chain=b"".join(pem.armor("CERTIFICATE", one.dump()) for one in chain),
        sha256=_sha256(own),
        holder_name=Holder.of(own.subject).name[:300],
        issuer_name=Holder.of(own.issuer).name[:300],
        not_before=own.not_valid_before,
        not_after=own.not_valid_after,
        registered_at=now,
        registered_by=actor.name[:200],
    )
    mark(row)
    of_owner = SigningCertificate.objects.filter(person=row.person, agency=row.agency)
    if of_owner.filter(sha256=row.sha256, ended_at__isnull=True).exists():
        raise CertificateRegistered(name=row.holder_name)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as problem:
        raise CertificateRegistered(name=row.holder_name) from problem
    former = of_owner.filter(image__isnull=False).exclude(pk=row.pk).order_by("-registered_at").first()
    if former is not None and former.image is not None:  # a renewed certificate keeps its holder's image
        files.share(file_id=former.image, holder=former.pk, others=[row.pk])
        row.image = former.image
        row.save(update_fields=["image"])
    _record(actor, "registered", row, now, {"for_systems": "yes"} if row.for_systems else None)
    return row


def _record(
    actor: Actor, what: str, row: SigningCertificate, now: datetime, more: dict[str, str] | None = None
) -> None:
    owner = f"agency:{row.agency_id}" if row.is_agency else f"person:{row.person_id}"
    ledger.record(
        actor=actor.ref,
        action=f"signing.certificate-{what}",
        subject=f"certificate:{row.pk}",
        details={
            "certificate": row.sha256,
            "name": row.holder_name,
            "of": owner,
            "place": row.place,
            **(more or {}),
        },
        now=now,
    )
