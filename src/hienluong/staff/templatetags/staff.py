"""Says dates as people do."""

from __future__ import annotations

from datetime import date, timedelta

from django import template

register = template.Library()


@register.filter
def last_day(end: date) -> date:
    """Returns the last day of something whose end is kept as the first day it is no more."""
    return end - timedelta(days=1)
