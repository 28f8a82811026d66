"""What the directory keeps: one file per subject."""

from hienluong.directory.models.agencies import (
    AdministrativeUnit,
    Agency,
    AgencyCode,
    FormerName,
    FormerParent,
    OtherSuccessor,
    RemovedAgency,
)
from hienluong.directory.models.calendar import CalendarDay, WorkingHours
from hienluong.directory.models.people import Leave, Person, Post, User

__all__ = [
    "AdministrativeUnit",
    "Agency",
    "AgencyCode",
    "CalendarDay",
    "FormerName",
    "FormerParent",
    "Leave",
    "OtherSuccessor",
    "Person",
    "Post",
    "RemovedAgency",
    "User",
    "WorkingHours",
]
