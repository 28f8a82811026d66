"""When somebody last looked at somebody's data; what was found about the signatures of files that were received."""

from __future__ import annotations

from django.db import models

from hienluong.directory.models import Person


class Look(models.Model):
    """The last look that became an entry: of whom, by whom, for what; swept once it no longer counts.

    The evidence is the entry in the ledger; this row only keeps the next look from becoming another one.
    """

    pk = models.CompositePrimaryKey("person", "actor", "purpose")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=80, help_text="kind:id")
    purpose = models.CharField(max_length=60)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.actor} {self.purpose} {self.seen_at}"


class CheckedFile(models.Model):
    """What was found about the signatures of a file, for a day and a trust list; swept afterwards."""

    key = models.BinaryField(
        primary_key=True, help_text="SHA-256 over the file's hash, the trust list and the day"
    )
    report = models.JSONField(help_text="as programs get it")
    checked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()[:8]} {self.checked_at}"
