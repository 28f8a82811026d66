"""Reads the repository once for the tests of its rules.

`pytest tests/architecture --renew` writes the generated parts of the documents instead of comparing them.
"""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "hienluong"


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its path, the module of the house it belongs to, its text and its tree."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Returns the path as a violation names it."""
        return str(self.path.relative_to(ROOT))


class House:
    """The repository as its rules see it."""

    root = ROOT
    package = PACKAGE

    @functools.cached_property
    def modules(self) -> dict[str, Path]:
        """The modules of the house by name."""
        return {
            path.name: path
            for path in sorted(PACKAGE.iterdir())
            if path.is_dir() and (path / "__init__.py").exists()
        }

    @functools.cached_property
    def sources(self) -> list[Source]:
        """Every Python file of the package but migrations, which are generated."""
        return [
            self._read(path, path.relative_to(PACKAGE).parts[0] if path.parent != PACKAGE else "")
            for path in sorted(PACKAGE.rglob("*.py"))
            if "migrations" not in path.parts
        ]

    @functools.cached_property
    def all_python(self) -> list[Source]:
        """Every tracked Python file, tests and tools too."""
        return [
            self._read(path, "")
            for path in self.tracked
            if path.suffix == ".py" and "migrations" not in path.parts
        ]

    @staticmethod
    def _read(path: Path, module: str) -> Source:
        text = path.read_text(encoding="utf-8")
        return Source(path, module, text, ast.parse(text))

    @functools.cached_property
    def tracked(self) -> list[Path]:
        """Every file that is or would be committed."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        return [path for name in sorted(filter(None, listed.split("\0"))) if (path := ROOT / name).is_file()]

    @functools.cached_property
    def documents(self) -> list[Path]:
        """Every tracked Markdown file."""
        return [path for path in self.tracked if path.suffix == ".md"]

    def document(self, name: str) -> str:
        """Returns the text of a document, "" where there is none."""
        path = ROOT / "docs" / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def load_everything(self) -> None:
        """Imports every module of the package, so that what registers itself is registered."""
        for info in pkgutil.walk_packages([str(PACKAGE)], "hienluong."):
            if ".migrations" not in info.name and not info.name.endswith(("__main__", ".wsgi")):
                importlib.import_module(info.name)


@pytest.fixture(scope="session")
def house() -> House:
    """The repository."""
    return House()


@dataclass(frozen=True, slots=True)
class Generated:
    """Keeps generated parts of documents true: between `<!-- name:begin -->` and `<!-- name:end -->`."""

    renew: bool

    def agrees(self, document: Path, name: str, text: str) -> None:
        """Compares the part with the text, or writes it when asked to."""
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        content = document.read_text(encoding="utf-8") if document.exists() else ""
        pattern = re.compile(re.escape(begin) + "\n(.*?)" + re.escape(end), re.DOTALL)
        found = pattern.search(content)
        assert found, f"{document.relative_to(ROOT)} has no part between {begin} and {end}"
        if self.renew:
            document.write_text(content[: found.start(1)] + text + content[found.end(1) :], encoding="utf-8")
        else:
            assert found[1] == text, (
                f"{document.relative_to(ROOT)}, part {name}: run pytest tests/architecture --renew"
            )


@pytest.fixture
def generated(request: pytest.FixtureRequest) -> Generated:
    """The keeper of generated parts."""
    return Generated(renew=bool(request.config.getoption("--renew", default=False)))
