"""Says measures in words."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hienluong.monitoring.conditions import Reading

register = template.Library()


@register.filter
def measure(value: float | None, unit: str) -> str:
    """Returns a value with its unit: 35 minutes, 12 %, 3; a dash for none, "never" for infinite."""
    if value is None:
        return "–"
    if value == float("inf"):
        return _("never")
    decimals = 0 if value == int(value) or value >= 10 else 1  # noqa: PLR2004 - two figures are enough
    written = number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)
    whole = 1 if value == 1 else 2
    if unit == "minutes":
        return ngettext("%(number)s minute", "%(number)s minutes", whole) % {"number": written}
    if unit == "hours":
        return ngettext("%(number)s hour", "%(number)s hours", whole) % {"number": written}
    if unit == "days":
        return ngettext("%(number)s day", "%(number)s days", whole) % {"number": written}
    return f"{written} %" if unit == "percent" else written


@register.filter
def failure_state(state: str) -> str:
    """Returns in a few words how a failure stands."""
    if state == "dead":
        return _("failed for good")
    return _("refused by the system") if state == "rejected" else _("will be tried again")


@register.filter
def state_word(reading: Reading) -> str | Promise:
    """Returns in a word how a condition is."""
    if not reading.watched:
        return _("not watched")
    if reading.value is None:
        return _("no data yet")
    return _("not met") if reading.bad else _("met")


@register.filter
def state_tone(reading: Reading) -> str:
    """Returns the tone of how a condition is."""
    if reading.value is None or not reading.watched:
        return "neutral"
    return "bad" if reading.bad else "good"
