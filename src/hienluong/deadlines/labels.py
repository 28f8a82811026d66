"""Deadlines in words: until when, or how late, each with the tone of its badge."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hienluong.deadlines.models import Clock
from hienluong.deadlines.policy import BASIS, is_urgent
from hienluong.kit.clock import in_vietnam

STATES: dict[str, str | Promise] = {
    "overdue": gettext_lazy("overdue now"),
    "soon": gettext_lazy("due today or on the next working day"),
    "running": gettext_lazy("not due yet"),
    "late": gettext_lazy("done late"),
    "on_time": gettext_lazy("done in time"),
}
SOON = timedelta(hours=1)
_ARTICLE = re.compile(r"art\. (?P<article>\d+)\.(?P<clause>\d+)(?:\.(?P<point>\w))?")


def said(clock: Clock, now: datetime) -> tuple[str, str]:
    """Returns what a badge says of a clock, and its tone: "due 11:30", "late by 2 hours"."""
    if clock.outcome == Clock.Outcome.VOID:
        return _("no longer due"), "neutral"
    end = clock.stopped_at or now
    if end > clock.due_at:
        text = _("late by %(time)s") if not clock.stopped_at else _("done, late by %(time)s")
        return text % {"time": how_long(end - clock.due_at)}, "bad"
    if clock.stopped_at:
        return _("done in time"), "good"
    due = in_vietnam(clock.due_at)
    other_day = in_another_day(clock, now)
    time = f"{due:%H:%M} {date_format(due, 'SHORT_DATE_FORMAT')}" if other_day else f"{due:%H:%M}"
    return _("due %(time)s") % {"time": time}, "progress" if due - now < SOON else "info"


def in_another_day(clock: Clock, now: datetime) -> bool:
    """Tells whether a clock ends on another day than today's."""
    return in_vietnam(clock.due_at).date() != in_vietnam(now).date()


def basis_of(clock: Clock) -> str:
    """Returns where the duty stands, as people cite it: "28/2018/QĐ-TTg, art. 6.2", "khoản 2 Điều 6" in Vietnamese."""
    return _ARTICLE.sub(_cited, BASIS[(clock.duty, is_urgent(clock.priority))])


def _cited(found: re.Match[str]) -> str:
    template = (
        _("art. %(article)s.%(clause)s.%(point)s") if found["point"] else _("art. %(article)s.%(clause)s")
    )
    return template % found.groupdict()


def how_long(span: timedelta) -> str:
    """Returns a span in its largest unit: minutes, hours or days, a full one at least."""
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - two days
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}
