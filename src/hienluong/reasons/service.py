"""Public Python API of the list of reasons."""

from hienluong.reasons.commands import add_reason, add_standard_reasons, change_reason, end_reason
from hienluong.reasons.commands.reasons import WRONG_RECIPIENT
from hienluong.reasons.models import Reason
from hienluong.reasons.queries import codes_in, phrase, reason_by_id, reasons

__all__ = [
    "WRONG_RECIPIENT",
    "Reason",
    "add_reason",
    "add_standard_reasons",
    "change_reason",
    "codes_in",
    "end_reason",
    "phrase",
    "reason_by_id",
    "reasons",
]
