"""Electronic copies: of what, by whom, under which number, and their bytes by hash."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Post
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger


class Kind(models.TextChoices):
    """What sort of copy; the codes are the decree's abbreviations (Decree 30/2020/NĐ-CP, App. III)."""

    SAO_Y = "SY", _("Copy (sao y)")
    SAO_LUC = "SL", _("Copy (sao lục)")
    TRICH_SAO = "TrS", _("Extract (trích sao)")


class Step(models.TextChoices):
    """Where a copy is."""

    PREPARED = "prepared", _("waits for the agency's signature")
    SEALED = "sealed", _("signed by the agency")
    GIVEN_UP = "given-up", _("given up")


@ledger.guarded()
class Copy(models.Model):
    """A copy of a document, from being handed in to being signed by the agency.

    Its bytes lie in the vault, held by the copy itself, once: what is to be signed, afterwards what was signed. That one
    begins with the bytes before it, so what was copied stays in it; of an extract's source only the hash is kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=3, choices=Kind)
    step = models.CharField(max_length=10, choices=Step, default=Step.PREPARED)

    of_reference = models.CharField(
        max_length=50, blank=True, help_text="number and notation of what is copied"
    )
    of_date = models.DateField(null=True)
    of_agency = models.CharField(max_length=200, help_text="who issued it, in words")
    of_type = models.CharField(max_length=100, blank=True)
    of_subject = models.CharField(max_length=500)
    made_for = models.CharField(max_length=300, blank=True, help_text="in words")
    pages = models.CharField(max_length=200, blank=True, help_text="of an extract, 1, 3-5; empty: all")

    prepared_by = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="+", help_text="null: a system of the agency"
    )
    prepared_name = models.CharField(max_length=200, help_text="of who handed it in, at that time")
    prepared_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    key = models.UUIDField(
        null=True, help_text="of the request that handed it in; the same again gives it again"
    )
    given_up_why = models.CharField(max_length=1000, blank=True)

    file_name = models.CharField(max_length=200)
    source_sha256 = models.CharField(max_length=64, help_text="of the file that was handed in")
    file = models.UUIDField(help_text="in the vault: as it is now")
    file_sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict, help_text="what reading the file found, before it is signed")

    number = models.CharField(max_length=11, blank=True, help_text="in the register; empty: none")
    number_book = models.CharField(max_length=100, blank=True, help_text="series; empty: typed by hand")
    numbered_on = models.DateField(null=True)

    sealed_by = models.CharField(max_length=200, blank=True)
    sealed_at = models.DateTimeField(null=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    sealed_certificate = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    sealed_level = models.CharField(max_length=5, blank=True)
    renew_at = models.DateTimeField(
        null=True, help_text="when its last time-stamp is renewed; null: it has none"
    )

    class Meta:
        db_table = "copies_copy"
        constraints = [
            models.UniqueConstraint(fields=["agency", "key"], name="copies_key_once"),
            # All copies of a year are one series, whatever their kind (App. I, Part II).
            models.UniqueConstraint(
                models.F("agency"),
                models.F("number"),
                ExtractYear("numbered_on"),
                condition=~models.Q(number=""),
                name="copies_number_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(step="sealed") | ~models.Q(sealed_sha256=""), name="copies_sealed_first"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="copies_of_agency"),
            models.Index(fields=["agency", "step", "-id"], name="copies_at_step"),
            models.Index(
                fields=["renew_at"], name="copies_to_renew", condition=models.Q(renew_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.of_reference}"
