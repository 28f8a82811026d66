"""Writes of the directory: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.directory.commands.agency_codes import CodeRow, ImportSummary, import_agency_codes
from hienluong.directory.commands.calendar import remove_calendar_day, set_calendar_day, set_working_hours
from hienluong.directory.commands.people import (
    assign_post,
    change_person,
    create_administrator,
    create_person,
    deactivate_person,
    end_post,
    open_account,
    set_password,
    switch_post,
)
from hienluong.directory.commands.reference_data import Summary, load_reference_data

__all__ = [
    "CodeRow",
    "ImportSummary",
    "Summary",
    "assign_post",
    "change_person",
    "create_administrator",
    "create_person",
    "deactivate_person",
    "end_post",
    "import_agency_codes",
    "load_reference_data",
    "open_account",
    "remove_calendar_day",
    "set_calendar_day",
    "set_password",
    "set_working_hours",
    "switch_post",
]
