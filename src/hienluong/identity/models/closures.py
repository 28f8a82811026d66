"""Closed accounts: each closing and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import User


class AccountClosure(models.Model):
    """One closing of an account; the account is open again from `reopened_at` on, which also counts as its last use."""

    class Reason(models.TextChoices):
        """Why it was closed."""

        IDLE = "idle", _("not used for long")
        ADMINISTRATOR = "by_administrator", _("closed by an administrator")
        REVIEW = "by_review", _("decided in an access review")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="closures")
    reason = models.CharField(max_length=16, choices=Reason)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200, help_text="name at that time")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="identity_closure_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.reason}"
