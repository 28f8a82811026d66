"""Which packet changes which document, and what was taken back from whom."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.exchange.models import Delivery, Packet
from hienluong.ledger import service as ledger


@ledger.guarded()
class Reference(models.Model):
    """That a packet revokes, updates or replaces a document; kept too for a document that is not (yet) here."""

    class What(models.TextChoices):
        """What the packet does to the document, as the standing of a delivery has it."""

        REVOKED = "revoked", _("revokes")
        UPDATED = "updated", _("updates")
        REPLACED = "replaced", _("replaces")

    packet = models.ForeignKey(Packet, on_delete=models.CASCADE, related_name="references")
    document_id = models.TextField(help_text="of the document changed, as the packet names it")
    what = models.CharField(max_length=8, choices=What)
    sender_code = models.CharField(max_length=60, help_text="primary code of the packet's sender")
    only_for = models.JSONField(default=list, help_text="primary codes; empty: every receiver of the packet")
    added = models.JSONField(default=list, help_text="primary codes of receivers that an update adds")
    removed = models.JSONField(default=list, help_text="primary codes of receivers that an update takes off")
    reason = models.TextField(blank=True)
    target = models.ForeignKey(
        Packet,
        on_delete=models.SET_NULL,
        null=True,
        related_name="referred_by",
        help_text="the document; null: not seen here yet",
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["packet", "document_id"], name="corrections_reference_once"),
        ]
        indexes = [
            models.Index(
                fields=["document_id"],
                condition=models.Q(settled_at=None),
                name="corrections_reference_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet_id} {self.what} {self.document_id}"


@ledger.guarded()
class Recall(models.Model):
    """That a document was taken back, or asked back, from one recipient; kept on both sides when the copy is gone."""

    class Cause(models.TextChoices):
        """Why it is to come back."""

        ASKED_BACK = "asked_back", _("asked back by its sender")
        REVOKED = "revoked", _("revoked by its sender")
        REMOVED = "removed", _("no longer for this recipient")
        RETURNED = "returned", _("returned by the recipient")

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("not answered yet")
        WITHDRAWN = "withdrawn", _("withdrawn before anybody fetched it")
        AGREED = "agreed", _("agreed, the copy is destroyed")
        REFUSED = "refused", _("refused, the recipient keeps it")
        RETURNED = "returned", _("taken back after it was returned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="recalls")
    cause = models.CharField(max_length=10, choices=Cause)
    state = models.CharField(max_length=9, choices=State)
    reason = models.TextField(blank=True)
    asked_by = models.CharField(max_length=200, help_text="name at that time")
    asked_at = models.DateTimeField()
    by_packet = models.ForeignKey(
        Packet,
        on_delete=models.SET_NULL,
        null=True,
        related_name="recalls",
        help_text="the revocation or update",
    )
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=200, blank=True, help_text="name at that time")
    answered_at = models.DateTimeField(null=True)
    sent_instead = models.ForeignKey(
        Delivery,
        on_delete=models.SET_NULL,
        null=True,
        related_name="corrects",
        help_text="the delivery to the right agency, where this one was wrong",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=models.Q(state="asked"), name="corrections_one_open_recall"
            ),
        ]
        indexes = [models.Index(fields=["delivery", "-id"], name="corrections_recall_of")]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.state}"
