"""What an operator decides about a packet that is kept apart, always with a written reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hienluong.antivirus import policy
from hienluong.antivirus.errors import ScanDecided, ScanningOff, ScanNotFound
from hienluong.antivirus.models import Scan
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

REASON_MAX = 1000

notices.declare_text("antivirus.refused", _("Document {document} is refused for good, for malware. {reason}"))
notices.declare_text("antivirus.released", _("Document {document} was released and is delivered. {reason}"))


@transaction.atomic
def release_packet(*, actor: Actor | None, packet_id: UUID, reason: str, now: datetime) -> Scan:
    """Lets a packet pass that is kept apart: a false alarm, or one that cannot be scanned; its sender is told.

    Raises:
        PermissionMissing: the actor is no operator.
        ScanNotFound, ScanDecided: it is not kept apart, or no longer.
        InvalidInput: no reason.
    """
    actor = require(actor, "antivirus.decide_quarantine")
    return _decide(actor, packet_id, policy.RELEASED, reason, now)


@transaction.atomic
def refuse_packet(*, actor: Actor | None, packet_id: UUID, reason: str, now: datetime) -> Scan:
    """Refuses a packet that is kept apart for good: every delivery that waits fails, and its sender is told why.

    Raises: as `release_packet`.
    """
    actor = require(actor, "antivirus.decide_quarantine")
    return _decide(actor, packet_id, policy.REFUSED, reason, now)


@transaction.atomic
def rescan_packet(*, actor: Actor | None, packet_id: UUID, now: datetime) -> Scan:
    """Has a packet scanned again: with newer signatures, or after clamd's limits were raised.

    Until that scan is done it is neither delivered nor, where malware was found before, handed to anybody.

    Raises: as `release_packet`, and ScanningOff: there is nothing to scan it with.
    """
    actor = require(actor, "antivirus.decide_quarantine")
    if not settings.CLAMD:
        raise ScanningOff
    scan = _locked(packet_id, policy.WAITING)
    scan.state, scan.due_at, scan.attempts = policy.WAITING, now, 0
    scan.save(update_fields=["state", "due_at", "attempts"])
    exchange.wake_packet(packet_id=packet_id, now=now)
    ledger.record(
        actor=actor.ref, action="antivirus.rescan", subject=f"packet:{packet_id}", details={}, now=now
    )
    return scan


def _locked(packet_id: UUID, state: str) -> Scan:
    scan = (
        Scan.objects.select_for_update(of=["self"]).select_related("packet").filter(packet=packet_id).first()
    )
    if scan is None:
        raise ScanNotFound
    if state not in policy.SCANS[scan.state] or scan.state == policy.WAITING:
        raise ScanDecided(state=scan.state)
    return scan


def _decide(actor: Actor, packet_id: UUID, state: str, reason: str, now: datetime) -> Scan:
    reason = reason.strip()[:REASON_MAX]
    if not reason:
        raise InvalidInput([FieldError("/reason", _("Give the reason."))])
    scan = _locked(packet_id, state)
    scan.state, scan.due_at = state, None
    scan.decided_at, scan.decided_by, scan.decision_reason = now, actor.name[:200], reason
    scan.save()
    signatures = list(scan.findings.order_by("position").values_list("signature", flat=True))
    if state == policy.REFUSED:
        why = f"malware: {', '.join(signatures)}" if signatures else "it cannot be scanned for malware"
        exchange.fail_packet(packet_id=packet_id, reason=why, now=now)
    else:
        exchange.wake_packet(packet_id=packet_id, now=now)
    packet = scan.packet
    if packet.sender_id is not None:
        people = directory.people_to_tell([packet.sender_id], ["clerk"]).get(packet.sender_id, ())
        notices.tell(
            readers=[Reader(*person) for person in people],
            code=f"antivirus.{state}",
            values={"document": f"{packet.code_number}/{packet.code_notation}", "reason": reason},
            link=notices.link_at(f"/exchange/packets/{packet_id}/", now),
            now=now,
        )
    ledger.record(
        actor=actor.ref,
        action=f"antivirus.packet-{state}",
        subject=f"packet:{packet_id}",
        details={"reason": reason[:300], "signatures": [one[:300] for one in signatures]},
        now=now,
    )
    return scan
