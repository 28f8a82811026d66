"""Administrative units, and agencies with their codes."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Upper
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.ledger import service as ledger


class AdministrativeUnit(models.Model):
    """A province, a commune of today, or a commune or district of before; codes are the statistics office's.

    A code alone names nothing: the 2025 communes re-use codes of former ones, so a unit is (code, valid_from).
    """

    class Kind(models.TextChoices):
        """Levels of administration; districts ended on 30/06/2025."""

        PROVINCE = "province", _("province")
        DISTRICT = "district", _("district")
        COMMUNE = "commune", _("commune")

    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    full_name = models.CharField(max_length=160)
    english_name = models.CharField(max_length=120, blank=True)
    alternative_name = models.CharField(max_length=120, blank=True)
    sort_key = models.CharField(max_length=400, db_collation="C")
    search_key = models.CharField(max_length=400)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day it is no more")
    postal_code = models.CharField(max_length=5, blank=True)
    population = models.PositiveIntegerField(null=True)
    area_km2 = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="directory_unit_once"),
        ]
        indexes = [models.Index(fields=["kind", "sort_key"], name="directory_unit_order")]

    def __str__(self) -> str:
        return self.full_name


@ledger.guarded(sort_key="made from the name", search_key="made from names and codes")
class Agency(models.Model):
    """An agency that sends and receives documents, inside the province or outside it."""

    class Kind(models.TextChoices):
        """What sort of agency; the list is open."""

        PROVINCE = "province", _("provincial people's committee")
        DEPARTMENT = "department", _("provincial department")
        COMMUNE = "commune", _("commune people's committee")
        CENTRAL = "central", _("central agency")
        OTHER = "other", _("other agency")
        UNIT = "unit", _("internal unit")  # phòng, ban: part of an agency, no mailbox of its own

    class Place(models.TextChoices):
        """Where its mailbox is."""

        PROVINCE = "province", _("in the province")
        OUTSIDE = "outside", _("outside the province")
        SANDBOX = "sandbox", _("in the sandbox")  # a test agency: nothing passes between it and real ones

        @classmethod
        def real(cls) -> list[tuple[str, str | Promise]]:
            """Returns the places of real agencies, as choices."""
            return [choice for choice in cls.choices if choice[0] != cls.SANDBOX]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    english_name = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=600, db_collation="C")
    search_key = models.TextField(help_text="its names of today and before and its codes, folded")
    kind = models.CharField(max_length=12, choices=Kind)
    place = models.CharField(max_length=10, choices=Place, default=Place.PROVINCE)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")
    unit = models.ForeignKey(AdministrativeUnit, on_delete=models.PROTECT, null=True, related_name="agencies")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    address = models.CharField(max_length=500, blank=True)
    email = models.CharField(max_length=100, blank=True)
    telephone = models.CharField(max_length=60, blank=True)
    fax = models.CharField(max_length=60, blank=True)
    website = models.CharField(max_length=200, blank=True)
    national_id = models.CharField(  # noqa: DJ001 - unique where there is one; empty texts would clash
        max_length=40, null=True, unique=True, help_text="its id in the national directory"
    )
    national_version = models.BigIntegerField(null=True, help_text="of the row last taken from there")
    change_number = models.BigIntegerField(
        default=0, help_text="of the act that changed it last; grows with every act on agencies"
    )

    class Meta:
        indexes = [
            models.Index(fields=["place", "sort_key"], name="directory_agency_order"),
            models.Index(fields=["sort_key", "id"], name="directory_agency_in_order"),
            models.Index(fields=["kind", "sort_key", "id"], name="directory_agency_kind"),
            models.Index(fields=["parent", "sort_key", "id"], name="directory_agency_below"),
            models.Index(
                fields=["sort_key", "id"],
                condition=models.Q(valid_to__isnull=False),
                name="directory_agency_ended",
            ),
            models.Index(fields=["change_number", "id"], name="directory_agency_changed"),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="directory_agency_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_sandbox(self) -> bool:
        """Whether it is a test agency: nothing passes between those and real ones."""
        return self.place == Agency.Place.SANDBOX


@ledger.guarded()
class AgencyCode(models.Model):
    """A code an agency is or was known by on the wire. A code once issued is never given to another agency."""

    class Scheme(models.TextChoices):
        """The schemes in use."""

        QD20 = "qd20", _("Decision 20/2020")
        QCVN102 = "qcvn102", _("QCVN 102:2016")
        SANDBOX = "sandbox", _("sandbox")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="codes")
    scheme = models.CharField(max_length=8, choices=Scheme)
    code = models.CharField(max_length=35)
    primary = models.BooleanField(default=False, help_text="the one we write on the wire")
    provisional = models.BooleanField(
        default=False, help_text="made by us until the published list is imported"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Upper("code"), name="directory_code_once"),
            models.UniqueConstraint(
                fields=["agency"], condition=models.Q(primary=True), name="directory_one_primary_code"
            ),
            models.CheckConstraint(
                condition=models.Q(scheme="sandbox", code__startswith="SBX.")
                | (~models.Q(scheme="sandbox") & ~models.Q(code__istartswith="SBX.")),
                name="directory_sandbox_code_apart",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency"], condition=models.Q(provisional=True), name="directory_code_provisional"
            )
        ]

    def __str__(self) -> str:
        return self.code


@ledger.guarded()
class FormerName(models.Model):
    """A name an agency had before; the present one began when the last of these ended."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=200)
    english_name = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="the first day it was no more")

    def __str__(self) -> str:
        return self.name


@ledger.guarded()
class FormerParent(models.Model):
    """Under whom an agency stood before; None is the top."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="former_parents")
    parent = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="former_children")
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="the first day it was no more")

    def __str__(self) -> str:
        return f"{self.agency} < {self.parent}"


@ledger.guarded()
class OtherSuccessor(models.Model):
    """A further successor of an agency that was split; `Agency.successor` is the one that answers for it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="other_successors")
    successor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="other_predecessors")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "successor"], name="directory_successor_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency} → {self.successor}"


@ledger.guarded()
class RemovedAgency(models.Model):
    """An agency that an undone import had created: systems that copied it drop it too."""

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(max_length=35, blank=True)
    change_number = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.code
