"""Sign-in of agencies' systems: OAuth2 access tokens (RFC 6749 client credentials, RFC 6750 bearer)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.core.context import request_context
from allauth.idp.oidc.models import Token
from allauth.idp.oidc.views import token as issue_token
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.security import HttpBearer

from hienluong.directory.service import Actor, Recent, SendingRightRef, primary_code_of, valid_on
from hienluong.identity.accounts import AccountAdapter
from hienluong.identity.models import AgencySystem, SendingRight
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef

REFUSALS_PER_MINUTE = 20
"""How many refused requests for a token one address may make: each costs an argon2 hash and a ledger entry."""


@dataclass(frozen=True, slots=True)
class _Grant:
    actor: Actor
    expires_at: datetime | None


_by_hash: Recent[str, _Grant] = Recent()


class SystemBearer(HttpBearer):
    """Authenticates an agency's system by `Authorization: Bearer <access token>`; the result is its `Actor`.

    The header is the only place a token is taken from: one in the query string would stand in every log. Answers
    are remembered for a few seconds in each process (see `recent`), so a revocation takes effect within 5 s.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002 - ninja's signature
        """Returns the system's actor, or None when the token is unknown, out of date, or its system has ended."""
        return system_by_token(token, now=clock.now())


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
    actor = Actor(
        kind="system",
        id=system.pk,
        name=system.name,
        agency_id=system.agency.pk,
        agency_code=system.agency_code or "",
        agency_name=system.agency.name,
        rights=tuple(_right(row) for row in system.right_rows),
    )
    return _Grant(actor, system.expires_at)


def _right(row: dict[str, Any]) -> SendingRightRef:
    return SendingRightRef(
        scope=row["scope"],
        agency_id=UUID(row["agency"]) if row["agency"] else None,
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


@csrf_exempt
def token_endpoint(request: HttpRequest) -> HttpResponseBase:
    """Answers POST /api/oauth/token: an access token for a client's id and secret (RFC 6749 section 4.4).

    The secret comes by HTTP Basic or in the form. Errors are those of RFC 6749 section 5.2; a refused client is
    recorded in the ledger. After `REFUSALS_PER_MINUTE` an address gets 429 until the minute is over.
    """
    if request.method != "POST":
        return _oauth_error(
            "invalid_request", "Send a POST with grant_type=client_credentials.", 405, Allow="POST"
        )
    with request_context(request):
        ip = AccountAdapter(request).get_client_ip(request)
        counter = f"identity.token_refused:{ip}"
        if cache.get(counter, 0) >= REFUSALS_PER_MINUTE:
            return _oauth_error(
                "invalid_client", "Too many refused requests: wait a minute.", 429, **{"Retry-After": "60"}
            )
        if _client_id(request).isprintable():
            response: HttpResponse = issue_token(request)
        else:  # PostgreSQL could not even look for it
            response = _oauth_error("invalid_client", "The client id holds control characters.", 401)
    if response.status_code >= 400:  # noqa: PLR2004 - HTTP's error classes begin here
        cache.set(counter, cache.get(counter, 0) + 1, timeout=60)
        _record_refusal(request, response, ip)
    if response.status_code == 401:  # noqa: PLR2004 - HTTP's "not authenticated"
        response.headers["WWW-Authenticate"] = 'Basic realm="hienluong"'
    return response


def _oauth_error(error: str, description: str, status: int, **headers: str) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status, headers=headers)


def _record_refusal(request: HttpRequest, response: HttpResponse, ip: str) -> None:
    claimed = _client_id(request)
    known = (
        AgencySystem.objects.filter(client=claimed) if claimed.isprintable() else AgencySystem.objects.none()
    )
    system = known.values_list("pk", flat=True).first()
    ledger.record_refusal(
        actor=ActorRef("system", str(system or "unknown"), ""),
        action="identity.issue_token",
        subject=f"system:{system or 'unknown'}",
        details={"error": _error_code(response), "ip": ip},
        now=clock.now(),
    )


def _client_id(request: HttpRequest) -> str:
    """Returns the client id that was claimed, in the form or by HTTP Basic."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", "")
    try:
        return base64.b64decode(credentials).decode("utf-8").partition(":")[0]
    except ValueError:
        return ""


def _error_code(response: HttpResponse) -> str:
    try:
        return str(json.loads(response.content)["error"])
    except (ValueError, KeyError, TypeError):
        return str(response.status_code)
