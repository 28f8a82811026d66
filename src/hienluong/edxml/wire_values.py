"""Dates and times as the wire has them: kept as written, beside what they mean."""

from dataclasses import dataclass
from datetime import date, datetime

from hienluong.kit.clock import parse_wire_date, parse_wire_timestamp, wire_date, wire_timestamp


@dataclass(frozen=True, slots=True)
class WireDate:
    """A date as written (`raw`) and what it means (`value`), None where it is no possible date."""

    raw: str

    @classmethod
    def of(cls, day: date) -> "WireDate":
        """Returns the date as the wire writes it, yyyy/MM/dd."""
        return cls(wire_date(day))

    @property
    def value(self) -> date | None:
        """The day, or None."""
        return parse_wire_date(self.raw)[0]


@dataclass(frozen=True, slots=True)
class WireTime:
    """A moment as written (`raw`) and what it means in UTC (`value`), None where it is no possible moment."""

    raw: str

    @classmethod
    def of(cls, moment: datetime) -> "WireTime":
        """Returns the moment as the wire writes it, yyyy/MM/dd HH:mm:ss in Vietnamese time."""
        return cls(wire_timestamp(moment))

    @property
    def value(self) -> datetime | None:
        """The moment in UTC, or None."""
        return parse_wire_timestamp(self.raw)[0]
