"""Says the axis's states in words, and which tone each has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext

from hienluong.edxml.errors import FormatWarning
from hienluong.exchange.labels import BEFORE, BUSINESS, MAILBOX, PRIORITIES, STANDING
from hienluong.exchange.models import Delivery

register = template.Library()
_WRITTEN_DAY = re.compile(r"\b(\d{4})[-/](\d\d)[-/](\d\d)\b")


@register.filter
def iso_day(text: str) -> str:
    """Returns a text with its days, written yyyy-mm-dd or yyyy/mm/dd, as people write them."""
    return _WRITTEN_DAY.sub(r"\3/\2/\1", text)


@register.filter
def business_name(code: str) -> str | Promise:
    """Returns the name of a business status; an unknown code is shown as it is."""
    return BUSINESS.get(code, (code, ""))[0]


@register.filter
def business_tone(code: str) -> str:
    """Returns the tone of a business status."""
    return BUSINESS.get(code, ("", "neutral"))[1]


@register.filter
def mailbox_name(state: str) -> str | Promise:
    """Returns the name of a mailbox state."""
    return MAILBOX.get(state, (state, ""))[0]


@register.filter
def mailbox_tone(state: str) -> str:
    """Returns the tone of a mailbox state."""
    return MAILBOX.get(state, ("", "neutral"))[1]


@register.filter
def step_name(step: str) -> str | Promise:
    """Returns the name of any step of a journey: before the axis, or on one of the three planes."""
    return _step(step)[0]


@register.filter
def step_tone(step: str) -> str:
    """Returns the tone of any step of a journey."""
    return _step(step)[1]


def _step(step: str) -> tuple[str | Promise, str]:
    tables = (BEFORE, MAILBOX, BUSINESS, STANDING)
    return next((table[step] for table in tables if step in table), (step, "neutral"))


@register.filter
def standing_name(standing: str) -> str | Promise:
    """Returns in words what later documents made of one."""
    return STANDING.get(standing, (standing, ""))[0]


@register.filter
def standing_tone(standing: str) -> str:
    """Returns the tone of a standing."""
    return STANDING.get(standing, ("", "neutral"))[1]


@register.filter
def priority_name(priority: int) -> str | Promise:
    """Returns the name of a priority (Decree 30/2020, Appendix VI; the axis's codes 0 to 4)."""
    return PRIORITIES.get(priority, (str(priority), ""))[0]


@register.filter
def priority_tone(priority: int) -> str:
    """Returns the tone of a priority."""
    return PRIORITIES.get(priority, ("", "neutral"))[1]


@register.filter
def count_by_progress(deliveries: Iterable[Delivery]) -> list[tuple[str | Promise, str, int]]:
    """Returns how many deliveries are how far, as (name, tone, count): the business status, or where the packet is."""
    counts = Counter(
        ("b", row.business_state) if row.business_state else ("m", row.state) for row in deliveries
    )
    return [
        (*(BUSINESS if plane == "b" else MAILBOX).get(state, (state, "neutral")), count)
        for (plane, state), count in counts.most_common()
    ]


@register.filter
def failure_text(failure: str) -> str:
    """Returns why a delivery failed, in the reader's language; what a recipient's system wrote stays as it is."""
    return gettext(failure) if failure else ""


@register.filter
def warning_text(warning: dict[str, Any]) -> str:
    """Returns what was tolerated while reading the packet, in the reader's language."""
    found = FormatWarning(warning["code"], warning["path"], warning["line"], warning.get("params", {}))
    return found.text(gettext)
