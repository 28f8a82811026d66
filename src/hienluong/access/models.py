"""Changes of rights and who is alerted of each, cases of doubt, access reviews, break-glass and every look taken."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Person, Post, User
from hienluong.identity.models import SignOnClient
from hienluong.ledger import service as ledger
from hienluong.staff.models import Delegation
from hienluong.systems.models import AgencySystem


@ledger.guarded()
class RightsChange(models.Model):
    """One change of what a person or a system may do (Decree 30/2020, App. VI, III.3). Never changed afterwards."""

    class Kind(models.TextChoices):
        """What was changed."""

        POST_ASSIGNED = "post_assigned", _("post given")
        POST_ENDED = "post_ended", _("post ended")
        ACCOUNT_OPENED = "account_opened", _("account opened")
        ACCOUNT_CLOSED = "account_closed", _("account closed")
        ACCOUNT_REOPENED = "account_reopened", _("account opened again")
        ACCOUNT_RESET = "account_reset", _("way to sign in reset")
        FACTORS_RESET = "factors_reset", _("second factors taken away")
        STAND_IN_NAMED = "stand_in_named", _("stand-in named")
        STAND_IN_ENDED = "stand_in_ended", _("stand-in ended")
        DELEGATION_GRANTED = "delegation_granted", _("delegation granted")
        DELEGATION_ENDED = "delegation_ended", _("delegation ended")
        SYSTEM_REGISTERED = "system_registered", _("system registered")
        SYSTEM_KEY_CHANGED = "system_key_changed", _("key of a system changed")
        SYSTEM_NETWORKS = "system_networks", _("networks of a system changed")
        SYSTEM_ENDED = "system_ended", _("system ended")
        SENDING_GRANTED = "sending_granted", _("right to send for others granted")
        SENDING_ENDED = "sending_ended", _("right to send for others ended")
        SIGN_ON_REGISTERED = "sign_on_registered", _("sign-on of a system registered")
        SIGN_ON_KEY_CHANGED = "sign_on_key_changed", _("key of a sign-on changed")
        SIGN_ON_ENDED = "sign_on_ended", _("sign-on of a system ended")

    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="rights_changes")
    system = models.ForeignKey(
        AgencySystem, on_delete=models.PROTECT, null=True, related_name="rights_changes"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict, help_text="names at that time, for the sentence people read")
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200, help_text="name at that time")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_name}"


@ledger.guarded()
class RightsAlert(models.Model):
    """One person to whom a change is shown until they confirm it or say that it is wrong."""

    class State(models.TextChoices):
        """What the reader said to it."""

        UNCONFIRMED = "unconfirmed", _("not confirmed")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        DISPUTED = "disputed", _("reported as wrong")

    change = models.ForeignKey(RightsChange, on_delete=models.CASCADE, related_name="alerts")
    reader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_alerts")
    state = models.CharField(max_length=12, choices=State, default=State.UNCONFIRMED)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "reader"], name="access_alert_once")]
        indexes = [
            models.Index(
                fields=["reader", "-id"],
                condition=models.Q(state="unconfirmed"),
                name="access_alert_unconfirmed",
            ),
            models.Index(fields=["reader", "-id"], name="access_alert_of_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} → {self.reader_id}"


@ledger.guarded()
class AccessCase(models.Model):
    """A change that somebody reported as wrong: administrators look into it and say what came of it."""

    alert = models.OneToOneField(RightsAlert, on_delete=models.PROTECT, related_name="case")
    note = models.TextField(help_text="what the person who opened it wrote")
    sessions_ended = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(closed_at=None), name="access_case_waiting")
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


@ledger.guarded()
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


_RIGHTS = ("post", "system", "sign_on", "delegation")


def _names_one(kind: str) -> models.Q:
    """Returns the condition that a line of this kind names its right and no other."""
    others = {f"{right}__isnull": right != kind for right in _RIGHTS}
    return models.Q(kind=kind, **others)


@ledger.guarded()
class ReviewLine(models.Model):
    """One right to be looked at: a post, a system, a delegation of the right to sign, or an account without any post."""

    class Kind(models.TextChoices):
        """What the line is about."""

        POST = "post", _("post")
        SYSTEM = "system", _("system")
        SIGN_ON = "sign_on", _("sign-on of a system")
        DELEGATION = "delegation", _("delegation")
        ACCOUNT = "account", _("account without a post")

    class Decision(models.TextChoices):
        """What is to become of the right."""

        UNDECIDED = "undecided", _("not decided")
        KEEP = "keep", _("keep")
        END = "end", _("end")
        CHANGE = "change", _("change")

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="lines")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    system = models.ForeignKey(AgencySystem, on_delete=models.PROTECT, null=True, related_name="+")
    sign_on = models.ForeignKey(SignOnClient, on_delete=models.PROTECT, null=True, related_name="+")
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, related_name="+")
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
                condition=_names_one("post")
                | _names_one("system")
                | _names_one("sign_on")
                | _names_one("delegation")
                | (_names_one("account") & models.Q(user__isnull=False)),
                name="access_line_names_its_right",
            ),
            models.UniqueConstraint(fields=["review", "post"], name="access_line_of_post_once"),
            models.UniqueConstraint(fields=["review", "system"], name="access_line_of_system_once"),
            models.UniqueConstraint(fields=["review", "sign_on"], name="access_line_of_sign_on_once"),
            models.UniqueConstraint(fields=["review", "delegation"], name="access_line_of_delegation_once"),
        ]
        indexes = [models.Index(fields=["review", "agency", "id"], name="access_line_of_agency")]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.kind} {self.decision}"


@ledger.guarded()
class BreakGlass(models.Model):
    """A request to see the content of one thing that the requester may not see by role (decision 11).

    What the thing is, is said by the module that owns it (`kind`, `object_id`); access only keeps who may look and
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
                name="access_glass_once",
            ),
            models.CheckConstraint(condition=models.Q(hours__range=(1, 24)), name="access_glass_hours"),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("requester")),
                name="access_glass_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="access_glass_of_object"),
            models.Index(fields=["-requested_at"], name="access_glass_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.state}"


@ledger.guarded()
class BreakGlassLook(models.Model):
    """One look that was taken: what of the thing was shown, and when."""

    grant = models.ForeignKey(BreakGlass, on_delete=models.PROTECT, related_name="looks")
    what = models.CharField(max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.what}"
