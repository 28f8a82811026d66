"""Writes about files of agencies: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.imports.commands.agency_import import (
    apply_import,
    check_import,
    confirm_import,
    discard_import,
    import_agencies,
    stage_import,
)
from hienluong.imports.commands.agency_undo import undo_import

__all__ = [
    "apply_import",
    "check_import",
    "confirm_import",
    "discard_import",
    "import_agencies",
    "stage_import",
    "undo_import",
]
