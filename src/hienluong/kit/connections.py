"""Connections to checked addresses only: what `kit.http` stands on.

A host is resolved when the connection is made, every address it has is checked against the private, local and
special ranges, and the socket goes to exactly that address, so that a name that changes its address between check
and use gains nothing. TLS still names and verifies the host.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64 (RFC 6052): the last 32 bits are an IPv4 address
_CLOUD_METADATA = frozenset({ipaddress.IPv4Address("168.63.129.16")})
"""Metadata services on public addresses (Azure); the others lie in link-local or private ranges."""


class OutgoingError(HienluongError):
    """A call to the outside failed; `permanent` is the one bit that retry logic needs."""

    code = "http.failed"
    status = 502
    title = _("A call to another system failed")
    detail = _("The call to {host} failed: {reason}.")
    permanent: bool = False

    def __init__(self, *, detail: str | None = None, **params: object) -> None:
        super().__init__(detail=detail)
        self.params.update(params)
        self.retryable = not self.permanent


class AddressRefused(OutgoingError):
    """The address must not be called: scheme, port, form, or a private or special range."""

    code = "http.address-refused"
    status = 422
    title = _("The address must not be called")
    detail = _("The host {host} leads to {address}, which is not a public address.")
    kept = _("Nothing was sent.")
    todo = _("Correct the address, or ask the operator to allow this network.")
    permanent = True


class HostUnknown(OutgoingError):
    """The name service knows no address of the host, or does not answer."""

    code = "http.host-unknown"
    title = _("Host unknown")
    detail = _("The host {host} has no address at the moment: {reason}.")
    kept = _("Nothing was sent.")
    todo = _("Check the name; if it is right, try again later.")


def resolve(host: str, port: int) -> list[str]:
    """Returns the addresses of a host from the system's name service, in its order of preference.

    How long it takes is bounded by the system's resolver settings, not by `Limits`.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def may_call(address: Address, allowed: Collection[Network] = ()) -> bool:
    """Returns whether an address may be called.

    Refused unless in an allowed network: everything that is not a public unicast address (IANA special-purpose
    registries: private, loopback, link-local, shared 100.64/10, multicast, reserved, documentation) and cloud
    metadata services. IPv6 forms that carry an IPv4 address are judged by that address.
    """
    real = _carried_ipv4(address) or address
    if any(real in network for network in allowed if network.version == real.version):
        return True
    public = real.is_global and not (real.is_multicast or real.is_reserved)
    if isinstance(real, ipaddress.IPv6Address):
        public = public and real in _GLOBAL_UNICAST
    return public and real not in _CLOUD_METADATA


_deadline: ContextVar[float] = ContextVar("_deadline")
"""When the call that runs in this thread must have ended (monotonic seconds)."""


@contextmanager
def whole_call_within(seconds: float) -> Iterator[None]:
    """Ends every step of the call made inside once `seconds` have passed."""
    marker = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(marker)


def _seconds_left(timeout: float | None) -> float:
    """Returns the time-out of one step, cut to what is left of the whole call."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole call is over")
    return left if timeout is None else min(timeout, left)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose every step ends with the call: a peer that drips bytes gains no time."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _seconds_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Makes connections to addresses it has checked itself, and to no others."""

    def __init__(self, allowed: Collection[Network], resolver: Resolver) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._checked_addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _seconds_left(timeout), local_address, socket_options
                )
                return _DeadlineStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked_addresses(self, host: str, port: int) -> list[str]:
        """Returns the host's addresses; one that must not be called refuses them all."""
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise HostUnknown(host=host, reason=str(error)) from error
        if not found:
            raise HostUnknown(host=host, reason="no address")
        for text in found:
            if not may_call(ipaddress.ip_address(text), self._allowed):
                raise AddressRefused(host=host, address=text)
        return list(found)


class CheckedTransport(httpx.HTTPTransport):
    """The transport of httpx on our connections."""

    def __init__(self, allowed: Collection[Network], resolver: Resolver, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        # httpx offers no way to give a network backend; its pool is replaced by one that has ours.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0,
            network_backend=_CheckedBackend(allowed, resolver),
        )  # fmt: skip


def _carried_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """Returns the IPv4 address inside an IPv6 one: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
