"""Sealed files, the holders' keys to them, and the list of destructions that a restore re-applies."""

from __future__ import annotations

import uuid

from django.db import models


class SealedFile(models.Model):
    """One ciphertext in the store; its name there is the hex of its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id.hex


class Holding(models.Model):
    """The right and the means of one holder (an agency) to open one file."""

    file = models.ForeignKey(SealedFile, on_delete=models.CASCADE, related_name="holdings", db_index=False)
    holder = models.UUIDField()
    wrapped_key = models.BinaryField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "holder"], name="files_one_key_per_holder")]

    def __str__(self) -> str:
        return f"{self.file_id} / {self.holder}"


class Destruction(models.Model):
    """That a holder's copy was destroyed, when and why; kept for good, and re-applied after a restore."""

    file_id = models.UUIDField()
    holder = models.UUIDField()
    destroyed_at = models.DateTimeField()
    reason = models.TextField()
    journaled = models.BooleanField(
        default=False, help_text="whether it stands in the journal beside the files as well"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file_id", "holder"], name="files_destroyed_once")]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(journaled=False), name="files_destruction_unwritten"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} / {self.holder}"
