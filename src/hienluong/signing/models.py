"""The trust list, what is known of revocations, documents that wait for their signature, and who signs with which certificate."""

from __future__ import annotations

import hashlib

from asn1crypto import pem
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Person
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger


@ledger.guarded()
class TrustedAuthority(models.Model):
    """An authority whose certificates are believed for one purpose, from a day on."""

    class Purpose(models.TextChoices):
        """What its certificates are believed for."""

        PUBLIC_SERVICE = "public-service", _("signatures of people and agencies (for public service)")
        PUBLIC = "public", _("signatures of citizens and companies (public authorities)")
        TIMESTAMPS = "time-stamps", _("time-stamps")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, help_text="of the certificate, hexadecimal")
    certificate = models.BinaryField(help_text="DER")
    name = models.CharField(max_length=300)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    source = models.TextField(blank=True, help_text="where the certificate was taken from")
    not_after = models.DateTimeField(help_text="when the certificate itself ends")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day on which it is believed no more")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200, help_text="name at that time")
    ended_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "purpose"],
                condition=models.Q(valid_to__isnull=True),
                name="signing_authority_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.purpose})"


class RevocationSource(models.Model):
    """A list of revoked certificates or an answer of OCSP: the last one that was fetched, or that one is wanted."""

    class Kind(models.TextChoices):
        """What stands at the address."""

        CRL = "crl", "CRL"
        OCSP = "ocsp", "OCSP"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    url = models.CharField(max_length=500)
    about = models.CharField(
        max_length=64, help_text="SHA-256: of the issuer's name (CRL), of the certificate (OCSP)"
    )
    request = models.BinaryField(null=True, help_text="what an OCSP responder is sent, DER")
    body = models.BinaryField(null=True, help_text="DER; null: wanted, not fetched yet")
    this_update = models.DateTimeField(null=True)
    next_update = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(help_text="when somebody last needed it")
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True, db_index=True)
    problem = models.TextField(blank=True, help_text="why the last try failed; empty: it did not")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "url", "about"], name="signing_source_once"),
        ]
        indexes = [models.Index(fields=["about"], name="signing_source_about")]

    def __str__(self) -> str:
        return f"{self.kind} {self.url}"


@ledger.guarded()
class PreparedSignature(models.Model):
    """A document of which the hash has gone out to the signer's device; the bytes lie in the vault, for its agency alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    prepared_by = models.CharField(max_length=80, help_text="kind:id")
    file_name = models.CharField(max_length=300, blank=True)
    file_sha256 = models.CharField(max_length=64, help_text="of the document as it was handed in")
    document = models.UUIDField(help_text="in the vault: with an empty place for the signature")
    place_start = models.BigIntegerField()
    place_end = models.BigIntegerField()
    document_digest = models.BinaryField()
    attributes = models.BinaryField(help_text="what is signed, DER")
    algorithm = models.CharField(max_length=10)
    certificates = models.BinaryField(help_text="PEM, the signer's first")
    level = models.CharField(max_length=5)
    prepared_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    completed_at = models.DateTimeField(null=True)
    signature = models.BinaryField(null=True)
    signed_document = models.UUIDField(null=True, help_text="in the vault")

    def __str__(self) -> str:
        return f"{self.file_name} {self.level}"

    @property
    def certificate_sha256(self) -> str:
        """The SHA-256 of the signer's certificate, hexadecimal."""
        _type, _headers, own = next(pem.unarmor(bytes(self.certificates), multiple=True))
        return hashlib.sha256(own).hexdigest()


@ledger.guarded()
class SigningCertificate(models.Model):
    """A certificate with which a person signs, or an agency; where its key is; the image that shows on the page."""

    class Place(models.TextChoices):
        """Where the key is."""

        DEVICE = "device", _("on a device of its holder")
        MODULE = "module", _("a key of this installation")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=10, choices=Place.choices)
    key_name = models.CharField(
        max_length=100, blank=True, help_text="of the key in the file of keys; empty: on a device"
    )
    for_systems = models.BooleanField(
        default=False, help_text="whether systems of the agency may have the key of this installation sign"
    )
    certificate = models.BinaryField(help_text="DER")
    chain = models.BinaryField(help_text="certificates that lead from it to an authority, PEM")
    sha256 = models.CharField(max_length=64, help_text="of the certificate, hexadecimal")
    holder_name = models.CharField(max_length=300, help_text="as the certificate's subject says")
    issuer_name = models.CharField(max_length=300)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    image = models.UUIDField(
        null=True, help_text="in the vault, held by this row: PNG, the handwritten signature or the seal"
    )
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=200, help_text="name at that time")
    proved_at = models.DateTimeField(
        null=True, help_text="when its key last signed what we gave it; null: never, so it signs nothing"
    )
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(agency__isnull=True),
                name="signing_certificate_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(place="module", agency__isnull=False) & ~models.Q(key_name="")
                | models.Q(place="device", key_name=""),
                name="signing_certificate_place",
            ),
            models.CheckConstraint(
                condition=models.Q(place="module") | models.Q(for_systems=False),
                name="signing_certificate_for_systems",
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=models.Q(ended_at__isnull=True, proved_at__isnull=False),
                name="signing_certificate_once",
            ),
        ]
        indexes = [models.Index(fields=["not_after", "id"], name="signing_certificate_until")]

    def __str__(self) -> str:
        return f"{self.holder_name} {self.sha256[:16]}"

    @property
    def is_agency(self) -> bool:
        """Whether it is an agency's: its signature carries the seal."""
        return self.agency_id is not None

    @property
    def owner_name(self) -> str:
        """The name of the person or the agency, as the directory has it."""
        return str(self.agency.name if self.agency else self.person)

    @property
    def certificates(self) -> bytes:
        """The certificate and those that lead to an authority, as PEM, its own first."""
        return b"".join((pem.armor("CERTIFICATE", bytes(self.certificate)), bytes(self.chain)))
