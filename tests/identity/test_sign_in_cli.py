"""The commands on the server: they help when nobody else can."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.test import Client as Browser

from hienluong.directory.models import Person
from hienluong.identity.cli import group
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]


def _run(*arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(group, arguments, obj=nullcontext)
    assert answer.exit_code == code, answer.output + repr(answer.exception)
    return answer.output


def test_last_administrator_who_lost_the_second_factor_gets_back_in(employ: Employ) -> None:
    person = employ("Võ Quỳnh", ("H50", "administrator"), username="quynh")
    Authenticator.objects.create(user=person.user, type="totp", data={})

    assert json.loads(_run("account", "reset-second-factor", "QUYNH", "--json")) == {"removed": 1}

    assert not Authenticator.objects.exists()
    entry = json.loads(bytes(QueuedEntry.objects.get(action="identity.reset_second_factor").entry))
    assert entry["actor"]["kind"] == "platform"
    assert "command line (" in entry["actor"]["name"], "the ledger names who holds the server"


def test_link_printed_on_the_server_signs_in_once(employ: Employ) -> None:
    employ("Phan Vận", ("H50.VP", "operator"), username="van")
    link = _run("account", "sign-in-once", "van").strip()
    browser = Browser()
    path = link[link.index("/sign-in/once/") :]
    assert browser.post(path).status_code == 302
    assert browser.get("/exchange/monitor/").status_code == 200


def test_accounts_are_listed_unlocked_and_signed_out(employ: Employ) -> None:
    employ("Nguyễn Thị Hạnh", ("H50.S01", "clerk"), username="hanh")
    for _ in range(5):
        Browser().post("/sign-in/", {"login": "hanh", "password": "wrong"})
    (found,) = json.loads(_run("account", "list", "nguyen thi", "--locked", "--json"))
    assert (found["username"], found["second_factor"]) == ("hanh", False)
    assert "hanh" in _run("account", "list")
    _run("account", "unlock", "hanh")
    assert json.loads(_run("account", "list", "--locked", "--json")) == []
    assert json.loads(_run("account", "end-sessions", "hanh", "--json")) == {"ended": 0}


def test_system_is_registered_renewed_and_ended(province: Any) -> None:
    given = json.loads(
        _run(
            "sign-on", "register", "--agency", "H50.S01", "--name", "Phần mềm", "--return-to",
            "https://qlvb.example.org/callback", "--json",
        )
    )  # fmt: skip
    assert len(given["client_secret"]) == 43
    assert "Phần mềm" in _run("sign-on", "list")
    assert (
        json.loads(_run("sign-on", "rotate", given["system"], "--json"))["client_secret"]
        != given["client_secret"]
    )
    _run("sign-on", "end", given["system"])
    assert "code" in json.loads(_run("sign-on", "end", given["system"], "--json", code=1))


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "unlock", "nobody"),
        ("sign-on", "end", "00000000-0000-0000-0000-000000000007"),
        ("sign-on", "register", "--agency", "X", "--name", "Y", "--return-to", "https://x.org/"),
        ("sign-on", "register", "--agency", "H50.S01", "--name", "Y", "--return-to", "http://x.org/"),
    ],
)
def test_what_is_not_there_or_not_allowed_is_refused_with_code_1(
    arguments: tuple[str, ...], province: Any
) -> None:
    _run(*arguments, code=1)


def test_account_is_closed_listed_and_opened_again(employ: Employ) -> None:
    employ("Lê An", ("H50.S01", "clerk"), username="lean")
    assert json.loads(_run("account", "close", "LeAn", "--json")) == {"username": "LeAn", "open": False}
    assert [row["username"] for row in json.loads(_run("account", "list", "--closed", "--json"))] == ["lean"]
    _run("account", "close", "lean", code=1)
    _run("account", "reopen", "lean")
    assert json.loads(_run("account", "list", "--closed", "--json")) == []
