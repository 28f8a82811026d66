"""Operations of the API that will be taken away: declared once, told in every answer and in the OpenAPI document.

Headers are those of RFC 9745 (Deprecation) and RFC 8594 (Sunset); the policy is docs/integrate/deprecation.md.

    @router.get("/old", **deprecated(since=date(2027, 1, 1), sunset=date(2028, 7, 1), instead="GET /api/v1/new"))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from hienluong.kit.clock import VIETNAM

POLICY_PAGE = "/developers/deprecation/"
MINIMUM_DAYS = 365
"""How long an operation goes on answering after it was declared; the policy promises it."""

EXTENSION = "x-deprecation"
"""Under which name the OpenAPI document carries the declaration."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """When an operation was declared to go, when it goes, and what to call instead."""

    since: date
    sunset: date
    instead: str

    @classmethod
    def of(cls, extension: Mapping[str, str]) -> "Deprecation":
        """Returns the declaration that an OpenAPI document carries."""
        return cls(
            date.fromisoformat(extension["since"]),
            date.fromisoformat(extension["sunset"]),
            extension["instead"],
        )

    def headers(self) -> dict[str, str]:
        """Returns what every answer says: since when, until when (both at 00:00 in Vietnam), and where to read on."""
        return {
            "Deprecation": f"@{int(_midnight(self.since).timestamp())}",
            "Sunset": format_datetime(_midnight(self.sunset).astimezone(UTC), usegmt=True),
            "Link": f'<{POLICY_PAGE}>; rel="deprecation"; type="text/html"',
        }


def deprecated(*, since: date, sunset: date, instead: str) -> dict[str, Any]:
    """Returns the declaration as keyword arguments of ninja's decorators.

    Args:
        since: the first day on which answers say so.
        sunset: the first day on which the operation is no more; at least `MINIMUM_DAYS` later.
        instead: what to call instead, as `GET /api/v1/new`.

    Raises:
        ValueError: the time between is shorter than the policy promises.
    """
    if (sunset - since).days < MINIMUM_DAYS:
        raise ValueError(f"The policy promises {MINIMUM_DAYS} days between deprecation and sunset.")
    facts = {"since": since.isoformat(), "sunset": sunset.isoformat(), "instead": instead}
    return {"deprecated": True, "openapi_extra": {EXTENSION: facts}}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
