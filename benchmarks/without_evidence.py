"""Settings of an installation that records nothing: what the evidence costs is measured against it, and nobody runs it.

Acts write no entry, so none is composed or queued. The triggers of guarded tables are dropped by `benchmarks.cost`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hienluong.config.settings import *  # noqa: F403 - all of them, as they are
from hienluong.ledger import entries


def _nothing(
    *,
    actor: entries.ActorRef,  # noqa: ARG001 - the signature of what it stands for
    acts: Sequence[entries.Act],
    now: datetime,  # noqa: ARG001 - the same
    outcome: str = "done",  # noqa: ARG001 - the same
) -> list[UUID]:
    return [act.id for act in acts]


entries.record_many = _nothing  # before anything imports it
