"""Watches whether a worker is at work, from outside of it: alarms are said even when it is dead or hangs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import psycopg

from hienluong.config.child import Child
from hienluong.config.installation import Installation

SILENT_SECONDS = 30.0
"""A worker says every ten seconds that it lives; after three times it is taken for silent."""
LONGEST_SECONDS = 50.0
"""So long the alarms may take: a mail server that hangs must not keep the next look away."""
LOOK_SECONDS = 2
QUESTION = "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat)) FROM procrastinate_workers"


class Watch:
    """Looks at the workers' heartbeats, and while all are silent starts a short-lived child that says the alarms.

    Args:
        installation: the one that is served.
        write: takes the child's lines.
    """

    def __init__(self, installation: Installation, write: Callable[[str], None]) -> None:
        self._installation = installation
        self._write = write
        self._every = float(os.environ.get("HIENLUONG_WATCH_SECONDS") or 60)
        self._began = self._looked = time.monotonic()
        self._heard = False
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Returns the number of the child, None where there is none."""
        return self._child.pid if self._child else None

    def look(self, *, database_serves: bool) -> None:
        """Looks, if it is time to; asked once a second. Buries the child that has ended or takes too long."""
        now = time.monotonic()
        if self._child is not None:
            if not self._child.has_ended() and now - self._child.started < LONGEST_SECONDS:
                return
            code = self._child.end()
            self._child = None
            if code:
                self._write(f"the alarms could not all be said (exit code {code}); they are tried again")
        if not self._every or now - self._looked < self._every or not database_serves:
            return
        self._looked = now
        if self._silence() > SILENT_SECONDS:
            self._write("no worker says that it lives; the alarms are said in its stead")
            command = (sys.executable, "-m", "hienluong.config.cli", "raise-alarms")
            environment = {**os.environ, "HIENLUONG_DATA_DIR": str(self._installation.path)}
            self._child = Child("alarms", command, sink=self._write, environment=environment)

    def _silence(self) -> float:
        """Returns for how many seconds no worker was heard of; before the first, at most since this watch began."""
        url = self._installation.database_url()
        options = f"-c statement_timeout={LOOK_SECONDS}s"
        try:
            with psycopg.connect(url, connect_timeout=LOOK_SECONDS, options=options) as connection:
                row = connection.execute(QUESTION).fetchone()
        except psycopg.Error:
            return 0.0  # the database is away: what watches that is the supervisor itself
        silence = float("inf") if row is None or row[0] is None else float(row[0])
        self._heard = self._heard or silence <= SILENT_SECONDS
        return silence if self._heard else min(silence, time.monotonic() - self._began)

    def end(self) -> None:
        """Ends the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None
