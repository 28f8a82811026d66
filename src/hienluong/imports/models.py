"""Imports of agencies: every file taken in, what it changed, and what was there before."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AgencyImport(models.Model):
    """One file of agencies handed in: checked, imported or not, perhaps undone; never deleted."""

    class Format(models.TextChoices):
        """What the file is. The three national ones are answers of the national axis's directory."""

        CSV = "csv", _("table (CSV)")
        NATIONAL = "national", _("national directory, full (getAgenciesList)")
        NATIONAL_QD20 = "national_qd20", _("national directory, Decision 20/2020 (getAgenciesListQD20)")
        NATIONAL_DELTA = "national_delta", _("national directory, changes (getSynchronizeUnit)")

    class State(models.TextChoices):
        """How far it is."""

        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, not imported yet")
        REFUSED = "refused", pgettext_lazy("file", "refused")
        APPLYING = "applying", _("being imported")
        APPLIED = "applied", _("imported")
        DISCARDED = "discarded", _("discarded")
        UNDONE = "undone", _("undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    format = models.CharField(max_length=16, choices=Format)
    file_name = models.CharField(max_length=255)
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    file_id = models.UUIDField(null=True, help_text="in the vault, held for the agency of who handed it in")
    holder = models.UUIDField(null=True)
    effective_on = models.DateField(help_text="the day its changes count from")
    skip_wrong_rows = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State)
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=dict, help_text="samples of changes, errors and warnings by row")
    change_number = models.BigIntegerField(null=True, help_text="of its changes")
    requested_by = models.CharField(max_length=200, help_text="name at that time")
    requested_by_id = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "id"], name="imports_newest")]

    def __str__(self) -> str:
        return self.file_name


class AgencyImportChange(models.Model):
    """What an import did to one agency, and how the agency was before: what its undoing needs.

    The agency is an id and no reference: the change outlives an agency that the undoing removed.
    """

    agency_import = models.ForeignKey(AgencyImport, on_delete=models.CASCADE, related_name="changes")
    agency_id = models.UUIDField()
    row = models.PositiveIntegerField(help_text="of the file, the first is 1")
    created = models.BooleanField(default=False)
    before = models.JSONField(null=True, help_text="null: the import created it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency_import", "agency_id"], name="imports_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.row}"
