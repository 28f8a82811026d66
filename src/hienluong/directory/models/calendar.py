"""The working calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.kit import worktime
from hienluong.ledger import service as ledger


@ledger.guarded()
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

    @property
    def proposed(self) -> bool:
        """Whether the day comes from the public list and no decision has been entered for it."""
        return self.source.startswith(worktime.PUBLIC_LIST)


@ledger.guarded()
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
