"""Reads of the directory: one file per subject."""

from hienluong.directory.queries.agencies import (
    PAGE,
    PAGE_LIMIT,
    AgencyPage,
    FoundAgency,
    agencies_by_codes,
    agencies_in_reach,
    agencies_visible_to,
    agency_by_code,
    agency_by_id,
    agency_codes,
    primary_code_of,
    primary_codes,
    sandbox_agency_ids,
    search_agencies,
)
from hienluong.directory.queries.calendar import (
    CalendarYear,
    calendar,
    calendar_year,
)
from hienluong.directory.queries.people import (
    actor_of,
    administrators_to_tell,
    operators_to_tell,
    people_to_tell,
    posts_of,
)
from hienluong.directory.queries.validity import (
    today,
    valid_on,
)

__all__ = [
    "PAGE",
    "PAGE_LIMIT",
    "AgencyPage",
    "CalendarYear",
    "FoundAgency",
    "actor_of",
    "administrators_to_tell",
    "agencies_by_codes",
    "agencies_in_reach",
    "agencies_visible_to",
    "agency_by_code",
    "agency_by_id",
    "agency_codes",
    "calendar",
    "calendar_year",
    "operators_to_tell",
    "people_to_tell",
    "posts_of",
    "primary_code_of",
    "primary_codes",
    "sandbox_agency_ids",
    "search_agencies",
    "today",
    "valid_on",
]
