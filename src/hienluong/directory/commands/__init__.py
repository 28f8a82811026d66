"""Writes of the directory: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.directory.commands.agency_codes import CodeRow, ImportSummary, import_agency_codes
from hienluong.directory.commands.calendar import remove_calendar_day, set_calendar_day, set_working_hours
from hienluong.directory.commands.people import (
    assign_post,
    create_administrator,
    create_person,
    end_post,
    set_password,
    switch_post,
)
from hienluong.directory.commands.reference_data import Summary, load_reference_data
from hienluong.directory.commands.sandbox import ECHO_PARTNER, create_test_agency, ensure_echo_partner

__all__ = [
    "ECHO_PARTNER",
    "CodeRow",
    "ImportSummary",
    "Summary",
    "assign_post",
    "create_administrator",
    "create_person",
    "create_test_agency",
    "end_post",
    "ensure_echo_partner",
    "import_agency_codes",
    "load_reference_data",
    "remove_calendar_day",
    "set_calendar_day",
    "set_password",
    "set_working_hours",
    "switch_post",
]
