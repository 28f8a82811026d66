"""Takes documents back: asks for them, revokes them, sends one that went to the wrong agency to the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from hienluong.corrections import policy, queries
from hienluong.corrections.commands.wire import readdress_document, write_revocation
from hienluong.corrections.errors import CorrectionRefused, RecallRefused
from hienluong.corrections.models import Recall
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import DeliveryNotFound, PacketNotFound, RecipientUnknown
from hienluong.exchange.service import Delivery, Packet, Receipt
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.reasons import service as reasons

ASKED_BACK, REFUSED = "13", "02"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking one recipient: its recall, or None where it can no longer be asked."""

    delivery: Delivery
    recall: Recall | None


@contextmanager
def _one_act(actor: Actor, subject: str, now: datetime) -> Iterator[None]:
    """Makes what happens inside one act, all of it or nothing; that it was refused stands in the ledger all the same.

    What the axis noted of a packet that it refused was undone with the rest.
    """
    action = "corrections.refused"
    with (
        ledger.recording_refusals(actor=actor.ref, action=action, subject=subject, now=now),
        transaction.atomic(),
    ):
        yield


def recall_document(
    *,
    actor: Actor | None,
    packet_id: UUID,
    recipients: Sequence[str] = (),
    reason: str = "",
    note: str = "",
    idempotency_key: str | None = None,
    now: datetime,
) -> list[Asked]:
    """Asks a document back (13) from the recipients named by code, or from all; returns what became of each.

    What nobody has fetched is withdrawn at once; the others answer with 15 or 16. Whoever was asked already is not
    asked twice. Of all recipients, those that refused the document or finished with it are left out.

    Raises:
        PermissionMissing: the actor may not.
        PacketNotFound: its agency did not send the document.
        RecallRefused: no reason; or a recipient named has none of it, or can no longer be asked; or nobody can.
        ReasonUnknown: the list offers no such reason today.
    """
    actor = require(actor, "corrections.take_back_document")
    with _one_act(actor, f"packet:{packet_id}", now):
        said = reasons.phrase(act=ASKED_BACK, code=reason, note=note, on=in_vietnam(now).date())
        if not said.strip():
            raise RecallRefused([FieldError("/note", _("Give the reason."))])
        packet = _own(actor, packet_id)
        wanted = _chosen(packet, recipients)
        key = idempotency_key or f"recall-{uuid4()}"
        asked = [_ask(actor, delivery, said, f"{key}-{delivery.pk}"[-100:], now) for delivery in wanted]
        late = [one.delivery.recipient.name for one in asked if one.recall is None]
        if late and (recipients or len(late) == len(asked)):
            text = _("It can no longer be asked back from: {names}.")
            raise RecallRefused([FieldError("/recipients", text, {"names": ", ".join(late)})])
        ledger.record(
            actor=actor.ref,
            action="corrections.document-asked-back",
            subject=f"packet:{packet.pk}",
            details={"recipients": sum(one.recall is not None for one in asked), "left_out": len(late)},
            now=now,
        )
        return asked


def _own(actor: Actor, packet_id: UUID) -> Packet:
    packet = exchange.packet(actor, packet_id)
    if packet.sender_id != actor.agency_id or packet.kind != Packet.Kind.DOCUMENT:
        raise PacketNotFound(id=packet_id)
    return packet


def _chosen(packet: Packet, recipients: Sequence[str]) -> list[Delivery]:
    rows = list(packet.deliveries.select_related("recipient", "packet").order_by("id"))
    if not recipients:
        return rows
    found = directory.agencies_by_codes(recipients)
    primary = {code: (found[code].primary_code if code in found else "") or code for code in recipients}
    have = {row.recipient.code for row in rows}
    strangers = [code for code, known_as in primary.items() if known_as not in have]
    if strangers:
        text = _("The document did not go to: {codes}.")
        raise RecallRefused([FieldError("/recipients", text, {"codes": ", ".join(strangers)})])
    return [row for row in rows if row.recipient.code in primary.values()]


def _ask(actor: Actor, delivery: Delivery, said: str, key: str, now: datetime) -> Asked:
    if ASKED_BACK in exchange.reportable_now(actor, delivery):
        exchange.report_status(
            actor=actor, delivery_id=delivery.pk, status=ASKED_BACK, note=said, idempotency_key=key, now=now
        )
        delivery.refresh_from_db()
    in_course = (policy.ASKED, *policy.GONE)
    recall = Recall.objects.filter(delivery=delivery, state__in=in_course).order_by("-id").first()
    return Asked(delivery, recall)


def revoke_document(
    *,
    actor: Actor | None,
    packet_id: UUID,
    reason: str,
    recipients: Sequence[str] = (),
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Sends a revocation (kind 1) of a document to its recipients, or to those named by code; returns its receipt.

    Raises:
        PermissionMissing, PacketNotFound: as `recall_document`.
        InvalidInput: no reason.
        and whatever `exchange.accept_packet` raises.
    """
    actor = require(actor, "corrections.take_back_document")
    with _one_act(actor, f"packet:{packet_id}", now):
        packet = _own(actor, packet_id)
        _chosen(packet, recipients)
        receipt = write_revocation(
            actor=actor,
            packet_id=packet_id,
            reason=reason,
            recipients=recipients,
            idempotency_key=idempotency_key,
            now=now,
        )
        if not receipt.repeated:
            ledger.record(
                actor=actor.ref,
                action="corrections.document-revoked",
                subject=f"packet:{packet.pk}",
                details={"by": str(receipt.packet_id), "reason": reason[:300]},
                now=now,
            )
        return receipt


def correct_recipient(
    *,
    actor: Actor | None,
    delivery_id: int,
    to: str,
    note: str = "",
    idempotency_key: str | None = None,
    now: datetime,
) -> Recall:
    """Takes a document back from the agency it went to by mistake and sends it to the right one, in one act.

    Where the recipient returned it (02), or nobody has fetched it, its copy is destroyed at once; else it is asked
    back. The two deliveries are linked. The same correction again changes nothing.

    Raises:
        PermissionMissing: the actor may not.
        DeliveryNotFound: its agency did not send the document.
        RecipientUnknown: the directory does not know the code.
        CorrectionRefused: the right agency has the document already.
        StatusRefused: the recipient has finished with it.
    """
    actor = require(actor, "corrections.take_back_document")
    with _one_act(actor, f"delivery:{delivery_id}", now):
        wrong = (
            Delivery.objects.select_for_update(of=["self"])
            .select_related("packet", "recipient")
            .filter(id=delivery_id, kind=Packet.Kind.DOCUMENT, packet__sender_id=actor.agency_id)
            .first()
        )
        if wrong is None or actor.agency_id is None:
            raise DeliveryNotFound(id=delivery_id)
        right = directory.agencies_in_reach([to], sandbox=actor.sandbox).get(to)
        if right is None:
            raise RecipientUnknown(codes=[to])
        code = right.primary_code or right.code
        before = Recall.objects.filter(delivery=wrong).exclude(sent_instead=None).order_by("-id").first()
        if (
            before is not None
            and before.sent_instead is not None
            and before.sent_instead.recipient.code == code
        ):
            return before
        if wrong.packet.deliveries.filter(recipient__code=code).exists():
            raise CorrectionRefused([FieldError("/to", _("This agency has the document already."))])
        key = (idempotency_key or f"correct-{uuid4()}")[:80]
        recall = _take_back(actor, wrong, note, f"{key}-13", now)
        readdress_document(
            actor=actor, packet_id=wrong.packet_id, recipients=[to], idempotency_key=f"{key}-to", now=now
        )
        recall.sent_instead = wrong.packet.deliveries.get(recipient__code=code)
        recall.save(update_fields=["sent_instead"])
        ledger.record(
            actor=actor.ref,
            action="corrections.recipient-corrected",
            subject=f"packet:{wrong.packet_id}",
            details={"delivery": wrong.pk, "sent_instead": recall.sent_instead.pk, "to": code},
            now=now,
        )
        return recall


def _take_back(actor: Actor, wrong: Delivery, note: str, key: str, now: datetime) -> Recall:
    returned = wrong.business_state == REFUSED
    if returned and exchange.end_delivery(actor=actor, delivery_id=wrong.pk, now=now):
        return Recall.objects.create(
            id=new_id(),
            delivery=wrong,
            cause=Recall.Cause.RETURNED,
            state=Recall.State.RETURNED,
            reason=queries.returned_because([wrong]).get(wrong.pk, ""),
            asked_by=actor.name[:200],
            asked_at=now,
            answered_at=now,
        )
    known = Recall.objects.filter(delivery=wrong, state__in=(policy.ASKED, *policy.GONE)).order_by("-id")
    recall = known.first()
    if recall is None:
        day = in_vietnam(now).date()
        offered = {one.code for one in reasons.reasons(actor, on=day, act=ASKED_BACK)}
        code = reasons.WRONG_RECIPIENT if reasons.WRONG_RECIPIENT in offered else ""
        exchange.report_status(
            actor=actor,
            delivery_id=wrong.pk,
            status=ASKED_BACK,
            reason=code,
            note=note or ("" if code else "Gửi nhầm nơi nhận"),  # the other agency reads Vietnamese
            idempotency_key=key,
            now=now,
        )
        recall = known.first()
    assert recall is not None  # noqa: S101 - the listener made it when 13 was recorded
    return recall
