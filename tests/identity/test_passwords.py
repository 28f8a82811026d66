"""Passwords: changed by their owner, set by an administrator, forgotten; accounts that wait after too many failures."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.db import connection
from django.test import Client as Browser
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from hienluong.directory import service as directory
from hienluong.directory.models import Person, User
from hienluong.directory.service import Actor
from hienluong.identity import lockout, queries
from hienluong.identity.models import AccountState, SignInSession
from hienluong.identity.tasks import mail_password_link
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]
NEW = "cầu Hiền Lương bảy nhịp sơn hai màu"


def _account(person: Person) -> User:
    assert person.user is not None
    return person.user


def _entries(action: str) -> list[dict[str, Any]]:
    rows = QueuedEntry.objects.filter(action=action).order_by("queued_at", "id")
    return [json.loads(bytes(row.entry)) for row in rows]


def _sign_in(username: str, password: str, **headers: str) -> Browser:
    browser = Browser(headers={"accept-language": "en", **headers})
    browser.post("/sign-in/", {"login": username, "password": password})
    return browser


def _signed_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def clerk(employ: Employ) -> Person:
    return employ("Lê An", ("H50.S01", "clerk"), username="lan", email="lan@example.org")


def _change(browser: Browser, present: str, password: str, again: str | None = None) -> Any:
    answers = {"present": present, "password": password, "again": password if again is None else again}
    return browser.post("/account/password/", answers)


def test_own_password_is_changed_and_sessions_elsewhere_end(clerk: Person, password: str) -> None:
    here, elsewhere = _sign_in("lan", password), _sign_in("lan", password)

    assert _change(here, password, NEW)["Location"] == "/account/"

    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/")["Location"].startswith("/sign-in/")
    assert SignInSession.objects.filter(user=clerk.user).count() == 1
    assert _signed_in(_sign_in("lan", NEW))
    assert not _signed_in(_sign_in("lan", password))
    assert _account(clerk).__class__.objects.get(pk=clerk.user_id).password.startswith("argon2")
    assert _entries("identity.change_own_password")[0]["details"]["sessions_ended"] == 1


@pytest.mark.parametrize(
    ("present", "new", "again", "says"),
    [
        ("wrong", NEW, NEW, "The present password is wrong."),
        ("right", NEW, "other", "The two passwords differ."),
        ("right", "short", "short", "too short"),
        ("right", "password1234", "password1234", "too common"),
        ("right", "right", "right", "This is the present password."),
        ("", NEW, NEW, "This field is required."),
    ],
)
def test_password_that_breaks_a_rule_is_not_taken(
    present: str, new: str, again: str, says: str, clerk: Person, password: str
) -> None:
    browser = _sign_in("lan", password)
    swap = {"right": password}
    page = _change(browser, *(swap.get(one, one) for one in (present, new, again))).content.decode()

    assert says in page
    assert _signed_in(_sign_in("lan", password))


def test_rules_of_passwords_are_said_in_vietnamese(clerk: Person, password: str) -> None:
    page = (
        _sign_in("lan", password)
        .get("/account/password/", headers={"accept-language": "vi"})
        .content.decode()
    )
    assert "ít nhất 12 ký tự" in page


def test_guessing_the_present_password_is_limited(clerk: Person, password: str) -> None:
    browser = _sign_in("lan", password)
    answers = [_change(browser, "wrong", NEW).status_code for _ in range(6)]
    assert answers[-1] == 429


def test_change_needs_the_form_to_be_ours(clerk: Person) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(_account(clerk), backend="allauth.account.auth_backends.AuthenticationBackend")
    for page in ("/account/password/", "/account/sessions/end-others/", "/account/app/"):
        assert browser.post(page, {}).status_code == 403, page


def test_password_that_an_administrator_set_is_changed_before_anything_opens(
    clerk: Person, acting: Callable[..., Actor], password: str
) -> None:
    before = _sign_in("lan", password)
    directory.set_password(
        actor=acting("H50", "administrator"), user=_account(clerk), password=NEW, now=clock.now()
    )
    assert before.get("/account/")["Location"].startswith("/sign-in/"), "sessions end"

    browser = _sign_in("lan", NEW)
    for page in ("/", "/account/", "/exchange/inbox/", "/account/app/"):
        assert browser.get(page)["Location"] == "/account/password/", page
    assert "An administrator set your present password" in browser.get("/account/password/").content.decode()
    assert _change(browser, NEW, "một mật khẩu của riêng tôi")["Location"] == "/"
    assert browser.get("/").status_code == 200
    assert _sign_in("lan", "một mật khẩu của riêng tôi").get("/").status_code == 200


def test_password_of_the_set_up_need_not_be_changed(clerk: Person, password: str) -> None:
    assert _sign_in("lan", password).get("/").status_code == 200


# --- Forgotten -----------------------------------------------------------------------------------------------------


@pytest.fixture
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"  # the test's own outbox takes it


def _ask(username: str) -> Any:
    return Browser(headers={"accept-language": "en"}).post("/sign-in/forgotten/", {"username": username})


def _without_tokens(answer: Any) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", answer.content.decode())


def _jobs() -> list[int]:
    rows = ProcrastinateJob.objects.filter(task_name="identity.mail_password_link").order_by("id")
    return [row.args["user_id"] for row in rows]


def test_without_a_mail_server_nobody_is_offered_a_link(clerk: Person) -> None:
    assert Browser().get("/sign-in/forgotten/").status_code == 404
    assert "/sign-in/forgotten/" not in Browser().get("/sign-in/").content.decode()


def test_answer_and_work_are_the_same_whether_there_is_such_an_account_or_not(
    clerk: Person, mail_server: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5) as known:
        there = _ask("LAN")
    with django_assert_num_queries(5) as unknown:
        nobody = _ask("nobody at all")

    def shape(captured: Any) -> list[str]:
        return [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in captured.captured_queries]

    assert _without_tokens(there) == _without_tokens(nobody)
    assert shape(known) == shape(unknown)
    assert _jobs() == [clerk.user_id, 0]
    assert "nobody at all" not in json.dumps(_entries("identity.ask_for_password_link"))


def test_link_sets_a_new_password_once(clerk: Person, mail_server: None, password: str) -> None:
    elsewhere = _sign_in("lan", password)
    mail_password_link(clerk.user_id)
    (letter,) = mail.outbox
    assert letter.to == ["lan@example.org"]
    found = re.search(r"/sign-in/forgotten/\S+", letter.body)
    assert found is not None

    browser = Browser(headers={"accept-language": "en"})
    form = browser.get(found[0], follow=True)
    assert form.redirect_chain[-1][0].endswith("/form/"), "the token stands in no address any more"
    weak = browser.post(form.redirect_chain[-1][0], {"password": "short", "again": "short"})
    assert "too short" in weak.content.decode()
    answer = browser.post(form.redirect_chain[-1][0], {"password": NEW, "again": NEW})

    assert answer["Location"] == "/sign-in/", "one signs in as ever, second factor included"
    assert elsewhere.get("/account/")["Location"].startswith("/sign-in/")
    assert _signed_in(_sign_in("lan", NEW))
    assert Browser().get(found[0], follow=True).status_code == 410


def test_link_ends_after_half_an_hour(
    clerk: Person, mail_server: None, settings: Any, monkeypatch: Any
) -> None:
    mail_password_link(clerk.user_id)
    found = re.search(r"/sign-in/forgotten/\S+", mail.outbox[0].body)
    assert found is not None
    from django.contrib.auth.tokens import PasswordResetTokenGenerator  # noqa: PLC0415 - only here

    moment = PasswordResetTokenGenerator()._now() + timedelta(minutes=31)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: moment)
    assert Browser().get(found[0], follow=True).status_code == 410


@pytest.mark.parametrize("uid", ["x", "MA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5", "ờ", "MQ"])
def test_made_up_link_is_refused(uid: str, clerk: Person) -> None:
    assert Browser().get(f"/sign-in/forgotten/{uid}/abc-def/", follow=True).status_code == 410


def test_closed_account_or_one_without_address_gets_no_mail(
    clerk: Person, employ: Employ, mail_server: None
) -> None:
    silent = employ("Hồ Ăm", username="ham")
    User.objects.filter(pk=clerk.user_id).update(is_active=False)
    for user_id in (clerk.user_id, silent.user_id, 0, 987654):
        mail_password_link(user_id)
    assert mail.outbox == []


# --- Locked --------------------------------------------------------------------------------------------------------


def _fail(times: int, **headers: str) -> None:
    for _ in range(times):
        _sign_in("lan", "wrong", **headers)


def test_lockout_is_visible_to_administrators_and_lifted_by_one(
    clerk: Person, acting: Callable[..., Actor], signed_in: Any, employ: Employ, password: str
) -> None:
    _fail(5)
    administrator = signed_in(employ("Võ Quỳnh", ("H50", "administrator")))

    page = administrator.get("/accounts/?state=locked", headers={"accept-language": "en"}).content.decode()
    assert "Lê An" in page
    assert "locked" in page
    assert not _signed_in(_sign_in("lan", password))
    assert administrator.post(f"/accounts/{clerk.user_id}/unlock/").status_code == 302

    assert _signed_in(_sign_in("lan", password))
    assert _entries("identity.unlock_account")
    found = queries.accounts(acting("H50", "administrator"), now=clock.now(), states=["locked"])
    assert found.items == []


def test_another_host_name_gives_no_further_attempts(clerk: Person, password: str) -> None:
    for port in range(5):
        _fail(1, host=f"localhost:{8000 + port}")
    assert not _signed_in(_sign_in("lan", password, host="127.0.0.1:9"))
    assert lockout.locked_until("lan") is not None


def test_four_failures_lock_nothing(clerk: Person, password: str) -> None:
    _fail(4)
    assert lockout.locked_until("lan") is None
    assert not AccountState.objects.filter(locked_until__isnull=False).exists()
    assert _signed_in(_sign_in("lan", password))


ATTEMPT = """
import sys, django
django.setup()
from django.db import connection
from django.test import Client
browser = Client(headers={"accept-language": "en", "host": "localhost"})
for word in sys.argv[2:]:
    browser.post("/sign-in/", {"login": sys.argv[1], "password": word})
print("_auth_user_id" in browser.session)
"""


@pytest.mark.django_db(transaction=True)
def test_lockout_is_counted_by_all_processes_together(employ: Employ, password: str) -> None:
    employ("Lê An", ("H50.S01", "clerk"), username="lan")
    facts = connection.settings_dict
    address = f"postgresql://{facts['USER']}:{quote(facts['PASSWORD'])}@{facts['HOST'] if '/' not in facts['HOST'] else ''}"
    address += (
        f":{facts['PORT']}/{facts['NAME']}"
        if "/" not in facts["HOST"]
        else f"/{facts['NAME']}?host={quote(facts['HOST'], safe='')}&port={facts['PORT']}"
    )
    outside = {name: value for name, value in os.environ.items() if name != "HIENLUONG_TESTING"}

    def attempt(*words: str) -> bool:
        """Tries passwords in a process of its own, which counts as the product does, and says whether it is in."""
        done = subprocess.run(
            [sys.executable, "-c", ATTEMPT, "lan", *words],
            env=outside
            | {"HIENLUONG_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "hienluong.config.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip() == "True"

    assert attempt(password)
    assert not attempt("wrong 1", "wrong 2", "wrong 3")
    assert not attempt("wrong 4", "wrong 5")
    assert not attempt(password), "the sixth attempt is a third process' first"
    assert AccountState.objects.get(user__username="lan").locked_until is not None
