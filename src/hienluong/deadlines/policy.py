"""Pure reckoning: until when a duty must be done, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from hienluong.kit.clock import in_vietnam
from hienluong.kit.worktime import WorkCalendar

SEND, RECEIPT, ANSWER = "send", "receipt", "answer"

TELLS_RECEIPT: Final = frozenset({"01", "02", "03", "04", "05", "06", "15", "16"})
"""Statuses by which a recipient lets the sender know that it has the document: all but 13, which is the sender's."""
ENDS_ANSWER: Final = frozenset({"02", "06"})
LOOKS_BACK: Final = timedelta(days=366)
LOOKS_AHEAD: Final = timedelta(days=366)

BASIS: Final[dict[tuple[str, bool], str]] = {
    (SEND, False): "28/2018/QĐ-TTg, art. 6.2",
    (SEND, True): "28/2018/QĐ-TTg, art. 6.2; 30/2020/NĐ-CP, art. 18.1",
    (RECEIPT, False): "30/2020/NĐ-CP, art. 21.2.c",
    (RECEIPT, True): "28/2018/QĐ-TTg, art. 6.2; 30/2020/NĐ-CP, art. 24.2",
    (ANSWER, False): "QCVN 102:2016/BTTTT, DueDate",
    (ANSWER, True): "QCVN 102:2016/BTTTT, DueDate",
}
"""Where a duty stands, by duty and whether the document is urgent."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What "at once" is here: no law gives minutes, so the province does.

    Attributes:
        minutes: so long after the beginning.
        at_night: degrees of urgency (1 to 4) for which the minutes run day and night; for the others in working time.
    """

    minutes: int
    at_night: frozenset[int]


def is_urgent(priority: int) -> bool:
    """Returns whether a degree of urgency (0 … 4 on the wire) is one of khẩn, thượng khẩn, hỏa tốc."""
    return priority > 0


def due_to_send(
    calendar: WorkCalendar, at_once: AtOnce, *, signed_at: datetime, by_day: bool, priority: int
) -> datetime:
    """Returns until when a signed document must be sent.

    On the day of signing, at the latest in the morning of the next working day (Decision 28/2018 art. 6.2). An urgent one
    at once; where only the day of signing is known, by the end of that day.
    """
    if not is_urgent(priority):
        return calendar.deadline_next_working_morning(signed_at)
    return calendar.end_of_day(signed_at) if by_day else _at_once(calendar, at_once, signed_at, priority)


def due_to_tell(calendar: WorkCalendar, at_once: AtOnce, *, arrived_at: datetime, priority: int) -> datetime:
    """Returns until when the recipient tells the sender of the arrival: within the day (Decree 30/2020 art. 21.2.c).

    What arrives after work has ended, or on a day without work, counts as having arrived on the next working day
    (decision 22). An urgent document is told of at once.
    """
    if is_urgent(priority):
        return _at_once(calendar, at_once, arrived_at, priority)
    day = in_vietnam(arrived_at).date()
    closes = calendar.closes_at(day)
    if closes is None or arrived_at > closes:
        day = calendar.next_working_day(day)
    return calendar.end_of_day(datetime.combine(day, time(12), in_vietnam(arrived_at).tzinfo))


def _at_once(calendar: WorkCalendar, at_once: AtOnce, moment: datetime, priority: int) -> datetime:
    minutes = timedelta(minutes=at_once.minutes)
    return moment + minutes if priority in at_once.at_night else calendar.add_working_time(moment, minutes)


def is_measured(issued_on: date, today: date) -> bool:
    """Returns whether the date of a document says when it had to be sent: within a year of today, not a slip."""
    return today - LOOKS_BACK <= issued_on <= today + LOOKS_AHEAD


def reminds_at(calendar: WorkCalendar, day: date, at: time, now: datetime) -> bool:
    """Returns whether people are to be reminded now: a working day, after the hour set and before work ends."""
    closes = calendar.closes_at(day)
    return closes is not None and datetime.combine(day, at, closes.tzinfo) <= now < closes
