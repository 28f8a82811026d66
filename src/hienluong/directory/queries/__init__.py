"""Reads of the directory: one file per subject."""

from hienluong.directory.queries.agencies import (
    ENDED,
    IN_FORCE,
    PAGE,
    PAGE_LIMIT,
    PROVISIONAL,
    STATES,
    TABLE_HEADING,
    AgencyPage,
    FoundAgency,
    agencies_by_codes,
    agencies_visible_to,
    agency_by_code,
    agency_by_id,
    agency_codes,
    agency_table,
    former_names,
    matching_agencies,
    primary_code_of,
    primary_codes,
    search_agencies,
)
from hienluong.directory.queries.agency_changes import CHANGES_LIMIT, AgencyChanges, agency_changes
from hienluong.directory.queries.agency_detail import AgencyDetail, Branch, agency_detail, branch
from hienluong.directory.queries.calendar import (
    CalendarYear,
    calendar,
    calendar_year,
)
from hienluong.directory.queries.communes import Commune, map_of_communes
from hienluong.directory.queries.people import (
    actor_of,
    operators_to_tell,
    people_to_tell,
    posts_of,
)
from hienluong.directory.queries.validity import (
    today,
    valid_on,
)

__all__ = [
    "CHANGES_LIMIT",
    "ENDED",
    "IN_FORCE",
    "PAGE",
    "PAGE_LIMIT",
    "PROVISIONAL",
    "STATES",
    "TABLE_HEADING",
    "AgencyChanges",
    "AgencyDetail",
    "AgencyPage",
    "Branch",
    "CalendarYear",
    "Commune",
    "FoundAgency",
    "actor_of",
    "agencies_by_codes",
    "agencies_visible_to",
    "agency_by_code",
    "agency_by_id",
    "agency_changes",
    "agency_codes",
    "agency_detail",
    "agency_table",
    "branch",
    "calendar",
    "calendar_year",
    "former_names",
    "map_of_communes",
    "matching_agencies",
    "operators_to_tell",
    "people_to_tell",
    "posts_of",
    "primary_code_of",
    "primary_codes",
    "search_agencies",
    "today",
    "valid_on",
]
