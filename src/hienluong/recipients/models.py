"""Groups of agencies that documents are sent to together."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Agency
from hienluong.ledger import service as ledger


@ledger.guarded(sort_key="made from the name", search_key="made from the name")
class RecipientGroup(models.Model):
    """Agencies that a document can be sent to together; of one agency, or (no owner) of the whole province."""

    class Kind(models.TextChoices):
        """How it knows its members."""

        LISTED = "listed", _("list kept by hand")
        RULE = "rule", _("rule, always up to date")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="recipient_groups")
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=1200, db_collation="C")
    search_key = models.CharField(max_length=600)
    kind = models.CharField(max_length=6, choices=Kind)
    rule_kind = models.CharField(max_length=12, choices=Agency.Kind, blank=True)
    rule_place = models.CharField(max_length=10, choices=Agency.Place, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day it is no more")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "search_key"],
                condition=models.Q(valid_to=None),
                nulls_distinct=False,
                name="recipients_group_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="listed", rule_kind="", rule_place="")
                | (models.Q(kind="rule") & ~models.Q(rule_place="")),
                name="recipients_group_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class GroupMember(models.Model):
    """An agency in a group that is kept by hand."""

    group = models.ForeignKey(RecipientGroup, on_delete=models.CASCADE, related_name="members")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "agency"], name="recipients_member_once")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.agency_id}"
