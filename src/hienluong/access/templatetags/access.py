"""Filters that the pages of accounts and rights use."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.functional import Promise

from hienluong.access import labels
from hienluong.access.models import RightsChange
from hienluong.directory.service import Post

register = template.Library()

TONES = {
    "unconfirmed": "progress", "disputed": "bad", "acknowledged": "good",
    "undecided": "progress", "keep": "good", "end": "bad", "change": "info",
    "requested": "progress", "approved": "info", "declined": "bad",
}  # fmt: skip


@register.filter
def change_sentence(change: RightsChange) -> str:
    """Returns what was changed as a sentence."""
    return labels.sentence(change)


@register.filter
def look_name(what: str) -> str:
    """Returns what a look showed, in words."""
    return labels.look_name(what)


@register.filter
def role_name(role: str) -> str | Promise:
    """Returns a role in words."""
    return Post.Role(role).label if role in Post.Role.values else role


register.filter("quarter_name", labels.quarter_name)


@register.filter
def moment(written: str | None) -> datetime | None:
    """Returns the moment that a record wrote down as ISO 8601."""
    return datetime.fromisoformat(written) if written else None


@register.filter
def state_tone(state: str) -> str:
    """Returns the tone of the badge of a state."""
    return TONES.get(state, "neutral")
