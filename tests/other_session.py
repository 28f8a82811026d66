"""Another session of the database that waits behind one's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connection


def begin_blocked(act: Callable[[], object]) -> threading.Thread:
    """Begins an act in another session and returns when it waits for one's own; join it after the own transaction."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=run)
    other.start()
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while not _is_blocked(cursor):
            assert other.is_alive(), "it waited for nothing"
            assert time.monotonic() < until
            time.sleep(0.005)
    return other


def _is_blocked(cursor: object) -> bool:
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor has no public type
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]  # the same
