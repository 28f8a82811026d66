"""Hours that were counted, samples of the disk, alarms with their limits and silences."""

from __future__ import annotations

import uuid

from django.db import models


class Hour(models.Model):
    """What moved in one clock hour that is over: counted once, so that a page need not count it again."""

    begins_at = models.DateTimeField(primary_key=True)
    accepted = models.PositiveIntegerField()
    delivered = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(help_text="for good, or refused by the recipient's system")

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H}"


class DiskSample(models.Model):
    """How full a disk was at one moment, and how large the database."""

    at = models.DateTimeField()
    place = models.CharField(max_length=10, help_text="data, files: what lies on that disk")
    free = models.BigIntegerField(help_text="bytes a program may still write")
    total = models.BigIntegerField(help_text="bytes")
    database = models.BigIntegerField(help_text="bytes of the database, wherever it lies")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "at"], name="monitoring_sample_once")]

    def __str__(self) -> str:
        return f"{self.place} {self.at:%Y-%m-%d %H:%M}"


class Limit(models.Model):
    """A condition's limit as an operator has set it; conditions without a row have the limit of the settings."""

    condition = models.CharField(max_length=30, primary_key=True)
    watched = models.BooleanField(default=True)
    value = models.FloatField()
    repeat_hours = models.PositiveSmallIntegerField(help_text="after so many hours it is said again")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.condition}: {self.value}"


class Alarm(models.Model):
    """A condition that passed its limit, from then until it was well again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    condition = models.CharField(max_length=30)
    raised_at = models.DateTimeField()
    limit = models.FloatField(help_text="in force when it was raised")
    value = models.FloatField(null=True, help_text="last seen; null: there is nothing to measure any more")
    worst = models.FloatField(null=True)
    seen_at = models.DateTimeField(help_text="last time it was found past its limit")
    told_at = models.DateTimeField(null=True, help_text="null: silenced so far")
    told = models.PositiveSmallIntegerField(default=0, help_text="how often it was said")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["condition"], condition=models.Q(cleared_at=None), name="monitoring_alarm_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition} {self.raised_at:%Y-%m-%d %H:%M}"


class Silence(models.Model):
    """A time in which nobody is told of a condition: work is under way, say. The alarm itself is kept."""

    condition = models.CharField(max_length=30)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=200, help_text="name at that time")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="brought forward when somebody ends it")

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="monitoring_silence_end")]

    def __str__(self) -> str:
        return f"{self.condition} until {self.ends_at:%Y-%m-%d %H:%M}"
