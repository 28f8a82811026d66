"""Agencies' systems: their secrets, their rights to send for others, what is counted of their calls, the sandbox."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.ledger import service as ledger


@ledger.guarded(
    last_used_at="the time of last use", sort_key="made from the name", search_key="made from the name"
)
class AgencySystem(models.Model):
    """A system of an agency that calls the API with its own OAuth2 client (RFC 6749, client credentials)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=300, db_collation="C", default="")
    search_key = models.CharField(max_length=300, default="")
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="system")
    networks = ArrayField(
        models.CharField(max_length=43),
        default=list,
        help_text="where it may call from, as CIDR (RFC 4632, RFC 4291); empty: from anywhere",
    )
    last_used_at = models.DateTimeField(
        null=True, help_text="when it last asked for an access token and got one"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["sort_key", "id"], name="systems_system_order")]

    def __str__(self) -> str:
        return f"{self.name} ({self.agency})"


@ledger.guarded(last_used_at="the time of last use")
class SystemSecret(models.Model):
    """A secret of a system. Two may be good at once, so that a new one takes over without a gap.

    The secret that the system holds begins with `key_id`, which is public: it finds this row, so that one hash is
    computed whatever was claimed, and lets people name a secret without knowing it.
    """

    system = models.ForeignKey(AgencySystem, on_delete=models.CASCADE, related_name="secrets")
    key_id = models.CharField(max_length=8, unique=True)
    hash = models.CharField(max_length=200, help_text="argon2 of the whole secret")
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, help_text="from when it opens nothing; null: it has no end")
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ends_at"], condition=models.Q(ends_at__isnull=False), name="systems_secret_end"
            )
        ]

    def __str__(self) -> str:
        return self.key_id


@ledger.guarded()
class SendingRight(models.Model):
    """An explicit, dated right of a system to send for others (decision 4).

    For one named agency, or (an upstream axis) for any code outside the province, never inside it.
    """

    class Scope(models.TextChoices):
        """For whom."""

        AGENCY = "agency", _("one agency")
        OUTSIDE = "outside", _("any agency outside the province")

    system = models.ForeignKey(AgencySystem, on_delete=models.PROTECT, related_name="sending_rights")
    scope = models.CharField(max_length=8, choices=Scope)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="sending_rights")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    document = models.CharField(
        max_length=60, blank=True, help_text="number and notation of the written agreement or decision"
    )
    document_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="agency", agency__isnull=False)
                | models.Q(scope="outside", agency__isnull=True),
                name="systems_right_names_its_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} → {self.agency or self.scope}"


class SystemTally(models.Model):
    """How often a system did one thing on one day, of what an administrator should see: counted, not listed."""

    class Kind(models.TextChoices):
        """What is counted."""

        REFUSAL = "refusal", _("refused")
        DEPRECATED = "deprecated", _("called an operation that will be taken away")

    system = models.ForeignKey(AgencySystem, on_delete=models.CASCADE, related_name="tallies")
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.CharField(
        max_length=100, help_text="code of the error, or method and address of the operation"
    )
    day = models.DateField()
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    last_detail = models.CharField(max_length=200, blank=True, help_text="the address called, or where from")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "what", "day"], name="systems_tally_once")
        ]
        indexes = [models.Index(fields=["day"], name="systems_tally_day")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.what} {self.day}: {self.count}"


class KeptAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key, to be answered again."""

    system = models.ForeignKey(AgencySystem, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=100)
    request = models.BinaryField(max_length=32, help_text="SHA-256 of method, address and body")
    status = models.PositiveSmallIntegerField(
        help_text="of HTTP; 0 while it is worked on, which nobody else sees"
    )
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="systems_key_once")]
        indexes = [models.Index(fields=["at"], name="systems_kept_answer_time")]

    def __str__(self) -> str:
        return self.key


@ledger.guarded()
class SandboxAgency(models.Model):
    """A test agency of the sandbox, and the real agency whose developers it serves."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, primary_key=True, related_name="sandbox")
    owner = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sandboxes")
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agency} of {self.owner}"
