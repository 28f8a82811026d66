"""A system's own webhooks through the API: nobody else's, secrets once, the same request twice, replay."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook as StandardWebhook
from tests.exchange.personas import deliver, document
from tests.webhooks.conftest import Caller, Peer
from tests.webhooks.test_delivery_to_webhooks import arrive

from hienluong.directory.errors import PermissionMissing
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.webhooks import commands, policy, tasks
from hienluong.webhooks.models import Webhook, WebhookSecret

pytestmark = pytest.mark.django_db
URL = "https://app.sonoivu.example.vn/hienluong"
BODY = {"url": URL, "kinds": ["packet.delivered"]}


@pytest.fixture
def home_affairs(caller: Callable[..., Caller]) -> Caller:
    """The system of Sở Nội vụ."""
    return caller("H50.S01")


@pytest.fixture
def justice(caller: Callable[..., Caller]) -> Caller:
    """The system of Sở Tư pháp."""
    return caller("H50.S02")


def test_webhook_is_registered_and_its_secret_shown_once(home_affairs: Caller) -> None:
    answer = home_affairs.call("post", "/webhooks", BODY)
    made = answer.json()
    hook = made["webhook"]

    assert answer.status_code == 201
    assert (hook["url"], hook["kinds"], hook["state"]) == (URL, ["packet.delivered"], "unverified")
    assert made["secret"].startswith("whsec_")
    assert home_affairs.call("get", f"/webhooks/{hook['id']}").json() == hook
    assert home_affairs.call("get", "/webhooks").json() == {"items": [hook]}
    kept = bytes(WebhookSecret.objects.get().sealed)
    assert len(StandardWebhook(made["secret"])._whsecret) == 32
    assert StandardWebhook(made["secret"])._whsecret not in kept


def test_nobody_else_sees_or_changes_a_webhook(home_affairs: Caller, justice: Caller, caller: Any) -> None:
    hook = home_affairs.call("post", "/webhooks", BODY).json()["webhook"]["id"]
    sibling = caller("H50.S01", "Phần mềm khác của cùng cơ quan")
    for stranger in (justice, sibling):
        answers = [
            stranger.call("get", f"/webhooks/{hook}"),
            stranger.call("patch", f"/webhooks/{hook}", {"kinds": ["packet.delivered"]}),
            stranger.call("delete", f"/webhooks/{hook}"),
            stranger.call("post", f"/webhooks/{hook}/verify"),
            stranger.call("post", f"/webhooks/{hook}/enable"),
            stranger.call("post", f"/webhooks/{hook}/secret"),
            stranger.call("get", f"/webhooks/{hook}/messages"),
            stranger.call("post", f"/webhooks/{hook}/replay", {"only_failed": True}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert stranger.call("get", "/webhooks").json() == {"items": []}
    assert Webhook.objects.get().state == "unverified"


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_shown_without_a_token(method: str) -> None:
    assert Caller(None, "x").call(method, "/webhooks").status_code == 401  # type: ignore[arg-type]  # it is nobody's


def test_request_made_again_with_its_key_has_one_effect_and_the_same_answer(home_affairs: Caller) -> None:
    headers = {"Idempotency-Key": "webhook-1"}
    first = home_affairs.call("post", "/webhooks", BODY, **headers)
    again = home_affairs.call("post", "/webhooks", BODY, **headers)
    other = home_affairs.call("post", "/webhooks", {**BODY, "url": URL + "/2"}, **headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == {**first.json(), "secret": None}
    assert other.json()["code"] == "systems.key-used-before"
    assert Webhook.objects.count() == 1
    assert first.json()["secret"].encode() not in json.dumps(again.json()).encode()


def test_key_of_a_request_that_was_refused_may_be_used_again(home_affairs: Caller) -> None:
    headers = {"Idempotency-Key": "webhook-1"}
    bad = home_affairs.call("post", "/webhooks", {**BODY, "url": "https://10.0.0.1/"}, **headers)
    good = home_affairs.call("post", "/webhooks", BODY, **headers)

    assert (bad.status_code, good.status_code) == (422, 201)


def test_key_of_another_system_is_another_key(home_affairs: Caller, justice: Caller) -> None:
    headers = {"Idempotency-Key": "1"}
    answers = [one.call("post", "/webhooks", BODY, **headers) for one in (home_affairs, justice)]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_ended_answers_ended_again_with_the_same_key(home_affairs: Caller) -> None:
    hook = home_affairs.call("post", "/webhooks", BODY).json()["webhook"]["id"]
    answers = [
        home_affairs.call("delete", f"/webhooks/{hook}", **{"Idempotency-Key": "end"}) for _twice in range(2)
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert home_affairs.call("delete", f"/webhooks/{hook}").status_code == 409
    assert (WebhookSecret.objects.count(), home_affairs.call("get", "/webhooks").json()) == (0, {"items": []})


def test_one_system_has_few_webhooks_and_one_for_an_address(home_affairs: Caller) -> None:
    for number in range(5):
        assert home_affairs.call("post", "/webhooks", {**BODY, "url": f"{URL}/{number}"}).status_code == 201
    same = home_affairs.call("post", "/webhooks", {**BODY, "url": f"{URL}/0"})
    more = home_affairs.call("post", "/webhooks", BODY)

    assert (same.status_code, same.json()["code"]) == (409, "webhooks.webhook-there")
    assert (more.status_code, more.json()["code"]) == (409, "webhooks.too-many-webhooks")


def test_packet_of_the_axis_reaches_the_webhook_and_the_status_returns_to_the_sender(
    home_affairs: Caller, justice: Caller, subscribed: Any
) -> None:
    """The whole way, through the public API, with nothing in place of anything."""
    sender, sender_peer = subscribed(home_affairs.system, "status.recorded")
    recipient, peer = subscribed(justice.system, "packet.delivered")
    handed_in: Any = Client().post(
        "/api/v1/packets",
        document(15, "H50.S02", subject="V/v bí mật của tiêu đề"),
        content_type="application/xml",
        headers={"Authorization": f"Bearer {home_affairs.token}", "Declared-Not-Secret": "true"},
    )
    assert handed_in.status_code == 201, handed_in.content
    deliver()
    assert tasks.deliver_due(recipient.pk) == 1
    [told] = peer.taken
    entry = Delivery.objects.get()
    assert told["data"] == {
        "entry": entry.pk,
        "packet": handed_in.json()["packet"],
        "kind": "edoc",
        "priority": 0,
    }
    assert "tiêu đề" not in peer.got[0][1].decode()
    reported = justice.call("post", f"/deliveries/{told['data']['entry']}/statuses", {"status": "01"})
    assert reported.status_code == 201
    deliver()
    tasks.deliver_due(sender.pk)
    assert [one["data"]["status"] for one in sender_peer.taken] == ["01"]


# --- the log and replay -------------------------------------------------------------------------------------------


@pytest.fixture
def told(home_affairs: Caller, subscribed: Any) -> tuple[Webhook, Peer]:
    """A webhook that took the messages 1 and 2 and did not take 3."""
    hook, peer = subscribed(home_affairs.system)
    arrive(home_affairs.system.agency_id, 1, 2)
    tasks.deliver_due(hook.pk)
    Webhook.objects.update(rest_until=None)
    arrive(home_affairs.system.agency_id, 3)
    peer.answers = lambda _headers, _body: (500, b"")
    tasks.deliver_due(hook.pk)
    hook.messages.filter(state="waiting").update(state="failed", due_at=None)
    peer.answers = None
    peer.got.clear()
    peer.taken.clear()
    peer.example.seen.clear()
    return hook, peer


def entries(peer: Peer) -> list[int]:
    """Returns the entries that the receiver took."""
    return sorted(one["data"]["entry"] for one in peer.taken)


def test_log_shows_every_attempt_with_status_and_time(home_affairs: Caller, told: Any) -> None:
    hook, _peer = told
    page = home_affairs.call("get", f"/webhooks/{hook.pk}/messages", {"limit": 3}).json()
    rest = home_affairs.call("get", f"/webhooks/{hook.pk}/messages", {"before": page["next"]}).json()

    assert [(one["kind"], one["state"]) for one in page["items"] + rest["items"]] == [
        ("packet.delivered", "failed"),
        ("packet.delivered", "delivered"),
        ("packet.delivered", "delivered"),
        (policy.VERIFICATION, "delivered"),
    ]
    [attempt] = page["items"][0]["attempts"]
    assert (attempt["status"], attempt["error"]) == (500, "http.peer-refused")
    assert attempt["milliseconds"] >= 0
    assert rest["next"] is None
    failed = home_affairs.call("get", f"/webhooks/{hook.pk}/messages", {"state": "failed"}).json()["items"]
    assert [one["data"]["entry"] for one in failed] == [3]


def test_one_message_is_sent_again_under_its_id(home_affairs: Caller, told: Any) -> None:
    hook, peer = told
    messages = home_affairs.call("get", f"/webhooks/{hook.pk}/messages").json()["items"]
    wanted = next(one["id"] for one in messages if one["data"].get("entry") == 1)
    answer = home_affairs.call("post", f"/webhooks/{hook.pk}/replay", {"message": wanted})
    tasks.deliver_due(hook.pk)

    assert (answer.status_code, answer.json()) == (202, {"replayed": 1})
    assert (entries(peer), peer.ids()) == ([1], [wanted])


def test_everything_that_failed_is_sent_again(home_affairs: Caller, told: Any) -> None:
    hook, peer = told
    answer = home_affairs.call("post", f"/webhooks/{hook.pk}/replay", {"only_failed": True})
    tasks.deliver_due(hook.pk)

    assert (answer.json(), entries(peer)) == ({"replayed": 1}, [3])


def test_messages_of_a_time_are_sent_again(home_affairs: Caller, told: Any) -> None:
    hook, peer = told
    moment = clock.now()
    early = hook.messages.get(data__entry=1)
    early.occurred_at = moment - timedelta(hours=3)
    early.save()
    span = {
        "since": (moment - timedelta(hours=4)).isoformat(),
        "until": (moment - timedelta(hours=2)).isoformat(),
    }
    answer = home_affairs.call("post", f"/webhooks/{hook.pk}/replay", span)
    tasks.deliver_due(hook.pk)

    assert (answer.json(), entries(peer)) == ({"replayed": 1}, [1])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"since": "2026-11-25T10:00:00+07:00", "until": "2026-11-25T09:00:00+07:00"}, 422),
        ({"message": "msg_" + "0" * 32}, 404),
        ({"message": "x"}, 422),
    ],
)
def test_replay_of_nothing_is_refused(home_affairs: Caller, told: Any, body: Any, status: int) -> None:
    hook, _peer = told
    assert home_affairs.call("post", f"/webhooks/{hook.pk}/replay", body).status_code == status


def test_replay_to_a_webhook_that_is_stopped_is_refused(home_affairs: Caller, told: Any) -> None:
    hook, _peer = told
    Webhook.objects.update(state="disabled")
    answer = home_affairs.call("post", f"/webhooks/{hook.pk}/replay", {"only_failed": True})

    assert (answer.status_code, answer.json()["code"]) == (409, "webhooks.not-verified")
    assert home_affairs.call("post", f"/webhooks/{hook.pk}/enable").json()["state"] == "active"


def test_unverified_webhook_cannot_be_turned_on(home_affairs: Caller) -> None:
    hook = home_affairs.call("post", "/webhooks", BODY).json()["webhook"]["id"]

    assert home_affairs.call("post", f"/webhooks/{hook}/enable").status_code == 409


def test_system_of_nobody_cannot_be_named(home_affairs: Caller) -> None:
    assert home_affairs.call("get", f"/webhooks/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("agency", "role", "may"),
    [
        ("H50.S01", "clerk", True),
        ("H50.S01", "head", True),
        ("H50.S02", "administrator", True),
        ("H50.S01", "deputy", False),
        ("H50.S01", "officer", False),
        ("H50.S01", "auditor", False),
        ("H50.S01", "operator", False),
        ("H50.S01", "secrecy_officer", False),
        ("H50.S02", "clerk", False),
        ("H50.S02", "head", False),
    ],
)
def test_webhook_is_managed_by_administrators_and_by_who_answers_for_the_system(
    home_affairs: Caller, acting: Any, agency: str, role: str, may: bool
) -> None:
    actor = acting(agency, role)

    def register() -> None:
        commands.register_webhook(
            actor=actor, system=home_affairs.system, url=URL, kinds=["packet.delivered"], now=clock.now()
        )

    if may:
        register()
    else:
        with pytest.raises(PermissionMissing):
            register()
    assert Webhook.objects.count() == may
