"""Entries waiting for their place, and entries with their place in the log."""

from __future__ import annotations

import uuid

from django.db import models


class AbstractEntry(models.Model):
    """What both tables hold: the private entry, its salt and the leaf the public will see."""

    entry = models.BinaryField(help_text="canonical JSON (RFC 8785), at most 4 kB")
    salt = models.BinaryField(max_length=16)
    leaf = models.BinaryField(max_length=32)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    queued_at = models.DateTimeField()

    class Meta:
        abstract = True


class QueuedEntry(AbstractEntry):
    """An entry that committed with its act and has no place yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class Entry(AbstractEntry):
    """An entry at its place: indices are 0, 1, 2 … without a gap."""

    index = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)
    sequenced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "index"], name="ledger_entry_subject")]

    def __str__(self) -> str:
        return f"{self.index} {self.action} {self.subject}"
