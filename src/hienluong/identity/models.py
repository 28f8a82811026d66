"""One-time sign-ins, sessions, the state and the closings of accounts, and the systems that people sign on to."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency, Post, User
from hienluong.ledger import service as ledger

_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_named(device: str) -> str:
    """Returns "Firefox, Windows" for what a browser calls itself, or its own first words."""
    names = [next((name for mark, name in marks if mark in device), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, names)) or device[:40] or "–"


@ledger.guarded()
class OneTimeSignIn(models.Model):
    """A single-use sign-in that an operator of the server hands out; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_sign_ins")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"


class SignInSession(models.Model):
    """A browser in which somebody is signed in: what they need to recognise it, and to end it from elsewhere.

    The session itself is Django's; ending deletes both rows, and the next request finds nobody signed in.
    """

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_sessions")
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, help_text="what the browser calls itself")

    class Meta:
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="identity_sessions_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.started_at}"

    @property
    def browser(self) -> str:
        """Browser and system in two words, as far as what the browser says of itself is to be believed."""
        return browser_named(self.device)


@ledger.guarded(locked_until="counts wrong passwords")
class AccountState(models.Model):
    """What sign-in remembers about an account beside its password: a row is there only once there is something."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="sign_in_state")
    must_change_password = models.BooleanField(
        default=False, help_text="an administrator set the present one"
    )
    locked_until = models.DateTimeField(null=True, help_text="too many wrong passwords")

    def __str__(self) -> str:
        return f"state of {self.user_id}"


@ledger.guarded()
class AccountClosure(models.Model):
    """One closing of an account; the account is open again from `reopened_at` on, which also counts as its last use."""

    class Reason(models.TextChoices):
        """Why it was closed."""

        IDLE = "idle", _("not used for long")
        ADMINISTRATOR = "by_administrator", _("closed by an administrator")
        REVIEW = "by_review", _("decided in an access review")
        LEFT = "left", _("the person left")

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


@ledger.guarded()
class SignOnClient(models.Model):
    """A system of an agency into which people sign in with their account here (OpenID Connect, code flow)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sign_on_clients")
    name = models.CharField(max_length=100)
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="sign_on")
    registered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.agency})"


class SignOn(models.Model):
    """The post in which a person last signed on to a client; the client is told about no other."""

    client = models.ForeignKey(SignOnClient, on_delete=models.CASCADE, related_name="sign_ons")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ons")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="identity_one_sign_on")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.client_id}"
