"""For how long kinds of documents are kept: rows with a day, never changed afterwards."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hienluong.directory.service import Actor, require
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.retention.errors import PeriodNotFound, PeriodOverlaps
from hienluong.retention.models import Period
from hienluong.retention.policy import LONGEST_MONTHS, key_of


@transaction.atomic
def set_period(
    *,
    actor: Actor | None,
    type_name: str,
    months: int | None,
    valid_from: date,
    source: str = "",
    now: datetime,
) -> Period:
    """Writes from which day on documents of a kind are kept for how long; the former row ends on that day.

    Args:
        actor: an administrator.
        type_name: as it stands in documents; "" for every kind without a row of its own.
        months: from acceptance on; None: for good.
        valid_from: for documents accepted on that day or later.
        source: the law or decision it rests on; without one it is provisional.
        now: the moment.

    Raises:
        PermissionMissing: the actor is no administrator.
        InvalidInput: the months are none.
        PeriodOverlaps: a row of this kind begins that day or later.
    """
    actor = require(actor, "retention.manage_periods")
    if months is not None and not 1 <= months <= LONGEST_MONTHS:
        raise InvalidInput([FieldError("/months", _("1 to {most} months."), {"most": LONGEST_MONTHS})])
    key = key_of(type_name)
    same = Period.objects.select_for_update().filter(type_key=key)
    later = same.filter(Q(valid_from__gte=valid_from)).order_by("-valid_from").first()
    if later is not None:
        raise PeriodOverlaps(type=type_name or "*", day=later.valid_from.isoformat())
    same.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    period = Period.objects.create(
        id=new_id(),
        type_name=type_name.strip(),
        type_key=key,
        months=months,
        source=source.strip(),
        valid_from=valid_from,
        written_at=now,
        written_by=actor.name[:200],
    )
    _record(actor, "retention.period-set", period, now)
    return period


@transaction.atomic
def end_period(*, actor: Actor | None, period_id: UUID, valid_to: date, now: datetime) -> Period:
    """Ends a row without another one: documents accepted from that day on have the period of every other kind.

    Without such a one they are kept until somebody says for how long.

    Raises:
        PermissionMissing: the actor is no administrator.
        PeriodNotFound: there is none, or it has ended.
        InvalidInput: the day is before its first.
    """
    actor = require(actor, "retention.manage_periods")
    period = Period.objects.select_for_update().filter(pk=period_id, valid_to=None).first()
    if period is None:
        raise PeriodNotFound
    if valid_to < period.valid_from:
        raise InvalidInput([FieldError("/valid_to", _("It begins later than that."))])
    period.valid_to = valid_to
    period.save(update_fields=["valid_to"])
    _record(actor, "retention.period-ended", period, now)
    return period


def _record(actor: Actor, action: str, period: Period, now: datetime) -> None:
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"period:{period.pk}",
        details={
            "type": period.type_name,
            "months": period.months,
            "valid_from": period.valid_from.isoformat(),
            "valid_to": period.valid_to.isoformat() if period.valid_to else None,
            "source": period.source[:300],
        },
        now=now,
    )
