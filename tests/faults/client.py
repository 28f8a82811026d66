"""How a system outside calls the axis in these specifications: plain HTTP, again and again until there is an answer."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx

PAUSE_SECONDS = 0.2
_AGAIN = {401, 429}


class Caller:
    """Calls the axis as one agency's system; a call ends with an answer below 500, however long that takes.

    Attributes:
        agency: code of the agency.
        resends: how many attempts failed.
    """

    def __init__(self, credentials: Path) -> None:
        values = json.loads(credentials.read_text())
        self.agency: str = values["agency"]
        self._form = {"grant_type": "client_credentials"} | {
            name: values[name] for name in ("client_id", "client_secret")
        }
        self._http = httpx.Client(base_url=values["url"], timeout=10)
        self._token = ""
        self.resends = 0

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Returns the answer.

        Raises:
            AssertionError: the axis refused: nothing here may be refused.
        """
        headers = options.pop("headers", {})
        while True:
            try:
                answer = self._http.request(
                    method,
                    f"/api/v1{path}",
                    headers={**headers, "Authorization": f"Bearer {self._token or self._new_token()}"},
                    **options,
                )
            except httpx.HTTPError:
                pass
            else:
                if answer.status_code < 500 and answer.status_code not in _AGAIN:
                    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
                    return answer
                self._token = "" if answer.status_code == 401 else self._token
            self.resends += 1
            time.sleep(PAUSE_SECONDS)

    def _new_token(self) -> str:
        answer = self._http.post("/api/oauth/token", data=self._form)
        answer.raise_for_status()
        self._token = answer.json()["access_token"]
        return self._token
