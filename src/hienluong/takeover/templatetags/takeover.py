"""Says in words what was taken over, and what could not be."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from hienluong.kit.errors import FieldError, fill
from hienluong.takeover.forms import DIFFERENCE_NAMES, FIELD_NAMES
from hienluong.takeover.models import AsideFile, Comparison, Intake, State, TakenDocument

register = template.Library()

_COUNTS = {
    "rows": _("rows"),
    "files": _("packets in the archive"),
    "taken": _("new documents"),
    "there": _("already there"),
    "wrong": _("wrong rows"),
    "broken": _("kept aside"),
    "other": _("other files, left out"),
}
_TONES = {
    State.COLUMNS: "info",
    State.CHECKING: "progress",
    State.APPLYING: "progress",
    State.CHECKED: "info",
    State.REFUSED: "bad",
    State.APPLIED: "good",
}


@register.filter
def state_tone(state: str) -> str:
    """Returns the tone of a state."""
    return _TONES.get(State(state), "neutral")


@register.filter
def compared_state(row: Comparison) -> str | Promise:
    """Returns the state of a comparison in words."""
    names = {State.CHECKING: _("being compared"), State.APPLIED: _("compared")}
    return names.get(State(row.state), row.get_state_display())


@register.filter
def days(row: Comparison) -> str:
    """Returns which days were compared: one day, or the first and the last."""
    first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in (row.first_day, row.last_day))
    return first if first == last else f"{first} – {last}"


@register.filter
def shown_counts(counts: Mapping[str, int]) -> list[tuple[str | Promise, dict[str, object]]]:
    """Returns what an intake counted, in the order people read it; what is zero and no news is left out."""
    kept = [(name, counts[name]) for name in _COUNTS if counts.get(name) or name == "taken"]
    return [
        (_COUNTS[name], {"number": number or 0, "tone": "bad" if name in ("wrong", "broken") else ""})
        for name, number in ((name, counts.get(name, 0)) for name, _number in kept)
    ]


@register.filter
def error_row(error: FieldError) -> str:
    """Returns the row an error is in, a dash for the whole file."""
    return error.pointer.split("/")[1] if error.pointer.count("/") > 1 else "–"


@register.filter
def error_column(error: FieldError) -> str | Promise:
    """Returns the name of the column an error is in."""
    name = error.pointer.split("/")[-1]
    title: str | Promise = FIELD_NAMES.get(name, "–")
    return title


@register.filter
def error_text(error: FieldError) -> str:
    """Returns what is wrong, in the reader's language."""
    return _in_words(error.detail, error.params)


@register.filter
def aside_text(one: AsideFile) -> str:
    """Returns why a file was kept aside, in the reader's language."""
    return _in_words(one.explained, one.params)


def _in_words(template: str, params: Mapping[str, object]) -> str:
    """Returns a sentence; what was wrong inside a packet is kept in English beside the words of the province."""
    if "problem_en" in params and get_language() == "en":
        params = {**params, "problem": params["problem_en"]}
    return fill(gettext(template), params)


@register.filter
def difference_name(field: str) -> str | Promise:
    """Returns the name of a field that differs."""
    name: str | Promise = DIFFERENCE_NAMES.get(field, field)
    return name


@register.filter
def reference(document: TakenDocument) -> str:
    """Returns number and notation as people write them."""
    return "/".join(part for part in (document.number, document.notation) if part)


@register.filter
def sha256_hex(row: Intake) -> str:
    """Returns the hash of the file in hexadecimal."""
    return bytes(row.sha256).hex()
