"""Notices and what became of their mail."""

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

    class Meta:
        indexes = [models.Index(fields=["reader", "-id"], name="notices_of_reader")]
        constraints = [
            models.UniqueConstraint(fields=["reader", "code", "link"], name="notices_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.reader}"
