"""The signer on a person's own machine, asked by a program as pages ask it (docs/integrate/signatures.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hienluong.client.errors import DeviceRefused
from hienluong.kit.http import Answer, Limits, OutgoingClient

DEFAULT_DEVICE = "http://127.0.0.1:8987"
BATCH_MOST = 100
_LOOPBACK = ("127.0.0.0/8", "::1/128")
_LIMITS = Limits(connect=5.0, read=300.0, total=600.0, answer_bytes=4 * 1024 * 1024)
"""Its owner reads before agreeing."""


class DeviceClient:
    """Speaks to one signer on this machine.

    Args:
        url: where it answers; this machine only.
        origin: for whom it signs, as its owner allowed: the axis's address.
    """

    def __init__(self, url: str, origin: str) -> None:
        self._url, self._origin = url.rstrip("/"), origin.rstrip("/")
        port = int(self._url.rpartition(":")[2]) if self._url.rpartition(":")[2].isdecimal() else 80
        self._http = OutgoingClient(allowed_networks=_LOOPBACK, allow_http=True, ports={port}, limits=_LIMITS)

    def certificates(self) -> set[str]:
        """Returns the SHA-256, hexadecimal, of the certificates that it signs with.

        Raises:
            DeviceRefused: it answers something else.
            OutgoingError: it does not answer.
        """
        found = self._read(self._http.request("GET", f"{self._url}/", headers={"Origin": self._origin}))
        return {str(one["sha256"]) for one in found.get("certificates", [])}

    def sign(self, requests: Sequence[dict[str, str]]) -> dict[str, dict[str, str]]:
        """Returns by the id of each request its `signature` (base64) or its `error`; its owner is asked once.

        Raises:
            DeviceRefused, OutgoingError: as `certificates`.
        """
        headers = {"Origin": self._origin, "Content-Type": "application/json"}
        content = json.dumps({"requests": list(requests)}).encode()
        answer = self._http.request("POST", f"{self._url}/sign", headers=headers, content=content)
        return {str(one["id"]): one for one in self._read(answer).get("signatures", [])}

    def _read(self, answer: Answer) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.status != 200 or not isinstance(found, dict):  # noqa: PLR2004 - the one answer there is
            raise DeviceRefused(url=self._url, origin=self._origin, answer_status=answer.status)
        return found
