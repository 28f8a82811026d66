"""Public Python API: keeping and destroying, as other modules may use it."""

from hienluong.retention.commands import (
    approve_disposal,
    lift_hold,
    place_hold,
    propose_disposal,
    set_period,
)
from hienluong.retention.queries import disposals, find_disposal, holds, over_time

__all__ = [
    "approve_disposal",
    "disposals",
    "find_disposal",
    "holds",
    "lift_hold",
    "over_time",
    "place_hold",
    "propose_disposal",
    "set_period",
]
