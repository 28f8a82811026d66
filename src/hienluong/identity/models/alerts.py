"""Changes of what somebody may do, who is alerted of each, and the cases that doubt about one opens."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Person
from hienluong.identity.models.systems import AgencySystem


class RightsChange(models.Model):
    """One change of what a person or a system may do (Decree 30/2020, App. VI, III.3). Never changed afterwards."""

    class Kind(models.TextChoices):
        """What was changed."""

        POST_ASSIGNED = "post_assigned", _("post given")
        POST_ENDED = "post_ended", _("post ended")
        ACCOUNT_OPENED = "account_opened", _("account opened")
        ACCOUNT_CLOSED = "account_closed", _("account closed")
        ACCOUNT_REOPENED = "account_reopened", _("account opened again")
        ACCOUNT_RESET = "account_reset", _("way to sign in reset")
        DELEGATION_GRANTED = "delegation_granted", _("delegation granted")
        DELEGATION_ENDED = "delegation_ended", _("delegation ended")
        SYSTEM_REGISTERED = "system_registered", _("system registered")
        SYSTEM_KEY_CHANGED = "system_key_changed", _("key of a system changed")
        SYSTEM_ENDED = "system_ended", _("system ended")
        SENDING_GRANTED = "sending_granted", _("right to send for others granted")
        SENDING_ENDED = "sending_ended", _("right to send for others ended")

    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="rights_changes")
    system = models.ForeignKey(
        AgencySystem, on_delete=models.PROTECT, null=True, related_name="rights_changes"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict, help_text="names at that time, for the sentence people read")
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200, help_text="name at that time")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_name}"


class RightsAlert(models.Model):
    """One person to whom a change is shown until they confirm it or say that it is wrong."""

    class State(models.TextChoices):
        """What the reader said to it."""

        UNCONFIRMED = "unconfirmed", _("not confirmed")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        DISPUTED = "disputed", _("reported as wrong")

    change = models.ForeignKey(RightsChange, on_delete=models.CASCADE, related_name="alerts")
    reader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_alerts")
    state = models.CharField(max_length=12, choices=State, default=State.UNCONFIRMED)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "reader"], name="identity_alert_once")]
        indexes = [
            models.Index(
                fields=["reader", "-id"],
                condition=models.Q(state="unconfirmed"),
                name="identity_alert_unconfirmed",
            ),
            models.Index(fields=["reader", "-id"], name="identity_alert_of_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} → {self.reader_id}"


class AccessCase(models.Model):
    """A change that somebody reported as wrong: administrators look into it and say what came of it."""

    alert = models.OneToOneField(RightsAlert, on_delete=models.PROTECT, related_name="case")
    note = models.TextField(help_text="what the person who opened it wrote")
    sessions_ended = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(closed_at=None), name="identity_case_waiting")
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"
