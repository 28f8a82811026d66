"""Real installations for the tests: made by the command line, in places that the system user can reach."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hienluong.config.account import service_account
from hienluong.config.initialise import initialise, new_database
from hienluong.config.installation import Installation
from hienluong.config.postgres import Postgres

HIENLUONG = (sys.executable, "-m", "hienluong.config.cli")


def environment(data: Path, **settings: str) -> dict[str, str]:
    """Returns an operator's environment: nothing of the suite's own, and the given settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HIENLUONG_", "DJANGO_", "PYTEST_", "LANG", "LC_"))
    }
    return {**kept, "HIENLUONG_DATA_DIR": str(data), **settings}


def hienluong(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line as an operator would."""
    return subprocess.run(
        [*HIENLUONG, *arguments],
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def free_port() -> int:
    """Returns a port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def place_of() -> Iterator[Callable[[str], Path]]:
    """Gives new directories below the system's temporary one, where PostgreSQL's user can enter too."""
    made = Path(tempfile.mkdtemp(prefix="hl-config-"))
    made.chmod(0o755)

    def new(name: str) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=made)) / "data"

    def reachable(name: str) -> Path:
        path = new(name)
        path.parent.chmod(0o755)
        return path

    yield reachable
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def place(place_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that does not exist yet, and no settings of the suite's own database."""
    for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR", "HIENLUONG_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return place_of("place")


@pytest.fixture(scope="session")
def installed(place_of: Callable[[str], Path]) -> Path:
    """A complete real installation that the tests share, owned by whoever runs the suite."""
    path = place_of("installed")
    with pytest.MonkeyPatch.context() as setting:
        for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR", "HIENLUONG_TESTING"):
            setting.delenv(name, raising=False)
        setting.setenv("HIENLUONG_PORT", str(free_port()))
        initialise(path, "real", say=lambda _line: None)
    return path


@pytest.fixture
def bare(place: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation whose database exists and is empty: no migration has run."""
    monkeypatch.setenv("HIENLUONG_PORT", str(free_port()))
    made = Installation.create(place, "real")
    with new_database(made):
        return made.changed(complete=True)


@pytest.fixture
def installation(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The same, as an object."""
    for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HIENLUONG_DATA_DIR", str(installed))
    # The steps that need Django run in processes of their own, with the product's settings.
    monkeypatch.delenv("HIENLUONG_TESTING", raising=False)
    return Installation.load_complete(installed)


@pytest.fixture
def cluster(place: Path) -> Iterator[Postgres]:
    """A durable cluster, made and not started."""
    place.mkdir()
    if account := service_account():
        os.chown(place, account.uid, account.gid)
    made = Postgres(place / "postgres", place / "run")
    made.initialise()
    yield made
    made.stop(seconds=2)


@pytest.fixture
def annexe(place: Path) -> Callable[[Mapping[str, str]], dict[str, str]]:
    """Returns a function that writes an app with migrations, and gives the settings to include it in the product."""
    folder = place.parent / "annexe"

    def write(migrations: Mapping[str, str]) -> dict[str, str]:
        app = folder / "annexe"
        (app / "migrations").mkdir(parents=True)
        for module in (app / "__init__.py", app / "migrations" / "__init__.py"):
            module.touch()
        for name, operations in migrations.items():
            (app / "migrations" / f"{name}.py").write_text(operations, encoding="utf-8")
        lines = "from hienluong.config.settings import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'annexe']\n"
        (folder / "annexe_settings.py").write_text(lines, encoding="utf-8")
        return {"DJANGO_SETTINGS_MODULE": "annexe_settings", "PYTHONPATH": str(folder)}

    return write


def report(answer: subprocess.CompletedProcess[str]) -> Any:
    """Returns what a command printed with --json."""
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)
