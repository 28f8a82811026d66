"""Second factors: who must have one, how one is set up, shown, lost and taken away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import translation

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Person, Post, User
from hienluong.directory.service import Actor
from hienluong.identity import commands
from hienluong.identity import service as identity
from hienluong.identity.errors import OwnAccount
from hienluong.identity.policy import second_factor_missing
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]


def _account(person: Person) -> User:
    assert person.user is not None
    return person.user


def _entries(action: str) -> list[dict[str, Any]]:
    rows = QueuedEntry.objects.filter(action=action).order_by("queued_at", "id")
    return [json.loads(bytes(row.entry)) for row in rows]


def _signed_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


def _code(secret: str, steps: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def _wrong(*rights: str) -> str:
    return next(code for code in map(str, range(100_000, 100_010)) if code not in rights)


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def browser() -> Browser:
    return Browser(headers={"accept-language": "en"})


@pytest.fixture
def sign_in(password: str) -> Callable[[Browser, Person], Any]:
    """Signs a person in by the password, as the page does."""

    def enter(browser: Browser, person: Person) -> Any:
        return browser.post("/sign-in/", {"login": _account(person).username, "password": password})

    return enter


@pytest.fixture
def set_up(sign_in: Callable[[Browser, Person], Any]) -> Callable[[Person], tuple[Browser, str]]:
    """Signs a person in who then sets up an app; gives the browser and the app's secret."""

    def enrol(person: Person) -> tuple[Browser, str]:
        browser = Browser(headers={"accept-language": "en"})
        sign_in(browser, person)
        page = browser.get("/account/app/")
        assert page.status_code == 200, page.headers.get("Location")
        secret = browser.session["mfa.totp.secret"]
        answer = browser.post("/account/app/", {"code": _code(secret, -1)})
        assert answer["Location"] == "/account/recovery-codes/", answer.content.decode()
        return browser, str(secret)

    return enrol


@pytest.mark.parametrize(
    ("acting", "held", "has_one", "missing"),
    [
        ("clerk", {"clerk"}, False, False),
        ("clerk", {"clerk", "operator"}, False, True),
        ("clerk", {"clerk", "operator"}, True, False),
        ("operator", {"clerk", "operator"}, True, True),
        (None, set(), False, False),
    ],
)
def test_second_factor_is_asked_for_by_the_post_and_set_up_by_who_holds_one(
    acting: str | None, held: set[str], has_one: bool, missing: bool
) -> None:
    assert second_factor_missing(acting, held, ["operator"], has_one=has_one) is missing


@pytest.mark.parametrize("role", ["administrator", "operator"])
def test_holder_of_a_protected_post_is_led_to_set_up_a_second_factor_before_anything_opens(
    role: str, employ: Employ, browser: Browser, sign_in: Any
) -> None:
    sign_in(browser, employ("Phan Vận", ("H50.VP", role)))

    for page in ("/", "/notices/", "/exchange/monitor/", "/account/", "/accounts/"):
        answer = browser.get(page)
        assert answer.status_code == 302, page
        assert answer["Location"].startswith("/account/second-factor/?next="), page
    assert browser.post("/account/password/")["Location"] == "/account/second-factor/"
    shown = browser.get("/account/second-factor/")
    assert shown.status_code == 200
    assert shown.wsgi_request.actor is None  # type: ignore[attr-defined]  # set by the layer
    assert "Set up an app" in shown.content.decode()


@pytest.mark.parametrize("role", ["clerk", "head", "deputy", "officer", "auditor", "secrecy_officer"])
def test_other_posts_open_with_the_password_alone(
    role: str, employ: Employ, browser: Browser, sign_in: Any
) -> None:
    sign_in(browser, employ("Lê An", ("H50.S01", role)))
    assert browser.get("/").status_code == 200


def test_roles_that_need_a_second_factor_are_a_setting(
    employ: Employ, browser: Browser, sign_in: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["clerk"]
    sign_in(browser, employ("Lê An", ("H50.S01", "clerk")))
    assert browser.get("/")["Location"].startswith("/account/second-factor/")


def test_setting_up_an_app_opens_the_post_and_shows_recovery_codes_once(employ: Employ, set_up: Any) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    browser, secret = set_up(person)

    first = browser.get("/account/recovery-codes/").content.decode()
    again = browser.get("/account/recovery-codes/").content.decode()

    codes = re.findall(r"<code>(\d{8})</code>", first)
    assert len(codes) == 10
    assert (
        f'download="hienluong-recovery-codes.txt" href="data:text/plain;charset=utf-8,{codes[0]}%0A' in first
    )
    assert not any(code in again for code in codes)
    assert browser.get("/exchange/monitor/").status_code == 200
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)
    assert [entry["details"]["type"] for entry in _entries("identity.add_second_factor")] == [
        "totp",
        "recovery_codes",
    ]


def test_picture_for_the_app_keeps_to_the_policy(employ: Employ, browser: Browser, sign_in: Any) -> None:
    sign_in(browser, employ("Phan Vận", ("H50.VP", "operator")))
    answer = browser.get("/account/app/")
    assert "img-src 'self' data:" in answer["Content-Security-Policy"]
    assert 'src="data:image/svg+xml;base64,' in answer.content.decode()


def test_wrong_first_code_sets_nothing_up(employ: Employ, browser: Browser, sign_in: Any) -> None:
    sign_in(browser, employ("Phan Vận", ("H50.VP", "operator")))
    browser.get("/account/app/")
    answer = browser.post("/account/app/", {"code": "000000"})
    assert answer.status_code == 200
    assert "The code is wrong" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_second_step_asks_for_the_code_and_opens_no_session_before(
    employ: Employ, set_up: Any, sign_in: Any, browser: Browser
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    _, secret = set_up(person)

    answer = sign_in(browser, person)
    assert answer["Location"] == "/sign-in/code/"
    assert not _signed_in(browser)
    assert browser.get("/")["Location"] == "/sign-in/"

    before = browser.session.session_key
    assert browser.post("/sign-in/code/", {"code": _code(secret)})["Location"] == "/"
    assert _signed_in(browser)
    assert browser.session.session_key != before, "no session is carried over from before the sign-in"
    assert browser.get("/exchange/monitor/").status_code == 200
    assert _entries("identity.use_second_factor")[-1]["details"]["type"] == "totp"


def test_code_is_taken_once_even_after_its_period(employ: Employ, set_up: Any, sign_in: Any) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    _, secret = set_up(person)
    now = time.time()
    code = totp.format_hotp_value(totp.hotp_value(secret, int(now) // 30 + 1))
    first, second = Browser(), Browser()
    sign_in(first, person)
    assert first.post("/sign-in/code/", {"code": code})["Location"] == "/"

    sign_in(second, person)
    # The code of the coming period is still accepted 60 s later, when allauth has forgotten that it was used.
    cache.delete(f"allauth.mfa.totp.used?user={person.user_id}&code={code}")
    answer = second.post("/sign-in/code/", {"code": code})

    assert answer.status_code == 200
    assert not _signed_in(second)


def test_code_that_set_the_app_up_does_not_sign_in(employ: Employ, sign_in: Any, browser: Browser) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    sign_in(browser, person)
    browser.get("/account/app/")
    code = _code(browser.session["mfa.totp.secret"])
    browser.post("/account/app/", {"code": code})

    other = Browser()
    sign_in(other, person)
    other.post("/sign-in/code/", {"code": code})
    assert not _signed_in(other)


def test_recovery_code_signs_in_once(employ: Employ, set_up: Any, sign_in: Any) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    enrolled, _ = set_up(person)
    code = re.findall(r"<code>(\d{8})</code>", enrolled.get("/account/recovery-codes/").content.decode())[0]
    first, second = Browser(), Browser()

    sign_in(first, person)
    assert first.post("/sign-in/code/", {"code": code})["Location"] == "/"
    sign_in(second, person)
    second.post("/sign-in/code/", {"code": code})

    assert _signed_in(first)
    assert not _signed_in(second)


def test_wrong_codes_are_recorded_and_after_five_even_the_right_one_waits(
    employ: Employ, set_up: Any, sign_in: Any, browser: Browser
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    _, secret = set_up(person)
    sign_in(browser, person)
    for _ in range(5):
        browser.post("/sign-in/code/", {"code": _wrong(*(_code(secret, step) for step in (-1, 0, 1)))})
    answer = browser.post("/sign-in/code/", {"code": _code(secret)})

    assert "too many failed attempts" in answer.content.decode()
    assert not _signed_in(browser)
    refused = [entry for entry in _entries("identity.use_second_factor") if entry["outcome"] == "refused"]
    assert len(refused) == 5


def test_session_opened_with_the_password_before_the_post_was_held_asks_for_the_factor(
    employ: Employ, sign_in: Any, browser: Browser, platform: Actor, province: Any
) -> None:
    person = employ("Đặng Ý", ("H50.S01", "clerk"))
    sign_in(browser, person)
    assert browser.get("/").status_code == 200

    directory.assign_post(
        actor=platform,
        person=person,
        agency=province("H50.VP"),
        role="operator",
        title="Vận hành",
        now=clock.now(),
    )
    assert browser.get("/")["Location"].startswith("/account/second-factor/")


def test_switching_into_a_protected_post_asks_a_session_without_the_factor_for_it(
    employ: Employ, sign_in: Any, set_up: Any, browser: Browser, platform: Actor, province: Any
) -> None:
    person = employ("Đặng Ý", ("H50.S01", "clerk"))
    sign_in(browser, person)
    _, secret = set_up(person)  # in another browser, meanwhile
    directory.assign_post(
        actor=platform,
        person=person,
        agency=province("H50.VP"),
        role="operator",
        title="Vận hành",
        now=clock.now(),
    )
    post = Post.objects.get(person=person, role="operator")
    assert browser.get("/").status_code == 200, "as a clerk one goes on"

    answer = browser.post("/acting-for/", {"post": str(post.pk)})
    assert answer["Location"] == "/account/confirm/code/?next=%2Facting-for%2F"
    assert browser.get("/acting-for/").wsgi_request.actor.role == "clerk"  # type: ignore[attr-defined]  # set by the layer
    assert _entries("directory.switch_post")[-1]["outcome"] == "refused"

    confirmed = browser.post(
        "/account/confirm/code/?next=/acting-for/", {"code": _code(secret), "next": "/acting-for/"}
    )
    assert confirmed["Location"] == "/acting-for/"
    browser.post("/acting-for/", {"post": str(post.pk)})
    assert browser.get("/exchange/monitor/").status_code == 200


@pytest.mark.parametrize(
    "page",
    ["/account/app/", "/account/app/remove/", "/account/passkeys/add/", "/account/recovery-codes/renew/"],
)
def test_session_that_has_not_shown_the_factor_changes_none_even_with_the_password(
    page: str, employ: Employ, sign_in: Any, set_up: Any, browser: Browser, password: str
) -> None:
    person = employ("Đặng Ý", ("H50.S01", "clerk"))
    sign_in(browser, person)
    set_up(person)  # in another browser, meanwhile
    browser.post("/account/confirm/", {"password": password})

    for answer in (browser.get(page), browser.post(page)):
        assert answer["Location"].startswith("/account/confirm/code/")
    assert Authenticator.objects.filter(user=person.user).count() == 2
    assert browser.get("/").status_code == 200, "as a clerk one goes on"


def test_one_time_sign_in_counts_as_a_second_factor_for_its_session(
    employ: Employ, platform: Actor, browser: Browser
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    token = identity.create_one_time_sign_in(actor=platform, user=_account(person), now=clock.now())
    browser.post(f"/sign-in/once/{token}/")

    assert browser.get("/exchange/monitor/").status_code == 200


def test_one_time_sign_in_by_an_administrator_is_told_to_its_person(
    employ: Employ, acting: Callable[..., Actor]
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    administrator = acting("H50", "administrator")
    for _time in range(2):  # every time: one that a person did not ask for is what the notice is for
        identity.create_one_time_sign_in(actor=administrator, user=_account(person), now=clock.now())
    told = Notice.objects.filter(reader=person.pk).values_list("code", flat=True)
    assert list(told) == ["identity.one_time_sign_in"] * 2


def test_confirming_is_asked_for_once_the_sign_in_is_old(employ: Employ, set_up: Any) -> None:
    browser, _ = set_up(employ("Phan Vận", ("H50.VP", "operator")))
    session = browser.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [record | {"at": record["at"] - 3600} for record in records]
    session.save()

    for page in ("/account/app/remove/", "/account/recovery-codes/renew/", "/account/passkeys/add/"):
        assert browser.get(page)["Location"].startswith("/account/confirm/"), page


def test_app_is_removed_after_a_question_and_the_post_asks_anew(
    employ: Employ, set_up: Any, sign_in: Any
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    browser, _ = set_up(person)

    assert browser.get("/account/app/remove/").status_code == 200
    assert browser.post("/account/app/remove/")["Location"] == "/account/"
    assert not Authenticator.objects.exists(), "recovery codes end with the last factor"
    assert "identity.remove_second_factor" in {row.action for row in QueuedEntry.objects.all()}
    other = Browser()
    sign_in(other, person)
    assert other.get("/")["Location"].startswith("/account/second-factor/")


# --- Lost ---------------------------------------------------------------------------------------------------------


def test_lost_factor_is_taken_away_by_a_second_administrator_who_is_recorded_and_the_person_told(
    employ: Employ, set_up: Any, acting: Callable[..., Actor]
) -> None:
    person = employ("Phan Vận", ("H50.VP", "operator"))
    browser, _ = set_up(person)

    removed = commands.reset_second_factor(
        actor=acting("H50", "administrator"), user=_account(person), now=clock.now()
    )

    assert removed == 2
    assert not Authenticator.objects.filter(user=person.user).exists()
    assert browser.get("/")["Location"] == "/sign-in/", "sessions end at once"
    commands.reset_second_factor(actor=acting("H50", "administrator"), user=_account(person), now=clock.now())
    told = Notice.objects.filter(reader=person.pk).values_list("code", flat=True)
    assert list(told) == ["identity.second_factor_reset"] * 2
    assert [entry["details"]["removed"] for entry in _entries("identity.reset_second_factor")][-2:] == [2, 0]


def test_nobody_takes_away_their_own(employ: Employ) -> None:
    person = employ("Võ Quỳnh", ("H50", "administrator"))
    actor = directory.actor_of(directory.posts_of(_account(person))[0])
    with pytest.raises(OwnAccount):
        commands.reset_second_factor(actor=actor, user=_account(person), now=clock.now())
    assert _entries("identity.reset_second_factor")[-1]["outcome"] == "refused"


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_lost_factor_is_taken_away_by_administrators_only(
    role: str, employ: Employ, acting: Callable[..., Actor]
) -> None:
    person = employ("Phan Vận")
    for act in (commands.reset_second_factor, commands.unlock_account):
        with pytest.raises(PermissionMissing):
            act(actor=acting("H50.S01", role), user=_account(person), now=clock.now())


def test_passkey_page_of_an_address_without_a_name_says_what_is_missing(
    employ: Employ, browser: Browser, sign_in: Any
) -> None:
    sign_in(browser, employ("Lê An", ("H50.S01", "clerk")))
    assert (
        "https address"
        in browser.get("/account/passkeys/add/", headers={"host": "127.0.0.1:8000"}).content.decode()
    )
    page = browser.get("/account/passkeys/add/", headers={"host": "localhost:8000"}).content.decode()
    assert 'data-passkey="create"' in page


def test_made_up_passkey_is_refused(employ: Employ, browser: Browser, sign_in: Any) -> None:
    browser.get("/sign-in/passkey/", headers={"x-requested-with": "XMLHttpRequest"})
    for credential in (
        "",
        "{}",
        "[]",
        "nonsense",
        '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}',
    ):
        answer = browser.post("/sign-in/passkey/", {"credential": credential})
        assert answer["Location"] == "/sign-in/", credential
    assert not _signed_in(browser)
