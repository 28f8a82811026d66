"""The figures about deadlines that are offered to the operations centre and the indices (QĐ 28/2018/QĐ-TTg, art. 11)."""

from __future__ import annotations

from hienluong.deadlines.models import Clock
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.figures import PERCENT, Counted, Figure, Period, Rhythm, offer


def _offer(name: str, title: str, duty: Clock.Duty, *, basis: str, numerator: str, denominator: str) -> None:
    """Offers the share of a duty's clocks that were met in time, of those that ran out in the period."""

    def count(period: Period) -> Counted:
        start, end = period.moments
        due = Clock.objects.filter(duty=duty, due_at__gte=start, due_at__lt=end).exclude(
            outcome=Clock.Outcome.VOID
        )
        return Counted(due.filter(outcome=Clock.Outcome.DONE, late=False).count(), due.count())

    offer(
        Figure(
            name=name,
            title=title,
            unit=PERCENT,
            basis=basis,
            numerator=numerator,
            denominator=denominator,
            period=Rhythm.MONTH,
            function=count,
        )
    )


_offer(
    "deadlines.sent_in_time",
    _("Documents sent in time after signing"),
    Clock.Duty.SEND,
    basis="28/2018/QĐ-TTg, art. 6.2",
    numerator="documents sent by the next working morning, urgent ones on their day or at once",
    denominator="documents of the province that were due to be sent in the period",
)
_offer(
    "deadlines.receipt_told_in_time",
    _("Arrivals told to the sender in time"),
    Clock.Duty.RECEIPT,
    basis="30/2020/NĐ-CP, art. 21.2.c",
    numerator="arrivals told within the (working) day, urgent ones at once",
    denominator="arrivals whose telling was due in the period",
)
_offer(
    "deadlines.answered_in_time",
    _("Documents answered by the date their sender set"),
    Clock.Duty.ANSWER,
    basis="QCVN 102:2016/BTTTT, DueDate",
    numerator="documents finished, refused or answered by that day",
    denominator="documents whose answer was due in the period",
)
