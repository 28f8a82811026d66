"""Break-glass: one person's time-limited look into one thing, approved by a second person, and every look taken."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Person, Post


class BreakGlass(models.Model):
    """A request to see the content of one thing that the requester may not see by role (decision 11).

    What the thing is, is said by the module that owns it (`kind`, `object_id`); identity only keeps who may look and
    until when.
    """

    class State(models.TextChoices):
        """What became of the request; `policy.BREAK_GLASS` says which leads to which."""

        REQUESTED = "requested", _("waiting for approval")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("not approved")
        RETRACTED = "retracted", _("taken back")
        LAPSED = "lapsed", _("not approved in time")
        ENDED = "ended", _("ended early")
        EXPIRED = "expired", _("time is over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, help_text="what sort of thing: packet")
    object_id = models.CharField(max_length=64)
    label = models.CharField(max_length=300, help_text="what the thing is called, without its content")
    link = models.CharField(max_length=200, help_text="where it is opened")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requester_name = models.CharField(max_length=200, help_text="name at that time")
    requester_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    legal_basis = models.TextField()
    hours = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    answer_until = models.DateTimeField(help_text="from then on nobody may approve it any more")
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approver_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer_note = models.TextField(blank=True)
    valid_until = models.DateTimeField(null=True, help_text="from then on it opens nothing any more")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "requester"],
                condition=models.Q(state__in=["requested", "approved"]),
                name="identity_glass_once",
            ),
            models.CheckConstraint(condition=models.Q(hours__range=(1, 24)), name="identity_glass_hours"),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("requester")),
                name="identity_glass_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="identity_glass_of_object"),
            models.Index(fields=["-requested_at"], name="identity_glass_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.state}"


class BreakGlassLook(models.Model):
    """One look that was taken: what of the thing was shown, and when."""

    grant = models.ForeignKey(BreakGlass, on_delete=models.PROTECT, related_name="looks")
    what = models.CharField(max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.what}"
