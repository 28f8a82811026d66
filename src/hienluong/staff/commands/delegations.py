"""Written delegations of the right to sign (Decree 30/2020/NĐ-CP, art. 13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Post, require
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import fold, normalise
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.staff.errors import DelegationRefused
from hienluong.staff.events import DelegationGranted, DelegationRevoked
from hienluong.staff.models import Delegation
from hienluong.staff.policy import delegation_faults, may_delegate
from hienluong.staff.queries import delegations_in_force, signing_post

LIMITS = {"scope": 1000, "document_number": 60, "reference": 200}
REASON_LIMIT = 500

notices.declare_text("staff.delegated", _("{person} lets you sign: {kind} by {document}."))
notices.declare_text("staff.delegation_revoked", _("The delegation {kind} by {document} was revoked."))


def grant_delegation(
    *,
    actor: Actor | None,
    giver: Post,
    taker: Post,
    kind: Delegation.Kind | str,
    scope: str,
    document_number: str,
    document_date: date,
    valid_from: date,
    valid_to: date | None = None,
    basis: Delegation | None = None,
    reference: str = "",
    now: datetime,
) -> Delegation:
    """Enters a written delegation of the right to sign and returns it.

    Args:
        actor: who enters it: the giver, a clerk of the giver's agency, or an administrator.
        giver: the post that delegates.
        taker: the post that is to sign.
        kind: KT., TL. or TUQ.
        scope: which documents may be signed, as the document says it.
        document_number: number and notation of the document that delegates.
        document_date: its date.
        valid_from: the first day.
        valid_to: the first day it is no more; compulsory for TUQ.
        basis: the TL. that the giver hands on as KT. to a deputy; None where the giver's own right is given.
        reference: where the document is: the id of its packet, or an address.
        now: the moment of the act.

    Raises:
        PermissionMissing: the actor enters no delegations of this post.
        DelegationRefused: it breaks a rule, or its words and dates are wrong.
    """
    actor = require(actor, "staff.grant_delegation", giver)
    words = {"scope": scope, "document_number": document_number, "reference": reference}
    words = {name: normalise(value) for name, value in words.items()}
    kind = Delegation.Kind(kind)
    errors = [
        FieldError(f"/{name}", _("At most {limit} characters."), {"limit": limit})
        for name, limit in LIMITS.items()
        if len(words[name]) > limit
    ]
    errors += delegation_faults(
        kind=kind,
        scope=words["scope"],
        document_number=words["document_number"],
        document_date=document_date,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    errors += _party_faults(giver, taker, kind, basis, valid_from, valid_to)
    if errors:
        raise DelegationRefused(errors)
    with transaction.atomic():
        list(Post.objects.select_for_update().filter(pk__in=[giver.pk, taker.pk]).order_by("pk"))
        if _entered(giver, taker, kind, words["document_number"], valid_from, valid_to):
            raise DelegationRefused(
                [
                    FieldError(
                        "/document_number", _("This delegation is entered already for some of these days.")
                    )
                ]
            )
        delegation = Delegation.objects.create(
            giver=giver,
            taker=taker,
            kind=kind,
            basis=basis,
            document_date=document_date,
            valid_from=valid_from,
            valid_to=valid_to,
            **words,
        )
        _tell(delegation, "staff.delegated", now)
        events.publish(DelegationGranted(delegation.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="staff.grant_delegation",
            subject=f"delegation:{delegation.pk}",
            details={
                "giver": giver.pk,
                "taker": taker.pk,
                "kind": kind.value,
                "basis": basis.pk if basis else None,
                "document": words["document_number"],
                "document_date": document_date.isoformat(),
                "from": valid_from.isoformat(),
                "to": valid_to.isoformat() if valid_to else None,
            },
            now=now,
        )
    return delegation


def _party_faults(
    giver: Post,
    taker: Post,
    kind: Delegation.Kind,
    basis: Delegation | None,
    first: date,
    end: date | None,
) -> list[FieldError]:
    faults = []
    if not may_delegate(kind, signing_post(giver), signing_post(taker), basis=basis.kind if basis else None):
        faults.append(FieldError("/taker", _("This post may not let that one sign in this way (art. 13).")))
    for name, post in (("giver", giver), ("taker", taker)):
        if first < post.valid_from or (post.valid_to is not None and first >= post.valid_to):
            faults.append(FieldError(f"/{name}", _("The post is not held on this day.")))
    if basis is not None:
        covered = basis.valid_to is None or (end is not None and end <= basis.valid_to)
        if basis.pk not in {row.pk for row in delegations_in_force(giver, first)} or not covered:
            faults.append(
                FieldError("/basis", _("The giver does not hold the right to hand on for all these days."))
            )
    return faults


def _entered(
    giver: Post, taker: Post, kind: str, document_number: str, first: date, end: date | None
) -> bool:
    same = Delegation.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=first),
        Q(revoked_on=None) | Q(revoked_on__gt=first),
        giver=giver,
        taker=taker,
        kind=kind,
        valid_from__lt=end or date.max,
    )
    # Compared here: what a database calls the same letters depends on how it was made.
    numbers = {fold(number) for number in same.values_list("document_number", flat=True)}
    return fold(document_number) in numbers


def _tell(delegation: Delegation, code: str, now: datetime) -> None:
    taker = delegation.taker.person
    notices.tell(
        readers=[Reader(taker.pk, taker.email)],
        code=code,
        values={
            "person": delegation.giver.person.full_name,
            "kind": f"{delegation.kind.upper()}.",
            "document": delegation.document_number,
        },
        link=f"/staff/delegations/{delegation.pk}/",
        now=now,
    )


def revoke_delegation(
    *, actor: Actor | None, delegation: Delegation, reason: str, now: datetime
) -> Delegation:
    """Revokes a delegation, and with it what was handed on from it: from this moment on nobody signs by it.

    Raises:
        PermissionMissing: the actor enters no delegations of the giver.
        DelegationRefused: no reason.
        AlreadyEnded: it was revoked before, or is past.
    """
    actor = require(actor, "staff.grant_delegation", delegation.giver)
    reason = normalise(reason)[:REASON_LIMIT]
    if not reason:
        raise DelegationRefused([FieldError("/reason", _("Say why."))])
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        delegation = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("giver__person", "taker__person")
            .get(pk=delegation.pk)
        )
        over = delegation.revoked_on or delegation.valid_to
        if delegation.revoked_on is not None or (over is not None and over <= today):
            raise AlreadyEnded(ended_on=f"{over:%d/%m/%Y}")
        delegation.revoked_on, delegation.revoked_because = today, reason
        delegation.save(update_fields=["revoked_on", "revoked_because"])
        _tell(delegation, "staff.delegation_revoked", now)
        events.publish(DelegationRevoked(delegation.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="staff.revoke_delegation",
            subject=f"delegation:{delegation.pk}",
            details={"from": today.isoformat(), "reason": reason[:200]},
            now=now,
        )
    return delegation
