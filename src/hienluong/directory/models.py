"""Administrative units, agencies with their codes, people with their posts, and agencies' systems."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


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


class Agency(models.Model):
    """An agency that sends and receives documents, inside the province or outside it."""

    class Kind(models.TextChoices):
        """What sort of agency; the list is open."""

        PROVINCE = "province", _("provincial people's committee")
        DEPARTMENT = "department", _("provincial department")
        COMMUNE = "commune", _("commune people's committee")
        CENTRAL = "central", _("central agency")
        OTHER = "other", _("other agency")

    class Place(models.TextChoices):
        """Where its mailbox is."""

        PROVINCE = "province", _("in the province")
        OUTSIDE = "outside", _("outside the province")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    english_name = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=600, db_collation="C")
    search_key = models.CharField(max_length=600)
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

    class Meta:
        indexes = [models.Index(fields=["place", "sort_key"], name="directory_agency_order")]

    def __str__(self) -> str:
        return self.name


class AgencyCode(models.Model):
    """A code an agency is or was known by on the wire. A code once issued is never given to another agency."""

    class Scheme(models.TextChoices):
        """The schemes in use."""

        QD20 = "qd20", _("Decision 20/2020")
        QCVN102 = "qcvn102", _("QCVN 102:2016")

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
        ]

    def __str__(self) -> str:
        return self.code


class User(AbstractUser):
    """An account that can sign in; the person behind it is a `Person`."""


class Person(models.Model):
    """A person who works for one or several agencies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=300, db_collation="C")
    search_key = models.CharField(max_length=300)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="person")

    def __str__(self) -> str:
        return self.full_name


class Post(models.Model):
    """A person's post in an agency, with one role. A session acts for ONE post (decision 11)."""

    class Role(models.TextChoices):
        """Roles; what each may do is in the modules' permissions.py."""

        CLERK = "clerk", _("clerk")
        HEAD = "head", _("head")
        DEPUTY = "deputy", _("deputy")
        OFFICER = "officer", _("officer")
        OPERATOR = "operator", _("operator")
        AUDITOR = "auditor", _("auditor")
        ADMINISTRATOR = "administrator", _("administrator")
        SECRECY_OFFICER = "secrecy_officer", _("secrecy officer")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16, choices=Role)
    title = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "agency", "role"],
                condition=models.Q(valid_to=None),
                name="directory_post_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} — {self.agency}"


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
                name="directory_right_names_its_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} → {self.agency or self.scope}"


class OneTimeSignIn(models.Model):
    """A single-use sign-in that an operator of the server hands out; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_sign_ins")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"


class CalendarDay(models.Model):
    """A holiday or a make-up working day; seeded from a package, edited by administrators."""

    class Kind(models.TextChoices):
        """What the day is."""

        HOLIDAY = "holiday", _("holiday")
        MAKE_UP = "make_up", _("make-up working day")

    day = models.DateField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class WorkingHours(models.Model):
    """The working hours of public offices from a date on."""

    valid_from = models.DateField(unique=True)
    morning_from = models.TimeField()
    morning_to = models.TimeField()
    afternoon_from = models.TimeField()
    afternoon_to = models.TimeField()
    provisional = models.BooleanField(default=True, help_text="no published decision was found; confirm it")
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.morning_from}–{self.afternoon_to}"
