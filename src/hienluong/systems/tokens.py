"""Sign-in of agencies' systems: OAuth2 access tokens (RFC 6749 client credentials, RFC 6750 bearer)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from allauth.core.context import request_context
from allauth.idp.oidc.models import Client, Token
from allauth.idp.oidc.views import token as issue_by_allauth
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from ninja.security import HttpBearer
from oauthlib.oauth2 import BackendApplicationServer, InvalidClientError, OAuth2Error, RequestValidator

from hienluong.directory.service import Actor, Recent, SendingRightRef, primary_code_of, valid_on
from hienluong.identity.service import client_address
from hienluong.kit import clock
from hienluong.kit.ids import new_secret
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.systems import tally
from hienluong.systems.errors import NetworkNotAllowed
from hienluong.systems.keys import find_secret, good_at
from hienluong.systems.models import AgencySystem, SendingRight, SystemSecret

REFUSALS_PER_MINUTE = 20
"""How many refused requests for a token one address may make: each costs an argon2 hash and a ledger entry."""


@dataclass(frozen=True, slots=True)
class _Grant:
    actor: Actor
    expires_at: datetime | None


_by_hash: Recent[str, _Grant] = Recent()
_networks: Recent[UUID | str, tuple[str, ...]] = Recent()


class SystemBearer(HttpBearer):
    """Authenticates an agency's system by `Authorization: Bearer <access token>`; the result is its `Actor`.

    The header is the only place a token is taken from: one in the query string would stand in every log. Answers
    are remembered for a few seconds in each process (see `recent`), so a revocation takes effect within 5 s.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Returns the system's actor, or None when the token is unknown, out of date, or its system has ended.

        Raises:
            NetworkNotAllowed: the token is good, but its system may not call from this address.
        """
        actor = system_by_token(token, now=clock.now())
        if actor is not None and (networks := _networks_of(actor)):
            address = client_address(request)
            if not is_within(address, networks):
                _record_network_refusal(actor, address)
                raise NetworkNotAllowed(address=address, system=actor.name)
        return actor


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Returns whether an address is in one of the networks; an IPv4 address written as IPv6 counts as IPv4."""
    given = ip_address(address)
    if isinstance(given, IPv6Address) and given.ipv4_mapped is not None:
        given = given.ipv4_mapped
    return any(given in ip_network(network) for network in networks)


def _networks_of(actor: Actor) -> tuple[str, ...]:
    known = _networks.get([actor.id])
    if actor.id not in known:
        version = _networks.version
        found = AgencySystem.objects.filter(pk=actor.id).values_list("networks", flat=True).first()
        known = {actor.id: tuple(found or ())}
        _networks.put(known, version=version)
    return known[actor.id]


def _record_network_refusal(actor: Actor, address: str) -> None:
    """Counts each refusal, and records one per address and five minutes: whoever keeps trying must not fill the ledger."""
    now = clock.now()
    if isinstance(actor.id, UUID):
        tally.note_refusal(system=actor.id, code=NetworkNotAllowed.code, detail=address, now=now)
    if cache.add(f"systems.network_refused:{actor.id}:{address}", value=True, timeout=300):
        ledger.record_refusal(
            actor=actor.ref,
            action="systems.call_from_network",
            subject=f"system:{actor.id}",
            details={"ip": address},
            now=now,
        )


def system_by_token(token: str, *, now: datetime) -> Actor | None:
    """Returns the actor that holds an access token, or None; one query, or none when asked a moment ago.

    The token is looked up by its SHA-256, so timing tells nothing about it.
    """
    key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    grant = _by_hash.get([key]).get(key)
    if grant is None:
        version = _by_hash.version
        grant = _load(key, now)
        if grant is None:
            return None
        _by_hash.put({key: grant}, version=version)
    if grant.expires_at is not None and grant.expires_at <= now:
        return None
    return grant.actor


def _load(token_hash: str, now: datetime) -> _Grant | None:
    today = clock.in_vietnam(now).date()
    networks_version = _networks.version
    rights = SendingRight.objects.filter(system=OuterRef("pk")).order_by("pk")
    system = (
        AgencySystem.objects.filter(
            valid_on(today), client__token__hash=token_hash, client__token__type=Token.Type.ACCESS_TOKEN
        )
        .select_related("agency")
        .annotate(
            expires_at=F("client__token__expires_at"),
            agency_code=primary_code_of("agency_id"),
            right_rows=ArraySubquery(
                rights.values_list(
                    JSONObject(
                        scope="scope", agency="agency_id", valid_from="valid_from", valid_to="valid_to"
                    )
                )
            ),
        )
        .first()
    )
    if system is None:
        return None
    _networks.put({system.pk: tuple(system.networks)}, version=networks_version)
    actor = Actor(
        kind="system",
        id=system.pk,
        name=system.name,
        agency_id=system.agency.pk,
        agency_code=system.agency_code or "",
        agency_name=system.agency.name,
        rights=tuple(_right(row) for row in system.right_rows),
        sandbox=system.agency.in_sandbox,
    )
    return _Grant(actor, system.expires_at)


def _right(row: dict[str, Any]) -> SendingRightRef:
    return SendingRightRef(
        scope=row["scope"],
        agency_id=UUID(row["agency"]) if row["agency"] else None,
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


class _Validator(RequestValidator):  # type: ignore[misc]  # oauthlib ships no types for it
    """Answers oauthlib's questions about one request for a token; allauth keeps clients and tokens.

    allauth knows one secret per client. Ours are in `SystemSecret`, so that two may be good at once, and a client of
    a system has no secret there that could ever match.
    """

    def __init__(self, claimed: tuple[str, str], address: str, now: datetime) -> None:
        super().__init__()
        self.claimed, self.address, self.now = claimed, address, now
        self.secret: SystemSecret | None = None
        self.wrong_network = False

    def authenticate_client(self, request: Any, *_args: Any, **_kwargs: Any) -> bool:
        """Returns whether the secret is one of the client's, and the call comes from where it may."""
        client_id, secret = self.claimed
        found = find_secret(client_id=client_id, secret=secret, now=self.now)
        if found is None:
            return False
        if found.system.networks and not is_within(self.address, found.system.networks):
            self.wrong_network = True
            return False
        self.secret, request.client = found, found.system.client
        request.client.client_id = found.system.client_id  # where oauthlib looks for it
        return True

    def validate_grant_type(
        self, _client_id: str, grant_type: str, client: Client, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Returns whether the client may ask in this way."""
        return grant_type in client.get_grant_types()

    def get_default_scopes(self, _client_id: str, request: Any, *_args: Any, **_kwargs: Any) -> list[str]:
        """Returns the scopes of a request that names none."""
        scopes: list[str] = request.client.get_default_scopes()
        return scopes

    def validate_scopes(
        self, _client_id: str, scopes: list[str], client: Client, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Returns whether the client may have these scopes."""
        return set(scopes) <= set(client.get_scopes())

    def lifetime(self, request: Any) -> int:  # noqa: ARG002 - oauthlib's signature
        """Returns for how many seconds a token is good: never beyond the end of its secret."""
        longest = int(settings.IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN)
        if self.secret is None or self.secret.ends_at is None:
            return longest
        return min(longest, int((self.secret.ends_at - self.now).total_seconds()))

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_args: Any, **_kwargs: Any) -> None:
        """Keeps the token's hash and which secret it came from, and when secret and system were last used.

        The rows are locked in the order in which a rotation locks them, and the secret's end is read again behind the
        lock: a token that is given while its secret is being ended would outlive it.

        Raises:
            InvalidClientError: the secret ended a moment ago.
        """
        assert self.secret is not None  # noqa: S101 - authenticate_client put it there
        AgencySystem.objects.filter(pk=self.secret.system_id).update(last_used_at=self.now)
        still_good = SystemSecret.objects.filter(good_at(clock.now()), pk=self.secret.pk)
        if not still_good.update(last_used_at=self.now):
            raise InvalidClientError
        self.secret.refresh_from_db(fields=["ends_at"])
        expires_at = self.now + timedelta(seconds=token["expires_in"])
        row = Token(
            client=request.client,
            type=Token.Type.ACCESS_TOKEN,
            expires_at=min(expires_at, self.secret.ends_at or expires_at),
            data={"secret": self.secret.pk},
        )
        row.set_value(token["access_token"])
        row.set_scopes(request.scopes)
        row.save(force_insert=True)


@csrf_exempt
@sensitive_variables("claimed")
def token_endpoint(request: HttpRequest) -> HttpResponseBase:
    """Answers POST /api/oauth/token: an access token for a client's id and secret (RFC 6749 section 4.4).

    The secret comes by HTTP Basic or in the form. Errors are those of RFC 6749 section 5.2; a refused client is
    recorded in the ledger. A client that is no agency's system (single sign-on of people, say) is answered by allauth.
    After `REFUSALS_PER_MINUTE` an address gets 429 until the minute is over.
    """
    if request.method != "POST":
        return _oauth_error(
            "invalid_request", "Send a POST with grant_type=client_credentials.", 405, Allow="POST"
        )
    with request_context(request):
        address = client_address(request)
    counter = f"systems.token_refused:{address}"
    if cache.get(counter, 0) >= REFUSALS_PER_MINUTE:
        return _oauth_error(
            "invalid_client", "Too many refused requests: wait a minute.", 429, **{"Retry-After": "60"}
        )
    claimed = _claimed(request)
    if not claimed[0].isprintable():  # PostgreSQL could not even look for it
        response: HttpResponse = _oauth_error(
            "invalid_client", "The client id holds control characters.", 401
        )
    elif _is_allauths(request, claimed[0]):
        with request_context(request):
            response = issue_by_allauth(request)
    else:
        response = _issue(request, claimed, address)
    if response.status_code >= 400:  # noqa: PLR2004 - HTTP's error classes begin here
        cache.set(counter, cache.get(counter, 0) + 1, timeout=60)
        _record_refusal(claimed[0], response, address)
    if response.status_code == 401:  # noqa: PLR2004 - HTTP's "not authenticated"
        response.headers["WWW-Authenticate"] = 'Basic realm="hienluong"'
    return response


def _is_allauths(request: HttpRequest, client_id: str) -> bool:
    """Returns whether the client is no agency's system: other grants, with secrets of their own, are allauth's."""
    if request.POST.get("grant_type", "") in {"", Client.GrantType.CLIENT_CREDENTIALS}:
        return False
    return bool(Client.objects.filter(pk=client_id, system=None).exists())


@sensitive_variables("claimed")
@transaction.atomic
def _issue(request: HttpRequest, claimed: tuple[str, str], address: str) -> HttpResponse:
    validator = _Validator(claimed, address, clock.now())
    server = BackendApplicationServer(
        validator, token_generator=lambda _request: new_secret(64), token_expires_in=validator.lifetime
    )
    try:
        headers, body, status = server.create_token_response(
            request.get_full_path(),
            "POST",
            urlencode(request.POST, doseq=True),
            {"Content-Type": request.headers.get("Content-Type", "")},
        )
    except OAuth2Error as refusal:
        transaction.set_rollback(True)
        headers, body, status = {}, refusal.json, refusal.status_code
    if validator.wrong_network:
        return _oauth_error("invalid_client", f"This system may not call from {address}.", 401)
    response = HttpResponse(body, status=status, content_type="application/json")
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _oauth_error(error: str, description: str, status: int, **headers: str) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status, headers=headers)


def _record_refusal(claimed: str, response: HttpResponse, address: str) -> None:
    known = (
        AgencySystem.objects.filter(client=claimed) if claimed.isprintable() else AgencySystem.objects.none()
    )
    system = known.values_list("pk", flat=True).first()
    error, now = _error_code(response), clock.now()
    if system is not None:
        tally.note_refusal(system=system, code=f"oauth.{error}", detail=address, now=now)
    ledger.record_refusal(
        actor=ActorRef("system", str(system or "unknown"), ""),
        action="systems.issue_token",
        subject=f"system:{system or 'unknown'}",
        details={"error": error, "ip": address},
        now=now,
    )


def _claimed(request: HttpRequest) -> tuple[str, str]:
    """Returns the client id and the secret that were claimed, by HTTP Basic or in the form."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(credentials).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return client_id, secret


def _error_code(response: HttpResponse) -> str:
    try:
        return str(json.loads(response.content)["error"])
    except (ValueError, KeyError, TypeError):
        return str(response.status_code)
