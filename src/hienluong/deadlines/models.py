"""Clocks of law on documents, and the days on which people were reminded of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.exchange.models import Delivery, Packet

REFERENCE_MAX = 200


class Clock(models.Model):
    """One duty of one agency about one document: from when it runs, until when, and what ended it.

    Reckoned when it begins and stored, so that no list has to reckon. The reference is number and notation: metadata.
    """

    class Duty(models.TextChoices):
        """What has to be done in time."""

        SEND = "send", _("send the document")
        RECEIPT = "receipt", _("tell the sender that it arrived")
        ANSWER = "answer", _("answer by the date the sender set")

    class Outcome(models.TextChoices):
        """How it ended; empty while it runs."""

        DONE = "done", _("done")
        VOID = "void", _("no longer due")

    duty = models.CharField(max_length=7, choices=Duty)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="whose duty it is"
    )
    packet = models.ForeignKey(
        Packet,
        on_delete=models.CASCADE,
        null=True,
        related_name="clocks",
        db_index=False,
        help_text="null: a signed document that is not sent yet",
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, null=True, related_name="clocks", db_index=False
    )
    reference = models.CharField(max_length=REFERENCE_MAX, help_text="number and notation")
    issued_on = models.DateField(null=True)
    priority = models.SmallIntegerField(default=0)
    begun_at = models.DateTimeField(help_text="from when it runs")
    by_day = models.BooleanField(
        default=False, help_text="the time of signing is not known: an urgent document is measured by its day"
    )
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)
    late = models.BooleanField(default=False, help_text="it was done, after its time")
    announced_by = models.CharField(max_length=200, blank=True, help_text="who said that it was signed")
    warned_at = models.DateTimeField(
        null=True, help_text="an urgent one: when people were told that its time is over"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "duty"],
                condition=models.Q(delivery__isnull=False),
                name="deadlines_clock_once",
            ),
            models.UniqueConstraint(
                fields=["agency", "reference", "issued_on"],
                condition=models.Q(duty="send") & ~models.Q(outcome="void"),
                name="deadlines_document_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=models.Q(outcome=""),
                include=["priority"],
                name="deadlines_clock_running",
            ),
            models.Index(
                fields=["agency", "late", "due_at", "id"],
                condition=models.Q(outcome="done"),
                name="deadlines_clock_done",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(outcome="done"),
                include=["agency", "duty", "late"],
                name="deadlines_clock_tally",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(outcome="", priority__gt=0, warned_at=None),
                name="deadlines_clock_urgent",
            ),
            models.Index(
                fields=["packet"],
                condition=models.Q(packet__isnull=False),
                name="deadlines_clock_packet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.reference}"


class AnswerDate(models.Model):
    """The day by which the sender of a packet wants an answer (DueDate), for whoever it is delivered to, now or later."""

    packet = models.OneToOneField(Packet, on_delete=models.CASCADE, primary_key=True, related_name="+")
    answer_by = models.DateField()

    def __str__(self) -> str:
        return f"{self.packet_id} {self.answer_by}"


class Round(models.Model):
    """A day on which people were reminded; one row a day, whoever of the workers writes it first."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    people = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day}"
