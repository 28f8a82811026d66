"""`hienluong check`: what an operator must know, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.config.conftest import free_port, hienluong

from hienluong.config.installation import Installation

pytestmark = pytest.mark.faults


def findings(data: Path, **settings: str) -> tuple[int, dict[str, dict[str, str]]]:
    answer = hienluong(data, "check", "--json", HIENLUONG_PORT=str(free_port()), **settings)
    return answer.returncode, {finding["name"]: finding for finding in json.loads(answer.stdout)}


def test_a_new_installation_passes_every_check_of_its_own(installed: Path, place: Path) -> None:
    # Other specifications run this installation and kill its worker: whatever that left is too old here.
    _code, found = findings(installed, HIENLUONG_BACKUP_DIR=str(place), HIENLUONG_ALARM_WORKER_MINUTES="0")
    names = (
        "python",
        "clock",
        "installation",
        "disk",
        "permissions",
        "port",
        "database",
        "database-tools",
        "migrations",
    )
    assert {name: found[name]["state"] for name in names} == dict.fromkeys(names, "ok")
    assert found["backup"]["state"] == "warn"
    assert "hienluong backup" in found["backup"]["todo"]
    assert "unscanned" in found["antivirus"]["found"]
    assert "HIENLUONG_CLAMD" in found["antivirus"]["todo"]
    # Nothing runs: what the monitoring would say of it stands here too.
    assert found["alarm-worker"]["state"] == "warn"
    assert "restart the service" in found["alarm-worker"]["todo"]


def test_each_harm_fails_with_what_mends_it(installation: Installation) -> None:
    secret = installation.secrets / "master-key"
    secret.chmod(0o644)
    try:
        nowhere = "unix:/nowhere/clamd.ctl"
        code, found = findings(
            installation.path, HIENLUONG_MINIMUM_FREE_MB=str(2**40), HIENLUONG_CLAMD=nowhere
        )
    finally:
        secret.chmod(0o600)
    assert code == 1
    assert found["permissions"]["state"] == found["disk"]["state"] == "fail"
    assert (found["antivirus"]["state"], nowhere in found["antivirus"]["found"]) == ("fail", True)
    assert found["permissions"]["todo"] == f"chmod go= {secret}"
    assert "HIENLUONG_MINIMUM_FREE_MB" in found["disk"]["found"]


def test_a_missing_installation_fails_and_changes_nothing(place: Path) -> None:
    code, found = findings(place)
    assert code == 1
    assert "hienluong init" in found["installation"]["todo"]
    assert not place.exists()


def test_the_lines_for_people_say_what_to_do(installed: Path, place: Path) -> None:
    settings = {"HIENLUONG_PORT": str(free_port()), "HIENLUONG_BACKUP_DIR": str(place)}
    answer = hienluong(installed, "check", **settings)
    (line,) = [line for line in answer.stdout.splitlines() if "backup" in line.split()[1:2]]
    assert line.startswith("warn")
    assert "→" in line
