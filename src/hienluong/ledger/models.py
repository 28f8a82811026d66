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
    actor = models.CharField(max_length=80, db_default="", help_text="who acted, as kind:id")
    agency = models.UUIDField(null=True, help_text="the agency acted for, as the entry says")

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
        # The order in which people read: by the time of the act; the index settles ties.
        indexes = [
            models.Index(fields=["queued_at", "index"], name="ledger_entry_time"),
            models.Index(fields=["subject", "queued_at", "index"], name="ledger_entry_subject"),
            models.Index(fields=["actor", "queued_at", "index"], name="ledger_entry_actor"),
            models.Index(fields=["action", "queued_at", "index"], name="ledger_entry_action"),
            models.Index(fields=["agency", "queued_at", "index"], name="ledger_entry_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.action} {self.subject}"


class Tile(models.Model):
    """Hashes of the tree that stand side by side (c2sp.org/tlog-tiles); the last of a level grows until it has 256.

    How many leaves the tree has is never stored beside them: the last tile of level 0 says it.
    """

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class SignedCheckpoint(models.Model):
    """The head of the log at one size, signed; what was signed once is never changed."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField(help_text="the signed note, as it is published")
    signed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.size} at {self.signed_at}"


class Verification(models.Model):
    """One recomputation of the whole log, and what it found."""

    started_at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField(help_text="so many entries were read")
    seconds = models.FloatField()
    faults = models.PositiveIntegerField()
    first_fault = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.started_at}: {self.size} entries, {self.faults} faults"
