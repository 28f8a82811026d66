"""Tags and filters that the components use."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import template
from django.forms import BoundField, CheckboxInput, ClearableFileInput, FileInput, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.forms.widgets import CheckboxSelectMultiple
from django.templatetags.static import static
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language, gettext

register = template.Library()

_CLASSES = (
    ((CheckboxInput, RadioSelect, CheckboxSelectMultiple), "form-check-input"),
    ((Select,), "form-select"),
    ((FileInput, ClearableFileInput), "form-control"),
)


def _class_of(field: BoundField) -> str:
    name = next((name for kinds, name in _CLASSES if isinstance(field.field.widget, kinds)), "form-control")
    return f"{name} is-invalid" if field.errors else name


@register.simple_tag
@functools.cache
def icon(name: str, size: str = "") -> SafeString:
    """Draws an icon of the sprite, which means nothing to who cannot see it; `size` is empty or "large".

    A tag and no component, as `time` and `badge` are: a page holds hundreds, and a component costs ten times as much.
    """
    kind = f"icon icon-{size}" if size else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        kind,
        static("icons.svg"),
        name,
    )


@register.simple_tag(name="time")
def written_time(at: datetime | None, *, seconds: bool = False) -> SafeString:
    """Writes a moment, dd/mm/yyyy and 24 h in the Vietnamese zone; nothing where there is none."""
    if not at:
        return SafeString("")
    moment = localtime(at) if isinstance(at, datetime) and is_aware(at) else at
    form = "DATETIME_FORMAT" if seconds else "SHORT_DATETIME_FORMAT"
    return format_html('<time datetime="{}">{}</time>', date_format(moment, "c"), date_format(moment, form))


@register.simple_block_tag
def badge(content: str, tone: str = "neutral") -> SafeString:
    """Shows a state in a word; the colour only repeats it. Tones: neutral, info, progress, good, bad."""
    return format_html('<span class="badge-state badge-{}">{}</span>', tone, content)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Renders a bound field's control with its style and tied to its hint and its errors."""
    parts = [f"{field.auto_id}-hint"] if field.help_text else []
    if field.errors:
        parts.append(f"{field.auto_id}-error")
    attrs: dict[str, str | bool] = {
        "class": f"{_class_of(field)} {field.field.widget.attrs.get('class', '')}".strip()
    }
    if parts:
        attrs["aria-describedby"] = " ".join(parts)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Returns whether the field is one checkbox, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Returns whether the field is a group of choices, which needs a legend instead of a label."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_optional(field: BoundField) -> bool:
    """Returns whether the field may be left empty; one of a form's `one_of` may not be if the others are."""
    return not field.field.required and field.name not in getattr(field.form, "one_of", ())


@register.filter
def tick(choice: BoundWidget) -> SafeString:
    """Returns the box or the button of one choice of a group, in the look of the house."""
    choice.data["attrs"].setdefault("class", "form-check-input")
    return choice.tag()


@register.filter
def cited(source: str) -> str:
    """Returns articles of the law as people cite them: "30/2020/NĐ-CP, art. 21.2"."""
    return source.replace(", art. ", gettext(", art. "))


@register.filter
def sparkline(values: Sequence[float]) -> str:
    """Returns the points of an SVG polyline 100 wide and 30 high, oldest value first; its foot is zero."""
    top = max(values, default=0) or 1
    step = 100 / max(len(values) - 1, 1)
    return " ".join(f"{index * step:.1f},{29 - value / top * 28:.1f}" for index, value in enumerate(values))


@dataclass(frozen=True, slots=True)
class Bar:
    """One column on a plane 720 wide and 160 high; `series` counts from 1. Numbers are text: no language writes them."""

    series: int
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The columns, and what the top of the plane stands for."""

    top: float
    bars: list[Bar]


@register.simple_tag
def chart_of(series: Sequence[tuple[str, Sequence[float]]]) -> Chart:
    """Returns the columns of a chart: those of the same time stand side by side, the highest reaches the top."""
    top = max((value for _, values in series for value in values), default=0)
    places = max((len(values) for _, values in series), default=0)
    step = 720 / max(places, 1)
    width = step * 0.8 / max(len(series), 1)
    bars = [
        Bar(
            number,
            f"{place * step + step * 0.1 + (number - 1) * width:.1f}",
            f"{160 - height:.1f}",
            f"{width:.1f}",
            f"{height:.1f}",
        )
        for number, (_, values) in enumerate(series, start=1)
        for place, value in enumerate(values)
        for height in [160 * value / top if top else 0]
        if height
    ]
    return Chart(top, bars)


@register.simple_tag
def chart_rows(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]
) -> list[tuple[str, tuple[float, ...]]]:
    """Returns the numbers of a chart as rows of a table, the newest first."""
    rows = list(zip(names, zip(*(values for _, values in series), strict=True), strict=True))
    return rows[::-1]


@register.filter
def number(value: float) -> str:
    """Returns a number as people write it in the language in force, with its thousands grouped: 1.234,5 or 1,234.5."""
    return str(number_format(value, use_l10n=True, force_grouping=True))


@register.filter
def byte_size(size: int) -> str:
    """Returns a size for people, as 1,4 MB in Vietnamese; decimal units."""
    amount, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004 - decimal units
            break
        amount /= 1000
    decimals = 0 if unit == "B" or amount >= 100 else 1  # noqa: PLR2004 - three figures are enough
    return f"{number_format(amount, decimals, use_l10n=True, force_grouping=True)} {unit}"


@register.simple_tag
def other_language() -> str:
    """Returns the code of the language that the switch in the header offers."""
    return "en" if (get_language() or "vi").startswith("vi") else "vi"
