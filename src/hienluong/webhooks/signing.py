"""Signs messages as Standard Webhooks 1.0 says, with secrets that lie sealed in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hienluong.kit.sealed import unwrap_key, wrap_key
from hienluong.webhooks.models import Message, WebhookSecret

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret(webhook: UUID) -> tuple[str, bytes]:
    """Returns a new secret as its holder writes it, and sealed as we keep it."""
    raw = secrets.token_bytes(SECRET_BYTES)
    return PREFIX + base64.b64encode(raw).decode(), wrap_key(_key(), raw, _context(webhook))


def good_at(now: datetime) -> Q:
    """Returns the condition "signs something at this moment" for secrets."""
    return Q(ends_at=None) | Q(ends_at__gt=now)


def content_of(message: Message) -> bytes:
    """Returns the body of a message; the same at every attempt."""
    value = {"type": message.kind, "timestamp": message.occurred_at.isoformat(), "data": message.data}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(
    message: Message, content: bytes, good: Iterable[WebhookSecret], now: datetime
) -> dict[str, str]:
    """Returns the headers of one attempt: its id, its time, and a signature with every secret that is good."""
    name, moment = f"msg_{message.pk.hex}", str(int(now.timestamp()))
    signed = f"{name}.{moment}.".encode() + content
    return {
        "Content-Type": "application/json",
        "User-Agent": "HienLuong-Webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(_signature(signed, one) for one in good),
    }


def _signature(signed: bytes, secret: WebhookSecret) -> str:
    raw = unwrap_key(_key(), bytes(secret.sealed), _context(secret.webhook_id))
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def _key() -> bytes:
    return hashlib.sha256(settings.WEBHOOK_KEY.encode()).digest()


def _context(webhook: UUID) -> bytes:
    return b"webhook:" + webhook.bytes
