"""Writes of the directory: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.directory.commands.agencies import (
    PARTICULARS,
    SORT_KEY_MAX,
    change_agency,
    create_agency,
    move_agency,
    rename_agency,
)
from hienluong.directory.commands.agency_codes import (
    CodeRow,
    add_agency_code,
    end_agency_code,
    import_agency_codes,
)
from hienluong.directory.commands.agency_ends import end_agency, merge_agencies, split_agency
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
from hienluong.directory.commands.reference_data import load_reference_data
from hienluong.directory.commands.sandbox import ECHO_PARTNER, create_test_agency, ensure_echo_partner

__all__ = [
    "ECHO_PARTNER",
    "PARTICULARS",
    "SORT_KEY_MAX",
    "CodeRow",
    "add_agency_code",
    "assign_post",
    "change_agency",
    "change_person",
    "create_administrator",
    "create_agency",
    "create_person",
    "create_test_agency",
    "deactivate_person",
    "end_agency",
    "end_agency_code",
    "end_post",
    "ensure_echo_partner",
    "import_agency_codes",
    "load_reference_data",
    "merge_agencies",
    "move_agency",
    "open_account",
    "remove_calendar_day",
    "rename_agency",
    "set_calendar_day",
    "set_password",
    "set_working_hours",
    "split_agency",
    "switch_post",
]
