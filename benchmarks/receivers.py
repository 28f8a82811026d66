"""Agencies' systems that empty their mailboxes, run as a program of its own, as docs/integrate/receiving.md tells them to.

Reads one line of JSON (port and access tokens) and says when they are at work; reads how many packets there will be,
and prints how many were confirmed and when the last one was (seconds of the machine's monotonic clock).
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any
from urllib.parse import urlencode

AT_ONCE = 50
WAIT_SECONDS = 5
LIMIT_SECONDS = 180.0


class Receiver(threading.Thread):
    """One agency's system: waits for what arrives, fetches it, checks that it all came, and confirms it.

    Attributes:
        confirmed: how many packets.
        last: when the last one was.
    """

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self.confirmed, self.last = 0, 0.0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def run(self) -> None:
        """Goes on until the program ends."""
        resume = ""
        while True:
            query = urlencode({"after": resume, "limit": AT_ONCE, "kind": "edoc"})
            page = json.loads(self._call("GET", f"inbox?{query}", Prefer=f"wait={WAIT_SECONDS}"))
            resume, entries = page["resume"], [entry["id"] for entry in page["items"]]
            while entries:
                got = self._call("GET", "inbox/packets?" + urlencode([("entry", one) for one in entries]))
                left_out = set(json.loads(got[got.rindex(b"\r\n\r\n") :].split(b"\r\n--")[0])["left_out"])
                have = [one for one in entries if one not in left_out]
                if got.count(b"\r\nEntry: ") != len(have):
                    raise RuntimeError(f"{len(have)} packets were asked for, others came")
                body = json.dumps({"items": [{"entry": one, "outcome": "done"} for one in have]})
                answers = json.loads(self._call("POST", "inbox/confirm", body))["items"]
                self.confirmed += sum(one.get("state") == "confirmed" for one in answers)
                self.last = time.monotonic()
                entries = [one for one in entries if one in left_out]

    def _call(self, method: str, path: str, body: str | None = None, **headers: str) -> bytes:
        kind = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, f"/api/v1/{path}", body, {**self._headers, **kind, **headers})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path[:40]}: {answer.status} {content[:300]!r}")
        return content


def run(orders: dict[str, Any]) -> None:
    """Receives until all that was announced is confirmed, at most three minutes."""
    receivers = [Receiver(orders["port"], token) for token in orders["tokens"]]
    for one in receivers:
        one.start()
    print("ready", flush=True)
    expected = int(sys.stdin.readline())
    until = time.monotonic() + LIMIT_SECONDS
    while (
        (confirmed := sum(one.confirmed for one in receivers)) < expected
        and time.monotonic() < until
        and all(one.is_alive() for one in receivers)
    ):
        time.sleep(0.01)
    print(json.dumps({"confirmed": confirmed, "last": max(one.last for one in receivers)}), flush=True)


if __name__ == "__main__":
    run(json.loads(sys.stdin.readline()))
