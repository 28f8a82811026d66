"""Groups of recipients; every change of who is in them is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Agency, require, valid_on
from hienluong.kit import clock
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger
from hienluong.recipients.errors import GroupRefused
from hienluong.recipients.models import GroupMember, RecipientGroup

NAME_LIMIT, MEMBERS_LIMIT, RECORDED_LIMIT = 200, 2_000, 30

STANDARD = (
    (UUID("0193527a-0000-7000-8000-000000000001"), "Tất cả UBND xã, phường, đặc khu", Agency.Kind.COMMUNE),
    (UUID("0193527a-0000-7000-8000-000000000002"), "Tất cả sở, ban, ngành cấp tỉnh", Agency.Kind.DEPARTMENT),
)
"""The groups of every installation: fixed ids, so that an upgrade finds them under any name."""


def create_group(
    *,
    actor: Actor | None,
    owner: Agency | None,
    name: str,
    members: Iterable[Agency] = (),
    rule_place: str = "",
    rule_kind: str = "",
    now: datetime,
) -> RecipientGroup:
    """Makes a group and returns it: a list of members, or with `rule_place` a rule that is always up to date.

    Args:
        actor: who makes it.
        owner: the agency whose people use it; None: the whole province.
        name: what it is called.
        members: the agencies of a list.
        rule_place: for a rule, a value of `Agency.Place`.
        rule_kind: for a rule, a value of `Agency.Kind`; "" for any.
        now: the moment of the act.

    Raises:
        PermissionMissing: the actor keeps no groups of this owner.
        GroupRefused: the name or the members cannot be accepted.
    """
    is_rule = bool(rule_place)
    if is_rule and rule_place not in dict(Agency.Place.real()):
        raise GroupRefused([FieldError("/rule_place", _("Choose where the agencies are."))])
    group = RecipientGroup(
        id=new_id(),
        owner=owner,
        kind=RecipientGroup.Kind.RULE if is_rule else RecipientGroup.Kind.LISTED,
        rule_place=rule_place,
        rule_kind=rule_kind if is_rule else "",
        valid_from=clock.in_vietnam(now).date(),
    )
    actor = require(actor, "recipients.manage_groups", group)
    _name(group, name)
    chosen = {} if is_rule else _chosen(members, now)
    try:
        with transaction.atomic():
            group.save()
            GroupMember.objects.bulk_create(GroupMember(group=group, agency_id=agency) for agency in chosen)
            _record(actor, "recipients.create_group", group, now, added=sorted(chosen), removed=[])
    except IntegrityError as problem:
        raise _name_taken() from problem
    return group


def change_group(
    *, actor: Actor | None, group: RecipientGroup, name: str, members: Iterable[Agency] | None, now: datetime
) -> RecipientGroup:
    """Changes the name of a group and, for a list, who is in it; None leaves the members as they are.

    Raises:
        PermissionMissing: the actor does not keep this group.
        GroupRefused: the name or the members cannot be accepted.
        AlreadyEnded: the group is in use no more.
    """
    actor = require(actor, "recipients.manage_groups", group)
    try:
        with transaction.atomic():
            group = RecipientGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
            _refuse_ended(group)
            _name(group, name)
            group.save(update_fields=["name", "sort_key", "search_key"])
            added: list[UUID] = []
            removed: list[UUID] = []
            if members is not None and group.kind == RecipientGroup.Kind.LISTED:
                before = set(group.members.values_list("agency_id", flat=True))
                after = _chosen(members, now, known=before)
                added, removed = sorted(after - before), sorted(before - after)
                group.members.filter(agency__in=removed).delete()
                GroupMember.objects.bulk_create(
                    GroupMember(group=group, agency_id=agency) for agency in added
                )
            _record(actor, "recipients.change_group", group, now, added=added, removed=removed)
    except IntegrityError as problem:
        raise _name_taken() from problem
    return group


def end_group(*, actor: Actor | None, group: RecipientGroup, now: datetime) -> RecipientGroup:
    """Takes a group out of use; what was sent to it keeps its name and its recipients.

    Raises:
        PermissionMissing: the actor does not keep this group.
        AlreadyEnded: the group is in use no more.
    """
    actor = require(actor, "recipients.manage_groups", group)
    with transaction.atomic():
        group = RecipientGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
        _refuse_ended(group)
        group.valid_to = clock.in_vietnam(now).date()
        group.save(update_fields=["valid_to"])
        _record(actor, "recipients.end_group", group, now, added=[], removed=[])
    return group


def add_standard_groups(*, now: datetime) -> int:
    """Adds the groups of every installation that are missing and returns how many; part of the set-up."""
    rows = []
    for group_id, name, kind in STANDARD:
        group = RecipientGroup(
            id=group_id,
            kind=RecipientGroup.Kind.RULE,
            rule_place=Agency.Place.PROVINCE,
            rule_kind=kind,
            valid_from=clock.in_vietnam(now).date(),
        )
        _name(group, name)
        rows.append(group)
    known = set(RecipientGroup.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    missing = [row for row in rows if row.pk not in known]
    RecipientGroup.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _name(group: RecipientGroup, name: str) -> None:
    name = normalise(name)
    if not name:
        raise GroupRefused([FieldError("/name", _("Enter a name."))])
    if len(name) > NAME_LIMIT:
        raise GroupRefused([FieldError("/name", _("At most {limit} characters."), {"limit": NAME_LIMIT})])
    group.name, group.sort_key, group.search_key = name, sort_key(name), fold(name)


def _name_taken() -> GroupRefused:
    return GroupRefused([FieldError("/name", _("There is a group of this name already."))])


def _chosen(members: Iterable[Agency], now: datetime, known: Iterable[UUID] = ()) -> set[UUID]:
    """Returns the members' ids; an agency that has ended stays only where it was in the list before."""
    wanted = {agency.pk for agency in members}
    if not wanted:
        raise GroupRefused([FieldError("/members", _("Choose at least one agency."))])
    if len(wanted) > MEMBERS_LIMIT:
        raise GroupRefused([FieldError("/members", _("At most {limit} agencies."), {"limit": MEMBERS_LIMIT})])
    fresh = wanted - set(known)
    current = (
        Agency.objects.exclude(place=Agency.Place.SANDBOX)
        .filter(valid_on(clock.in_vietnam(now).date()), pk__in=fresh)
        .count()
    )
    if current != len(fresh):
        raise GroupRefused([FieldError("/members", _("An agency that has ended cannot be added."))])
    return wanted


def _refuse_ended(group: RecipientGroup) -> None:
    if group.valid_to is not None:
        raise AlreadyEnded(ended_on=f"{group.valid_to:%d/%m/%Y}")


def _record(
    actor: Actor, action: str, group: RecipientGroup, now: datetime, *, added: list[UUID], removed: list[UUID]
) -> None:
    """Records who came in and who went; of a long list the first ones, the number, and a digest of all."""
    details: dict[str, object] = {
        "owner": str(group.owner_id) if group.owner_id else None,
        "name": group.name,
    }
    if group.kind == RecipientGroup.Kind.RULE:
        details["rule"] = f"{group.rule_place}/{group.rule_kind or '*'}"
    for word, ids in (("added", added), ("removed", removed)):
        names = [str(one) for one in ids]
        if names:
            digest = hashlib.sha256(canonical_json(names)).hexdigest()
            details[word] = {"count": len(names), "first": names[:RECORDED_LIMIT], "sha256": digest}
    ledger.record(actor=actor.ref, action=action, subject=f"group:{group.pk}", details=details, now=now)
