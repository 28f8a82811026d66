"""Agencies' systems: their OAuth2 clients and their rights to send for others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.db import transaction

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Agency, forget, require
from hienluong.identity.events import (
    SendingRightEnded,
    SendingRightGranted,
    SystemEnded,
    SystemKeyChanged,
    SystemRegistered,
)
from hienluong.identity.models import AgencySystem, SendingRight
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id, new_secret
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger

SCOPE = "api"
"""The one scope: what a system may do follows from its agency and its rights, not from its token."""


def register_system(
    *, actor: Actor | None, agency: Agency, name: str, now: datetime
) -> tuple[AgencySystem, str, str]:
    """Registers a system of an agency and returns it with its client id and its secret.

    The secret is shown this once; only its argon2 hash is kept.

    Raises:
        PermissionMissing: the actor does not manage agencies.
        InvalidInput: the system has no name.
    """
    actor = require(actor, "identity.manage_systems")
    name = normalise(name)
    if not name:
        raise InvalidInput([FieldError("/name", _("Enter the system's name."))])
    secret = new_secret()
    client = Client(
        name=name[:100],
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS.value,
        response_types="",
        scopes=SCOPE,
        default_scopes=SCOPE,
    )
    client.set_secret(secret)
    with transaction.atomic():
        client.save(force_insert=True)
        system = AgencySystem.objects.create(
            id=new_id(),
            agency=agency,
            name=name[:100],
            client=client,
            valid_from=clock.in_vietnam(now).date(),
        )
        events.publish(SystemRegistered(system.pk, actor.ref, now))
        _record(
            actor, "identity.register_system", system, {"agency": str(agency.pk), "client": client.pk}, now
        )
    return system, client.pk, secret


def rotate_system_secret(*, actor: Actor | None, system: AgencySystem, now: datetime) -> str:
    """Gives a system a new secret and returns it, this once; the old secret and all its tokens end.

    Raises:
        PermissionMissing: the actor does not manage agencies.
    """
    actor = require(actor, "identity.manage_systems")
    secret = new_secret()
    with transaction.atomic():
        client = Client.objects.select_for_update().get(pk=system.client_id)
        client.set_secret(secret)
        client.save(update_fields=["secret"])
        _end_tokens(client)
        events.publish(SystemKeyChanged(system.pk, actor.ref, now))
        _record(actor, "identity.rotate_system_secret", system, {}, now)
    return secret


def end_system(*, actor: Actor | None, system: AgencySystem, now: datetime) -> AgencySystem:
    """Ends a system today: its tokens and its secret open nothing any more.

    Raises:
        PermissionMissing: the actor does not manage agencies.
        AlreadyEnded: the system ended before.
    """
    actor = require(actor, "identity.manage_systems")
    with transaction.atomic():
        system = AgencySystem.objects.select_for_update().get(pk=system.pk)
        if system.valid_to is not None:
            raise AlreadyEnded(ended_on=system.valid_to)
        system.valid_to = clock.in_vietnam(now).date()
        system.save(update_fields=["valid_to"])
        system.client.set_secret(new_secret())
        system.client.save(update_fields=["secret"])
        _end_tokens(system.client)
        events.publish(SystemEnded(system.pk, actor.ref, now))
        _record(actor, "identity.end_system", system, {}, now)
    return system


def grant_sending_right(
    *,
    actor: Actor | None,
    system: AgencySystem,
    agency: Agency | None,
    reason: str,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> SendingRight:
    """Grants a system the right to send for another agency, or (agency None) for any outside the province.

    Args:
        actor: who grants.
        system: the system that will send.
        agency: the one agency it may send for; None for an upstream axis.
        reason: the agreement or decision it rests on.
        now: the moment of the grant.
        valid_from: the first day; None is today.
        valid_to: the first day it is no more; None while it has no end.

    Raises:
        PermissionMissing: the actor does not grant such rights.
        InvalidInput: there is no reason, or the end does not follow the start.
    """
    actor = require(actor, "identity.grant_sending")
    reason = normalise(reason)
    valid_from = valid_from or clock.in_vietnam(now).date()
    errors = []
    if not reason:
        errors.append(FieldError("/reason", _("Name the agreement or decision the right rests on.")))
    if valid_to is not None and valid_to <= valid_from:
        errors.append(FieldError("/valid_to", _("The end follows the start.")))
    if errors:
        raise InvalidInput(errors)
    scope = SendingRight.Scope.OUTSIDE if agency is None else SendingRight.Scope.AGENCY
    with transaction.atomic():
        right = SendingRight.objects.create(
            system=system,
            scope=scope,
            agency=agency,
            valid_from=valid_from,
            valid_to=valid_to,
            reason=reason[:300],
        )
        facts = {
            "right": right.pk,
            "scope": scope.value,
            "agency": str(agency.pk) if agency else None,
            "from": valid_from.isoformat(),
            "to": valid_to.isoformat() if valid_to else None,
        }
        events.publish(SendingRightGranted(system.pk, right.agency_id, actor.ref, now))
        _record(actor, "identity.grant_sending_right", system, facts, now)
        transaction.on_commit(forget)
    return right


def end_sending_right(*, actor: Actor | None, right: SendingRight, now: datetime) -> SendingRight:
    """Ends a right to send for others today.

    Raises:
        PermissionMissing: the actor does not grant such rights.
        AlreadyEnded: its last day is over.
    """
    actor = require(actor, "identity.grant_sending")
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        right = SendingRight.objects.select_for_update().get(pk=right.pk)
        if right.valid_to is not None and right.valid_to <= today:
            raise AlreadyEnded(ended_on=right.valid_to)
        right.valid_to = today
        right.save(update_fields=["valid_to"])
        events.publish(SendingRightEnded(right.system_id, right.agency_id, actor.ref, now))
        _record(actor, "identity.end_sending_right", right.system, {"right": right.pk}, now)
        transaction.on_commit(forget)
    return right


def _end_tokens(client: Client) -> None:
    Token.objects.filter(client=client).delete()
    transaction.on_commit(forget)


def _record(actor: Actor, action: str, system: AgencySystem, details: dict[str, Any], now: datetime) -> None:
    ledger.record(actor=actor.ref, action=action, subject=f"system:{system.pk}", details=details, now=now)
