"""Documents on their way to being issued, the files beside them, what was done with them, and runs over many of them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Person, Post
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.staff.models import Delegation


class Step(models.TextChoices):
    """Where a document is on its way."""

    PREPARED = "prepared", _("waits for its number")
    NUMBERED = "numbered", _("waits for the signature")
    SIGNED = "signed", _("waits for the agency's seal")
    SEALED = "sealed", _("waits to be issued")
    ISSUED = "issued", _("issued")
    RETURNED = "returned", _("returned")
    GIVEN_UP = "given-up", _("given up")


class Authority(models.TextChoices):
    """By what right somebody signs (Decree 30/2020/NĐ-CP, art. 13 and App. I, II.7)."""

    OWN = "own", _("as head of the agency")
    TM = "tm", _("TM. (for the collective, as its head)")
    TM_KT = "tm_kt", _("TM. and KT. (for the collective, as deputy for its head)")
    Q = "q", _("Q. (acting head)")
    KT = "kt", _("KT. (deputy for the head)")
    TL = "tl", _("TL. (by order)")
    TUQ = "tuq", _("TUQ. (by delegation)")


@ledger.guarded()
class Document(models.Model):
    """A document from being handed in to being issued.

    Its bytes lie in the vault, held by the document itself: as they were handed in, and as they are now. What a person
    signed is named by its hash, so that the agency's seal goes over those bytes and no others.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    type_name = models.CharField(max_length=100)
    subject = models.CharField(max_length=500)
    notation = models.CharField(max_length=30)
    step = models.CharField(max_length=10, choices=Step, default=Step.PREPARED)
    prepared_by = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="+", help_text="null: a system of the agency"
    )
    prepared_name = models.CharField(max_length=200, help_text="of who handed it in, at that time")
    prepared_at = models.DateTimeField()
    key = models.UUIDField(
        null=True, help_text="of the request that handed it in, the agency's own; null: none was given"
    )
    changed_at = models.DateTimeField()
    returned_why = models.CharField(max_length=1000, blank=True)

    file_name = models.CharField(max_length=200)
    original = models.UUIDField(help_text="in the vault: as it was handed in")
    original_sha256 = models.CharField(max_length=64)
    file = models.UUIDField(help_text="in the vault: as it is now")
    file_sha256 = models.CharField(max_length=64)
    places = models.JSONField(
        default=dict, help_text="by what goes there: page from 0, and left, bottom, width, height in points"
    )

    number = models.CharField(max_length=11, blank=True)
    number_book = models.CharField(max_length=100, blank=True, help_text="series; empty: typed by hand")
    dated_on = models.DateField(null=True)
    numbered_by = models.CharField(max_length=200, blank=True)
    number_in_file = models.BooleanField(
        default=False, help_text="whether the file had number and date already"
    )

    signer = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.CharField(max_length=5, choices=Authority)
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    signed_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    signed_certificate = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    signed_level = models.CharField(max_length=5, blank=True)

    sealed_by = models.CharField(max_length=200, blank=True)
    sealed_at = models.DateTimeField(null=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    sealed_certificate = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    sealed_level = models.CharField(max_length=5, blank=True)

    issued_by = models.CharField(max_length=200, blank=True)
    issued_at = models.DateTimeField(null=True)
    packet = models.UUIDField(null=True, help_text="as which it was sent; null: issued without sending")
    renew_at = models.DateTimeField(
        null=True, help_text="when its last time-stamp is renewed; null: it has none"
    )

    class Meta:
        db_table = "issuing_document"
        constraints = [
            models.UniqueConstraint(fields=["agency", "key"], name="issuing_key_once"),
            models.UniqueConstraint(
                models.F("agency"),
                models.F("number"),
                models.F("notation"),
                ExtractYear("dated_on"),
                condition=~models.Q(number=""),
                name="issuing_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=["prepared", "numbered", "returned", "given-up"])
                | ~models.Q(signed_sha256=""),
                name="issuing_signed_first",
            ),
            models.CheckConstraint(
                condition=~models.Q(step__in=["sealed", "issued"]) | ~models.Q(sealed_sha256=""),
                name="issuing_sealed_first",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "step", "-id"], name="issuing_at_step"),
            models.Index(fields=["agency", "-id"], name="issuing_of_agency"),
            models.Index(fields=["signer", "step", "-id"], name="issuing_of_signer"),
            models.Index(
                fields=["renew_at"], name="issuing_to_renew", condition=models.Q(renew_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.type_name}"

    @property
    def reference(self) -> str:
        """Number and notation, as far as they are given."""
        return f"{self.number}/{self.notation}" if self.number else self.notation


@ledger.guarded()
class AttachedFile(models.Model):
    """A file beside a document; a PDF gets the agency's signature with the text at the top right, others go as they are."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="files", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    is_pdf = models.BooleanField()
    size = models.BigIntegerField()
    original = models.UUIDField(help_text="in the vault")
    original_sha256 = models.CharField(max_length=64)
    sealed = models.UUIDField(null=True, help_text="in the vault: with the agency's signature")
    sealed_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "issuing_file"
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="issuing_file_position"),
        ]

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class Passage(models.Model):
    """A step that a document took: when, by whom, out of which post."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="passages", db_index=False)
    step = models.CharField(max_length=10, choices=Step)
    at = models.DateTimeField()
    by = models.CharField(max_length=200, help_text="name at that time")
    said = models.CharField(max_length=1000, blank=True)

    class Meta:
        db_table = "issuing_passage"
        indexes = [models.Index(fields=["document", "id"], name="issuing_passages_of")]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d}"


class Run(models.Model):
    """Many documents sealed one after the other, with a key of this installation; each has its own outcome."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    certificate = models.UUIDField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "issuing_run"

    def __str__(self) -> str:
        return f"{self.pk} {self.begun_at:%Y-%m-%d}"


class RunItem(models.Model):
    """One document of a run and what became of it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    done_at = models.DateTimeField(null=True)
    refused = models.JSONField(null=True, help_text="code, detail and parameters of what was refused")

    class Meta:
        db_table = "issuing_runitem"
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="issuing_run_position")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.position}"
