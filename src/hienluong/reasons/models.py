"""Reasons that can be given, each offered for one act from one day to another."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hienluong.ledger import service as ledger


@ledger.guarded()
class Reason(models.Model):
    """One reason in words; a changed wording is a new row, so that what was written stays findable."""

    class Act(models.TextChoices):
        """The status that the reason goes with; the statuses that want one (QCVN 102)."""

        REFUSE = "02", _("refusing a document")
        ASK_BACK = "13", _("asking a document back")
        KEEP = "16", _("refusing a recall or a change")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=2, choices=Act)
    code = models.CharField(
        max_length=40, help_text="letters, digits and hyphens; the same for every wording"
    )
    text_vi = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200)
    source = models.CharField(max_length=200, blank=True, help_text="the law it follows; empty: provisional")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day it is no more")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["act", "code"], condition=models.Q(valid_to=None), name="reasons_code_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="reasons_days",
            ),
        ]

    def __str__(self) -> str:
        return self.text_vi

    @property
    def provisional(self) -> bool:
        """Whether no source gives this reason: it is ours until one does."""
        return not self.source

    @property
    def text(self) -> str:
        """The words in the reader's language."""
        return self.text_en if (get_language() or "vi").startswith("en") else self.text_vi
