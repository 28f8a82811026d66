"""The token that opens the metrics."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.ledger import service as ledger
from hienluong.monitoring import metrics


@transaction.atomic
def make_metrics_token(*, actor: Actor | None, replace: bool, now: datetime) -> str:
    """Makes the token that opens the metrics and returns it, this once.

    Raises:
        PermissionMissing: the actor may not.
        TokenThere: there is one, and it was not to be replaced.
    """
    actor = require(actor, "monitoring.make_token")
    token = metrics.make_token(replace=replace)
    ledger.record(
        actor=actor.ref,
        action="monitoring.make_metrics_token",
        subject="metrics",
        details={"replaced": replace},
        now=now,
    )
    return token
