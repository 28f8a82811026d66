"""The one client for calls to the outside world: webhooks, other provinces, national platforms.

Every call has time-outs and a size limit, follows no redirect, uses no proxy from the environment, and connects
only to addresses that `kit.connections` has checked.
"""

import functools
import ipaddress
import json
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from hienluong.kit.connections import (
    AddressRefused,
    CheckedTransport,
    HostUnknown,
    OutgoingError,
    Resolver,
    resolve,
    whole_call_within,
)
from hienluong.kit.errors import gettext_noop as _

__all__ = [
    "DEFAULT_PORTS",
    "AddressRefused",
    "Answer",
    "AnswerEncoded",
    "AnswerTooLarge",
    "HostUnknown",
    "Limits",
    "OutgoingClient",
    "OutgoingError",
    "PeerRefused",
    "PeerTooSlow",
    "PeerUnreachable",
    "PeerUntrusted",
]

DEFAULT_PORTS = (80, 443, 8080, 8443)
"""Ports that web services stand on; others are opened by the setting of the caller."""

_TRY_AGAIN_STATUSES = frozenset({408, 425, 429})


class PeerUnreachable(OutgoingError):
    """The other system does not accept a connection, breaks it, or speaks no proper HTTP."""

    code = "http.peer-unreachable"
    title = _("The other system cannot be reached")
    detail = _("The connection to {host} failed: {reason}.")
    todo = _("Try again later; whether the other system received the message is not known.")


class PeerUntrusted(OutgoingError):
    """The other system's certificate does not prove that it is the host called."""

    code = "http.peer-untrusted"
    title = _("The other system cannot be trusted")
    detail = _("The certificate of {host} is not accepted: {reason}.")
    kept = _("Nothing was sent.")
    todo = _("Its operator must renew the certificate, or yours must add its authority.")


class PeerTooSlow(OutgoingError):
    """The call took longer than its limit."""

    code = "http.peer-too-slow"
    status = 504
    title = _("The other system is too slow")
    detail = _("The call to {host} took more than {total} seconds in all or {read} seconds of silence.")
    todo = _("Try again later; whether the other system received the message is not known.")


class AnswerTooLarge(OutgoingError):
    """The answer is larger than the limit of the call."""

    code = "http.answer-too-large"
    title = _("The answer is too large")
    detail = _("The answer of {host} is larger than {limit} bytes.")
    kept = _("The answer was thrown away; the other system may have acted on the call.")
    permanent = True


class AnswerEncoded(OutgoingError):
    """The answer is compressed although none was asked for: its true size cannot be bounded."""

    code = "http.answer-encoded"
    title = _("The answer is compressed")
    detail = _("The answer of {host} is encoded as {encoding}, which was not asked for.")
    kept = _("The answer was thrown away; the other system may have acted on the call.")
    permanent = True


class PeerRefused(OutgoingError):
    """The other system answered with a status other than success."""

    code = "http.peer-refused"
    title = _("The other system refused the call")
    detail = _("{host} answered with the status {answer_status}.")

    def __init__(self, *, host: str = "", answer_status: int = 500) -> None:
        self.permanent = (
            not httpx.codes.is_server_error(answer_status) and answer_status not in _TRY_AGAIN_STATUSES
        )
        super().__init__(host=host, answer_status=answer_status)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a call.

    Attributes:
        connect: seconds to resolve, connect and agree on TLS for one address.
        read: seconds without a byte sent or received.
        total: seconds for the whole call.
        answer_bytes: largest answer accepted.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0
    answer_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system answered; `body` is empty where it was written into a file."""

    host: str
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """Returns the body read as JSON.

        Raises:
            ValueError: the body is no JSON.
        """
        return json.loads(self.body)

    def require_success(self) -> Self:
        """Returns this answer when its status is 2xx.

        Raises:
            PeerRefused: any other status, redirects included; permanent unless 408, 425, 429 or 5xx.
        """
        if not httpx.codes.is_success(self.status):
            raise PeerRefused(host=self.host, answer_status=self.status)
        return self


@functools.lru_cache(maxsize=4)
def tls_trusting(file: str) -> ssl.SSLContext:
    """Returns who is believed in a call: the public authorities, and those of the file where one is named."""
    context = httpx.create_ssl_context()
    if file:
        context.load_verify_locations(cafile=file)
    return context


class OutgoingClient:
    """Calls other systems over HTTP; one per process and policy, safe to share between threads.

    Args:
        allowed_networks: networks like "10.20.0.0/16" that may be called although they are not public.
        allow_http: whether plain `http` may be called as well as `https`.
        ports: ports that may be called.
        limits: limits of a call that states none.
        tls: context that verifies the other side and may hold a client certificate; default: public authorities.
        resolver: the name service; tests give their own.
    """

    def __init__(
        self,
        *,
        allowed_networks: Iterable[str] = (),
        allow_http: bool = False,
        ports: Collection[int] = DEFAULT_PORTS,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._schemes = ("https", "http") if allow_http else ("https",)
        self._ports = frozenset(ports)
        self._limits = limits or Limits()
        networks = [ipaddress.ip_network(network) for network in allowed_networks]
        transport = CheckedTransport(networks, resolver, tls or tls_trusting(""))
        self._client = httpx.Client(transport=transport, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections kept open."""
        self._client.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        into: BinaryIO | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """Returns the answer to one call, whatever its status; nothing is tried twice.

        Args:
            method: "GET", "POST" …
            url: absolute address; user names in it are refused.
            headers: added to the call.
            content: the body sent, at once or in parts.
            into: a file that takes the answer's body instead of memory.
            limits: other limits for this call.

        Raises:
            AddressRefused: the address must not be called.
            HostUnknown, PeerUnreachable, PeerUntrusted, PeerTooSlow: no answer; may be tried again.
            AnswerTooLarge, AnswerEncoded: the answer was thrown away.
        """
        target = self._check(url)
        limits = limits or self._limits
        with whole_call_within(limits.total):
            try:
                return self._exchange(
                    method, target, headers=headers, content=content, into=into, limits=limits
                )
            except httpx.TimeoutException as error:
                raise PeerTooSlow(host=_place(target), total=limits.total, read=limits.read) from error
            except httpx.HTTPError as error:
                raise _as_ours(error, _place(target)) from error

    def _exchange(
        self,
        method: str,
        target: httpx.URL,
        *,
        headers: Mapping[str, str] | None,
        content: bytes | Iterable[bytes] | None,
        into: BinaryIO | None,
        limits: Limits,
    ) -> Answer:
        asked = httpx.Headers(headers)
        asked["Accept-Encoding"] = "identity"
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        with self._client.stream(method, target, headers=asked, content=content, timeout=timeout) as response:
            encoding = response.headers.get("Content-Encoding", "identity")
            if encoding != "identity":
                raise AnswerEncoded(host=_place(target), encoding=encoding)
            body = bytearray()
            received = 0
            for part in response.iter_raw():
                received += len(part)
                if received > limits.answer_bytes:
                    raise AnswerTooLarge(host=_place(target), limit=limits.answer_bytes)
                if into is None:
                    body += part
                else:
                    into.write(part)
            return Answer(_place(target), response.status_code, response.headers, bytes(body))

    def _check(self, url: str) -> httpx.URL:
        """Returns the address when its form, scheme and port are allowed; where it leads is checked at connect."""
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as error:
            detail = _("The address cannot be read: {reason}.")
            raise AddressRefused(detail=detail, reason=str(error)) from error
        port = target.port or {"https": 443, "http": 80}.get(target.scheme)
        fault = None
        if target.scheme not in self._schemes:
            fault = _("The scheme of the address must be one of: {schemes}.")
        elif not target.host:
            fault = _("The address names no host.")
        elif target.userinfo:
            fault = _("The address of {host} holds a user name or password.")
        elif port not in self._ports:
            fault = _("The port {port} of {host} is not open to calls.")
        if fault:
            raise AddressRefused(detail=fault, host=_place(target), port=port, schemes=self._schemes)
        return target


def _place(target: httpx.URL) -> str:
    """Returns host and port: what may be shown of an address, whose path may hold secrets."""
    return target.netloc.decode("ascii", "replace")


def _as_ours(error: httpx.HTTPError, place: str) -> OutgoingError:
    """Returns our error for one of httpx that is no time-out."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return PeerUntrusted(host=place, reason=cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    return PeerUnreachable(host=place, reason=str(error) or type(error).__name__)
