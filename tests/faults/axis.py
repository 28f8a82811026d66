"""A real installation under fire: served by `hienluong serve`, killed piece by piece, called by other processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal

import psutil
import psycopg
from psycopg import sql
from tests.config.conftest import HIENLUONG, environment, free_port
from tests.faults.book import Facts, read_facts

from hienluong.config.installation import Installation
from hienluong.config.postgres import Postgres, debian_bindir

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
Part = Literal["web", "web worker", "worker", "database"]
DEATHS: dict[Part, str] = {
    "web": "web      | ended unexpectedly",
    "web worker": "Unexpected exit from worker",
    "worker": "worker   | ended unexpectedly",
    "database": "postgres | ended unexpectedly",
}
"""How `serve` tells the death of a part."""


class OperatorsDatabase:
    """A PostgreSQL of Debian's as an operator runs it: not `serve` but something else starts it again when it dies.

    Attributes:
        deaths: how often it was found dead.
    """

    def __init__(self, place: Path, major: int) -> None:
        self.deaths = 0
        self.cluster = Postgres(place / "postgres", place / "postgres-run", bindir=debian_bindir(major))
        self.cluster.initialise()
        self._ending, self._started = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        assert self._started.wait(60)

    def _keep(
        self,
    ) -> None:  # starts included: the kernel ties the server to the life of the thread that started it
        self.cluster.start()
        self._started.set()
        while not self._ending.wait(0.1):
            if self.cluster.has_ended():
                self.deaths += 1
                self.cluster.stop(seconds=0)
                self.cluster.start()
        self.cluster.stop()

    def new(self, name: str) -> str:
        """Makes an empty database and returns its address."""
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.cluster.url(name)

    def end(self) -> None:
        """Stops it."""
        self._ending.set()
        self._keeper.join()


class Axis:
    """The installation and the process that serves it.

    Args:
        data: its data directory.
        operators: the operator's database server, where it does not use its own embedded one.

    Attributes:
        said: what `serve` printed in this life.
    """

    def __init__(self, data: Path, operators: OperatorsDatabase | None = None) -> None:
        self.data = data
        self.said: list[str] = []
        self.operators = operators
        self._deaths_before = 0
        self._settings = {"HIENLUONG_DATABASE_URL": operators.new(data.name)} if operators else {}
        self._port = free_port()
        self._main: psutil.Popen | None = None

    @property
    def url(self) -> str:
        """Returns the address of the web server."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def database_url(self) -> str:
        """Returns the address of its database."""
        own = self._settings.get("HIENLUONG_DATABASE_URL")
        return own or Installation.load_complete(self.data).database_url()

    @property
    def postmaster(self) -> Path:
        """Returns the file whose first line is the number of the database's main process."""
        cluster = (
            self.operators.cluster.data if self.operators else Installation.load(self.data).postgres_data
        )
        return cluster / "postmaster.pid"

    def _environment(self, **settings: str) -> dict[str, str]:
        path = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
        return environment(
            self.data, HIENLUONG_PORT=str(self._port), PYTHONPATH=path, **self._settings, **settings
        )

    def run(self, *arguments: str, given: str = "") -> str:
        """Runs a command of the product on the installation and returns what it printed."""
        answer = subprocess.run(
            [*HIENLUONG, *arguments],
            env=self._environment(),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def inside(self, function: str, argument: object = None) -> Any:
        """Calls a function of `tests.faults.inside` in a process of the product's own and returns its result."""
        program = f"from tests.faults import inside; inside.answer({function!r})"
        printed = self.run(
            "manage", "shell", "--verbosity", "0", "--command", program, given=json.dumps(argument)
        )
        return json.loads(printed.splitlines()[-1])

    def start(self, **settings: str) -> None:
        """Serves, and returns once everything runs and answers."""
        self.said = []
        self._deaths_before = self.operators.deaths if self.operators else 0
        self._main = psutil.Popen(
            [*HIENLUONG, "serve"],
            env=self._environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=_listen, args=(self._main.stdout, self.said)).start()
        self.wait(self.healthy, 60)

    def has_lost(self, part: Part) -> bool:
        """Returns whether a process of the part has died in this life, by what `serve` or the operator's keeper saw."""
        if part == "database" and self.operators:
            return self.operators.deaths > self._deaths_before
        return any(DEATHS[part] in line for line in self.said)

    def stop(self) -> None:
        """Stops serving as an operator does."""
        if self._main is not None:
            self._main.send_signal(signal.SIGTERM)
            assert self._main.wait(timeout=15) == 0, self._last_words()
            self._main = None

    def end(self) -> None:
        """Kills what serves, if anything does."""
        if self._main is not None:
            self.kill_supervisor()

    def wait(self, condition: Callable[[], object], seconds: float) -> None:
        """Waits until the condition holds; a failure shows what was said last."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self._last_words()
            time.sleep(0.02)

    def wait_while_moving(self, left: Callable[[], int], seconds: float) -> None:
        """Waits until nothing is left; slow is no failure, but a number that stands still for so long is."""
        before, since = -1, time.monotonic()
        while now := left():
            if now != before:
                before, since = now, time.monotonic()
            assert time.monotonic() < since + seconds, f"{now} are left and stay so\n{self._last_words()}"
            time.sleep(0.2)

    def _last_words(self) -> str:
        return "".join(self.said[-40:])

    def healthy(self) -> bool:
        """Returns whether GET /healthz answers 200, and every part runs."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            answers = connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return answers and all(self.processes(part) for part in ("web", "web worker", "worker", "database"))

    def processes(self, part: Part) -> list[psutil.Process]:
        """Returns the living processes of a part."""
        assert self._main is not None
        found = []
        if part == "database" and self.operators:
            server = self.operators.cluster.server
            with suppress(psutil.Error):
                found += [psutil.Process(server.pid)] if server else []
        with suppress(psutil.Error):
            for child in self._main.children():
                with suppress(psutil.Error):
                    line = " ".join(child.cmdline())
                    if "config.web" in line:
                        found += child.children() if part == "web worker" else [child] * (part == "web")
                    elif "config.cli worker" in line:
                        found += [child] * (part == "worker")
                    elif "postgres -D" in line:
                        found += [child] * (part == "database")
        return [process for process in found if lives(process)]

    def kill_supervisor(self) -> None:
        """Kills the process that keeps the others running, and waits until none of them is left."""
        assert self._main is not None
        everything = [self._main, *self._main.children(recursive=True)]
        self._main.kill()
        self._main.wait()
        self.wait(lambda: not any(map(lives, everything)), 10)
        self._main = None

    def open_client(self, program: str, credentials: Path, book: Path, *arguments: str) -> Outsider:
        """Starts a system that sends or receives."""
        return Outsider([sys.executable, str(HERE / program), str(credentials), str(book), *arguments], book)


class Outsider:
    """A process outside the axis, with a book of its own; it can be killed and started again."""

    def __init__(self, command: list[str], book: Path) -> None:
        self._command = command
        self._path = book
        self._ordered = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, text=True, bufsize=1)

    @property
    def book(self) -> Facts:
        """Returns what it has written down so far."""
        return read_facts(self._path)

    def order(self, count: int) -> None:
        """Tells a sender to send so many documents more."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self._ordered += count

    def finish(self, seconds: float) -> None:
        """Waits until a sender has sent what was ordered."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=seconds) == 0
        assert len(list(self.book.of("acknowledged"))) == self._ordered

    def has_finished_all(self) -> bool:
        """Returns whether a receiver has confirmed and reported all that took effect."""
        facts = self.book
        return len(list(facts.of("effect"))) == len(list(facts.of("finished")))

    def kill_and_restart(self) -> None:
        """Kills it with SIGKILL; a new one goes on with the book, and is told again what it had not begun."""
        self.end()
        begun = len(list(self.book.of("intent")))
        self.process = self._start()
        if self._ordered > begun:
            ordered, self._ordered = self._ordered, begun
            self.order(ordered - begun)

    def end(self) -> None:
        """Kills it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


def _listen(lines: IO[str], said: list[str]) -> None:
    with lines:
        said += lines


def lives(process: psutil.Process) -> bool:
    """Returns whether a process runs; one that only waits to be reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
