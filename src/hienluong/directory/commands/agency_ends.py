"""Merges, splits and ends agencies from a day on, today's, past or to come; what has ended is never opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hienluong.directory.actors import Actor
from hienluong.directory.commands.agency_changes import (
    UNKNOWN_AGENCY,
    agency_to_change,
    begin_change,
    day_of,
    finish_change,
    real_agencies,
    refuse,
    refuse_date,
)
from hienluong.directory.events import AgencyEnded
from hienluong.directory.models import Agency, AgencyCode, OtherSuccessor
from hienluong.directory.permissions import require
from hienluong.directory.queries.validity import valid_on
from hienluong.kit import events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _

NONE_NAMED = _("Name at least one agency.")
ITSELF = _("An agency cannot be its own successor.")
NO_SUCCESSOR_THEN = _("{agency} is not there on that day.")
CIRCLE = _("{agency} would lead back to {start}: that would be a circle.")
UNITS_BELOW = _("{count} agencies or units still stand below {agency} on that day; move or end them first.")
NOT_AMONG = _("The one that receives the mail is one of the successors.")


@transaction.atomic
def merge_agencies(
    *, actor: Actor | None, agency_ids: Sequence[UUID], successor_id: UUID, on: date, now: datetime
) -> list[Agency]:
    """Ends agencies on a day and lets another one answer for them: their codes lead to it from that day on.

    `on` is the first day they are no more. It may lie ahead: until then nothing changes, and the plan may be
    replaced by merging or ending them again.

    Raises:
        PermissionMissing, AgencyUnknown, AgencyHasEnded.
        AgencyRefused: the successor is not there on that day, leads back to them, or units still stand below them.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    refuse(FieldError("/agencies", NONE_NAMED) if not agency_ids else None)
    return [
        _end(actor, agency_id, [successor_id], successor_id, on, now, number, "merge_agencies")
        for agency_id in dict.fromkeys(agency_ids)
    ]


@transaction.atomic
def split_agency(
    *,
    actor: Actor | None,
    agency_id: UUID,
    successor_ids: Sequence[UUID],
    mail_to: UUID,
    on: date,
    now: datetime,
) -> Agency:
    """Ends an agency whose tasks go to several; one of them receives what is still addressed to it.

    Raises: as `merge_agencies`.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    refuse(
        FieldError("/successors", NONE_NAMED) if not successor_ids else None,
        FieldError("/mail_to", NOT_AMONG) if mail_to not in successor_ids else None,
    )
    return _end(actor, agency_id, successor_ids, mail_to, on, now, number, "split_agency")


@transaction.atomic
def end_agency(*, actor: Actor | None, agency_id: UUID, on: date, now: datetime) -> Agency:
    """Ends an agency that nobody succeeds: from that day on nothing can be sent to it.

    Raises: as `merge_agencies`.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    return _end(actor, agency_id, [], None, on, now, number, "end_agency")


def _end(
    actor: Actor,
    agency_id: UUID,
    successor_ids: Sequence[UUID],
    mail_to: UUID | None,
    on: date,
    now: datetime,
    number: int,
    action: str,
) -> Agency:
    agency = agency_to_change(agency_id, day_of(now))
    successors = list(real_agencies().filter(pk__in=successor_ids))
    below = agency.children.filter(Q(valid_to=None) | Q(valid_to__gt=on)).count()
    refuse(
        refuse_date(on, since=agency.valid_from, today=None),
        FieldError("/successor", UNKNOWN_AGENCY) if len(successors) < len(set(successor_ids)) else None,
        *(_wrong_successor(agency, successor, on) for successor in successors),
        FieldError("/agencies", UNITS_BELOW, {"count": below, "agency": agency.name}) if below else None,
    )
    planned, agency.valid_to = agency.valid_to, on
    agency.successor = next((one for one in successors if one.pk == mail_to), None)
    OtherSuccessor.objects.filter(agency=agency).delete()
    OtherSuccessor.objects.bulk_create(
        OtherSuccessor(agency=agency, successor=one) for one in successors if one.pk != mail_to
    )
    AgencyCode.objects.filter(Q(valid_to=None) | Q(valid_to=planned), agency=agency).update(valid_to=on)
    finish_change(
        actor=actor,
        action=action,
        agencies=[agency],
        number=number,
        details={"on": on.isoformat(), "successors": [str(one) for one in successor_ids][:20]},
        now=now,
    )
    events.publish(AgencyEnded(agency.pk, mail_to, on))
    return agency


def _wrong_successor(agency: Agency, successor: Agency, on: date) -> FieldError | None:
    if successor.pk == agency.pk:
        return FieldError("/successor", ITSELF)
    if not Agency.objects.filter(valid_on(on), pk=successor.pk).exists():
        return FieldError("/successor", NO_SUCCESSOR_THEN, {"agency": successor.name})
    if agency.pk in _line_after(successor):
        return FieldError("/successor", CIRCLE, {"agency": successor.name, "start": agency.name})
    return None


def _line_after(agency: Agency) -> set[UUID]:
    """Returns everything the agency leads to, by whichever successor."""
    reached: set[UUID] = set()
    ahead = {agency.pk}
    while ahead:
        reached |= ahead
        pairs = list(Agency.objects.filter(pk__in=ahead).values_list("successor_id", flat=True))
        pairs += OtherSuccessor.objects.filter(agency__in=ahead).values_list("successor_id", flat=True)
        ahead = {found for found in pairs if found is not None} - reached
    return reached
