"""Access reviews: one per quarter, a line for every post, system and account, and what was decided about it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Person, Post, User
from hienluong.identity.models.systems import AgencySystem


class AccessReview(models.Model):
    """The review of accounts and rights of one quarter. Once finished, it and its lines cannot be changed any more."""

    quarter = models.CharField(max_length=7, unique=True, help_text="2026-Q4")
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    record = models.BinaryField(
        null=True, help_text="canonical JSON (RFC 8785) of everything that was decided"
    )
    record_sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.quarter


class ReviewLine(models.Model):
    """One right to be looked at: a person's post, an agency's system, or an account without any post."""

    class Kind(models.TextChoices):
        """What the line is about."""

        POST = "post", _("post")
        SYSTEM = "system", _("system")
        ACCOUNT = "account", _("account without a post")

    class Decision(models.TextChoices):
        """What is to become of the right."""

        UNDECIDED = "undecided", _("not decided")
        KEEP = "keep", _("keep")
        END = "end", _("end")
        CHANGE = "change", _("change")

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="lines")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    system = models.ForeignKey(AgencySystem, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict, help_text="what was seen when the review was opened")
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.UNDECIDED)
    note = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="post", post__isnull=False, system=None)
                | models.Q(kind="system", system__isnull=False, post=None)
                | models.Q(kind="account", user__isnull=False, post=None, system=None),
                name="identity_line_names_its_right",
            ),
            models.UniqueConstraint(fields=["review", "post"], name="identity_line_of_post_once"),
            models.UniqueConstraint(fields=["review", "system"], name="identity_line_of_system_once"),
        ]
        indexes = [models.Index(fields=["review", "agency", "id"], name="identity_line_of_agency")]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.kind} {self.decision}"
