"""Public Python API: keeping and destroying, as other modules may use it."""

from hienluong.retention.commands import (
    approve_disposal,
    lift_hold,
    place_hold,
    propose_disposal,
    set_period,
)
from hienluong.retention.queries import disposals, find_disposal, holds, holds_in_force, over_time, proposed

__all__ = [
    "approve_disposal",
    "disposals",
    "find_disposal",
    "holds",
    "holds_in_force",
    "lift_hold",
    "over_time",
    "place_hold",
    "propose_disposal",
    "proposed",
    "set_period",
]
