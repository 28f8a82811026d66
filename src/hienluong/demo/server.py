"""Gives the demonstration something to talk to: the one that runs, or one of its own for as long as it takes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from hienluong.config.child import Child
from hienluong.config.errors import CommandFailed
from hienluong.config.installation import DEFAULT_HOST, Installation
from hienluong.config.serving import is_served
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

SERVED_WITHIN = 30.0  # seconds; two cores that do other things too are slow to start
STOPPED_WITHIN = 12.0


@contextmanager
def served(installation: Installation, say: Callable[[str], None]) -> Iterator[str]:
    """Gives the address of the running demonstration; where none runs, serves it while the block runs.

    Raises:
        CommandFailed: it does not answer, or does not start.
    """
    named = os.environ.get("HIENLUONG_API_URL")
    if named or is_served(installation):
        url = named or f"http://{DEFAULT_HOST}:{installation.listen_port}"
        if not _answers_in_time(url, lambda: False):
            reason = fill(_("{url} does not answer; HIENLUONG_API_URL names another address"), {"url": url})
            raise CommandFailed(step="demonstrate", reason=reason)
        yield url
        return
    port = _free_port()
    url = f"http://{DEFAULT_HOST}:{port}"
    say(fill(_("No demonstration is running: it is served at {url} for this run."), {"url": url}))
    lines: deque[str] = deque(maxlen=5)
    environment = {
        **os.environ,
        "HIENLUONG_DATA_DIR": str(installation.path),
        "HIENLUONG_HOST": DEFAULT_HOST,
        "HIENLUONG_PORT": str(port),
    }
    command = [sys.executable, "-m", "hienluong.config.cli", "serve", "--demo"]
    server = Child("serve", command, sink=lines.append, death_signal=signal.SIGTERM, environment=environment)
    try:
        if not _answers_in_time(url, server.has_ended):
            raise CommandFailed(step="serve", reason=" ".join(lines) or "no answer")
        yield url
    finally:
        server.send(signal.SIGTERM)
        server.wait(STOPPED_WITHIN)
        server.end()


def _answers_in_time(url: str, has_ended: Callable[[], bool]) -> bool:
    until = time.monotonic() + SERVED_WITHIN
    while not (answers := _answers(url)) and not has_ended() and time.monotonic() < until:
        time.sleep(0.1)
    return answers


def _answers(url: str) -> bool:
    address = urlsplit(url)
    if address.scheme == "https":
        return True  # an operator's own address: the client will tell what is wrong with it
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((DEFAULT_HOST, 0))
        return int(probe.getsockname()[1])
