"""One-time sign-ins of people."""

from __future__ import annotations

from django.db import models

from hienluong.directory.models import User


class OneTimeSignIn(models.Model):
    """A single-use sign-in that an operator of the server hands out; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_sign_ins")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"
