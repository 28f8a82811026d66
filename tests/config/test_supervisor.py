"""`hienluong serve`: whatever is killed comes back, SIGTERM ends all, and what cannot start says so in one line."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.config.conftest import HIENLUONG, environment, free_port, hienluong

from hienluong.config.account import can_run, service_account
from hienluong.config.installation import Installation
from hienluong.config.postgres import Postgres

pytestmark = pytest.mark.faults


class Served:
    """A running `hienluong serve` and what it has said."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*HIENLUONG, "serve"],
            env=environment(data, HIENLUONG_PORT=str(self.port), **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.main = psutil.Process(self.process.pid)
        try:
            self.wait(lambda: any("Lương is ready" in line for line in self.lines), 60)
        except BaseException:
            self.end()
            raise

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            self.lines += iter(output.readline, "")

    def wait(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Waits until the condition holds; a failure shows what was said last."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "".join(self.lines[-20:])
            time.sleep(0.05)

    def healthy(self) -> bool:
        """Returns whether the first page of monitoring answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def children(self, words: str) -> list[psutil.Process]:
        """Returns the supervisor's own children whose command line holds the words."""
        found = []
        for child in self.main.children():
            with suppress(psutil.Error):
                if words in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def everything(self) -> list[psutil.Process]:
        """Returns the supervisor and all below it."""
        return [self.main, *self.main.children(recursive=True)]

    def end(self) -> float:
        """Stops it with SIGTERM and returns how long that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        took = time.monotonic() - began
        self._reader.join()
        return took


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # gone between the two questions
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.fixture(scope="module")
def services(installed: Path) -> Iterator[list[Served]]:
    running: list[Served] = []
    yield running
    for service in running:
        service.end()


@pytest.fixture
def served(services: list[Served], installed: Path) -> Served:
    """A running service, all of it; the tests share it as long as it lives."""
    if not services or services[-1].process.poll() is not None:
        services.append(Served(installed))
    service = services[-1]
    service.wait(lambda: service.children("config.cli worker") and service.healthy(), 60)
    return service


def test_each_killed_child_comes_back(served: Served) -> None:
    for words in ("config.web", "config.cli worker"):
        (child,) = served.children(words)
        workers = child.children(recursive=True)
        child.kill()
        served.wait(lambda child=child: not child.is_running())
        served.wait(lambda words=words, child=child: [one for one in served.children(words) if one != child])
        served.wait(served.healthy)
        assert alive(workers) == []


def test_a_killed_web_worker_is_replaced_and_pages_go_on(served: Served) -> None:
    (web,) = served.children("config.web")
    before = web.children()
    before[0].kill()
    served.wait(lambda: len(alive(web.children())) == 2 and before[0] not in web.children())
    served.wait(served.healthy)
    assert served.children("config.web") == [web]


def test_metrics_are_those_of_all_web_workers_and_of_the_worker(served: Served) -> None:
    token = "x" * 43
    file = served.data / "secrets" / "metrics-token"
    file.write_text(token)
    file.chmod(0o600)

    def measured() -> dict[str, float]:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
        families = text_string_to_metric_families(connection.getresponse().read().decode())
        connection.close()
        return {
            sample.name + str(sorted(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }

    health = "hienluong_http_requests_total['200', 'GET', 'health']"
    served.wait(served.healthy)
    before = measured()[health]
    for _ in range(20):  # whichever of the two processes answers
        assert served.healthy()
    assert measured()[health] >= before + 20
    alive_since = "hienluong_worker_last_heartbeat_timestamp_seconds[]"
    served.wait(lambda: time.time() - measured()[alive_since] < 60)


def test_a_killed_database_comes_back_and_web_and_worker_find_it_again(served: Served) -> None:
    (postmaster,) = served.children("postgres -D")
    backends = postmaster.children()
    web, worker = served.children("config.web"), served.children("config.cli worker")
    postmaster.kill()
    served.wait(lambda: [one for one in served.children("postgres -D") if one != postmaster])
    served.wait(served.healthy)
    assert alive(backends) == []
    assert served.children("config.web") == web
    assert len(served.children("config.cli worker")) == len(worker) == 1


def test_the_workers_end_with_the_database_is_not_its_own_failure(served: Served) -> None:
    def failures() -> int:
        return sum(OWN_FAILURE in line for line in served.lines)

    before = failures()
    for _ in range(3):
        ((postmaster,), (worker,)) = served.children("postgres -D"), served.children("config.cli worker")
        postmaster.kill()
        served.wait(lambda postmaster=postmaster: not alive([postmaster]))
        worker.kill()
        served.wait(
            lambda worker=worker: [one for one in served.children("config.cli worker") if one != worker]
        )
        served.wait(served.healthy)
    assert failures() == before
    (worker,) = served.children("config.cli worker")
    worker.kill()
    served.wait(lambda: failures() == before + 1)
    served.wait(lambda: [one for one in served.children("config.cli worker") if one != worker])


def test_the_worker_waits_while_the_database_cannot_start(served: Served) -> None:
    own_settings = Installation.load(served.data).postgres_data / "operator.conf"
    good = own_settings.read_text(encoding="utf-8")
    ((postmaster,), (worker,)) = served.children("postgres -D"), served.children("config.cli worker")
    try:
        own_settings.write_text("no_such_setting = on\n", encoding="utf-8")
        postmaster.kill()
        served.wait(lambda: any("no_such_setting" in line for line in served.lines))
        worker.kill()
        served.wait(lambda: not served.children("config.cli worker"))
        told = len(served.lines)
        time.sleep(2)
        assert served.children("config.cli worker") == []
        about = [line for line in served.lines[told:] if line.startswith("worker") and not OWN.match(line)]
        assert about in ([], [WAITS])
    finally:
        own_settings.write_text(good, encoding="utf-8")
    served.wait(lambda: served.children("config.cli worker"), 60)
    served.wait(served.healthy)
    assert any(line == WAITS for line in served.lines)


def test_the_worker_waits_for_the_operators_own_database_too(
    cluster: Postgres, place_of: Callable[[str], Path]
) -> None:
    cluster.start()
    data = place_of("node")
    settings = {"HIENLUONG_DATABASE_URL": cluster.url()}
    assert hienluong(data, "init", **settings).returncode == 0
    service = Served(data, **settings)
    try:
        cluster.stop(seconds=0)
        (worker,) = service.children("config.cli worker")
        worker.kill()
        service.wait(lambda: WAITS in service.lines)
        assert service.children("config.cli worker") == []
        cluster.start()
        service.wait(lambda: service.children("config.cli worker"))
        service.wait(service.healthy)
        assert not any(OWN_FAILURE in line for line in service.lines)
    finally:
        took = service.end()
    assert took < 10


OWN = re.compile(r"worker +\| \d{4}-\d\d-\d\d ")
"""A line that the worker itself wrote; the supervisor's about it have no time."""
OWN_FAILURE = "worker   | ended unexpectedly"
WAITS = "worker   | ended with the database (exit code -9); starts again with it\n"


def test_sigterm_ends_everything_within_ten_seconds_even_what_does_not_listen(served: Served) -> None:
    processes = served.everything()
    (worker,) = served.children("config.cli worker")
    worker.send_signal(signal.SIGSTOP)
    assert len(processes) > 6
    assert served.end() < 10
    assert alive(processes) == []
    assert served.process.returncode == 0


def test_the_kill_of_the_supervisor_leaves_no_process_and_it_starts_again(served: Served) -> None:
    processes = served.everything()
    served.process.kill()
    served.end()
    served.wait(lambda: not alive(processes), 10)
    again = Served(served.data)
    assert again.healthy()
    assert again.end() < 10


def test_a_second_start_on_the_same_directory_is_one_line(served: Served) -> None:
    answer = hienluong(served.data, "serve", HIENLUONG_PORT=str(free_port()))
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert f"already in use by process {served.process.pid}" in answer.stderr
    assert served.healthy()


def test_a_command_uses_the_database_of_the_running_service(served: Served) -> None:
    answer = hienluong(served.data, "check", "--json", HIENLUONG_PORT=str(served.port))
    states = {finding["name"]: finding["state"] for finding in json.loads(answer.stdout)}
    assert states["database"] == states["migrations"] == states["port"] == "ok"
    assert served.healthy()


def test_what_cannot_start_says_so_in_one_line_and_leaves_nothing(bare: Installation) -> None:
    def said(**settings: str) -> str:
        answer = hienluong(bare.path, "serve", **{"HIENLUONG_PORT": str(free_port()), **settings})
        assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
        assert not (bare.postgres_data / "postmaster.pid").exists()
        return answer.stderr

    with socket.create_server(("127.0.0.1", 0)) as other:
        assert "choose another port" in said(HIENLUONG_PORT=str(other.getsockname()[1]))
    assert "MB are free" in said(HIENLUONG_MINIMUM_FREE_MB=str(2**40))
    assert "hienluong upgrade" in said()
    assert "HIENLUONG_PORT" in said(HIENLUONG_PORT="many")


def test_commands_at_the_same_time_share_one_server(bare: Installation) -> None:
    commands = [
        subprocess.Popen(
            [*HIENLUONG, "manage", "shell", "-c", f"{QUERY}; time.sleep({seconds}); {QUERY}; print('done')"],
            env=environment(bare.path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seconds in (0, 2)
    ]
    answers = [command.communicate(timeout=60) for command in commands]
    assert [command.returncode for command in commands] == [0, 0], answers
    assert all("done" in answer[0] for answer in answers)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(bare.database_url())


QUERY = "import time; from django.db import connection; connection.cursor().execute('SELECT 1')"


def test_root_hands_everything_over_to_the_system_user(place: Path) -> None:
    account = service_account()
    if account is None or not can_run(account, [*HIENLUONG, "--version"]):
        pytest.skip("not root, or the system user cannot read the program here")
    assert hienluong(place, "init", HIENLUONG_PORT=str(free_port())).returncode == 0
    assert {path.stat().st_uid for path in (place, *place.rglob("*"))} == {account.uid}
    service = Served(place)
    assert {process.uids().real for process in service.everything()} == {account.uid}
    assert service.end() < 10
