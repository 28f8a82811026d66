"""Systems that people sign on to with their account here, and the sign-ons themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from django.db import transaction

from hienluong.directory.service import Actor, Agency, User, require
from hienluong.identity.errors import SignOnEnded, SignOnRefused
from hienluong.identity.events import SignOnClosed, SignOnKeyChanged, SignOnRegistered
from hienluong.identity.models import SignOn, SignOnClient
from hienluong.identity.sign_on import SCOPES
from hienluong.kit import events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id, new_secret
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger

NAME_LIMIT, MOST_ADDRESSES = 100, 10


def register_sign_on_client(
    *, actor: Actor | None, agency: Agency, name: str, redirect_uris: Iterable[str], now: datetime
) -> tuple[SignOnClient, str, str]:
    """Registers a system that people sign on to; returns it with its client id and its secret.

    The secret is shown this once; only its argon2 hash is kept. People are sent back to these addresses only, each
    exactly as given (RFC 9700, section 2.1).

    Raises:
        PermissionMissing: the actor does not register such systems.
        SignOnRefused: the name or an address cannot be accepted.
    """
    actor = require(actor, "identity.manage_sign_on")
    name, addresses = normalise(name), [one.strip() for one in redirect_uris if one.strip()]
    if errors := _check(name, addresses):
        raise SignOnRefused(errors)
    secret = new_secret()
    client = Client(
        name=name,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.AUTHORIZATION_CODE.value,
        response_types=Client.ResponseType.CODE.value,
        scopes="\n".join(SCOPES),
        default_scopes="openid",
    )
    client.set_redirect_uris(addresses)
    client.set_secret(secret)
    with transaction.atomic():
        client.save(force_insert=True)
        system = SignOnClient.objects.create(
            id=new_id(), agency=agency, name=name, client=client, registered_at=now
        )
        events.publish(SignOnRegistered(system.pk, actor.ref, now))
        _record(
            actor, "identity.register_sign_on_client", system, {"client": client.pk, "to": addresses}, now
        )
    return system, client.pk, secret


def _check(name: str, addresses: list[str]) -> list[FieldError]:
    errors = []
    if not name or len(name) > NAME_LIMIT:
        errors.append(
            FieldError("/name", _("Enter a name of at most {limit} characters."), {"limit": NAME_LIMIT})
        )
    if not addresses or len(addresses) > MOST_ADDRESSES:
        errors.append(
            FieldError("/redirect_uris", _("Give one to {limit} addresses."), {"limit": MOST_ADDRESSES})
        )
    errors += [
        FieldError("/redirect_uris", _("{address} is not an exact https address."), {"address": one[:200]})
        for one in addresses
        if not _is_exact(one)
    ]
    return errors


def _is_exact(address: str) -> bool:
    """Returns whether an address is https (or http on this very machine), without wildcard, fragment or user."""
    try:
        parts = urlsplit(address)
        plain = parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        return False
    here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(
        plain
        and (parts.scheme == "https" or here)
        and not parts.fragment
        and address.isascii()
        and address.isprintable()
        and not set(address) & set("*# \\\"'<>;,")
    )


def rotate_sign_on_secret(*, actor: Actor | None, system: SignOnClient, now: datetime) -> str:
    """Gives such a system a new secret and returns it, this once; the old one ends.

    Raises:
        PermissionMissing: the actor does not register such systems.
        SignOnEnded: nobody signs on to it any more.
    """
    actor = require(actor, "identity.manage_sign_on")
    secret = new_secret()
    with transaction.atomic():
        client = _live(system)
        client.set_secret(secret)
        client.save(update_fields=["secret"])
        events.publish(SignOnKeyChanged(system.pk, actor.ref, now))
        _record(actor, "identity.rotate_sign_on_secret", system, {}, now)
    return secret


def end_sign_on_client(*, actor: Actor | None, system: SignOnClient, now: datetime) -> None:
    """Ends a system: nobody signs on to it any more, and what it was told it cannot ask again.

    Raises:
        PermissionMissing: the actor does not register such systems.
        SignOnEnded: it ended before.
    """
    actor = require(actor, "identity.manage_sign_on")
    with transaction.atomic():
        client = _live(system)
        client.set_redirect_uris([])
        client.set_secret(new_secret())
        client.grant_types = client.response_types = ""
        client.save()
        Token.objects.filter(client=client).delete()
        SignOnClient.objects.filter(pk=system.pk).update(ended_at=now)
        events.publish(SignOnClosed(system.pk, actor.ref, now))
        _record(actor, "identity.end_sign_on_client", system, {}, now)


def _live(system: SignOnClient) -> Client:
    row = SignOnClient.objects.select_for_update(of=("self",)).select_related("client").get(pk=system.pk)
    if row.ended_at is not None:
        raise SignOnEnded(name=row.name)
    return row.client


def sign_on(*, actor: Actor | None, user: User, client_id: str, now: datetime) -> None:
    """Records that a person signs on to a system in the post they act in; the system is told about that post.

    Raises:
        PermissionMissing: nobody acts in a post.
        SignOnEnded: the system has ended meanwhile.
    """
    actor = require(actor, "identity.sign_on")
    with transaction.atomic():
        system = SignOnClient.objects.filter(client=client_id, ended_at=None).first()
        if system is None:
            raise SignOnEnded(name=client_id)
        SignOn.objects.update_or_create(
            client=system, user=user, defaults={"post_id": actor.post_id, "at": now}
        )
        _record(actor, "identity.sign_on", system, {"post": actor.post_id}, now)


def _record(
    actor: Actor, action: str, system: SignOnClient, details: dict[str, object], now: datetime
) -> None:
    ledger.record(
        actor=actor.ref, action=action, subject=f"sign-on-client:{system.pk}", details=details, now=now
    )
