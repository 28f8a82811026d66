"""Reads: what is due, what is kept apart, how the daemon is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from hienluong.antivirus import policy
from hienluong.antivirus.errors import ScanNotFound
from hienluong.antivirus.models import Engine, Scan, Sweep
from hienluong.directory.service import Actor, require
from hienluong.kit.cursors import Page, page_of

PAGE = 50
AT_ONCE = 50
SHOWN = {
    "": Q(state__in=[policy.INFECTED, policy.UNSCANNABLE]),
    "waiting": Q(state=policy.WAITING, due_at__isnull=False),  # the index of what is due finds them
    "decided": Q(state__in=[policy.RELEASED, policy.REFUSED]),
}


def scans_due(*, now: datetime) -> list[UUID]:
    """Returns packets that are to be scanned now, the longest due first; stored ones after those that wait for it."""
    found = Scan.objects.filter(state=policy.WAITING, due_at__lte=now).order_by("swept", "due_at")
    return list(found.values_list("packet", flat=True)[:AT_ONCE])


def scans_visible_to(actor: Actor | None) -> QuerySet[Scan]:
    """Returns what was scanned, for those who keep watch: metadata, never content.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may see none.
    """
    require(actor, "antivirus.view_quarantine")
    return Scan.objects.select_related("packet").prefetch_related("findings")


@dataclass(frozen=True, slots=True)
class SweepState:
    """How far the sweep of stored packets is: scans asked for, of them waiting and kept apart; per minute 0: it is off.

    It goes back in time: everything accepted after `reached_at` has been asked for.
    """

    per_minute: int
    begun_at: datetime | None
    reached_at: datetime | None
    done_at: datetime | None
    asked: int
    waiting: int
    apart: int


def _sweep() -> SweepState:
    row = Sweep.objects.filter(pk=1).first() or Sweep()
    swept = Scan.objects.filter(swept=True)
    return SweepState(
        settings.CLAMD_SWEEP_PER_MINUTE if settings.CLAMD else 0,
        row.begun_at,
        row.reached_at,
        row.done_at,
        row.asked,
        swept.filter(due_at__isnull=False).count(),
        swept.exclude(state__in=[policy.WAITING, policy.CLEAN]).count(),
    )


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One page of scans, newest first, how many wait to be scanned, and how the daemon and the sweep are."""

    scans: Page[Scan]
    waiting: int
    engine: Engine | None
    is_on: bool
    sweep: SweepState


def search_scans(
    actor: Actor | None, *, show: str = "", before: UUID | None = None, limit: int = PAGE
) -> Quarantine:
    """Returns what is kept apart ("" for undecided, "waiting", "decided"), and how the daemon is."""
    found = scans_visible_to(actor).filter(SHOWN.get(show, SHOWN[""]))
    if before is not None:
        found = found.filter(packet__lt=before)
    return Quarantine(
        page_of(found.order_by("-packet"), limit),
        Scan.objects.filter(due_at__isnull=False).count(),
        Engine.objects.filter(pk=1).first(),
        bool(settings.CLAMD),
        _sweep(),
    )


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """How many packets are kept apart and not decided, and how many wait to be scanned."""

    undecided: int
    waiting: int


def scan_counts(actor: Actor | None) -> ScanCounts:
    """Returns what waits for a decision, and for the daemon; errors as `scans_visible_to`."""
    require(actor, "antivirus.view_quarantine")
    apart = Scan.objects.exclude(state__in=[policy.WAITING, policy.CLEAN])  # as the index of these says it
    return ScanCounts(apart.filter(SHOWN[""]).count(), Scan.objects.filter(SHOWN["waiting"]).count())


def closed_among(packets: Collection[UUID]) -> set[UUID]:
    """Returns which of the packets are closed to everybody: malware was found in them."""
    found = Scan.objects.filter(packet__in=packets, state__in=policy.CLOSED)
    return set(found.values_list("packet", flat=True))


def find_scan(actor: Actor | None, packet_id: UUID) -> Scan:
    """Returns the scan of one packet.

    Raises:
        ScanNotFound: it was never asked for.
    """
    found = scans_visible_to(actor).filter(packet=packet_id).first()
    if found is None:
        raise ScanNotFound
    return found
