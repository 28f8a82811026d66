"""The figure that the ledger offers: how often a recomputation of the whole log found it whole."""

from __future__ import annotations

from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.figures import PERCENT, Counted, Figure, Period, Rhythm, offer
from hienluong.ledger.models import Verification


def _verifications(period: Period) -> Counted:
    start, end = period.moments
    found = Verification.objects.filter(started_at__gte=start, started_at__lt=end)
    return Counted(found.filter(faults=0).count(), found.count())


offer(
    Figure(
        name="ledger.verified_whole",
        title=_("Verifications that found the ledger whole"),
        unit=PERCENT,
        basis="28/2018/QĐ-TTg, art. 10.2.p",
        numerator="recomputations of the whole log in the period that found no fault",
        denominator="recomputations of the whole log in the period",
        period=Rhythm.MONTH,
        function=_verifications,
    )
)
