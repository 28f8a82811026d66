"""Every environment variable is documented, and every documented one exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

VARIABLE = re.compile(r"HIENLUONG_[A-Z][A-Z0-9_]*")
PAGE = "operate/settings.md"


def _read_anywhere(house: Any) -> dict[str, str]:
    """Returns each variable that a program of ours names as a whole string, and one file that does."""
    found: dict[str, str] = {}
    folders = [house.package, house.root / "tools"]
    for path in sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and VARIABLE.fullmatch(node.value)
            ):
                found[node.value] = str(path.relative_to(house.root))
    return found


def _mentioned(text: str) -> set[str]:
    return set(VARIABLE.findall(text))


def test_variable_that_is_read_is_documented(house: Any) -> None:
    documented = _mentioned(house.document(PAGE))
    assert {name: where for name, where in _read_anywhere(house).items() if name not in documented} == {}


def test_variable_that_is_documented_is_read(house: Any) -> None:
    assert _mentioned(house.document(PAGE)) - set(_read_anywhere(house)) == set()


def test_variable_that_a_text_or_file_mentions_exists(house: Any) -> None:
    known = set(_read_anywhere(house)) | set(_in_tests(house))
    unknown = {
        f"{path.relative_to(house.root)}: {name}"
        for path in house.tracked
        if path.suffix in {".py", ".md", ".mjs", ".service", ".conf", ".yml", ".toml", ""} and _is_text(path)
        for name in _mentioned(path.read_text(encoding="utf-8"))
        if name not in known and not name.endswith("_")
    }
    assert unknown == set()


def _in_tests(house: Any) -> set[str]:
    """Returns the variables that only the tests and the benchmarks read: tests/conftest.py says what they are."""
    return {
        name
        for path in house.tracked
        if path.relative_to(house.root).parts[0] in {"tests", "benchmarks"} and path.suffix == ".py"
        for name in re.findall(r'["\'](HIENLUONG_[A-Z0-9_]+)["\']', path.read_text(encoding="utf-8"))
    }


def _is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()[:1024]


def test_environment_is_read_in_few_places(house: Any) -> None:
    # Everybody else asks django.conf.settings or the installation, so that a test can set what it needs.
    readers = {
        source.name.removeprefix("src/hienluong/")
        for source in house.sources
        if "os.environ.get(" in source.text or "os.getenv(" in source.text
    }
    assert {name for name in readers if not name.startswith("config/")} <= {
        "kit/crash.py",
        "client/cli/axis.py",
        "demo/server.py",  # an address of a demonstration elsewhere
        "kit/server_command.py",  # SUDO_USER: who called, before the system user took over
    }
