"""Calls webhooks: one message at a time for each, through `kit.http` alone, with limits that no receiver can stretch."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from hienluong.kit.http import Answer, Limits, OutgoingClient, OutgoingError, tls_trusting
from hienluong.webhooks import policy
from hienluong.webhooks.attempts import Claimed, Result
from hienluong.webhooks.signing import content_of, headers_of

LIMITS = Limits(connect=5.0, read=10.0, total=15.0, answer_bytes=64 * 1024)
"""Whoever hangs, drips or answers a hundred megabytes is left after 15 seconds or 64 KiB."""


def client_for_webhooks() -> OutgoingClient:
    """Returns the client that calls them; to be closed."""
    return OutgoingClient(
        allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS,
        ports=settings.WEBHOOK_PORTS,
        limits=LIMITS,
        tls=tls_trusting(settings.WEBHOOK_CA_FILE),
    )


def call(client: OutgoingClient, claimed: Claimed, now: datetime) -> Result:
    """Makes one attempt and returns what became of it."""
    content = content_of(claimed.message)
    headers = headers_of(claimed.message, content, claimed.secrets, now)
    began = time.monotonic()
    status: int | None = None
    error, retry_after = "", 0
    try:
        answer = client.request("POST", claimed.url, headers=headers, content=content)
        status = answer.status
        if not httpx.codes.is_success(status):
            error, retry_after = "http.peer-refused", _retry_after(answer)
        elif claimed.message.kind == policy.VERIFICATION and not _answers(answer, claimed.message.data):
            error = "webhooks.challenge-not-answered"
    except OutgoingError as problem:
        error = problem.code
    return Result(status, int((time.monotonic() - began) * 1000), error, retry_after)


def _answers(answer: Answer, data: dict[str, Any]) -> bool:
    """Returns whether an answer gives the challenge back: {"challenge": "…"}."""
    try:
        given = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and given.get("challenge") == data["challenge"]


def _retry_after(answer: Answer) -> int:
    text = answer.headers.get("Retry-After", "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004 - more digits are no seconds
