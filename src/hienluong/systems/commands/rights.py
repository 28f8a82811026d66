"""The on-behalf list (decision 4): which systems may send for which agencies, from when to when, and by which paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Agency, forget, require
from hienluong.kit import clock
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise
from hienluong.systems.commands.systems import locked, publish, record
from hienluong.systems.errors import RightRefused
from hienluong.systems.events import SendingRightEnded, SendingRightGranted
from hienluong.systems.models import AgencySystem, SendingRight

REASON_LIMIT, DOCUMENT_LIMIT = 300, 60


def grant_sending_right(
    *,
    actor: Actor | None,
    system: AgencySystem,
    agency: Agency | None,
    reason: str,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    document: str = "",
    document_date: date | None = None,
) -> SendingRight:
    """Grants a system the right to send for one other agency, or (agency None) for any outside the province.

    The arguments and refusals are those of `grant_sending_rights`.
    """
    (right,) = grant_sending_rights(
        actor=actor,
        system=system,
        agencies=[agency],
        reason=reason,
        now=now,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document,
        document_date=document_date,
    )
    return right


def grant_sending_rights(
    *,
    actor: Actor | None,
    system: AgencySystem,
    agencies: Sequence[Agency | None],
    reason: str,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    document: str = "",
    document_date: date | None = None,
) -> list[SendingRight]:
    """Grants a system the right to send for others in one act: all of them or none.

    An agency for which the system holds a right that overlaps these dates keeps that one; no second is made.

    Args:
        actor: who grants.
        system: the system that will send.
        agencies: the agencies it may send for; None among them means any outside the province (an upstream axis).
        reason: what the right is for.
        now: the moment of the grant.
        valid_from: the first day; None is today.
        valid_to: the first day it is no more; None while it has no end.
        document: number and notation of the written agreement or decision.
        document_date: its date.

    Returns:
        The right of each agency, in the order given.

    Raises:
        PermissionMissing: the actor does not grant such rights.
        SystemEnded: the system has ended.
        RightRefused: a value cannot be accepted, or a right would lead through the sandbox's wall.
    """
    actor = require(actor, "systems.grant_sending")
    today = clock.in_vietnam(now).date()
    begins = valid_from or today
    reason, document = normalise(reason), normalise(document)
    errors = _check(system, agencies, reason, document, document_date, begins, valid_to, today)
    if errors:
        raise RightRefused(errors)
    with transaction.atomic():
        system = locked(system)
        rights = [_granted(system, agency, begins, valid_to) for agency in dict.fromkeys(agencies)]
        fresh = [right for right in rights if right.pk is None]
        for right in fresh:
            right.reason, right.document, right.document_date = reason, document, document_date
        SendingRight.objects.bulk_create(fresh)
        for right in fresh:
            facts = {
                "right": right.pk,
                "scope": right.scope,
                "agency": str(right.agency_id) if right.agency_id else None,
                "from": begins.isoformat(),
                "to": valid_to.isoformat() if valid_to else None,
                "document": document,
            }
            publish(SendingRightGranted(system.pk, right.agency_id, actor.ref, now), system)
            record(actor, "systems.grant_sending_right", system, facts, now)
        transaction.on_commit(forget)
    return rights


def _check(
    system: AgencySystem,
    agencies: Sequence[Agency | None],
    reason: str,
    document: str,
    document_date: date | None,
    begins: date,
    valid_to: date | None,
    today: date,
) -> list[FieldError]:
    inside = system.agency.in_sandbox
    crossing = [
        agency.name if agency else "–"
        for agency in agencies
        if (agency is None and inside) or (agency is not None and agency.in_sandbox != inside)
    ]
    faults = (
        (not agencies, "/agencies", _("Choose at least one agency.")),
        (bool(crossing), "/agencies", _("Nothing passes between the sandbox and real agencies.")),
        (
            any(agency is not None and agency.pk == system.agency.pk for agency in agencies),
            "/agencies",
            _("A system sends for its own agency without any right."),
        ),
        (not reason, "/reason", _("Name the agreement or decision the right rests on.")),
        (len(reason) > REASON_LIMIT, "/reason", _("At most 300 characters.")),
        (len(document) > DOCUMENT_LIMIT, "/document", _("At most 60 characters.")),
        (
            document_date is not None and document_date > today,
            "/document_date",
            _("The document cannot be of a day to come."),
        ),
        (valid_to is not None and valid_to <= begins, "/valid_to", _("The end follows the start.")),
    )
    return [FieldError(pointer, text) for wrong, pointer, text in faults if wrong]


def _granted(
    system: AgencySystem, agency: Agency | None, begins: date, valid_to: date | None
) -> SendingRight:
    """Returns the right that overlaps these dates, or a new one that is not saved yet."""
    scope = SendingRight.Scope.OUTSIDE if agency is None else SendingRight.Scope.AGENCY
    same = SendingRight.objects.filter(system=system, scope=scope, agency=agency)
    same = same.filter(Q(valid_to=None) | Q(valid_to__gt=begins))
    if valid_to is not None:
        same = same.filter(valid_from__lt=valid_to)
    return same.first() or SendingRight(
        system=system, scope=scope, agency=agency, valid_from=begins, valid_to=valid_to
    )


def end_sending_right(*, actor: Actor | None, right: SendingRight, now: datetime) -> SendingRight:
    """Ends a right to send for others today.

    Raises:
        PermissionMissing: the actor does not grant such rights.
        AlreadyEnded: its last day is over.
    """
    actor = require(actor, "systems.grant_sending")
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        right = (
            SendingRight.objects.select_for_update(of=["self"])
            .select_related("system__agency")
            .get(pk=right.pk)
        )
        if right.valid_to is not None and right.valid_to <= today:
            raise AlreadyEnded(ended_on=right.valid_to)
        right.valid_to = today
        right.save(update_fields=["valid_to"])
        publish(SendingRightEnded(right.system_id, right.agency_id, actor.ref, now), right.system)
        record(actor, "systems.end_sending_right", right.system, {"right": right.pk}, now)
        transaction.on_commit(forget)
    return right
