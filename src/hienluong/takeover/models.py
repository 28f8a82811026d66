"""Files of an earlier system, the documents in them, books of numbers, and comparisons of both systems."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.ledger import service as ledger


class Direction(models.TextChoices):
    """Which register."""

    INCOMING = "incoming", _("incoming documents")
    OUTGOING = "outgoing", _("outgoing documents")


class State(models.TextChoices):
    """How far an intake or a comparison is."""

    COLUMNS = "columns", _("columns to be confirmed")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked, not taken over yet")
    REFUSED = "refused", _("refused")
    APPLYING = "applying", _("being taken over")
    APPLIED = "applied", _("taken over")
    DISCARDED = "discarded", _("discarded")
    UNDONE = "undone", _("undone")


class Profile(models.Model):
    """The columns of one system's registers, by name: said once, used for every further file."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="takeover_profiles")
    name = models.CharField(max_length=100)
    columns = models.JSONField(help_text="heading in the file by our field")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="takeover_profile_once")]

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class Intake(models.Model):
    """One file handed in, a register or an archive of packets: checked, taken over or not, perhaps undone; never deleted."""

    class Kind(models.TextChoices):
        """What the file is."""

        REGISTER = "register", _("register")
        ARCHIVE = "archive", _("archive of packets")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="takeover_intakes")
    kind = models.CharField(max_length=8, choices=Kind)
    direction = models.CharField(
        max_length=8, choices=Direction, blank=True, help_text="of a register; packets say it themselves"
    )
    system = models.CharField(max_length=100, help_text="the earlier system's name, shown at what it brought")
    file_name = models.CharField(max_length=255)
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    file_id = models.UUIDField(null=True, help_text="in the vault; null: read from a folder on the server")
    heading = models.JSONField(default=list, help_text="of a register: the columns of the file")
    columns = models.JSONField(default=dict, help_text="heading by our field, as confirmed")
    skip_wrong_rows = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State)
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list, help_text="the first of them: [{pointer, detail, params}]")
    requested_by = models.CharField(max_length=200, help_text="name at that time")
    requested_by_id = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "-created_at", "id"], name="takeover_intake_newest")]

    def __str__(self) -> str:
        return self.file_name


@ledger.guarded(search_key="made from other columns")
class TakenDocument(models.Model):
    """A document of an earlier system: a line of its register, or a packet with its attachments. History, never delivered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="documents")
    place = models.TextField(help_text="row of the register, or name in the archive")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="taken_documents", db_index=False
    )
    direction = models.CharField(max_length=8, choices=Direction)
    identity = models.BinaryField(max_length=32, help_text="the same document again is already there")
    kind = models.CharField(max_length=6, default="edoc", help_text="edoc or status")
    business = models.SmallIntegerField(
        null=True, help_text="of a packet: 0 new, 1 revocation, 2 update, 3 replacement"
    )
    status_code = models.CharField(max_length=2, blank=True)
    document_id = models.TextField(blank=True)
    number = models.TextField(blank=True)
    notation = models.TextField(blank=True)
    dated_on = models.DateField(null=True)
    registered_on = models.DateField(null=True)
    day = models.DateField(
        help_text="the document's date, else the day it was registered: the order of lists"
    )
    arrival_number = models.TextField(blank=True)
    type_name = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    party = models.TextField(blank=True, help_text="the other side: who sent it, or to whom it went")
    party_code = models.TextField(blank=True)
    signer = models.TextField(blank=True)
    search_key = models.TextField(blank=True, help_text="lines as those of packets")
    file_id = models.UUIDField(null=True, help_text="a packet in the vault")
    file_sha256 = models.BinaryField(max_length=32, null=True)
    parts = models.JSONField(default=list, help_text="attachments: [{name, type, size, sha256}]")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "direction", "identity"], name="takeover_document_once")
        ]
        indexes = [
            models.Index(fields=["agency", "-day", "-id"], name="takeover_document_newest"),
            models.Index(fields=["agency", "document_id"], name="takeover_document_id"),
            GinIndex(
                fields=["agency", "search_key"],
                opclasses=["uuid_ops", "gin_trgm_ops"],
                name="takeover_document_search",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class AsideFile(models.Model):
    """A file of an archive that could not be taken: kept untouched, with the reason."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="aside")
    name = models.TextField()
    reason = models.CharField(max_length=40, help_text="code of what is wrong")
    explained = models.TextField(help_text="English template of the sentence")
    params = models.JSONField(default=dict)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32, null=True)
    file_id = models.UUIDField(
        null=True, help_text="in the vault; null: its bytes could not be had, or must not be kept"
    )

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class NumberBook(models.Model):
    """One series of numbers of an agency in a year (Decree 30/2020/NĐ-CP, art. 15): the next one is in it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="number_books")
    series = models.CharField(
        max_length=100, help_text="which documents share the numbers; the head of the agency decides"
    )
    year = models.PositiveSmallIntegerField()
    first = models.PositiveIntegerField(help_text="from which number it continued an earlier system's book")
    next = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "series", "year"], name="takeover_book_once"),
            models.CheckConstraint(
                condition=models.Q(next__gte=models.F("first")), name="takeover_book_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}"


@ledger.guarded()
class GivenNumber(models.Model):
    """A number that a book gave; never changed, never given again."""

    book = models.ForeignKey(NumberBook, on_delete=models.PROTECT, related_name="given")
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=300, blank=True)
    given_to = models.CharField(max_length=200, help_text="name at that time")
    given_at = models.DateTimeField()
    key = models.CharField(  # noqa: DJ001 - unique where given; empty text would clash
        max_length=100, null=True, help_text="of the act it was taken for; the same again gives it again"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="takeover_number_once"),
            models.UniqueConstraint(fields=["book", "key"], name="takeover_number_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number:02}"


class Comparison(models.Model):
    """The register of the earlier system for some days beside what passed here in the same days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="takeover_comparisons")
    direction = models.CharField(max_length=8, choices=Direction)
    first_day = models.DateField()
    last_day = models.DateField()
    file_name = models.CharField(max_length=255)
    sha256 = models.BinaryField(max_length=32)
    file_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State)
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    requested_by = models.CharField(max_length=200, help_text="name at that time")
    requested_by_id = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agency", "-created_at", "id"], name="takeover_comparison_newest")]

    def __str__(self) -> str:
        return self.file_name


class DayCount(models.Model):
    """How many documents of one agency each system has on one day."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    agency_name = models.TextField(blank=True)
    theirs = models.PositiveIntegerField()
    ours = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["comparison", "day", "agency_name"], name="takeover_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.theirs}, {self.ours}"


class Difference(models.Model):
    """One document that the two systems do not have alike."""

    class Kind(models.TextChoices):
        """In what they differ."""

        MISSING_HERE = "here", _("missing here")
        MISSING_THERE = "there", _("missing in the earlier system")
        DIFFERING = "differs", _("differing")

    comparison = models.ForeignKey(
        Comparison, on_delete=models.CASCADE, related_name="differences", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind)
    row = models.PositiveIntegerField(null=True, help_text="of the earlier system's file")
    packet = models.UUIDField(null=True, help_text="ours")
    day = models.DateField(null=True)
    number = models.TextField(blank=True)
    agency_name = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    found = models.JSONField(default=list, help_text="what differs: [[field, theirs, ours]]")

    class Meta:
        indexes = [models.Index(fields=["comparison", "kind", "id"], name="takeover_difference_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.number}"
