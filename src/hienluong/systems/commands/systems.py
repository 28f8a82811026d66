"""Agencies' systems: registered, ended, and bound to the networks they call from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import transaction

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Agency, forget, require
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger
from hienluong.systems import events as happened
from hienluong.systems.errors import SystemEnded, SystemRefused
from hienluong.systems.keys import good_at, new_key
from hienluong.systems.models import AgencySystem, SystemSecret

SCOPE = "api"
"""The one scope: what a system may do follows from its agency and its rights, not from its token."""

NAME_LIMIT, NETWORKS_LIMIT = 100, 50


def register_system(
    *,
    actor: Actor | None,
    agency: Agency,
    name: str,
    now: datetime,
    networks: Iterable[str] = (),
    secret_ends_at: datetime | None = None,
) -> tuple[AgencySystem, str, str]:
    """Registers a system of an agency and returns it with its client id and its secret.

    The secret is shown this once; only its argon2 hash is kept.

    Args:
        actor: who registers.
        agency: whose system it is.
        name: what people know it by.
        now: the moment.
        networks: where it may call from, as CIDR; none: from anywhere.
        secret_ends_at: when the secret stops working; None: it has no end.

    Raises:
        PermissionMissing: the actor does not manage systems.
        SystemRefused: name, networks or end cannot be accepted, or the agency is a test agency.
    """
    actor = require(actor, "systems.manage_systems")
    if agency.in_sandbox:
        raise SystemRefused([FieldError("/agency", _("Test agencies get their systems with the sandbox."))])
    with transaction.atomic():
        system, secret = create_system(
            agency=agency, name=name, networks=networks, secret_ends_at=secret_ends_at, now=now
        )
        events.publish(happened.SystemRegistered(system.pk, actor.ref, now))
        record(
            actor,
            "systems.register_system",
            system,
            {"agency": str(agency.pk), "client": system.client_id, "networks": system.networks},
            now,
        )
    return system, system.client_id, secret


def create_system(
    *,
    agency: Agency,
    name: str,
    networks: Iterable[str] = (),
    secret_ends_at: datetime | None,
    now: datetime,
) -> tuple[AgencySystem, str]:
    """Writes a system with its client and its first secret, in the caller's transaction, and returns it and the secret.

    Raises:
        SystemRefused: name, networks or end cannot be accepted.
    """
    name = normalise(name)
    errors: list[FieldError] = []
    if not name:
        errors.append(FieldError("/name", _("Enter the system's name.")))
    if len(name) > NAME_LIMIT:
        errors.append(FieldError("/name", _("At most {limit} characters."), {"limit": NAME_LIMIT}))
    if secret_ends_at is not None and secret_ends_at <= now:
        errors.append(FieldError("/secret_ends_at", _("The end lies in the future.")))
    checked = _check_networks(networks, errors)
    if errors:
        raise SystemRefused(errors)
    client = Client.objects.create(
        name=name,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS.value,
        response_types="",
        scopes=SCOPE,
        default_scopes=SCOPE,
        secret=make_password(None),  # never matches: the secrets are ours
    )
    system = AgencySystem.objects.create(
        id=new_id(),
        agency=agency,
        name=name,
        sort_key=sort_key(f"{name} {agency.name}")[:300],
        search_key=fold(f"{name} {agency.name} {client.pk}")[:300],
        client=client,
        networks=checked,
        valid_from=clock.in_vietnam(now).date(),
    )
    return system, add_secret(system, ends_at=secret_ends_at, now=now)


def add_secret(system: AgencySystem, *, ends_at: datetime | None, now: datetime) -> str:
    """Writes a new secret of a system, in the caller's transaction, and returns it: this is the only time."""
    key_id, secret = new_key()
    SystemSecret.objects.create(
        system=system, key_id=key_id, hash=make_password(secret), created_at=now, ends_at=ends_at
    )
    return secret


def set_system_networks(
    *, actor: Actor | None, system: AgencySystem, networks: Iterable[str], now: datetime
) -> AgencySystem:
    """Sets the networks a system may call from; none: from anywhere. Takes effect within 5 s everywhere.

    Raises:
        PermissionMissing: the actor does not manage the system.
        SystemEnded: it has ended.
        SystemRefused: a network is not written as one.
    """
    actor = require(actor, "systems.manage_systems", system)
    errors: list[FieldError] = []
    checked = _check_networks(networks, errors)
    if errors:
        raise SystemRefused(errors)
    with transaction.atomic():
        system = locked(system)
        before = system.networks
        system.networks = checked
        system.save(update_fields=["networks"])
        publish(happened.SystemNetworksChanged(system.pk, actor.ref, now), system)
        record(actor, "systems.set_system_networks", system, {"before": before, "after": checked}, now)
        transaction.on_commit(forget)
    return system


def _check_networks(networks: Iterable[str], errors: list[FieldError]) -> list[str]:
    """Returns the networks in their short form, each once; what is no network is named at /networks."""
    checked: dict[str, None] = {}
    for written in networks:
        try:
            checked[str(ip_network(written.strip(), strict=True))] = None
        except ValueError:
            errors.append(
                FieldError(
                    "/networks",
                    _("“{network}” is not a network; write 203.113.0.0/16, 2001:db8::/32 or one address."),
                    {"network": written.strip()[:50]},
                )
            )
    if len(checked) > NETWORKS_LIMIT:
        errors.append(FieldError("/networks", _("At most {limit} networks."), {"limit": NETWORKS_LIMIT}))
    return list(checked)


def end_system(*, actor: Actor | None, system: AgencySystem, now: datetime) -> AgencySystem:
    """Ends a system today: its tokens and its secrets open nothing any more.

    Raises:
        PermissionMissing: the actor does not manage the system.
        AlreadyEnded: the system ended before.
    """
    actor = require(actor, "systems.manage_systems", system)
    with transaction.atomic():
        system = (
            AgencySystem.objects.select_for_update(of=["self"]).select_related("agency").get(pk=system.pk)
        )
        if system.valid_to is not None:
            raise AlreadyEnded(ended_on=system.valid_to)
        system.valid_to = clock.in_vietnam(now).date()
        system.save(update_fields=["valid_to"])
        system.secrets.filter(good_at(now)).update(ends_at=now)
        Token.objects.filter(client=system.client_id).delete()
        publish(happened.SystemClosed(system.pk, actor.ref, now), system)
        record(actor, "systems.end_system", system, {}, now)
        transaction.on_commit(forget)
    return system


def locked(system: AgencySystem) -> AgencySystem:
    """Returns the system's row, locked for the caller's transaction.

    Raises:
        SystemEnded: it has ended.
    """
    row = AgencySystem.objects.select_for_update(of=["self"]).select_related("agency").get(pk=system.pk)
    if row.valid_to is not None:
        raise SystemEnded(system=row.name, ended_on=row.valid_to)
    return row


def publish(event: object, system: AgencySystem) -> None:
    """Tells the modules above what happened to a system; what test agencies do behind the wall changes no right."""
    if not system.agency.in_sandbox:
        events.publish(event)


def record(actor: Actor, action: str, system: AgencySystem, facts: dict[str, Any], now: datetime) -> None:
    """Writes an act on a system to the ledger."""
    ledger.record(actor=actor.ref, action=action, subject=f"system:{system.pk}", details=facts, now=now)
