"""Webhooks, their secrets, the messages to them, and the log of attempts."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.ledger import service as ledger
from hienluong.systems.models import AgencySystem


@ledger.guarded(
    last_success_at="the time of last use",
    failing_since="counts failures",
    failures="counts",
    rest_until="when to try next",
)
class Webhook(models.Model):
    """An https address of an agency's system and the kinds of events it wants to hear of."""

    class State(models.TextChoices):
        """What is sent to it: a challenge only, everything, nothing for now, nothing any more."""

        UNVERIFIED = "unverified", _("not verified")
        ACTIVE = "active", _("in use")
        DISABLED = "disabled", _("stopped after failures")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.ForeignKey(AgencySystem, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=40), help_text="of events: policy.KINDS")
    state = models.CharField(max_length=10, choices=State, default=State.UNVERIFIED)
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True, help_text="the first failure since the last success")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    rest_until = models.DateTimeField(
        null=True, help_text="nothing is sent before: it failed, or one worker is at it"
    )
    stopped_at = models.DateTimeField(null=True, help_text="when it was disabled or ended")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "url"], condition=~models.Q(state="ended"), name="webhooks_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url


@ledger.guarded()
class WebhookSecret(models.Model):
    """A secret that signs what is sent. Two may be good at once, so that a new one takes over without a gap.

    Signing needs the secret itself, so it is sealed with the installation's `webhook-key`, not hashed.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="secrets")
    sealed = models.BinaryField(max_length=100)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, help_text="from when it signs nothing; null: it has no end")

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.created_at:%Y-%m-%d}"


class Message(models.Model):
    """One event told to one webhook, until it took it. What is due says so itself; nothing is queued."""

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", _("not taken yet")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=40)
    data = models.JSONField(help_text="metadata only")
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True, help_text="when to try next, put off before each attempt")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="since it was made or replayed")
    give_up_at = models.DateTimeField(help_text="it is not tried again after this moment")

    class Meta:
        indexes = [
            models.Index(
                fields=["webhook", "due_at"],
                condition=models.Q(due_at__isnull=False),
                name="webhooks_message_due",
            ),
            models.Index(fields=["webhook", "-id"], name="webhooks_message_list"),
            models.Index(
                fields=["webhook", "state", "-id"],
                condition=models.Q(state__in=["waiting", "failed"]),
                name="webhooks_message_not_taken",
            ),
            models.Index(fields=["occurred_at"], name="webhooks_message_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Attempt(models.Model):
    """One attempt to deliver a message: what was answered, and how long it took."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="of HTTP; null: no answer")
    milliseconds = models.PositiveIntegerField()
    error = models.CharField(max_length=40, blank=True, help_text="code of the error; empty: it was taken")

    def __str__(self) -> str:
        return f"{self.message_id} {self.at:%Y-%m-%d %H:%M:%S}"
