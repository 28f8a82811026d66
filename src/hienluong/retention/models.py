"""Periods by kind of document, legal holds, and disposals with what became of each document in them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.exchange.models import Packet
from hienluong.ledger import service as ledger

OPEN = ("proposed", "approved")


@ledger.guarded()
class Period(models.Model):
    """For how long documents of one kind are kept, from a day on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type_name = models.CharField(
        max_length=100, blank=True, help_text="empty: every kind without one of its own"
    )
    type_key = models.CharField(max_length=100, blank=True, help_text="the name without case and marks")
    months = models.PositiveSmallIntegerField(null=True, help_text="from acceptance on; null: kept for good")
    source = models.TextField(blank=True, help_text="the text of law or the decision it rests on")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day on which it no longer applies")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=200, help_text="name at that time")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type_key", "valid_from"], name="retention_period_once"),
            models.CheckConstraint(
                condition=models.Q(months__isnull=True) | models.Q(months__gte=1),
                name="retention_period_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type_name or '*'}: {self.months or 'for good'}"

    @property
    def provisional(self) -> bool:
        """Whether nobody has said yet what it rests on."""
        return not self.source


@ledger.guarded()
class Hold(models.Model):
    """That a packet must not be destroyed until the hold is lifted; the database refuses it too (migration 0001)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="holds")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, help_text="whose copy it keeps; null: every copy"
    )
    reason = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=200, help_text="name at that time")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lift_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["packet", "agency"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="retention_hold_once",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="retention_hold_has_reason"),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True) | ~models.Q(lift_reason=""),
                name="retention_lift_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet_id}: {self.reason}"


@ledger.guarded()
class Disposal(models.Model):
    """A list of documents of one agency that are over their time, and what was decided about it."""

    class State(models.TextChoices):
        """Proposed by one, approved by another, carried out by the worker."""

        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved, being carried out")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken-back", _("taken back")
        DONE = "done", _("carried out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="disposals")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    counted_on = models.DateField(help_text="the day on which their time was over")
    proposed_at = models.DateTimeField()
    proposer = models.UUIDField()
    proposed_by = models.CharField(max_length=200, help_text="name at that time")
    note = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    approver = models.UUIDField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answer_note = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "done"])
                | (models.Q(approver__isnull=False) & ~models.Q(approver=models.F("proposer"))),
                name="retention_disposal_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="retention_disposal_of_agency"),
            models.Index(fields=["id"], condition=models.Q(state="approved"), name="retention_disposal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.state}"


@ledger.guarded()
class DisposalItem(models.Model):
    """One document of a disposal: by which period it is over its time, and what became of the agency's copy."""

    class Outcome(models.TextChoices):
        """What became of the copy."""

        WAITING = "waiting", _("not carried out")
        DESTROYED = "destroyed", _("destroyed")
        HELD = "held", _("kept: under a legal hold")
        GONE = "gone", _("there was no copy any more")
        SECRET = "secret", _("kept: taken out of the exchange as secret")

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, related_name="items", db_index=False)
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="disposals")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(help_text="the day from which on it need not be kept")
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING)
    sha256 = models.BinaryField(max_length=32, null=True, help_text="of the file that was destroyed")
    size = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["disposal", "packet"], name="retention_item_once")]

    def __str__(self) -> str:
        return f"{self.disposal_id}: {self.packet_id}"
