"""The command line: quick, self-explaining, and free of Django where none is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.config.conftest import hienluong

from hienluong import __version__
from hienluong.config.cli import cli


def commands() -> list[str]:
    return sorted(cli.commands)


def test_the_commands_of_an_operator_are_there() -> None:
    wanted = {"init", "serve", "worker", "check", "backup", "restore", "upgrade", "manage"}
    assert wanted <= set(commands())
    assert "exchange" in cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("name", commands())
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert "Example: " in command.help
    assert f"hienluong {name}" in command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_command_line_starts_without_django_and_without_the_database_driver() -> None:
    code = (
        "import sys; from hienluong.config.cli import cli\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'django', 'psycopg', 'psutil', 'granian', 'procrastinate'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"


def test_inspecting_a_packet_imports_no_django() -> None:
    code = (
        "import sys, click; from hienluong.config.cli import cli\n"
        "group = cli.get_command(click.Context(cli), 'exchange')\n"
        "assert group.get_command(click.Context(group), 'inspect')\n"
        "print('django' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_the_version_is_told(place: Path) -> None:
    assert __version__ in hienluong(place, "--version").stdout


@pytest.mark.parametrize(
    "arguments", [("serve",), ("worker",), ("upgrade",), ("backup",), ("welcome",), ("backup", "--list")]
)
def test_without_an_installation_each_command_is_one_line_and_exit_code_2(
    place: Path, arguments: tuple[str, ...]
) -> None:
    answer = hienluong(place, *arguments)
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    assert "hienluong init" in answer.stderr
    assert not place.exists()
