"""Browsers are woken by web push: encrypted for them alone, signed by us, saying nothing of any document."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as present
from tests.notices.conftest import Browser, PushService

from hienluong.kit import clock
from hienluong.notices import push
from hienluong.notices import service as notices
from hienluong.notices.errors import SubscriptionNotFound, SubscriptionRefused, TooManyBrowsers
from hienluong.notices.models import Notice, Push, Subscription

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
HOA, NAM = notices.Reader(uuid.uuid4(), "hoa@example.vn"), notices.Reader(uuid.uuid4(), "nam@example.vn")
VALUES = {"document": "15/SNV-VP", "sender": "Sở Nội vụ", "due": "10:30 24/11/2026"}


def subscribe(browser: Browser, reader: uuid.UUID = HOA.id) -> Subscription:
    return notices.subscribe(reader=reader, browser="Firefox, Linux", now=NOW, **browser.given)


def remind(*readers: notices.Reader, link: str = "/exchange/packets/1/") -> None:
    notices.tell(readers=readers, code="deadlines.urgent", values=VALUES, link=link, now=NOW)


def push_all(now: datetime = NOW) -> int:
    return sum(push.push_due(one, now=lambda: now) for one in push.subscriptions_with_due(now=now))


def test_message_is_encrypted_for_the_browser_and_names_no_document(push_service: PushService) -> None:
    browser, other = push_service.browser(), push_service.browser()
    subscribe(browser)
    remind(HOA, NAM)

    assert push_all() == 1

    [(path, headers, body)] = push_service.got
    assert browser.endpoint.endswith(path)
    said = browser.read(body)
    assert set(said) == {"title", "text", "link", "tag"}
    assert said["link"] == "/exchange/packets/1/"
    assert "10:30 24/11/2026" in said["text"]
    for secret in ("15/SNV-VP", "Sở Nội vụ"):
        assert secret not in json.dumps(said, ensure_ascii=False)
        assert secret.encode() not in body
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", str(12 * 3600))
    with pytest.raises(Exception, match=r"(?i)decrypt|tag"):
        other.read(body)
    assert Push.objects.get().pushed_at == NOW
    assert Subscription.objects.get().last_used_at == NOW


def test_call_is_signed_with_the_key_that_the_browser_subscribed_with(push_service: PushService) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    push_all()

    scheme, _space, given = push_service.got[0][1]["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in given.split(","))
    assert (scheme, parts["k"]) == ("vapid", notices.push_key())
    point = base64.urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience="https://127.0.0.1")
    assert claims["sub"] == f"mailto:{present.PUSH_CONTACT}"
    assert claims["exp"] <= clock.now().timestamp() + 24 * 3600  # RFC 8292, section 2


@pytest.mark.parametrize("gone", [404, 410])
def test_browser_that_is_gone_is_forgotten_with_what_waits_for_it(
    push_service: PushService, gone: int
) -> None:
    subscribe(push_service.browser())
    kept = subscribe(push_service.browser())
    remind(HOA)
    push_service.answers = [gone, 201]
    push_all()
    assert list(Subscription.objects.values_list("pk", flat=True)) == [kept.pk]
    assert Push.objects.count() == 1


def test_push_service_that_is_busy_is_called_again_and_not_for_ever(push_service: PushService) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    push_service.answers = [503] * 9
    moment = NOW
    for _attempt in range(9):
        push_all(moment)
        moment += timedelta(hours=1)
    assert len(push_service.got) == 5
    assert Push.objects.get().due_at is None
    assert Push.objects.get().pushed_at is None


def test_push_service_that_refuses_a_message_is_not_asked_again(push_service: PushService) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    push_service.answers = [413]
    push_all()
    assert push_all(NOW + timedelta(days=1)) == 0


def test_message_claimed_by_a_worker_that_died_comes_again_and_by_no_other_meanwhile(
    push_service: PushService,
) -> None:
    one = subscribe(push_service.browser())
    remind(HOA)
    assert push._claim(one.pk, NOW) is not None  # and then the worker was killed
    assert push_all(NOW + timedelta(seconds=30)) == 0
    assert push_all(NOW + timedelta(seconds=61)) == 1
    assert push_all(NOW + timedelta(days=1)) == 0


def test_what_was_read_meanwhile_wakes_nobody(push_service: PushService) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    notices.mark_read(reader=HOA.id, now=NOW)
    assert push_all() == 0
    assert push_service.got == []


def test_same_notice_is_pushed_once_and_ordinary_notices_never(push_service: PushService) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    notices.tell(
        readers=[HOA],
        code="deadlines.urgent",
        values=VALUES,
        link="/exchange/packets/1/",
        now=NOW + timedelta(hours=1),
    )
    notices.tell(
        readers=[HOA],
        code="exchange.arrived",
        values={"sender": "Sở", "document": "15"},
        link="/",
        now=NOW,
    )
    push_all(NOW + timedelta(hours=1))
    assert len(push_service.got) == 1


def test_person_chooses_the_ways(push_service: PushService) -> None:
    subscribe(push_service.browser())
    notices.set_ways(reader=HOA.id, mail=False, push=False)
    remind(HOA, NAM)
    assert push_all() == 0
    assert dict(Notice.objects.values_list("reader", "address")) == {HOA.id: "", NAM.id: "nam@example.vn"}
    notices.set_ways(reader=HOA.id, mail=True, push=True)
    remind(HOA, link="/exchange/packets/2/")
    assert push_all() == 1
    assert Notice.objects.get(link="/exchange/packets/2/").address == "hoa@example.vn"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1/push/1",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://user@127.0.0.1/",
        "https://intranet.example.vn/",
        "https://fcm.googleapis.com.evil.example/",
        "https://127.0.0.1:5432/",
        "https://[::1]/",
        "//127.0.0.1/",
        "https://127.0.0.1/" + "x" * 1000,
    ],
)
def test_address_that_is_no_push_service_is_refused(push_service: PushService, endpoint: str) -> None:
    given = push_service.browser().given | {"endpoint": endpoint}
    with pytest.raises(SubscriptionRefused):
        notices.subscribe(reader=HOA.id, browser="", now=NOW, **given)


@pytest.mark.parametrize(
    "wrong", [{"p256dh": "AAAA"}, {"auth": ""}, {"auth": "!"}, {"p256dh": "B" + "A" * 86}]
)
def test_key_that_is_none_is_refused(push_service: PushService, wrong: dict[str, str]) -> None:
    with pytest.raises(SubscriptionRefused):
        notices.subscribe(reader=HOA.id, browser="", now=NOW, **(push_service.browser().given | wrong))


def test_private_address_is_not_called_even_where_it_was_kept(
    push_service: PushService, settings: Any
) -> None:
    subscribe(push_service.browser())
    remind(HOA)
    settings.PUSH_ALLOWED_NETWORKS = []
    push_all()
    assert push_service.got == []
    assert Push.objects.get().due_at is None  # it was given up: the address must not be called


def test_browser_known_under_another_person_is_the_latters(push_service: PushService) -> None:
    browser = push_service.browser()
    subscribe(browser)
    remind(HOA)
    made = subscribe(browser, NAM.id)
    assert push_all() == 0  # what was for the one is not shown to the other
    assert [one.reader for one in Subscription.objects.all()] == [NAM.id]
    with pytest.raises(SubscriptionNotFound):
        notices.unsubscribe(reader=HOA.id, subscription_id=made.pk)
    notices.unsubscribe(reader=NAM.id, subscription_id=made.pk)
    assert not Subscription.objects.exists()


def test_person_has_ten_browsers_at_most(push_service: PushService) -> None:
    for _number in range(10):
        last = push_service.browser()
        subscribe(last)
    with pytest.raises(TooManyBrowsers):
        subscribe(push_service.browser())
    subscribe(last)  # one that is known may renew its keys


def test_installation_without_a_key_subscribes_nobody(push_service: PushService, settings: Any) -> None:
    settings.PUSH_KEY = ""
    assert notices.push_key() == ""
    with pytest.raises(SubscriptionRefused):
        subscribe(push_service.browser())
