"""One supervised child: a program in its own session, tied to our life, its output read line by line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from hienluong.config import lifeline
from hienluong.config.account import Account

Sink = Callable[[str], None]
LONGEST_LINE = 65_536


class Child:
    """A program that runs as long as we do.

    It is the leader of its own session and process group, so that a signal from the terminal does not reach it and
    `end` reaches whatever it has started. Start it from the main thread: the kernel ties it to that thread's life.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        sink: Sink,
        account: Account | None = None,
        death_signal: signal.Signals = signal.SIGKILL,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._sink = sink
        user = account or Account(-1, -1)
        tie = [sys.executable, "-I", "-S", lifeline.__file__, str(int(death_signal)), str(os.getpid())]
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours, no shell
            [*tie, str(user.uid), str(user.gid), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env=None if environment is None else dict(environment),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._reader.start()
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        """Returns the process number, which is also the number of its group."""
        return self._process.pid

    def _read(self) -> None:
        output = self._process.stdout
        with _closing(output) as lines:
            while line := lines.readline(LONGEST_LINE):
                self._sink(line.rstrip("\n"))

    def has_ended(self) -> bool:
        """Returns whether the program itself has ended; its group is kept nameable until `end`."""
        if self._process.returncode is not None:
            return True
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else in this process has waited for it
            return True

    def wait(self, seconds: float) -> bool:
        """Waits for the program to end; returns whether it did."""
        until = time.monotonic() + seconds
        while not self.has_ended():
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        return True

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the program (not to its group), if it still runs."""
        if not self.has_ended():
            os.kill(self.pid, number)

    def end(self) -> int:
        """Kills whatever is left of the program and its group, and returns the exit code (negative: a signal)."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._bury_group()
        self._reader.join(timeout=2)
        return code

    def _bury_group(self) -> None:
        """Waits until the group's other members, orphans now, are gone; those that became ours are reaped."""
        until = time.monotonic() + 2
        while time.monotonic() < until:
            with suppress(ChildProcessError):
                while os.waitid(os.P_PGID, self.pid, os.WEXITED | os.WNOHANG) is not None:
                    pass
            try:
                os.killpg(self.pid, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.02)


def _closing(output: IO[str] | None) -> IO[str]:
    if output is None:
        raise ValueError("the child was started without a pipe")
    return output
