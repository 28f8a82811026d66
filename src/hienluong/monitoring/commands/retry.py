"""Tries failed deliveries again: one, all of a recipient, all of a cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.monitoring.causes import BY_CODE
from hienluong.monitoring.errors import ChoiceRefused, DeliveryGone
from hienluong.monitoring.queries import failures_chosen

AT_ONCE = 1000
"""So many go at once, the oldest first; the rest when it is asked for again."""
REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Retried:
    """Which deliveries are tried again, and whether more were chosen than go at once."""

    delivery_ids: list[int]
    more: bool


@transaction.atomic
def retry_failures(
    *,
    actor: Actor | None,
    reason: str,
    now: datetime,
    delivery_id: int | None = None,
    cause: str = "",
    recipient: int | None = None,
    everything: bool = False,
    most: int = AT_ONCE,
) -> Retried:
    """Sets failed deliveries on their way again and returns which. Harmless when repeated: what does not fail is left.

    Args:
        actor: who asks.
        reason: why, for the ledger.
        now: the moment.
        delivery_id: one delivery; nothing else is looked at then.
        cause: all of a cause (`causes.CAUSES`).
        recipient: all of a recipient, by its number; with a cause, what is both.
        everything: all that fail; needed when neither is given.
        most: how many go at once, the oldest first.

    Raises:
        PermissionMissing: the actor may not.
        ChoiceRefused: no reason, no choice, or a cause that there is not.
        DeliveryGone: there is no delivery of that number.
    """
    actor = require(actor, "monitoring.retry_deliveries")
    reason = " ".join(reason.split())
    _check(
        reason, cause, chosen=delivery_id is not None or bool(cause) or recipient is not None or everything
    )
    if delivery_id is not None:
        if not exchange.Delivery.objects.filter(pk=delivery_id).exists():
            raise DeliveryGone(id=delivery_id)
        chosen = [delivery_id]
    else:
        found = failures_chosen(cause=cause, recipient=recipient).exclude(cause="behind-dead-letter")
        chosen = list(found.order_by("pk").values_list("pk", flat=True)[: most + 1])
    tried = exchange.retry_deliveries(actor=actor, delivery_ids=chosen[:most], reason=reason, now=now)
    ledger.record(
        actor=actor.ref,
        action="monitoring.retry_failures",
        subject=f"delivery:{delivery_id}" if delivery_id is not None else "deliveries",
        details={"reason": reason, "cause": cause, "recipient": recipient, "tried": len(tried)},
        now=now,
    )
    return Retried(tried, len(chosen) > most)


def _check(reason: str, cause: str, *, chosen: bool) -> None:
    errors = []
    if not reason:
        errors.append(FieldError("/reason", _("Say why, for the record.")))
    if len(reason) > REASON_LIMIT:
        errors.append(FieldError("/reason", _("Write at most 300 letters.")))
    if cause and cause not in BY_CODE:
        errors.append(FieldError("/cause", _("There is no such cause: {cause}."), {"cause": cause[:40]}))
    if not chosen:
        errors.append(FieldError("/delivery", _("Say which: one delivery, a cause, a recipient, or all.")))
    if errors:
        raise ChoiceRefused(errors)
