"""Who may serve an installation: one process at a time, on a port that nobody else listens on."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hienluong.config.errors import AlreadyServed, PortBusy
from hienluong.config.installation import Installation


@contextmanager
def hold_serving(installation: Installation) -> Iterator[None]:
    """Holds the right to serve the installation while the block runs; one process at a time has it.

    Raises:
        AlreadyServed: another process has it.
    """
    installation.run.mkdir(mode=0o700, exist_ok=True)
    with (installation.run / "serve.lock").open("a+", encoding="utf-8") as lock:
        for attempt in range(5):  # `is_served` looks for a moment only
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1 * bool(attempt))
        else:
            lock.seek(0)
            raise AlreadyServed(path=installation.path, pid=lock.read().strip())
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def is_served(installation: Installation) -> bool:
    """Returns whether a process serves the installation at this moment."""
    installation.run.mkdir(mode=0o700, exist_ok=True)
    with (installation.run / "serve.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def require_port(host: str, port: int) -> None:
    """Checks that nobody listens on the address; granian itself would share the port with another granian.

    Raises:
        PortBusy: it cannot be bound.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections may linger
            probe.bind(address)
    except OSError as problem:
        raise PortBusy(host=host, port=port, reason=problem.strerror) from problem
