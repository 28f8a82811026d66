"""Agencies' systems with their rights to send for others."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency


class AgencySystem(models.Model):
    """A system of an agency that calls the API with its own OAuth2 client (RFC 6749, client credentials)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(max_length=100)
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="system")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.agency})"


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

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="agency", agency__isnull=False)
                | models.Q(scope="outside", agency__isnull=True),
                name="identity_right_names_its_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} → {self.agency or self.scope}"
