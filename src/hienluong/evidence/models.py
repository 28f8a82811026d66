"""When somebody last looked at somebody's data, so that a look that goes on is one look."""

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
