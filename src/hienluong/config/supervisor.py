"""Keeps one node running: PostgreSQL (embedded), the web server, the worker; whatever dies comes back.

Children cannot outlive this process (`lifeline`), and nothing outlives SIGTERM for more than ten seconds.
"""

from __future__ import annotations

import functools
import http.client
import logging
import logging.handlers
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from hienluong.config import lifeline
from hienluong.config.child import Child
from hienluong.config.database import answers, require_server
from hienluong.config.errors import (
    AlreadyServed,
    CommandFailed,
    MigrationsPending,
    OperationRefused,
)
from hienluong.config.installation import DEFAULT_HOST, Installation
from hienluong.config.postgres import Postgres, embedded
from hienluong.config.serving import hold_serving, require_port
from hienluong.config.steps import run_steps
from hienluong.config.watch import Watch

STOP_SECONDS = 8.5
"""All children have ended this long after SIGTERM; the promise is ten seconds."""
CHILDREN_STOP_SECONDS = 6.5
"""The part of it that requests and jobs under way get; PostgreSQL ends after them."""
LONGEST_PAUSE = 30.0
CALM_SECONDS = 60.0
"""A child that lived this long is restarted without a pause."""
GIVE_UP_AFTER = 3
"""Failures of one child before the first readiness: then it will not get better by itself."""
DATABASE_BUSY_SECONDS = 30.0
DATABASE_LOOK_SECONDS = 1.0
"""How often to look whether a database that is away has come back, when something waits for it."""
AFTERMATH_SECONDS = 10.0
"""This long after the database came back, a child from before may still end of its absence."""


@dataclass(slots=True)
class Service:
    """One thing to keep running, and how often it has failed of late."""

    name: str
    arguments: tuple[str, ...]
    child: Child | None = None
    failures: int = 0
    due: float = 0.0
    started: float = 0.0
    last_line: str = ""

    def failed(self) -> float:
        """Notes a failure and returns the pause before the next start, in seconds: 0, 0.5, 1, 2 … 30."""
        self.failures = 1 if time.monotonic() - self.started > CALM_SECONDS else self.failures + 1
        pause = 0.0 if self.failures == 1 else min(0.25 * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        return pause


class Supervisor:
    """Serves one installation until SIGTERM or SIGINT.

    Args:
        installation: a complete one.
        say: prints one line for the operator.
        welcome: called once the first page answers; the demonstration says there what to try.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        say: Callable[[str], None],
        welcome: Callable[[], None] | None = None,
    ) -> None:
        self._installation = installation
        self._say = say
        self._welcome = welcome
        self._stopping = False
        self._logs: dict[str, logging.Handler] = {}
        self._database = Service("postgres", ())
        self._database_back = 0.0
        self._cluster: Postgres | None = None
        self._services = [
            Service("web", (sys.executable, "-m", "hienluong.config.web")),
            Service("worker", (sys.executable, "-m", "hienluong.config.cli", "worker")),
        ]
        if installation.kind == "demonstration":
            signing = (sys.executable, "-m", "hienluong.config.cli", "signing", "demonstration", "serve")
            self._services.append(Service("signing", signing))
        self._watch = Watch(installation, lambda line: self._write("worker", line))
        self._bell, self._bell_push = os.pipe()

    def run(self) -> None:
        """Starts everything, keeps it running, and returns when everything has ended.

        Raises:
            OperationRefused: it cannot start; nothing was left running.
        """
        with hold_serving(self._installation):
            self._run()

    def _run(self) -> None:
        try:
            self._installation.require_space()
            require_port(self._installation.listen_host, self._installation.listen_port)
            self._open_logs()
            lifeline.adopt_orphans()
            self._listen_to_signals()
            self._start_database()
            if not self._stopping:
                self._require_migrated()
            self._serve()
        finally:
            self._stop()

    def _open_logs(self) -> None:
        for name in ("postgres", *(service.name for service in self._services)):
            self._logs[name] = _QuietHandler(
                self._installation.log / f"{name}.log",
                maxBytes=10_485_760,
                backupCount=4,
                encoding="utf-8",
            )

    def _listen_to_signals(self) -> None:
        os.set_blocking(self._bell_push, False)
        os.set_blocking(self._bell, False)
        signal.set_wakeup_fd(self._bell_push, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only rings the bell

    def _heard_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _rest(self, seconds: float) -> None:
        """Sleeps until a signal (a child's end is one) or the time is over."""
        if not self._stopping:
            select.select([self._bell], [], [], seconds)
            with suppress(BlockingIOError):
                os.read(self._bell, 4096)

    def _start_database(self) -> None:
        if self._installation.database_mode == "external":
            require_server(self._installation.database_url())
            return
        self._cluster = embedded(self._installation, lambda line: self._write("postgres", line))
        until = time.monotonic() + DATABASE_BUSY_SECONDS
        while not self._stopping:
            try:
                self._cluster.start(cancelled=lambda: self._stopping)
            except AlreadyServed:
                # A command of the operator (a backup, say) runs it for a moment.
                if time.monotonic() > until:
                    raise
                self._rest(0.5)
            except OperationRefused:
                if not self._stopping:
                    raise
            else:
                self._database.started = time.monotonic()
                return

    def _require_migrated(self) -> None:
        try:
            pending = run_steps(self._installation, "pending")["pending"]
        except CommandFailed:
            if self._stopping:
                return
            raise
        if pending:
            raise MigrationsPending(path=self._installation.path)

    def _serve(self) -> None:
        ready = False
        while not self._stopping:
            self._bury_strays()
            self._keep_database()
            for service in self._services:
                self._note_end(service, ready=ready)
            self._start_what_is_due()
            self._watch.look(database_serves=not self._cluster or not self._cluster.has_ended())
            if not ready and self._answers():
                ready = True
                self._announce()
            self._rest(self._pause() if ready else 0.1)

    def _pause(self) -> float:
        """Returns how long nothing needs to be done, unless something happens."""
        waiting = [service.due for service in self._services if service.child is None]
        if self._cluster and self._cluster.has_ended():
            waiting.append(self._database.due)
        soonest = min(waiting, default=0.0) - time.monotonic()
        return min(max(soonest, 0.05), 1.0) if waiting else 1.0

    def _keep_database(self) -> None:
        cluster = self._cluster
        if cluster is None or self._stopping or not cluster.has_ended():
            return
        if cluster.server:
            cluster.stop(seconds=0)
            pause = self._database.failed()
            self._write("postgres", f"ended unexpectedly; it starts again in {pause:.1f} s")
        if time.monotonic() >= self._database.due:
            self._database.started = time.monotonic()
            try:
                cluster.start(cancelled=lambda: self._stopping)
            except OperationRefused as problem:
                pause = self._database.failed()
                self._write("postgres", f"{problem} It is tried again in {pause:.1f} s.")
            else:
                self._database_back = time.monotonic()

    def _database_serves(self) -> bool:
        """Returns whether the database can be used at this moment, as far as we can tell at once."""
        if self._cluster:
            return not self._cluster.has_ended()
        if answers(self._installation.database_url()):
            return True
        self._database_back = time.monotonic()  # not before now
        return False

    def _note_end(self, service: Service, *, ready: bool) -> None:
        """Buries a child that has ended and says when it starts again.

        An end that the database's explains is no failure of the child: its pause does not grow.

        Raises:
            CommandFailed: it fails again and again, and has never run.
        """
        if service.child is None or not service.child.has_ended():
            return
        code = service.child.end()
        service.child = None
        in_aftermath = service.started < self._database_back > time.monotonic() - AFTERMATH_SECONDS
        if in_aftermath or not self._database_serves():
            service.due = time.monotonic()
            self._write(service.name, f"ended with the database (exit code {code}); starts again with it")
            return
        pause = service.failed()
        self._write(service.name, f"ended unexpectedly (exit code {code}); starts again in {pause:.1f} s")
        if not ready and service.failures >= GIVE_UP_AFTER:
            raise CommandFailed(step=service.name, reason=service.last_line or f"exit code {code}")

    def _start_what_is_due(self) -> None:
        """Starts the children whose pause is over, as soon as there is a database for them."""
        now = time.monotonic()
        due = [service for service in self._services if service.child is None and now >= service.due]
        if not due or self._stopping:
            return
        if not self._database_serves():
            for service in due:
                service.due = now + DATABASE_LOOK_SECONDS
            return
        for service in due:
            service.child = Child(
                service.name,
                service.arguments,
                sink=functools.partial(self._heard, service),
                environment={**os.environ, "HIENLUONG_DATA_DIR": str(self._installation.path)},
            )
            service.started = time.monotonic()

    def _heard(self, service: Service, line: str) -> None:
        service.last_line = line.strip() or service.last_line
        self._write(service.name, line)

    def _bury_strays(self) -> None:
        """Reaps orphans that became ours: backends and granian's workers whose own parent was killed."""
        own = {service.child.pid for service in self._services if service.child}
        if self._cluster and self._cluster.server:
            own.add(self._cluster.server.pid)
        if self._watch.pid:
            own.add(self._watch.pid)
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in own:
                    return
                os.waitpid(ended.si_pid, 0)

    def _answers(self) -> bool:
        """Returns whether GET /healthz answers 200."""
        host = self._installation.listen_host
        probe = DEFAULT_HOST if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(probe, self._installation.listen_port, timeout=1)
        try:
            connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _announce(self) -> None:
        host = self._installation.listen_host
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{self._installation.listen_port}/"
        self._say(f"Hiền Lương is ready: {address}")
        notify_systemd("READY=1")
        if self._welcome:
            self._welcome()

    def _stop(self) -> None:
        """Ends everything: web and worker first, PostgreSQL last; what does not end in time is killed."""
        self._stopping = True
        began = time.monotonic()
        self._watch.end()
        children = [service.child for service in self._services if service.child]
        for child in children:
            child.send(signal.SIGTERM)
        for child in children:
            child.wait(CHILDREN_STOP_SECONDS - (time.monotonic() - began))
            child.end()
        if self._cluster:
            self._cluster.stop(seconds=max(STOP_SECONDS - (time.monotonic() - began), 0.5))
        for service in self._services:
            service.child = None
        self._bury_strays()
        signal.set_wakeup_fd(-1)
        for end in (self._bell, self._bell_push):
            os.close(end)
        for log in self._logs.values():
            log.close()

    def _write(self, name: str, line: str) -> None:
        """Passes a child's line on to the terminal and to its log file of at most 5 × 10 MB."""
        self._logs[name].handle(logging.LogRecord(name, logging.INFO, "", 0, line, None, None))
        with suppress(OSError, ValueError):  # the terminal went away; the file has the line
            sys.stdout.write(f"{name:<8} | {line}\n")
            sys.stdout.flush()


class _QuietHandler(logging.handlers.RotatingFileHandler):
    """A log that is lost on a full disk rather than ending the service."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Forgets the line that could not be written."""


def notify_systemd(state: str) -> None:
    """Tells systemd our state where the unit asks for it, in the manner of sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        name = "\0" + address[1:] if address.startswith("@") else address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), name)


def serve(installation: Installation, say: Callable[[str], None]) -> None:
    """Serves an installation until SIGTERM; a demonstration says what to try once it is ready."""

    def welcome() -> None:
        command = [sys.executable, "-m", "hienluong.config.cli", "welcome"]
        subprocess.run(command, check=False, cwd="/")  # noqa: S603 - a program of ours, no shell

    Supervisor(
        installation,
        say=say,
        welcome=welcome if installation.kind == "demonstration" else None,
    ).run()
