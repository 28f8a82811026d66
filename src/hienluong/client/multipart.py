"""Reads multipart/mixed (RFC 2046) as the axis writes it: every part states its length, so nothing is searched for."""

from __future__ import annotations

import re

from hienluong.client.errors import RequestRefused
from hienluong.kit.http import Answer

_BOUNDARY = re.compile(r'multipart/mixed\s*;\s*boundary="?([^";]{1,70})"?', re.IGNORECASE)


def read_parts(answer: Answer) -> list[tuple[dict[str, str], bytes]]:
    """Returns the parts of an answer: headers, their names in small letters, and content.

    Raises:
        RequestRefused: it is no such answer: something else than an axis answered.
    """
    named = _BOUNDARY.match(answer.headers.get("Content-Type", ""))
    if named is None:
        raise _not_ours(answer)
    line, body, at = f"--{named[1]}".encode(), answer.body, 0
    parts: list[tuple[dict[str, str], bytes]] = []
    while not body.startswith(line + b"--", at):
        end = body.find(b"\r\n\r\n", at)
        if end < 0 or not body.startswith(line + b"\r\n", at):
            raise _not_ours(answer)
        lines = body[at + len(line) + 2 : end].decode("latin-1").split("\r\n")
        pairs = (one.partition(":") for one in lines)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        length = headers.get("content-length", "")
        if not length.isdecimal():
            raise _not_ours(answer)
        start = end + 4
        at = start + int(length)
        parts.append((headers, body[start:at]))
        if not body.startswith(b"\r\n", at):
            raise _not_ours(answer)
        at += 2
    if not parts:
        raise _not_ours(answer)
    return parts


def _not_ours(answer: Answer) -> RequestRefused:
    return RequestRefused(answer.status, {"detail": "The answer is not that of an axis: check the address."})
