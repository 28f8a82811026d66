"""Crash points kill the process they name, at the passage they name, and cost nothing otherwise."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hienluong.kit import crash

PASSES_THREE_TIMES = """
from hienluong.kit.crash import crash_point
for number in range(3):
    crash_point("demo.after_fsync")
    print(number, flush=True)
"""


def run(points: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {crash.VARIABLE: points, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", PASSES_THREE_TIMES],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_point_not_armed_does_nothing() -> None:
    assert crash._points is None
    crash.crash_point("demo.after_fsync")


@pytest.mark.parametrize(
    ("points", "printed"), [("demo.after_fsync=self", ""), ("other=self, demo.after_fsync=self@3", "0\n1\n")]
)
def test_armed_point_kills_its_own_process_at_the_passage_named(points: str, printed: str) -> None:
    ended = run(points)

    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, printed)


def test_armed_point_kills_the_process_in_a_pid_file_and_goes_on(tmp_path: Path) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pidfile = tmp_path / "victim.pid"
        pidfile.write_text(f"{victim.pid}\nmore lines as PostgreSQL writes\n")

        ended = run(f"demo.after_fsync=pidfile:{pidfile}@2")

        assert (ended.returncode, ended.stdout) == (0, "0\n1\n2\n")
        assert victim.wait(timeout=10) == -signal.SIGKILL
    finally:
        victim.kill()
        victim.wait()


def test_other_points_are_left_alone() -> None:
    assert run("somewhere.else=self").returncode == 0


@pytest.mark.parametrize(
    "points", ["demo", "demo=", "=self", "demo=me", "demo=self@0", "demo=self@x", "demo=pidfile:here"]
)
def test_entry_that_cannot_be_read_stops_the_start(points: str) -> None:
    ended = run(points)

    assert ended.returncode == 1
    assert f"holds the entry {points!r}" in ended.stderr


@pytest.mark.parametrize("number", ["0", "1", "-1"])
def test_pid_file_of_no_ordinary_process_kills_nothing(number: str, tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(number)
    ended = run(f"demo.after_fsync=pidfile:{tmp_path / 'pid'}")

    assert ended.returncode == 1
    assert "not one a test may kill" in ended.stderr
