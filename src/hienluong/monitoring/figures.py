"""The figures that the axis offers to the operations centre and the indices (QĐ 28/2018/QĐ-TTg, art. 11)."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import TruncDate

from hienluong.directory.service import sandbox_agency_ids
from hienluong.exchange.service import Delivery, DeliveryEvent, Packet, policy
from hienluong.kit.clock import VIETNAM
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.figures import PERCENT, Counted, Figure, Period, Rhythm, offer


def _documents(period: Period) -> Counted:
    start, end = period.moments
    found = Packet.objects.filter(kind="edoc", accepted_at__gte=start, accepted_at__lt=end)
    return Counted(found.exclude(sender__in=sandbox_agency_ids()).count())


def _arrival_told_in_day(period: Period) -> Counted:
    start, end = period.moments
    due = Delivery.objects.filter(kind="edoc", delivered_at__gte=start, delivered_at__lt=end).exclude(
        recipient__agency__in=sandbox_agency_ids()
    )
    told = (
        DeliveryEvent.objects.filter(
            delivery__in=due,
            plane=DeliveryEvent.Plane.BUSINESS,
            after__in=[policy.ARRIVED, policy.REFUSED, policy.REGISTERED],
        )
        .annotate(
            day=TruncDate("at", tzinfo=VIETNAM), arrival=TruncDate("delivery__delivered_at", tzinfo=VIETNAM)
        )
        .filter(day=F("arrival"))
        .values("delivery")
        .distinct()
        .count()
    )
    return Counted(told, due.count())


offer(
    Figure(
        name="monitoring.documents_accepted",
        title=_("Documents accepted by the axis"),
        unit="documents",
        basis="28/2018/QĐ-TTg, art. 11",
        numerator="documents accepted in the period",
        denominator=None,
        period=Rhythm.MONTH,
        function=_documents,
    )
)
offer(
    Figure(
        name="monitoring.arrival_told_in_day",
        title=_("Arrivals told to the sender within the day"),
        unit=PERCENT,
        basis="30/2020/NĐ-CP, art. 21.2.c",
        numerator="deliveries with a status 01, 02 or 03 on the day they arrived",
        denominator="deliveries of documents that arrived in the period",
        period=Rhythm.MONTH,
        function=_arrival_told_in_day,
    )
)
