"""Notices, what became of their mail, and the browsers that may be woken for them."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One thing a person should know; the text is a template code and its values, so each reader gets it translated."""

    reader = models.UUIDField(help_text="the person, as the directory names them")
    code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    address = models.EmailField(blank=True, help_text="where the mail goes; empty: no mail")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_refused = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="what the mail server said; it is not tried again",
    )

    class Meta:
        indexes = [
            models.Index(fields=["reader", "-id"], name="notices_of_reader"),
            models.Index(fields=["reader", "-id"], condition=models.Q(read_at=None), name="notices_unread"),
            models.Index(
                fields=["id"],
                condition=models.Q(mailed_at=None, read_at=None, mail_refused="") & ~models.Q(address=""),
                name="notices_mail_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reader", "code", "link"], name="notices_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.reader}"


class Ways(models.Model):
    """How a person wants to be reminded; without a row, by mail and in every browser that was allowed to."""

    reader = models.UUIDField(primary_key=True)
    mail = models.BooleanField(default=True)
    push = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.reader}: mail {self.mail}, push {self.push}"


class Subscription(models.Model):
    """A browser in which a person allowed messages: where its push service takes them, and with which keys (RFC 8291)."""

    reader = models.UUIDField(db_index=True)
    endpoint = models.TextField(unique=True)
    p256dh = models.CharField(max_length=100, help_text="the browser's public key, base64url")
    auth = models.CharField(max_length=40, help_text="the secret that both sides mix in, base64url")
    browser = models.CharField(max_length=80, help_text="for the person to know it again")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="when its push service last took a message")

    def __str__(self) -> str:
        return f"{self.reader}: {self.browser}"


class Push(models.Model):
    """One notice for one browser, until its push service took it. What is due says so itself; nothing is queued."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="pushes", db_index=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="pushes")
    due_at = models.DateTimeField(null=True, help_text="when to try next; null: taken, or given up")
    attempts = models.PositiveSmallIntegerField(default=0)
    pushed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "subscription"], name="notices_pushed_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="notices_push_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.subscription_id}"
