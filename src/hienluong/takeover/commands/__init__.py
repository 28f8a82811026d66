"""What is done with an earlier system: its files taken over and undone, its numbers continued, both compared."""

from hienluong.takeover.commands.archives import take_folder
from hienluong.takeover.commands.comparisons import compare, export_comparison, stage_comparison
from hienluong.takeover.commands.intakes import (
    apply_intake,
    check_intake,
    choose_columns,
    confirm_intake,
    discard_intake,
    read_aside_file,
    read_taken_part,
    stage_archive,
    stage_register,
    take_register,
    undo_intake,
)
from hienluong.takeover.commands.numbers import continue_book, take_number

__all__ = [
    "apply_intake",
    "check_intake",
    "choose_columns",
    "compare",
    "confirm_intake",
    "continue_book",
    "discard_intake",
    "export_comparison",
    "read_aside_file",
    "read_taken_part",
    "stage_archive",
    "stage_comparison",
    "stage_register",
    "take_folder",
    "take_number",
    "take_register",
    "undo_intake",
]
