"""The head of the log as the world sees it: the newest checkpoint, how the log grew, the key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hienluong.kit.clock import in_vietnam
from hienluong.ledger import service as ledger
from hienluong.ledger.service import SignedCheckpoint

DAYS = 30


@dataclass(frozen=True, slots=True)
class PublicHead:
    """What the public page shows.

    Attributes:
        checkpoint: the newest one; None before the first.
        note: the same with the cosignatures of witnesses, as it is published; "" before the first.
        key: the public key, as programs want it.
        days: the last days, the oldest first.
        sizes: how many entries checkpoints covered at the end of each of them.
        added: how many were added on each of them.
        witnesses: who outside cosigns: name, key, the size it knows, when it last cosigned (None: never).
    """

    checkpoint: SignedCheckpoint | None
    note: str
    key: str
    days: list[datetime]
    sizes: list[int]
    added: list[int]
    witnesses: list[tuple[str, str, int, datetime | None]]

    @property
    def added_today(self) -> int:
        """Returns how many entries were added today."""
        return self.added[-1]


def public_head(*, now: datetime) -> PublicHead:
    """Returns the head of the log; for everybody: numbers of entries, hashes and signatures."""
    midnight = in_vietnam(now).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight + timedelta(days=1 - back) for back in range(DAYS, -1, -1)]
    sizes = ledger.growth(ends)
    added = [after - before for before, after in pairwise(sizes)]
    days = [end - timedelta(days=1) for end in ends[1:]]
    cosigned = [(one.name, one.vkey, one.size, one.cosigned_at) for one in ledger.witnesses()]
    newest = ledger.newest_checkpoint()
    note = ledger.cosigned(newest) if newest else ""
    return PublicHead(newest, note, str(ledger.verifier()), days, sizes[1:], added, cosigned)
