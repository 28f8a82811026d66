"""What the directory keeps: one file per subject."""

from hienluong.directory.models.agencies import AdministrativeUnit, Agency, AgencyCode
from hienluong.directory.models.calendar import CalendarDay, WorkingHours
from hienluong.directory.models.people import Leave, Person, Post, User

__all__ = [
    "AdministrativeUnit",
    "Agency",
    "AgencyCode",
    "CalendarDay",
    "Leave",
    "Person",
    "Post",
    "User",
    "WorkingHours",
]
