"""The connection to one axis: access tokens, and as many attempts as a request takes."""

from __future__ import annotations

import ipaddress
import json
import random
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from hienluong.client.credentials import Credentials
from hienluong.client.errors import CredentialsUnusable, RequestRefused
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import AddressRefused, Answer, Limits, OutgoingClient, OutgoingError

ATTEMPTS = 5
FIRST_PAUSE = 0.5  # seconds; doubled before every further attempt
LONGEST_PAUSE = 60.0
TOKEN_MARGIN = 30.0
"""Seconds before its end at which an access token is no longer used."""
LIMITS = Limits(connect=5.0, read=60.0, total=600.0, answer_bytes=256 * 1024 * 1024)
EVERYWHERE = ("0.0.0.0/0", "::/0")
"""Every network may be called: the address is named by whoever runs the client, never by a stranger's input."""

UNCHANGED = 304
_ACCEPTED, _UNAUTHORISED, _TOO_MANY, _SERVER_ERRORS = 200, 401, 429, 500


class Connection:
    """Calls one axis as one agency's system; the access token is kept in memory only.

    Args:
        url: address of the axis, as https://axis.example; plain http only to this machine.
        credentials: of the system.
        language: "vi" or "en", for the texts of refusals.

    Raises:
        AddressRefused: the address is none, or not https.
    """

    def __init__(self, url: str, credentials: Credentials, *, language: str) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._language = language
        self._token: tuple[str, float] | None = None
        scheme, host, port = _address(url)
        self._http = OutgoingClient(
            allowed_networks=EVERYWHERE, allow_http=_is_this_machine(host), ports={port}, limits=LIMITS
        )
        if scheme == "http" and not _is_this_machine(host):
            detail = _(
                "The address {host} is not https: the secret and the documents would travel in the clear."
            )
            raise AddressRefused(detail=detail, host=host)

    def close(self) -> None:
        """Closes what is open to the axis."""
        self._http.close()

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Sends a JSON value and returns the object that is answered; raises as `call`."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        return self.json("POST", path, headers=headers, content=json.dumps(body).encode())

    def json(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> dict[str, Any]:
        """Returns the JSON object that is answered.

        Raises:
            RequestRefused: as `call`; or something else than an axis answered.
            CredentialsUnusable, OutgoingError: as `call`.
        """
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        return json_object(self.call(method, target, headers=headers, content=content))

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Returns the answer to a request that was accepted, after as many attempts as it takes; 304 is one too.

        Raises:
            RequestRefused: the axis refused it; or it failed (5xx) or asked for patience (429) every time.
            CredentialsUnusable: the axis does not know the system.
            OutgoingError: no answer.
        """
        for attempt in range(1, ATTEMPTS + 1):
            pause = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
            try:
                answer = self._once(method, path, headers=headers, content=content)
            except OutgoingError as problem:
                if problem.permanent or attempt == ATTEMPTS:
                    raise
            else:
                if httpx.codes.is_success(answer.status) or answer.status == UNCHANGED:
                    return answer
                refusal = RequestRefused.of(answer)
                if not refusal.retryable or attempt == ATTEMPTS:
                    raise refusal
                pause = retry_after(answer) or pause
            time.sleep(min(pause, LONGEST_PAUSE))
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: str, path: str, *, headers: Mapping[str, str] | None, content: bytes | None
    ) -> Answer:
        """Returns the answer to one attempt; a token that the axis no longer knows is replaced once."""
        for is_last in (False, True):
            token = self._token_in_force()
            if isinstance(token, Answer):
                return token
            sent = {"Authorization": f"Bearer {token}", "Accept-Language": self._language, **(headers or {})}
            answer = self._http.request(method, f"{self._url}/api/v1{path}", headers=sent, content=content)
            if answer.status != _UNAUTHORISED or is_last:
                break
            self._token = None
        return answer

    def _token_in_force(self) -> str | Answer:
        """Returns an access token, or the answer of a token endpoint that cannot give one at the moment."""
        if self._token is not None and self._token[1] > time.monotonic():
            return self._token[0]
        credentials = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        answer = self._http.request(
            "POST",
            f"{self._url}/api/oauth/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )
        if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
            return answer
        try:
            given = answer.json()
            token, seconds = str(given["access_token"]), float(given["expires_in"])
        except (ValueError, KeyError, TypeError):
            token, seconds = "", 0.0
        if answer.status != _ACCEPTED or not token:
            reason = f"the axis at {self._url} does not know the client id or the secret"
            todo = "Check both, and the address; an administrator of the axis gives new ones."
            raise CredentialsUnusable(credentials.source, reason, todo)
        self._token = (token, time.monotonic() + max(seconds - TOKEN_MARGIN, 1.0))
        return token


def json_object(answer: Answer) -> dict[str, Any]:
    """Returns the JSON object of an answer.

    Raises:
        RequestRefused: it is none: something else than an axis answered.
    """
    try:
        value = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RequestRefused(
            answer.status, {"detail": "The answer is not that of an axis: check the address."}
        )
    return value


def _address(url: str) -> tuple[str, str, int]:
    """Returns scheme, host and port of an address.

    Raises:
        AddressRefused: it is none.
    """
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as problem:
        raise AddressRefused(
            detail=_("The address cannot be read: {reason}."), reason=str(problem)
        ) from problem
    return target.scheme, target.host, target.port or (80 if target.scheme == "http" else 443)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(answer: Answer) -> float:
    """Returns the seconds that the axis asks to wait (Retry-After, RFC 9110 section 10.2.3), or 0."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0
