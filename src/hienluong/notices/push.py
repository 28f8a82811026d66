"""Web push: wakes the browsers that people subscribed, through the push services that the browsers name.

Messages are encrypted for the browser alone (RFC 8291, RFC 8188 aes128gcm) and signed with the installation's own key
(VAPID, RFC 8292). What they say names no document: how many wait, and where to look. Rows say what is due (RFC 8030 gives
the answers); a message is marked after the push service took it, so a crash in between wakes a browser twice, and the
topic lets the later one replace the earlier.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys

from hienluong.kit.crash import crash_point
from hienluong.kit.errors import FieldError, fill
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import Answer, Limits, OutgoingClient, OutgoingError, tls_trusting
from hienluong.notices.errors import SubscriptionNotFound, SubscriptionRefused, TooManyBrowsers
from hienluong.notices.models import Push, Subscription

texts: dict[str, str] = {}
"""What each kind of reminder says in a browser, in English."""

BROWSERS_MAX = 10
ENDPOINT_MAX = 1000
POINT, SECRET = 65, 16
"""Bytes of an uncompressed point of P-256, and of the authentication secret (RFC 8291, section 3.2)."""
LEASE = timedelta(seconds=60)
"""So long a message that is being sent is left alone: longer than any call may take."""
RETRY_SECONDS = (30, 120, 600, 1800)
GONE = frozenset({404, 410})
LIMITS = Limits(connect=5.0, read=10.0, total=15.0, answer_bytes=64 * 1024)
KEEPS_FOR = timedelta(hours=12)
"""So long a push service keeps a message for a browser that is not running."""


# --- Keys ---------------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=2)
def _key(pem: str) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def public_key() -> str:
    """Returns the public key that browsers subscribe with, base64url; empty where the installation has none."""
    key = _key(settings.PUSH_KEY)
    if key is None:
        return ""
    form = serialization.PublicFormat.UncompressedPoint
    point = key.public_key().public_bytes(serialization.Encoding.X962, form)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


# --- Browsers -------------------------------------------------------------------------------------------------------------


def subscribe(
    *, reader: UUID, endpoint: str, p256dh: str, auth: str, browser: str, now: datetime
) -> Subscription:
    """Keeps a browser in the caller's transaction; one that is known is the person's from now on, with its present keys.

    Raises:
        SubscriptionRefused: the address or a key cannot be.
        TooManyBrowsers: the person has enough.
    """
    wrong = [FieldError("/endpoint", fault)] if (fault := fault_of_endpoint(endpoint)) else []
    for name, text, length in (("p256dh", p256dh, POINT), ("auth", auth, SECRET)):
        if len(_decoded(text)) != length or (length == POINT and not _is_point(_decoded(text))):
            wrong.append(FieldError(f"/{name}", _("The browser gave no usable key.")))
    if not public_key():
        wrong.append(FieldError("/endpoint", _("This installation has no key for messages to browsers.")))
    if wrong:
        raise SubscriptionRefused(wrong)
    others = Subscription.objects.filter(reader=reader).exclude(endpoint=endpoint)
    if others.count() >= BROWSERS_MAX:
        raise TooManyBrowsers(limit=BROWSERS_MAX)
    made, _new = Subscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "reader": reader,
            "p256dh": p256dh,
            "auth": auth,
            "browser": browser[:80],
            "created_at": now,
        },
    )
    Push.objects.filter(subscription=made).exclude(notice__reader=reader).delete()  # it was another person's
    return made


def unsubscribe(*, reader: UUID, subscription_id: int) -> Subscription:
    """Forgets a browser of the person, and what waits for it, in the caller's transaction.

    Raises:
        SubscriptionNotFound: it is not one of theirs.
    """
    found = Subscription.objects.filter(reader=reader, pk=subscription_id).first()
    if found is None:
        raise SubscriptionNotFound
    Subscription.objects.filter(pk=found.pk).delete()
    return found


def fault_of_endpoint(endpoint: str) -> str | None:
    """Returns what is wrong with the address of a push service, as text to translate; None for one that may be called.

    Only the services that the installation names are called: an address comes from a browser, and could be anything.
    """
    if not endpoint.isascii() or not endpoint.isprintable() or len(endpoint) > ENDPOINT_MAX:
        return _("The browser gave no usable address.")
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return _("The browser gave no usable address.")
    if parts.scheme != "https" or parts.username is not None or not host or port not in settings.PUSH_PORTS:
        return _("The browser gave no usable address.")
    if not any(_is_of(host, service) for service in settings.PUSH_SERVICES):
        return _("The push service of this browser is not one that this installation calls.")
    return None


def _is_of(host: str, service: str) -> bool:
    """Returns whether a host is the service named, or below it; an address in figures only if it is named itself."""
    try:
        ip_address(host)
    except ValueError:
        return host == service or host.endswith(f".{service}")
    return host == service


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _is_point(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


# --- What is due ----------------------------------------------------------------------------------------------------------

_QUEUE = """
INSERT INTO notices_push (notice_id, subscription_id, due_at, attempts)
SELECT notice.id, browser.id, %s, 0
FROM unnest(%s::uuid[], %s::text[]) AS told (reader, link)
JOIN notices_notice notice ON notice.reader = told.reader AND notice.code = %s AND notice.link = told.link
    AND notice.created_at = %s
JOIN notices_subscription browser ON browser.reader = told.reader
LEFT JOIN notices_ways ways ON ways.reader = told.reader
WHERE coalesce(ways.push, true)
ON CONFLICT (notice_id, subscription_id) DO NOTHING
"""


def queue(*, told: Sequence[tuple[UUID, str]], code: str, now: datetime) -> None:
    """Makes what was told just now, by reader and link, due in their browsers, in the caller's transaction.

    What was said before is older, and wakes nobody again.
    """
    readers, links = zip(*told, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [now, list(readers), list(links), code, now])


def subscriptions_with_due(*, now: datetime) -> list[int]:
    """Returns the browsers for which something is due."""
    due = Push.objects.filter(due_at__lte=now)
    return list(due.order_by("subscription").values_list("subscription", flat=True).distinct()[:500])


def push_due(subscription_id: int, *, now: Callable[[], datetime]) -> int:
    """Sends what is due for a browser, one by one, until a call fails; returns how many calls.

    A browser that is no longer subscribed at its push service (404, 410) is forgotten.
    """
    calls = 0
    with client() as caller:
        while (push := _claim(subscription_id, now())) is not None:
            calls += 1
            outcome = _call(caller, push)
            crash_point("notices.after_push")
            if not _note(push, outcome, now()):
                break
    return calls


def client() -> OutgoingClient:
    """Returns the client that calls push services; to be closed."""
    return OutgoingClient(
        allowed_networks=settings.PUSH_ALLOWED_NETWORKS,
        ports=settings.PUSH_PORTS,
        limits=LIMITS,
        tls=tls_trusting(settings.PUSH_CA_FILE),
    )


@transaction.atomic
def _claim(subscription_id: int, now: datetime) -> Push | None:
    """Takes the message that has been due longest and puts it off; what was read meanwhile is not sent any more."""
    Push.objects.filter(subscription=subscription_id, due_at__lte=now, notice__read_at__isnull=False).update(
        due_at=None
    )
    push = (
        Push.objects.select_for_update(of=["self"], skip_locked=True)
        .select_related("notice", "subscription")
        .filter(subscription=subscription_id, due_at__lte=now)
        .order_by("due_at", "pk")
        .first()
    )
    if push is not None:
        push.attempts += 1
        push.due_at = now + LEASE
        push.save(update_fields=["attempts", "due_at"])
    return push


def _call(caller: OutgoingClient, push: Push) -> Answer | OutgoingError:
    """Makes one call and returns the answer, or why there was none."""
    content, headers = sealed(push)
    try:
        return caller.request("POST", push.subscription.endpoint, headers=headers, content=content)
    except OutgoingError as problem:
        return problem


def sealed(push: Push) -> tuple[bytes, dict[str, str]]:
    """Returns the encrypted message for a browser and the headers of the call."""
    notice, browser = push.notice, push.subscription
    with translation.override(settings.LANGUAGE_CODE):
        text = fill(translation.gettext(texts[notice.code]), notice.values)
    message = {"title": "Hiền Lương", "text": text, "link": notice.link, "tag": notice.code}
    key = _key(settings.PUSH_KEY)
    assert key is not None  # noqa: S101 - without a key nobody subscribes
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    made = WebPush(private, public, settings.PUSH_CONTACT, ttl=int(KEEPS_FOR.total_seconds())).get(
        json.dumps(message, ensure_ascii=False),
        WebPushSubscription.model_construct(
            endpoint=httpx.URL(browser.endpoint),
            keys=WebPushKeys(auth=browser.auth, p256dh=browser.p256dh),
        ),
    )
    topic = base64.urlsafe_b64encode(hashlib.sha256(f"{notice.pk}".encode()).digest())[:32].decode()
    return made.encrypted, {
        "Authorization": made.headers["authorization"],
        "Content-Encoding": made.headers["content-encoding"],
        "Content-Type": "application/octet-stream",
        "TTL": made.headers["ttl"],
        "Urgency": "high",
        "Topic": topic,
    }


@transaction.atomic
def _note(push: Push, outcome: Answer | OutgoingError, now: datetime) -> bool:
    """Notes what became of a call and returns whether the next message can go at once."""
    status = outcome.status if isinstance(outcome, Answer) else None
    if status in GONE:
        Subscription.objects.filter(pk=push.subscription_id).delete()
        return False
    row = Push.objects.filter(pk=push.pk)
    if status is not None and httpx.codes.is_success(status):
        row.update(due_at=None, pushed_at=now)
        Subscription.objects.filter(pk=push.subscription_id).update(last_used_at=now)
        return True
    permanent = outcome.permanent if isinstance(outcome, OutgoingError) else _is_refusal(outcome.status)
    again = None
    if not permanent and push.attempts <= len(RETRY_SECONDS):
        again = now + timedelta(seconds=RETRY_SECONDS[push.attempts - 1])
    row.update(due_at=again)
    return False


def _is_refusal(status: int) -> bool:
    """Returns whether the push service will refuse this message again: it is wrong for it, not too early."""
    return httpx.codes.is_client_error(status) and status not in {408, 425, 429}
