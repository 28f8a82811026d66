"""The pages of webhooks: who sees and does what, secrets shown once, everything checked before it cannot be undone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.webhooks.conftest import Caller
from tests.webhooks.test_delivery_to_webhooks import arrive

from hienluong.directory.models import Person, Post
from hienluong.kit import clock
from hienluong.webhooks import commands, queries, tasks
from hienluong.webhooks.cli import group
from hienluong.webhooks.models import Message, Webhook

pytestmark = pytest.mark.django_db
Visit = Callable[[str, str], Browser]
SECRET = re.compile(r"whsec_[\w+/]{43}=")
SEES = {"administrator", "auditor", "operator", "clerk", "head", "deputy", "officer"}
URL = "https://app.sonoivu.example.vn/hook"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def visit(employ: Callable[..., Person], signed_in: Callable[[Person], Browser]) -> Visit:
    """Signs a new person of the agency in, and gives the browser."""

    def sign_in(code: str, role: str) -> Browser:
        browser = signed_in(employ("Nguyễn Thị Hạnh", (code, role)))
        browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return browser

    return sign_in


@pytest.fixture
def hook(caller: Callable[..., Caller], platform: Any) -> Webhook:
    """A webhook of Sở Nội vụ that is in use; a message to it failed."""
    made, _secret = commands.register_webhook(
        actor=platform, system=caller().system, url=URL, kinds=["packet.delivered"], now=clock.now()
    )
    Webhook.objects.update(state="active", verified_at=clock.now())
    arrive(made.system.agency_id, 4711)
    Message.objects.filter(kind="packet.delivered").update(state="failed", due_at=None)
    return Webhook.objects.get()


@pytest.mark.parametrize("role", [role.value for role in Post.Role])
def test_list_shows_an_agency_its_own_and_watchers_all(hook: Webhook, visit: Visit, role: str) -> None:
    own, other = visit("H50.S01", role).get("/webhooks/"), visit("H50.S02", role).get("/webhooks/")

    assert own.status_code == other.status_code == (200 if role in SEES else 403)
    if role in SEES:
        assert URL in own.content.decode()
        assert (URL in other.content.decode()) == (role in {"administrator", "auditor", "operator"})


def test_list_asks_as_many_questions_for_many_as_for_one(
    hook: Webhook, acting: Any, caller: Any, platform: Any, django_assert_num_queries: Any
) -> None:
    clerk = acting("H50.S01", "clerk")
    for number in range(4):
        commands.register_webhook(
            actor=platform,
            system=hook.system,
            url=f"{URL}/{number}",
            kinds=["packet.delivered"],
            now=clock.now(),
        )
    with django_assert_num_queries(2):
        assert len(queries.search_webhooks(clerk).items) == 5
    with django_assert_num_queries(2):
        queries.messages_of(clerk, hook)


def test_clerk_registers_a_webhook_and_sees_its_secret_once(
    caller: Callable[..., Caller], visit: Visit
) -> None:
    system = caller().system
    clerk = visit("H50.S01", "clerk")
    form = clerk.get("/webhooks/register/")
    key = form.context["form"]["key"].value()
    sent = {"key": key, "system": str(system.pk), "url": URL, "kinds": ["packet.delivered"]}
    shown = clerk.post("/webhooks/register/", sent)
    again = clerk.post("/webhooks/register/", sent)

    assert (form.status_code, shown.status_code, again.status_code) == (200, 201, 422)
    assert len(SECRET.findall(shown.content.decode())) >= 1
    assert SECRET.findall(again.content.decode()) == []
    made = Webhook.objects.get()
    assert SECRET.findall(clerk.get(f"/webhooks/{made.pk}/").content.decode()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://10.0.0.1/"}, "no public address"),
        ({"url": "http://example.vn/"}, "https://"),
        ({"kinds": []}, "at least one"),
        ({"system": "00000000-0000-0000-0000-000000000000"}, "valid choice"),
    ],
)
def test_form_that_is_wrong_is_shown_again_with_what_is_wrong(
    caller: Callable[..., Caller], visit: Visit, changed: dict[str, Any], said: str
) -> None:
    sent = {"key": "k", "system": str(caller().system.pk), "url": URL, "kinds": ["packet.delivered"]}
    answer = visit("H50.S01", "clerk").post("/webhooks/register/", {**sent, **changed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Webhook.objects.count() == 0


def test_page_shows_every_attempt_and_sends_one_message_again(
    hook: Webhook, visit: Visit, receive: Any
) -> None:
    clerk = visit("H50.S01", "clerk")
    message = Message.objects.get(kind="packet.delivered")
    page = clerk.get(f"/webhooks/{hook.pk}/").content.decode()
    assert "entry 4711" in page
    assert f"/messages/{message.pk}/replay/" in page

    answer = clerk.post(f"/webhooks/{hook.pk}/messages/{message.pk}/replay/", follow=True)

    assert "1 message is sent again." in answer.content.decode()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)


def test_what_failed_is_sent_again_after_a_check(hook: Webhook, visit: Visit) -> None:
    operator = visit("H50.S02", "operator")
    address = f"/webhooks/{hook.pk}/replay/"
    check = operator.post(address, {"which": "failed", "step": "check"})
    assert Message.objects.get(kind="packet.delivered").state == "failed"
    done = operator.post(address, {"which": "failed", "step": "send"}, follow=True)
    missing = operator.post(address, {"which": "time", "step": "check"})

    assert (check.status_code, done.status_code, missing.status_code) == (200, 200, 422)
    assert "1 message is sent again." in done.content.decode()
    assert "Enter the day." in missing.content.decode()


def test_messages_of_a_day_are_sent_again(hook: Webhook, visit: Visit) -> None:
    today = clock.in_vietnam(clock.now()).strftime("%d/%m/%Y")
    sent = {"which": "time", "since": today, "until": today, "step": "send"}
    answer = visit("H50.S01", "head").post(f"/webhooks/{hook.pk}/replay/", sent, follow=True)

    assert "1 message is sent again." in answer.content.decode()


def test_secret_is_changed_and_the_webhook_ended(hook: Webhook, visit: Visit) -> None:
    head = visit("H50.S01", "head")
    shown = head.post(f"/webhooks/{hook.pk}/secret/", {"key": "k", "former": "usual"})
    assert shown.status_code == 201
    assert hook.secrets.count() == 2
    check = head.post(f"/webhooks/{hook.pk}/end/", {"step": "check"})
    assert Webhook.objects.get().state == "active"
    head.post(f"/webhooks/{hook.pk}/end/", {"step": "send"})

    assert check.status_code == 200
    assert Webhook.objects.get().state == "ended"


def test_stopped_webhook_is_turned_on_and_an_unverified_one_challenged(hook: Webhook, visit: Visit) -> None:
    clerk = visit("H50.S01", "clerk")
    Webhook.objects.update(state="disabled", stopped_at=clock.now())
    assert "Turn it on" in clerk.get(f"/webhooks/{hook.pk}/").content.decode()
    clerk.post(f"/webhooks/{hook.pk}/enable/")
    assert Webhook.objects.get().state == "active"
    Webhook.objects.update(state="unverified")
    assert "Challenge it again" in clerk.get(f"/webhooks/{hook.pk}/").content.decode()
    clerk.post(f"/webhooks/{hook.pk}/verify/")
    assert hook.messages.filter(kind="webhook.verification", state="waiting").count() == 1


def test_stopped_webhook_is_not_challenged_for_nothing_would_be_sent(hook: Webhook, visit: Visit) -> None:
    Webhook.objects.update(state="disabled", stopped_at=clock.now())
    before = hook.messages.count()
    answer = visit("H50.S01", "clerk").post(f"/webhooks/{hook.pk}/verify/")

    assert answer.status_code == 409
    assert hook.messages.count() == before


def test_list_counts_what_waits_and_failed_of_each_webhook_and_not_what_was_delivered(
    hook: Webhook, platform: Any
) -> None:
    arrive(hook.system.agency_id, 1, 2)
    Message.objects.filter(kind="webhook.verification").update(state="delivered", due_at=None)
    page = queries.search_webhooks(platform)
    assert [(one.waiting, one.failed) for one in page.items] == [(2, 1)]  # type: ignore[attr-defined]  # set by it
    with CaptureQueriesContext(connection) as asked:
        queries.search_webhooks(platform)
    assert [one["sql"].count('JOIN "webhooks_message"') for one in asked] == [0, 0]


def test_last_day_that_there_is_can_be_given(hook: Webhook, visit: Visit) -> None:
    sent = {"which": "time", "since": "01/01/0001", "until": "31/12/9999", "step": "send"}
    answer = visit("H50.S01", "head").post(f"/webhooks/{hook.pk}/replay/", sent, follow=True)

    assert "1 message is sent again." in answer.content.decode()


@pytest.mark.parametrize(
    ("agency", "role", "status"),
    [
        ("H50.S01", "deputy", 403),
        ("H50.S01", "officer", 403),
        ("H50.S01", "auditor", 403),
        ("H50.S01", "secrecy_officer", 403),
        ("H50.S02", "clerk", 404),
        ("H50.S02", "head", 404),
    ],
)
@pytest.mark.parametrize("act", ["end", "secret", "kinds", "verify", "enable", "replay"])
def test_nobody_else_changes_a_webhook(
    hook: Webhook, visit: Visit, agency: str, role: str, status: int, act: str
) -> None:
    answer = visit(agency, role).post(f"/webhooks/{hook.pk}/{act}/", {"step": "send", "which": "failed"})

    assert answer.status_code == status
    hook.refresh_from_db()
    assert (hook.state, hook.secrets.count()) == ("active", 1)


# --- on the server ------------------------------------------------------------------------------------------------


def run(*arguments: object) -> Any:
    """Runs `hienluong webhooks …` in this process, whose database is the specification's."""
    return CliRunner().invoke(group, [str(one) for one in arguments], obj=nullcontext, env={"LANGUAGE": "en"})


def test_commands_on_the_server_do_what_the_pages_do(caller: Callable[..., Caller], receive: Any) -> None:
    system = caller().system
    peer = receive()

    def call(*arguments: object) -> Any:
        answer = run(*arguments, "--json")
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.output)

    made = call("register", system.pk, peer.url, "--kind", "packet.delivered")
    peer.secrets.append(made["secret"])
    hook = made["webhook"]
    tasks.deliver_due(Webhook.objects.get().pk)
    assert [one["state"] for one in call("list")] == ["active"]
    arrive(system.agency_id, 1)
    Webhook.objects.update(rest_until=None)
    tasks.deliver_due(Webhook.objects.get().pk)
    [message, _challenge] = call("messages", hook)
    assert (message["state"], message["attempts"][0]["status"]) == ("delivered", 204)
    assert call("replay", hook, "--message", message["id"]) == {"replayed": 1}
    assert call("replay", hook, "--failed") == {"replayed": 0}
    assert call("rotate", hook)["secret"] != made["secret"]
    assert call("verify", hook)["state"] == "active"
    Webhook.objects.update(state="disabled")
    assert call("enable", hook)["state"] == "active"
    assert [one["id"] for one in call("list", "--state", "stopped")] == []
    assert call("end", hook)["state"] == "ended"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("replay", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"), 2),
        (("replay", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00", "--message", "x"), 2),
        (("end", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"), 1),
        (("register", "0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00", URL), 1),
    ],
)
def test_command_that_cannot_be_done_says_so(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).exit_code == code
