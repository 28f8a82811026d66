"""People, their accounts and their posts."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models.agencies import Agency
from hienluong.ledger import service as ledger


@ledger.guarded(last_login="the time of last use")
class User(AbstractUser):
    """An account that can sign in; the person behind it is a `Person`."""


@ledger.guarded(sort_key="made from the name", search_key="made from the name")
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


@ledger.guarded()
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
    unit = models.CharField(
        max_length=120, blank=True, help_text="office inside the agency, as people write it"
    )
    leads_unit = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day it is no more")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "agency", "role"],
                condition=models.Q(valid_to=None),
                name="directory_post_once",
            ),
        ]
        indexes = [models.Index(fields=["agency", "role"], name="directory_post_of_agency")]

    def __str__(self) -> str:
        return f"{self.title} — {self.agency}"


@ledger.guarded()
class Leave(models.Model):
    """The holder of a post is away for some days; why is nobody's business here and is not kept.

    Who stands in acts in the absent one's post while the leave lasts, out of a post of their own, and never longer
    than they hold that one.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="leaves")
    stand_in = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="stands_in")
    valid_from = models.DateField()
    valid_to = models.DateField(help_text="the first day back")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="directory_leave_days"
            ),
        ]
        indexes = [models.Index(fields=["valid_to"], name="directory_leave_end")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.valid_from}–{self.valid_to}"
