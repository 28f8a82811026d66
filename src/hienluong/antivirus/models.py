"""Which packets were scanned, what was found in which attachment, and how the daemon is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.exchange.models import Packet
from hienluong.ledger import service as ledger


@ledger.guarded(attempts="counts", due_at="when to try next", trouble="of the last attempt")
class Scan(models.Model):
    """A packet whose attachments are scanned before anybody receives it, and what came of it."""

    class State(models.TextChoices):
        """Only what is clean, or was released, passes."""

        WAITING = "waiting", _("waits to be scanned")
        CLEAN = "clean", _("clean")
        INFECTED = "infected", _("infected")
        UNSCANNABLE = "unscannable", _("cannot be scanned")
        RELEASED = "released", _("released")
        REFUSED = "refused", _("refused for good")

    packet = models.OneToOneField(
        Packet, on_delete=models.CASCADE, primary_key=True, related_name="malware_scan"
    )
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True, help_text="when to try next; null: nothing to do")
    attempts = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True, help_text="why the last attempt came to nothing")
    engine = models.CharField(max_length=200, blank=True, help_text="what clamd said of itself at the scan")
    asked_at = models.DateTimeField()
    swept = models.BooleanField(
        default=False, db_default=False, help_text="it was stored before scanning was turned on"
    )
    scanned_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True, help_text="name at that time")
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["released", "refused"])
                | (models.Q(decided_at__isnull=False) & ~models.Q(decision_reason="")),
                name="antivirus_decision_has_reason",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="antivirus_due"),
            models.Index(
                fields=["-packet"],
                condition=~models.Q(state__in=["waiting", "clean"]),
                name="antivirus_quarantine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet_id}: {self.state}"


@ledger.guarded()
class Finding(models.Model):
    """What clamd found in one attachment."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="findings", db_index=False)
    position = models.PositiveSmallIntegerField(help_text="of the attachment in its packet, from 0")
    signature = models.CharField(max_length=300)
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "position"], name="antivirus_finding_once")]

    def __str__(self) -> str:
        return f"{self.scan_id}/{self.position}: {self.signature}"


class Engine(models.Model):
    """How the daemon is, as the last conversation showed it: one row."""

    answers = models.BooleanField()
    since = models.DateTimeField()
    version = models.CharField(max_length=200, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="antivirus_one_engine")]

    def __str__(self) -> str:
        return self.version or self.problem


class Sweep(models.Model):
    """How far the sweep of what was stored before scanning was turned on has come: one row. It goes back in time."""

    place = models.UUIDField(help_text="the packet it came to; those after it were asked for")
    begun_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True, help_text="when the packet at that place was accepted")
    asked = models.PositiveIntegerField(default=0, help_text="scans asked for since it began")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="antivirus_one_sweep")]

    def __str__(self) -> str:
        return f"{self.asked} since {self.begun_at:%Y-%m-%d}"
