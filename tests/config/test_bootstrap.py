"""Setting up from a fresh clone: once, then nothing; and plain words where root is needed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, on a repository of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    return module


def test_a_step_is_done_once_and_again_when_its_sources_change(bootstrap: ModuleType, tmp_path: Path) -> None:
    done: list[str] = []
    source = tmp_path / "list.txt"
    for content in ("one", "one", "two", "two"):
        source.write_text(content, encoding="utf-8")
        mark = bootstrap.fingerprint([source])
        bootstrap.once("libraries", mark, lambda content=content: done.append(content), says="…")
    assert done == ["one", "two"]


def test_a_step_that_failed_is_done_again(bootstrap: ModuleType) -> None:
    def fail() -> None:
        raise bootstrap.Refused("no network")

    with pytest.raises(bootstrap.Refused):
        bootstrap.once("libraries", "mark", fail, says="…")
    done: list[int] = []
    bootstrap.once("libraries", "mark", lambda: done.append(1), says="…")
    assert done == [1]


def test_without_root_one_line_names_the_packages(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "PYTHON", bootstrap.ROOT / "nowhere" / "python")
    monkeypatch.setattr(bootstrap, "VENV", bootstrap.ROOT / "nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr("sys.argv", ["bootstrap.py"])
    assert bootstrap.main() == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "apt-get install python3-venv" in said


def test_without_root_the_tests_name_all_missing_packages_at_once(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "TEST_PROGRAMS", {"chromium": ("/nowhere",), "gettext": ("/nowhere",)})
    with pytest.raises(bootstrap.Refused, match="chromium gettext"):
        bootstrap.install_test_programs()


def test_the_demonstration_of_the_makefile_is_never_the_real_directory() -> None:
    answer = subprocess.run(
        ["make", "--dry-run", "--print-data-base", "run"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("HIENLUONG_")},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in answer.stdout.splitlines() if line.startswith("demonstration :=")]
    assert lines
    assert lines[0].endswith("/hienluong-demo")


def test_every_locked_list_has_hashes_and_names_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "make lock" in text.splitlines()[1]
