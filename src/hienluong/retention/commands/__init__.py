"""Writes: one file per subject, one transaction per command."""

from hienluong.retention.commands.disposals import (
    approve_disposal,
    carry_out_disposal,
    decline_disposal,
    propose_disposal,
    take_back_disposal,
)
from hienluong.retention.commands.holds import lift_hold, place_hold
from hienluong.retention.commands.periods import end_period, set_period

__all__ = [
    "approve_disposal",
    "carry_out_disposal",
    "decline_disposal",
    "end_period",
    "lift_hold",
    "place_hold",
    "propose_disposal",
    "set_period",
    "take_back_disposal",
]
