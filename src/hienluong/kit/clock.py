"""Time: one clock, one zone for people, and the forms of date and time found on the wire.

Moments are kept in UTC with their zone. Decision 28/2018/QĐ-TTg art. 14.4 puts the time of exchanged packets in
the Vietnamese zone; edXML writes it without one.
"""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hienluong.kit.errors import gettext_noop as _

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of every date and time shown to people and written on the wire."""

_WIRE_TIMESTAMP = "%Y/%m/%d %H:%M:%S"
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)", re.ASCII)
_TIME = re.compile(r"[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII)

WARN_UNREADABLE = _("The date or time cannot be read; the text is kept as it is.")
WARN_IMPOSSIBLE = _("The date or time does not exist in the calendar; the text is kept as it is.")
WARN_DAY_FIRST = _("The date is written day first; the standard form is yyyy/MM/dd.")
WARN_FORM = _("The date or time is not in the standard form yyyy/MM/dd or yyyy/MM/dd HH:mm:ss.")


def now() -> datetime:
    """Returns the present moment in UTC, with its zone. Only interfaces and tasks read the clock."""
    return datetime.now(UTC)


def in_vietnam(moment: datetime) -> datetime:
    """Returns the moment in the Vietnamese zone.

    Raises:
        ValueError: the moment carries no zone.
    """
    _require_zone(moment)
    return moment.astimezone(VIETNAM)


def wire_timestamp(moment: datetime) -> str:
    """Returns the moment as edXML writes it, `yyyy/MM/dd HH:mm:ss` in Vietnamese time without a zone.

    Raises:
        ValueError: the moment carries no zone.
    """
    return in_vietnam(moment).strftime(_WIRE_TIMESTAMP)


def wire_date(day: date) -> str:
    """Returns the day as edXML writes it, `yyyy/MM/dd`."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def parse_wire_timestamp(text: str) -> tuple[datetime | None, str | None]:
    """Returns the moment an edXML timestamp means, in UTC, and a warning where it was not in the standard form.

    A time without a zone is Vietnamese time (Decision 28/2018/QĐ-TTg art. 14.4); a date alone is its midnight.
    Real packets hold other forms and impossible dates: then the value is None, and the caller keeps the text.
    Empty text gives (None, None).
    """
    text = text.strip()
    if not text:
        return None, None
    day, warning, rest = _read_date(text)
    if day is None:
        return None, warning
    found = _TIME.fullmatch(rest)
    if rest and not found:
        return None, WARN_UNREADABLE
    hour, minute, second = (int(part or 0) for part in found.groups()[:3]) if found else (0, 0, 0)
    zone = found.group(4) if found else None
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=VIETNAM)
        if zone:
            offset = "+00:00" if zone == "Z" else zone
            moment = datetime.strptime(f"{moment:%Y/%m/%d %H:%M:%S}{offset}", f"{_WIRE_TIMESTAMP}%z")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, WARN_IMPOSSIBLE
    if warning is None and text != wire_timestamp(moment):
        warning = WARN_FORM
    return moment, warning


def parse_wire_date(text: str) -> tuple[date | None, str | None]:
    """Returns the day an edXML date means and a warning where it was not in the standard form `yyyy/MM/dd`.

    Day-first dates and dates followed by a time are read with a warning. A date that does not exist, as in some
    official samples, gives None and a warning: the caller keeps the text. Empty text gives (None, None).
    """
    text = text.strip()
    if not text:
        return None, None
    day, warning, rest = _read_date(text)
    if day is None:
        return None, warning
    if rest and not _TIME.fullmatch(rest):
        return None, WARN_UNREADABLE
    if warning is None and text != wire_date(day):
        warning = WARN_FORM
    return day, warning


def _read_date(text: str) -> tuple[date | None, str | None, str]:
    """Returns the day at the start of the text, a warning about its form, and the text after it."""
    found = _YEAR_FIRST.match(text)
    warning = None
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _DAY_FIRST.match(text)
        if not found:
            return None, WARN_UNREADABLE, text
        day, month, year = (int(part) for part in found.groups())
        warning = WARN_DAY_FIRST
    try:
        return date(year, month, day), warning, text[found.end() :]
    except ValueError:
        return None, WARN_IMPOSSIBLE, text


def _require_zone(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError(
            f"The moment {moment.isoformat()} carries no time zone; give one, as clock.now() does."
        )
