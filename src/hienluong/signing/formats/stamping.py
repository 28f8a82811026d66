"""Time-stamps (RFC 3161) for signatures: how they are asked for is the caller's, what comes back is checked here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from hienluong.kit.errors import HienluongError
from hienluong.signing.errors import TimestampUnavailable

Ask = Callable[[bytes], bytes]
"""Sends a request (DER) to an authority and returns its answer (DER)."""
Result = TypeVar("Result")


class AskingStamper(TimeStamper):
    """pyHanko's time-stamper over a function that asks."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # pyHanko's
        self._ask = ask

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Returns a time-stamp over a hash.

        Raises:
            TimestampRequestError: the authority refused, or answered with something else than was asked for.
        """
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            info = token["content"]["encap_content_info"]["content"].parsed
            stamped = info["message_imprint"]["hashed_message"].native
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise TimestampRequestError("the answer is no time-stamp") from problem
        if stamped != message_digest:
            raise TimestampRequestError("the time-stamp is over something else")
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Returns the authority's answer."""
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._ask, req.dump()))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs what pyHanko does; beside an event loop of the caller's thread in a thread of its own.

    Raises:
        TimestampUnavailable: an authority refused, or answered with something else than was asked for.
        HienluongError: as the function that asks raises it.
    """
    try:
        return _run(work)
    except HienluongError:
        raise
    except TimestampRequestError as problem:
        raise TimestampUnavailable(reason=str(problem)) from problem


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()
