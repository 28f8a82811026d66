"""Asks the authority of the settings for time-stamps (RFC 3161)."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from hienluong.kit.http import Limits
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.stamping import AskingStamper
from hienluong.signing.revocation import outgoing_client

LIMITS: Final = Limits(connect=5.0, read=20.0, total=30.0, answer_bytes=64 * 1024)


def stamper() -> AskingStamper | None:
    """Returns who gives time-stamps; None: no authority is set."""
    return AskingStamper(_ask) if _address() else None


def _address() -> str:
    """Returns where time-stamps are asked for: of the authority that is set, in a demonstration else of its own."""
    own = f"http://127.0.0.1:{settings.DEMO_AUTHORITY_PORT}/tsa" if settings.DEMONSTRATION else ""
    return settings.TSA_URL or own


def _ask(request: bytes) -> bytes:
    """Returns the authority's answer.

    Raises:
        OutgoingError: there was none.
    """
    with outgoing_client() as client:
        return (
            client.request(
                "POST",
                _address(),
                headers={"Content-Type": "application/timestamp-query"},
                content=request,
                limits=LIMITS,
            )
            .require_success()
            .body
        )


def stamps_offered() -> bool:
    """Returns whether there is an authority that can be asked for time-stamps."""
    return bool(_address())


def wanted_level() -> Level:
    """Returns how far signatures of documents that are kept here shall reach: as set; else B-LTA where time-stamps can be had, B-B where not."""
    if settings.SIGNING_LEVEL:
        return Level(settings.SIGNING_LEVEL)
    return Level.LTA if stamps_offered() else Level.B
