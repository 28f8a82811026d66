"""A real, durable installation in a temporary directory, served by `hienluong serve`, for a benchmark to measure."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from hienluong.config.installation import Installation

HIENLUONG = (sys.executable, "-m", "hienluong.config.cli")
REPOSITORY = Path(__file__).resolve().parent.parent
READY = "Hiền Lương is ready"
START_SECONDS = 60.0


@dataclass(slots=True)
class Province:
    """An installation that is served while the benchmark runs.

    Attributes:
        data: its data directory.
        port: of its web server, on 127.0.0.1.
        environment: what its processes find in theirs beside the rest.
    """

    data: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    served: psutil.Popen | None = None

    @property
    def installation(self) -> Installation:
        """Returns the installation as it describes itself."""
        return Installation.load_complete(self.data)

    def run(self, *arguments: str, given: str = "") -> str:
        """Runs the command line as an operator would, with `given` to read, and returns what it printed.

        Raises:
            RuntimeError: it failed.
        """
        answer = subprocess.run(
            [*HIENLUONG, *arguments],
            env=self._environment(),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(answer.stderr)
        return answer.stdout

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HIENLUONG_", "DJANGO_"))
        }
        return {
            **kept,
            "HIENLUONG_DATA_DIR": str(self.data),
            "HIENLUONG_PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])),
            **self.environment,
        }

    def start(self) -> None:
        """Serves the installation and returns once the first page answers.

        Raises:
            RuntimeError: it did not come up.
        """
        served = psutil.Popen(
            [*HIENLUONG, "serve"],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        said: list[str] = []

        def read() -> None:
            for line in served.stdout:
                said.append(line)
                if line.startswith(READY):
                    ready.set()

        threading.Thread(target=read, daemon=True).start()
        self.served = served
        if not ready.wait(START_SECONDS):
            self.stop()
            raise RuntimeError("".join(said[-20:]))

    def stop(self) -> None:
        """Stops serving with SIGTERM."""
        if self.served:
            with suppress(psutil.Error):
                self.served.send_signal(signal.SIGTERM)
            self.served.wait(timeout=30)
            self.served = None

    def tokens(self, codes: list[str]) -> dict[str, str]:
        """Registers a system of each agency and returns an access token of each, by agency code."""
        systems = self.call("register_systems", codes)
        return {code: self._token(*credentials) for code, credentials in systems.items()}

    def call(self, function: str, argument: object) -> Any:
        """Calls a function of `benchmarks.inside` in a process of the product's own and returns its result."""
        call = [
            "manage",
            "shell",
            "--verbosity",
            "0",
            "--command",
            f"from benchmarks import inside; inside.answer({function!r})",
        ]
        return json.loads(self.run(*call, given=json.dumps(argument)).splitlines()[-1])

    def _token(self, client_id: str, client_secret: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        url = f"http://127.0.0.1:{self.port}/api/oauth/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=30) as answer:
            token: str = json.load(answer)["access_token"]
        return token

    def processes(self) -> Mapping[str, list[psutil.Process]]:
        """Returns the processes that serve, by their part: supervisor, web, worker, postgres."""
        assert self.served
        parts: dict[str, list[psutil.Process]] = {"supervisor": [psutil.Process(self.served.pid)]}
        for child in self.served.children():
            line = " ".join(child.cmdline())
            name = "web" if "config.web" in line else "worker" if "config.cli worker" in line else "postgres"
            parts.setdefault(name, []).extend([child, *child.children(recursive=True)])
        return parts


@contextmanager
def new_province(environment: Mapping[str, str] | None = None) -> Iterator[Province]:
    """Makes an installation, serves it while the block runs, and removes it.

    Args:
        environment: what its processes find in theirs beside the rest.
    """
    place = Path(tempfile.mkdtemp(prefix="hl-bench-"))
    place.chmod(0o755)  # PostgreSQL's user must be able to pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        province = Province(place / "data", probe.getsockname()[1], environment or {})
    try:
        province.run("init")
        province.start()
        yield province
    finally:
        province.stop()
        shutil.rmtree(place, ignore_errors=True)
