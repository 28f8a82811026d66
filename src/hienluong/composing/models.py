"""Documents that are being written: what a person has written so far, and the files chosen for it."""

from __future__ import annotations

import uuid

from django.db import models

from hienluong.directory.models import Agency, Person


class Draft(models.Model):
    """What one person writes for one agency; nobody else sees it. Gone once it is sent, discarded or left alone too long.

    Whoever saves says from which version they began and which page they write on, so that two pages never overwrite each
    other; `turn` puts the savings of one page in order, since they may arrive late.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    change_kind = models.PositiveSmallIntegerField(null=True, help_text="2 an update, 3 a replacement")
    changes = models.UUIDField(null=True, help_text="the packet that it updates or replaces")
    answers = models.JSONField(default=dict, help_text="what was typed and chosen, by field: a list of texts")
    version = models.PositiveIntegerField(default=1)
    page = models.UUIDField(help_text="the page that saved last")
    turn = models.BigIntegerField(default=0, help_text="when that page saved, by its own clock in ms")
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["author", "agency", "-saved_at", "-id"], name="composing_draft_of"),
            models.Index(fields=["saved_at"], name="composing_draft_left_alone"),
        ]

    def __str__(self) -> str:
        return self.id.hex

    def first(self, name: str) -> str:
        """Returns what was written in a field of one line."""
        return str(next(iter(self.answers.get(name, [])), ""))

    @property
    def subject(self) -> str:
        """The subject as far as it is written."""
        return self.first("subject")

    @property
    def reference(self) -> str:
        """Number and notation as far as they are written."""
        return "/".join(part for part in (self.first("number"), self.first("notation")) if part)


class DraftFile(models.Model):
    """A file chosen for a draft; in the vault the draft is its holder."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files", db_index=False)
    file_id = models.UUIDField(help_text="in the vault")
    name = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "name", "sha256"], name="composing_file_once"),
        ]

    def __str__(self) -> str:
        return self.file_id.hex
