"""Filters of the pages about evidence."""

from __future__ import annotations

from uuid import UUID

from django import template

from hienluong.evidence.labels import DONE_TO_ROWS, detail_words
from hienluong.kit.ids import as_uuid

register = template.Library()


@register.filter
def packet_of(subject: str) -> UUID | None:
    """Returns the packet that a subject is; None: it is something else."""
    kind, _colon, number = subject.partition(":")
    return as_uuid(number) if kind == "packet" else None


@register.filter
def detail_name(name: str) -> str:
    """Returns what a fact of an entry is called."""
    return detail_words(name)


@register.filter
def done_to_row(letter: str) -> str:
    """Returns what was done to a row, in words."""
    return str(DONE_TO_ROWS.get(letter, letter))


@register.filter
def as_text(content: bytes) -> str:
    """Returns the bytes of an entry as text; what is no text is marked."""
    return content.decode("utf-8", "replace")
