"""What the README says exists: its commands, its pages, its picture."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_readme_names_only_make_targets_that_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", README))
    assert {"run", "test"} <= named
    assert named <= TARGETS


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`hienluong ([a-z]+)`|`([a-z]+)`(?=[,`])", README))))
def test_readme_commands_answer_help(verb: tuple[str, str]) -> None:
    name = verb[0] or verb[1]
    if name in TARGETS:
        return
    answer = subprocess.run(
        [sys.executable, "-m", "hienluong.config.cli", name, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def test_readme_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
