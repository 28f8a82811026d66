"""Packets, the transmissions that brought them, their parts, and one delivery per recipient."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.ledger import service as ledger


@ledger.guarded(search_key="made from other columns", holders="made from the deliveries")
class Packet(models.Model):
    """A document or a status, identified by what it says (decision 1): sender, document id, kind and digest."""

    class Kind(models.TextChoices):
        """The two message types of the axis."""

        DOCUMENT = "edoc", _("document")
        STATUS = "status", _("status")

    class Business(models.IntegerChoices):
        """BussinessDocType on the wire; a status has none."""

        NEW = 0, _("new document")
        REVOKE = 1, _("revocation")
        UPDATE = 2, _("update")
        REPLACE = 3, _("replacement")

    class Secrecy(models.TextChoices):
        """Secret documents never travel here (QĐ 28/2018, art. 1.2); one found later is taken out (decision 5)."""

        OPEN = "open", _("not secret")
        QUARANTINED = "quarantined", _("quarantined")
        DESTROYED = "destroyed", _("destroyed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)
    business = models.SmallIntegerField(choices=Business, null=True)
    sender = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="packets", db_index=False
    )
    sender_code = models.CharField(max_length=60, help_text="From/OrganId as written")
    sender_name = models.TextField()
    document_id = models.TextField(help_text="DocumentId as written; for a status, the document it is about")
    digest = models.BinaryField(max_length=32)
    code_number = models.TextField(blank=True)
    code_notation = models.TextField(blank=True)
    promulgated_on = models.DateField(null=True)
    promulgated_raw = models.TextField(blank=True)
    type_name = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    search_key = models.TextField(
        blank=True, help_text="lines: number and notation, type, subject, sender; see `search`"
    )
    holders = ArrayField(
        models.UUIDField(), default=list, help_text="agencies here that sent or receive it, for the search"
    )
    priority = models.SmallIntegerField(default=0)
    status_code = models.CharField(max_length=2, blank=True)
    status_note = models.TextField(blank=True)
    secrecy = models.CharField(max_length=12, choices=Secrecy, default=Secrecy.OPEN)
    warnings = models.JSONField(default=list)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender_code", "document_id", "kind", "business", "digest"],
                name="exchange_packet_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["sender_code", "document_id"],
                condition=models.Q(kind="edoc", business=0),
                name="exchange_new_document_once",
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "-id"], name="exchange_packet_of_sender"),
            models.Index(
                fields=["sender", "kind", "promulgated_on"], include=["id"], name="exchange_packet_dated"
            ),
            models.Index(fields=["document_id"], name="exchange_packet_document"),
            GinIndex(
                fields=["holders", "search_key", "promulgated_on"],
                opclasses=["array_ops", "gin_trgm_ops", "date_ops"],
                gin_pending_list_limit=16 * 1024,  # `tidy_search` enters what waits; no packet has to do it
                name="exchange_packet_search",
            ),
        ]

    def __str__(self) -> str:
        return self.document_id


@ledger.guarded()
class Transmission(models.Model):
    """One file handed in: the same file or the same idempotency key again gets the first receipt again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="transmissions")
    submitter = models.UUIDField(
        help_text="the agency that handed it in, for itself or by a right to send for others"
    )
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    file_id = models.UUIDField(help_text="in the vault")
    idempotency_key = models.CharField(max_length=100, null=True)  # noqa: DJ001 - unique where given; empty text would clash
    hops = models.JSONField(default=list, help_text="its TraceHeaders: [{organ_id, timestamp}]")
    accepted_at = models.DateTimeField()
    receipt = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submitter", "sha256"], name="exchange_file_once"),
            models.UniqueConstraint(fields=["submitter", "idempotency_key"], name="exchange_key_once"),
        ]
        indexes = [
            models.Index(fields=["accepted_at"], include=["submitter"], name="exchange_transmission_at"),
        ]

    def __str__(self) -> str:
        return self.id.hex


@ledger.guarded()
class Audience(models.Model):
    """A group of recipients that a transmission was sent to, as the group was at that moment; never changed."""

    transmission = models.ForeignKey(Transmission, on_delete=models.PROTECT, related_name="audiences")
    group = models.UUIDField(help_text="the group; it may have ended or changed since")
    name = models.CharField(max_length=200, help_text="its name at that time")
    codes = models.JSONField(help_text="codes of the agencies in it at that time")
    dropped = models.JSONField(default=list, help_text="who got nothing, and why: [{name, why, successor}]")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transmission", "group"], name="exchange_audience_once"),
        ]

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class Part(models.Model):
    """An attachment of a packet, as it is after unwrapping."""

    packet = models.ForeignKey(Packet, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.TextField()
    declared_type = models.TextField(blank=True)
    real_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["packet", "position"], name="exchange_part_position")]

    def __str__(self) -> str:
        return self.name


class Scan(models.Model):
    """A packet whose attachments are still to be searched for marks of secrecy (decision 5); gone once they were."""

    packet = models.OneToOneField(Packet, on_delete=models.CASCADE, primary_key=True)
    due_at = models.DateTimeField(
        null=True, db_index=True, help_text="when to try next, put off before each attempt; null: given up"
    )
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.packet_id)


@ledger.guarded(search_key="made from other columns")
class Recipient(models.Model):
    """A mailbox in the province, or a code outside it that waits for a route. Its row is the drainer's lock (decision 2)."""

    MAILBOX = "mailbox"

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, null=True, related_name="recipient")
    code = models.CharField(
        max_length=60, unique=True, help_text="primary code, or the code outside as written"
    )
    name = models.TextField()
    search_key = models.TextField(blank=True)
    channel = models.CharField(max_length=20, default=MAILBOX, help_text="empty: no route yet")

    def __str__(self) -> str:
        return self.code


@ledger.guarded(
    attempts="counts",
    due_at="when to try next",
    failure="of the last attempt",
    changed_at="also of putting off",
)
class Delivery(models.Model):
    """The journey of one packet to one recipient. What is due says so itself; nothing is queued (decision 2)."""

    class State(models.TextChoices):
        """The mailbox plane (initial, processing, done, fail on the national axis) and what comes before it."""

        WAITING = "waiting", _("waiting")
        UNROUTED = "unrouted", _("waiting for a route")
        DELIVERED = "delivered", _("in the mailbox")
        FETCHED = "fetched", _("fetched")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("refused by the recipient's system")
        DEAD = "dead", _("failed for good")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Standing(models.TextChoices):
        """What later documents of the same sender made of this one, for this recipient."""

        UPDATED = "updated", _("updated by a later document")
        REPLACED = "replaced", _("replaced by another document")
        REMOVED = "removed", _("no longer for this recipient")
        REVOKED = "revoked", _("revoked")

    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    transmission = models.ForeignKey(
        Transmission, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    recipient_code = models.CharField(max_length=60, help_text="To/OrganId as written")
    taken_over = models.JSONField(
        default=list, help_text="per code that led here by succession: the agency asked for, and since when"
    )
    kind = models.CharField(
        max_length=6, choices=Packet.Kind, help_text="the packet's, so that indices can tell them apart"
    )
    promulgated_on = models.DateField(null=True, help_text="the packet's, so that an index knows it")
    state = models.CharField(max_length=10, choices=State)
    business_state = models.CharField(max_length=2, blank=True, help_text="the last status in order: 01 … 16")
    standing = models.CharField(
        max_length=8,
        choices=Standing,
        blank=True,
        db_default="",
        help_text="what a later document of the sender made of it",
    )
    changed_by = models.ForeignKey(
        Packet,
        on_delete=models.SET_NULL,
        null=True,
        related_name="changed",
        db_index=False,
        help_text="that later document",
    )
    position = models.BigIntegerField(
        null=True,
        help_text="its place in the mailbox, given by the drainer: in one mailbox it grows in the order of commits",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when to try next; null: nothing to do")
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    given_again_at = models.DateTimeField(null=True, help_text="when an operator last put it there again")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["packet", "recipient"], name="exchange_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "id"],
                condition=models.Q(due_at__isnull=False),
                name="exchange_delivery_due",
            ),
            models.Index(fields=["recipient", "-position"], name="exchange_delivery_mailbox"),
            models.Index(
                fields=["recipient", "kind", "promulgated_on"],
                include=["position", "state", "packet", "id"],
                name="exchange_delivery_dated",
            ),
            models.Index(
                fields=["recipient", "position"],
                condition=models.Q(state__in=["delivered", "fetched"]),
                name="exchange_delivery_open",
            ),
            models.Index(
                fields=["state", "id"],
                condition=models.Q(state__in=["waiting", "unrouted", "dead", "rejected"]),
                name="exchange_delivery_troubles",
            ),
            models.Index(
                fields=["recipient", "id"],
                condition=models.Q(kind="edoc", business_state__in=["", "01", "13"]),
                name="exchange_delivery_to_answer",
            ),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(business_state="02"),
                name="exchange_delivery_refused",
            ),
            models.Index(
                fields=["changed_by"],
                condition=models.Q(changed_by__isnull=False),
                name="exchange_delivery_changed_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet_id} → {self.recipient_code}"

    @property
    def plane(self) -> str:
        """Where the recipient's steps are noted: once it was given again, apart from those that count (decision 26)."""
        return DeliveryEvent.Plane.AGAIN if self.given_again_at else DeliveryEvent.Plane.MAILBOX


@ledger.guarded()
class DeliveryEvent(models.Model):
    """One step of a delivery on one of its planes; never changed."""

    class Plane(models.TextChoices):
        """The two planes that implementers confuse most (reference, §1.7), and what stands apart from both."""

        MAILBOX = "mailbox", _("mailbox")
        AGAIN = "again", _("mailbox, given again")
        BUSINESS = "business", _("business")
        STANDING = "standing", _("standing")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    plane = models.CharField(max_length=8, choices=Plane)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200, help_text="name at that time")
    note = models.TextField(blank=True)
    status_packet = models.ForeignKey(Packet, on_delete=models.PROTECT, null=True, related_name="reported")
    in_order = models.BooleanField(
        default=True, help_text="false: recorded, but the state table does not allow it here"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["at"],
                condition=models.Q(plane="mailbox", after__in=["delivered", "confirmed", "dead", "rejected"]),
                include=["after"],
                name="exchange_event_flow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.before} → {self.after}"
