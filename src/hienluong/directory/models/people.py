"""People, their accounts and their posts."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models.agencies import Agency


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
