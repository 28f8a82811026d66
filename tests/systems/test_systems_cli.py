"""`hienluong systems …`: systems, rights and the sandbox from the server's own command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from django.test import Client as Browser

from hienluong.directory.models import Agency
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.systems.cli import group
from hienluong.systems.models import SendingRight
from hienluong.systems.service import AgencySystem

Province = Callable[[str], Agency]


def _run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(group, list(arguments), obj=nullcontext, input=given)


def _json(*arguments: str, given: str | None = None) -> Any:
    result = _run(*arguments, "--json", given=given)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _commands(holder: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in holder.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)
        else:
            yield (*path, name), command


@pytest.mark.parametrize(("path", "command"), list(_commands(group)), ids=lambda value: str(value)[:40])
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert f"Example: hienluong systems {' '.join(path)}" in command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_help_needs_neither_an_installation_nor_django() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from hienluong.config.cli import cli\n"
        "result = CliRunner().invoke(cli, ['systems', 'system', 'rotate', '--help'])\n"
        "print(result.exit_code, 'django' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "0 False\n"


@pytest.mark.django_db
def test_a_system_is_registered_rotated_and_ended(
    province: Province, token_for: Callable[[str, str], str]
) -> None:
    province("H50")
    made = _json("system", "register", "H50.S01", "Phần mềm văn bản", "--network", "127.0.0.0/8")
    new = _json("system", "rotate", made["system"], "--former-until", "2099-12-30", "--until", "2099-12-31")

    assert token_for(made["client_id"], made["client_secret"])
    assert token_for(new["client_id"], new["client_secret"])
    (listed,) = _json("system", "list", "noi vu")
    assert (listed["id"], listed["agency_code"], listed["networks"]) == (
        made["system"],
        "H50.S01",
        ["127.0.0.0/8"],
    )
    ends = AgencySystem.objects.get().secrets.order_by("pk").values_list("ends_at", flat=True)
    assert [clock.in_vietnam(end).date().isoformat() for end in ends if end] == ["2099-12-31", "2100-01-01"]

    key = made["client_secret"].split("_")[1]
    assert _json("system", "end", made["system"], "--secret", key) == {"ended": key}
    assert _json("system", "end", made["system"]) == {"ended": made["system"]}
    assert _json("system", "list") == []
    assert len(_json("system", "list", "--state", "ended")) == 1


@pytest.mark.django_db
def test_the_ledger_names_the_account_of_the_operating_system(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    province("H50")
    monkeypatch.setattr("getpass.getuser", lambda: "vanhanh")
    _json("system", "register", "H50.S01", "x")

    entry = json.loads(bytes(QueuedEntry.objects.get(action="systems.register_system").entry))
    assert entry["actor"] == {"kind": "platform", "id": "command line", "name": "command line (vanhanh)"}


@pytest.mark.django_db
def test_rights_are_granted_from_a_list_and_ended(province: Province) -> None:
    province("H50")
    system = _json("system", "register", "H50.VP", "Hệ thống dùng chung")["system"]
    basis = ("--reason", "Dùng chung", "--document", "15/QĐ-UBND", "--document-date", "2025-11-20")

    granted = _json("right", "grant", system, "-", "H50.S02", *basis, given="H50.C18880\n\nH50.C19429\n")

    assert {row["agency_code"] or row["agency"] for row in granted}
    assert len(granted) == 3
    listed = _json("right", "list", "dong hoi")
    assert [row["agency_code"] for row in listed] == ["H50.C18880"]
    assert _json("right", "end", str(listed[0]["id"])) == {"ended": listed[0]["id"]}
    assert _json("right", "list", "dong hoi") == []
    assert len(_json("right", "list", "dong hoi", "--all")) == 1
    assert SendingRight.objects.get(pk=listed[0]["id"]).valid_to == clock.in_vietnam(clock.now()).date()


@pytest.mark.django_db
def test_a_sandbox_system_is_opened_and_listed(province: Province) -> None:
    province("H50")
    made = _json("sandbox", "open", "H50.S01", "Phần mềm thử")

    (listed,) = _json("sandbox", "list")
    assert listed["id"] == made["system"]
    assert listed["agency_code"].startswith("SBX.")
    assert AgencySystem.objects.get().secrets.get().ends_at > clock.now() + timedelta(days=80)  # type: ignore[operator]  # it has an end
    answer: Any = Browser().post(
        "/api/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": made["client_id"],
            "client_secret": made["client_secret"],
        },
    )
    assert answer.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("system", "register", "H50.NONE", "x"), 1),
        (("system", "register", "H50.S01", "x", "--network", "nonsense"), 1),
        (("system", "end", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"), 1),
        (("right", "end", "4711"), 1),
        (("system", "end", "no id"), 2),
        (("right", "grant", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00", "H50.S01"), 2),
    ],
)
def test_a_refusal_is_one_line_with_what_is_wrong_below_and_its_exit_code(
    arguments: tuple[str, ...], exit_code: int, province: Province
) -> None:
    province("H50")

    result = _run(*arguments)
    machine = _run(*arguments, "--json")

    assert result.exit_code == machine.exit_code == exit_code
    assert result.stdout == ""
    assert result.stderr
    if exit_code == 1:
        assert all(line.startswith("  ") for line in result.stderr.splitlines()[1:])  # one per wrong value
        assert json.loads(machine.stdout)["status"] >= 400


@pytest.mark.django_db
def test_a_name_cannot_steer_the_terminal(province: Province) -> None:
    province("H50")
    _json("system", "register", "H50.S01", "red \x1b[31m bell \x07")

    assert "\x1b" not in _run("system", "list").stdout
    assert "\x07" not in _run("system", "list").stdout
