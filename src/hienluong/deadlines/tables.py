"""The lists of deadlines as rows of a file: CSV, XLSX, and what the terminal prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from hienluong.deadlines.labels import basis_of, said
from hienluong.deadlines.models import Clock
from hienluong.deadlines.queries import Tally
from hienluong.exchange.service import PRIORITIES
from hienluong.kit.clock import in_vietnam


def heading_of_clocks() -> list[str]:
    """Returns the heading of a list of clocks."""
    return [
        _("Duty"),
        _("Number"),
        _("Sender"),
        _("Recipient"),
        _("Priority"),
        _("Begun"),
        _("Due"),
        _("Done at"),
        _("State"),
        _("Ground"),
    ]


def rows_of_clocks(clocks: Iterable[Clock], now: datetime) -> Iterator[list[str]]:
    """Yields a row for each clock."""
    for clock in clocks:
        yield [
            str(clock.get_duty_display()),
            clock.reference,
            clock.packet.sender_name if clock.packet and clock.duty != Clock.Duty.SEND else "",
            clock.delivery.recipient.name if clock.delivery else "",
            str(PRIORITIES[clock.priority][0]),
            _moment(clock.begun_at),
            _moment(clock.due_at),
            _moment(clock.stopped_at),
            said(clock, now)[0],
            basis_of(clock),
        ]


def heading_of_agencies() -> list[str]:
    """Returns the heading of the list of agencies."""
    return [
        _("Agency"),
        _("Code"),
        _("Overdue now"),
        _("Done late"),
        _("Done in time"),
        _("Not due yet"),
        _("In time (percent)"),
    ]


def rows_of_agencies(tallies: Iterable[Tally]) -> Iterator[list[str]]:
    """Yields a row for each agency."""
    for one in tallies:
        yield [
            one.agency_name,
            one.agency_code,
            *(str(count) for count in (one.overdue, one.late, one.on_time, one.running)),
            "" if one.share is None else str(one.share),
        ]


def _moment(moment: datetime | None) -> str:
    return f"{in_vietnam(moment):%d/%m/%Y %H:%M}" if moment else ""
