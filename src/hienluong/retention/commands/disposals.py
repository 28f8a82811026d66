"""Destroying what is over its time: one proposes, another one approves, the worker carries it out.

The body goes, of the agency's own copy; the header, the hashes, the history and the ledger stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Post, require
from hienluong.exchange import service as exchange
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.retention import policy, queries
from hienluong.retention.errors import (
    DisposalAnswered,
    DisposalNotFound,
    NothingOverTime,
    SecondPersonNeeded,
)
from hienluong.retention.models import Disposal, DisposalItem

DESTROYER = Actor.platform("retention")
_State = Disposal.State
_Outcome = DisposalItem.Outcome

notices.declare_text(
    "retention.proposed", _("{person} proposes to destroy {count} documents that are over their time.")
)
notices.declare_text("retention.done", _("A disposal was carried out: {destroyed} documents were destroyed."))


@transaction.atomic
def propose_disposal(*, actor: Actor | None, note: str = "", now: datetime) -> Disposal:
    """Lists what is over its time in the actor's agency, the oldest first, and asks for a second person's approval.

    Raises:
        PermissionMissing: the actor may not.
        NothingOverTime: there is nothing.
    """
    actor = require(actor, "retention.propose_disposal")
    assert actor.agency_id is not None  # noqa: S101 - the roles of the permission are held in an agency
    assert actor.person_id is not None  # noqa: S101 - by people
    today = in_vietnam(now).date()
    found = queries.over_time(actor, on=today, limit=policy.ITEMS_MAX)
    if not found:
        raise NothingOverTime
    disposal = Disposal.objects.create(
        id=new_id(),
        agency_id=actor.agency_id,
        counted_on=today,
        proposed_at=now,
        proposer=actor.person_id,
        proposed_by=actor.name[:200],
        note=note.strip()[: policy.REASON_MAX],
    )
    DisposalItem.objects.bulk_create(
        DisposalItem(disposal=disposal, packet_id=one.packet, period_id=one.period, due_on=one.due_on)
        for one in found
    )
    _tell(
        disposal,
        ["head", "deputy"],
        "retention.proposed",
        {"person": actor.name, "count": str(len(found))},
        now,
    )
    _record(actor, "retention.disposal-proposed", disposal, {"documents": len(found)}, now)
    return disposal


def approve_disposal(*, actor: Actor | None, disposal_id: UUID, note: str = "", now: datetime) -> Disposal:
    """Approves what somebody else proposed; the worker carries it out then.

    Raises:
        PermissionMissing: the actor may not.
        DisposalNotFound: it is not of the actor's agency.
        DisposalAnswered: it no longer waits for an answer.
        SecondPersonNeeded: the actor proposed it, or stands in for who did.
    """
    actor = require(actor, "retention.approve_disposal")
    try:
        with transaction.atomic():
            disposal = _waiting(actor, disposal_id)
            _require_second_person(actor, disposal)
            _answer(actor, disposal, _State.APPROVED, note, now)
            _record(actor, "retention.disposal-approved", disposal, {"note": disposal.answer_note[:300]}, now)
            return disposal
    except SecondPersonNeeded:
        ledger.record_refusal(
            actor=actor.ref,
            action="retention.approval-refused",
            subject=f"disposal:{disposal_id}",
            details={"code": SecondPersonNeeded.code},
            now=now,
        )
        raise


def _require_second_person(actor: Actor, disposal: Disposal) -> None:
    """Raises SecondPersonNeeded where whoever acts, or is stood in for, made the proposal."""
    stood_in_for = Post.objects.filter(pk=actor.post_id or 0, person=disposal.proposer)
    if disposal.proposer == actor.person_id or (actor.standing_in_for and stood_in_for.exists()):
        raise SecondPersonNeeded


@transaction.atomic
def decline_disposal(*, actor: Actor | None, disposal_id: UUID, note: str, now: datetime) -> Disposal:
    """Declines a disposal, with a reason: everything is kept.

    Raises: as `approve_disposal`, and InvalidInput without a reason.
    """
    actor = require(actor, "retention.approve_disposal")
    disposal = _waiting(actor, disposal_id)
    if not note.strip():
        raise InvalidInput([FieldError("/note", _("Give the reason."))])
    _answer(actor, disposal, _State.DECLINED, note, now)
    _record(actor, "retention.disposal-declined", disposal, {"note": disposal.answer_note[:300]}, now)
    return disposal


@transaction.atomic
def take_back_disposal(*, actor: Actor | None, disposal_id: UUID, now: datetime) -> Disposal:
    """Takes a proposal back that nobody has answered.

    Raises: as `approve_disposal`.
    """
    actor = require(actor, "retention.propose_disposal")
    disposal = _waiting(actor, disposal_id)
    _answer(actor, disposal, _State.TAKEN_BACK, "", now)
    _record(actor, "retention.disposal-taken-back", disposal, {}, now)
    return disposal


@transaction.atomic
def carry_out_disposal(*, disposal_id: UUID, now: datetime) -> bool:
    """Destroys the next copies of an approved disposal; returns False when it is done.

    Each is looked at again: what came under a legal hold after the approval, or was taken out as secret, is kept, and
    said so.
    """
    disposal = (
        Disposal.objects.select_for_update(skip_locked=True)
        .filter(pk=disposal_id, state=_State.APPROVED)
        .first()
    )
    if disposal is None:
        return False
    items = list(disposal.items.filter(outcome=_Outcome.WAITING).order_by("pk")[: policy.TOGETHER])
    for item in items:
        _destroy(disposal, item, now)
    if items:
        return True
    disposal.state, disposal.done_at = _State.DONE, now
    disposal.save(update_fields=["state", "done_at"])
    counts = queries.outcomes_of(disposal)
    _tell(
        disposal,
        ["head", "deputy", "clerk"],
        "retention.done",
        {"destroyed": str(counts.get(_Outcome.DESTROYED, 0))},
        now,
    )
    _record(DESTROYER, "retention.disposal-done", disposal, {"outcomes": counts}, now)
    return False


def _destroy(disposal: Disposal, item: DisposalItem, now: datetime) -> None:
    """Destroys the agency's copies of one document; its files are one for each time it was handed in."""
    holder = disposal.agency_id
    file_ids = exchange.files_of(item.packet_id)
    files.lock(file_ids)
    held = [file_id for file_id in file_ids if holder in files.holders_of(file_id)]
    item.at = now
    if not held:
        item.outcome = _Outcome.GONE
    elif (
        exchange.Packet.objects.exclude(secrecy=exchange.Packet.Secrecy.OPEN)
        .filter(pk=item.packet_id)
        .exists()
    ):
        item.outcome = _Outcome.SECRET  # the secrecy officer's to destroy, at every holder
    elif any(files.is_kept(file_id=file_id, holder=holder) for file_id in held):
        item.outcome = _Outcome.HELD
    else:
        item.outcome = _Outcome.DESTROYED
        item.size, item.sha256 = files.facts_of(held[0])
        for file_id in held:
            files.destroy(file_id=file_id, holder=holder, reason=f"disposal {disposal.pk}", now=now)
    item.save(update_fields=["outcome", "at", "sha256", "size"])
    ledger.record(
        actor=DESTROYER.ref,
        action="retention.copy-destroyed" if item.outcome == _Outcome.DESTROYED else "retention.copy-kept",
        subject=f"packet:{item.packet_id}",
        details={
            "disposal": str(disposal.pk),
            "agency": str(holder),
            "outcome": item.outcome,
            "sha256": bytes(item.sha256).hex() if item.sha256 else None,
            "copies": len(held),
        },
        now=now,
    )


def _waiting(actor: Actor, disposal_id: UUID) -> Disposal:
    disposal = Disposal.objects.select_for_update().filter(pk=disposal_id, agency=actor.agency_id).first()
    if disposal is None:
        raise DisposalNotFound
    if disposal.state != _State.PROPOSED:
        raise DisposalAnswered(state=disposal.state)
    return disposal


def _answer(actor: Actor, disposal: Disposal, state: str, note: str, now: datetime) -> None:
    disposal.state, disposal.answered_at = state, now
    disposal.approver, disposal.answered_by = actor.person_id, actor.name[:200]
    disposal.answer_note = note.strip()[: policy.REASON_MAX]
    disposal.save()


def _tell(disposal: Disposal, roles: Sequence[str], code: str, values: dict[str, str], now: datetime) -> None:
    people = directory.people_to_tell([disposal.agency_id], roles).get(disposal.agency_id, ())
    notices.tell(
        readers=[Reader(*person) for person in people],
        code=code,
        values=values,
        link=f"/retention/disposals/{disposal.pk}/",
        now=now,
    )


def _record(actor: Actor, action: str, disposal: Disposal, details: dict[str, object], now: datetime) -> None:
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"disposal:{disposal.pk}",
        details={"agency": str(disposal.agency_id), **details},
        now=now,
    )
