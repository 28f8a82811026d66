"""The levels of a signature that ETSI's profiles share (EN 319 142-1, EN 319 122-1, EN 319 132-1)."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How long a signature can be shown to hold.

    B-B as long as its certificate; B-T: it was there at a proven time; B-LT: what shows that nothing was revoked is inside;
    B-LTA: time-stamped again, so that it outlives the algorithms of today.
    """

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"

    @property
    def stamped(self) -> bool:
        """Returns whether a time-stamp belongs to it."""
        return self is not Level.B

    @property
    def evident(self) -> bool:
        """Returns whether evidence about revocation belongs to it."""
        return self in {Level.LT, Level.LTA}
