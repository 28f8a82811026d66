"""Pure decisions about webhooks: which events there are, when to try again, which addresses may be registered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from hienluong.kit.connections import may_call
from hienluong.kit.errors import gettext_noop as _

PACKET_DELIVERED: Final = "packet.delivered"
STATUS_RECORDED: Final = "status.recorded"
DELIVERY_FAILED: Final = "delivery.failed"
KINDS: Final = (PACKET_DELIVERED, STATUS_RECORDED, DELIVERY_FAILED)
ALARM_RAISED: Final = "alarm.raised"
ALARM_CLEARED: Final = "alarm.cleared"
OPERATOR_KINDS: Final = (ALARM_RAISED, ALARM_CLEARED)
"""Events of the platform itself; whoever administers it lets a webhook hear of them, no agency's system by itself."""
ALL_KINDS: Final = (*KINDS, *OPERATOR_KINDS)
VERIFICATION: Final = "webhook.verification"

RETRY_SECONDS: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
"""Before the second attempt and the following ones; the last pause is kept from there on."""
REST_MAX_SECONDS: Final = 300
"""A webhook that fails rests as long as its messages, but at most so long: it is soon known when it is well again."""
VERIFICATION_ATTEMPTS: Final = 3
URL_LIMIT: Final = 500
GONE: Final = 410


def retry_after(attempts: int) -> timedelta:
    """Returns how long to wait after so many failed attempts (1 and more)."""
    return timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])


def rest_after(failures: int) -> timedelta:
    """Returns how long a webhook rests after so many failures in a row (1 and more)."""
    return min(retry_after(failures), timedelta(seconds=REST_MAX_SECONDS))


def next_attempt(*, attempts: int, kind: str, give_up_at: datetime, now: datetime) -> datetime | None:
    """Returns when to try a message again, or None when it has failed for good."""
    if kind == VERIFICATION and attempts >= VERIFICATION_ATTEMPTS:
        return None
    again = now + retry_after(attempts)
    return again if again <= give_up_at else None


def fault_of_address(url: str, *, ports: Collection[int], allowed_networks: Collection[str]) -> str | None:
    """Returns what is wrong with an address, as text to translate; None for one that may be registered.

    Where a name leads is checked when it is called, every time (`kit.connections`).
    """
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > URL_LIMIT:
        return _("Write it as an https address of at most 500 letters, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        return _("This is no address.")
    fault: str | None = None
    if parts.scheme != "https" or not host:
        fault = _("It must begin with https:// and name a host.")
    elif parts.username is not None or parts.password is not None or parts.fragment:
        fault = _("It must hold no user name, no password and no “#”.")
    elif port not in ports:
        fault = _("Its port is not open to calls.")
    elif _is_private(host, allowed_networks):
        fault = _("It is no public address.")
    return fault


def _is_private(host: str, allowed_networks: Collection[str]) -> bool:
    """Returns whether a host is written as an address that must not be called; names are looked up at the call."""
    try:
        literal = ip_address(host)
    except ValueError:
        return False
    return not may_call(literal, [ip_network(network) for network in allowed_networks])
