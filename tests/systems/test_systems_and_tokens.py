"""Agencies' systems: OAuth2 client credentials, bearer tokens, rights to send for others."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.idp.oidc.models import Client, Token
from django.test import Client as Browser
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from hienluong.directory import recent
from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor, SendingRightRef
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.systems import service as systems
from hienluong.systems.models import SystemSecret
from hienluong.systems.service import AgencySystem, SystemBearer
from hienluong.systems.tokens import REFUSALS_PER_MINUTE

pytestmark = pytest.mark.django_db
Register = Callable[..., tuple[AgencySystem, str, str]]
TokenFor = Callable[[str, str], str]
Province = Callable[[str], Agency]
TOKEN = "/api/oauth/token"


def _ask(**form: str) -> Any:
    return Browser().post(TOKEN, {"grant_type": "client_credentials", **form})


def _ask_by_basic(client_id: str, secret: str) -> Any:
    credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Browser().post(
        TOKEN, {"grant_type": "client_credentials"}, headers={"authorization": f"Basic {credentials}"}
    )


def _refusals() -> list[dict[str, Any]]:
    rows = QueuedEntry.objects.filter(action="systems.issue_token").order_by("queued_at", "id")
    return [json.loads(bytes(row.entry)) for row in rows]


def test_a_secret_is_shown_once_and_kept_as_a_hash(system: Register) -> None:
    registered, client_id, secret = system()

    kept = SystemSecret.objects.get(system=registered)
    assert registered.client == Client.objects.get(pk=client_id)
    assert secret.startswith(f"hlk_{kept.key_id}_")
    assert len(secret.removeprefix(f"hlk_{kept.key_id}_")) == 43
    assert secret not in kept.hash
    assert kept.hash.startswith("argon2")
    assert not any(secret.encode() in bytes(entry.entry) for entry in QueuedEntry.objects.all())


def test_the_secret_gives_a_token_in_the_form_and_by_basic(system: Register) -> None:
    _, client_id, secret = system()

    for answer in (_ask(client_id=client_id, client_secret=secret), _ask_by_basic(client_id, secret)):
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        body = answer.json()
        assert body["token_type"] == "Bearer"
        assert body["expires_in"] == 3600
        assert "refresh_token" not in body


def test_a_wrong_secret_is_an_invalid_client_and_recorded_without_it(system: Register) -> None:
    registered, client_id, _ = system()

    answers = [_ask(client_id=client_id, client_secret="wrong-one"), _ask_by_basic(client_id, "wrong-one")]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert answer["WWW-Authenticate"].startswith("Basic")
    assert [entry["subject"] for entry in _refusals()] == [f"system:{registered.pk}"] * 2
    assert {entry["outcome"] for entry in _refusals()} == {"refused"}
    assert "wrong-one" not in json.dumps(_refusals())


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({}, 401, "invalid_client"),
        ({"client_id": "a\x00b", "client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "a", "client_secret": "x\x00"}, 401, "invalid_client"),
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_refused_requests_answer_as_rfc_6749_says(
    form: dict[str, str], status: int, error: str, db: None
) -> None:
    answer = _ask(**form)

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["error"] == error


def test_a_client_may_use_no_other_grant_and_no_other_scope(system: Register) -> None:
    _, client_id, secret = system()

    other_grant = _ask(grant_type="authorization_code", code="x", client_id=client_id, client_secret=secret)
    other_scope = _ask(scope="openid", client_id=client_id, client_secret=secret)

    assert other_grant.status_code == 400
    assert (other_scope.status_code, other_scope.json()["error"]) == (400, "invalid_scope")


def test_a_client_that_is_no_system_is_answered_by_allauth_and_gets_no_token_of_a_system(db: None) -> None:
    client = Client(name="sign-on of people", grant_types=Client.GrantType.AUTHORIZATION_CODE.value)
    client.set_secret("its own secret")
    client.save()

    its_grant = _ask(
        grant_type="authorization_code", code="x", client_id=client.pk, client_secret="its own secret"
    )
    wrong = _ask(grant_type="authorization_code", code="x", client_id=client.pk, client_secret="wrong")
    as_system = _ask(client_id=client.pk, client_secret="its own secret")

    assert (its_grant.status_code, its_grant.json()["error"]) == (400, "invalid_grant")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert (as_system.status_code, as_system.json()["error"]) == (401, "invalid_client")
    assert len(_refusals()) == 3
    assert Token.objects.count() == 0


def test_credentials_in_the_query_string_are_refused(system: Register) -> None:
    _, client_id, secret = system()

    answer: Any = Browser().post(
        f"{TOKEN}?client_id={client_id}&client_secret={secret}", {"grant_type": "client_credentials"}
    )

    assert answer.status_code in {400, 401}


def test_only_post_is_answered(db: None) -> None:
    answer: Any = Browser().get(TOKEN)

    assert (answer.status_code, answer["Allow"], answer.json()["error"]) == (405, "POST", "invalid_request")


def test_an_address_that_keeps_failing_is_made_to_wait(system: Register) -> None:
    _, client_id, secret = system()
    for _ in range(REFUSALS_PER_MINUTE):
        _ask(client_id="nobody", client_secret="x")

    answer = _ask(client_id=client_id, client_secret=secret)

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert len(_refusals()) == REFUSALS_PER_MINUTE


def test_a_token_is_the_actor_of_its_system_with_its_rights(
    system: Register, token_for: TokenFor, province: Province, platform: Actor, now: datetime
) -> None:
    registered, client_id, secret = system("H50.S01", "Hệ thống dùng chung")
    other = province("H50.S02")
    systems.grant_sending_right(
        actor=platform,
        system=registered,
        agency=other,
        reason="Biên bản dùng chung số 01",
        valid_to=date(2027, 1, 1),
        now=now,
    )
    systems.grant_sending_right(actor=platform, system=registered, agency=None, reason="Trục", now=now)

    actor = systems.system_by_token(token_for(client_id, secret), now=clock.now())

    assert actor == Actor(
        kind="system",
        id=registered.pk,
        name="Hệ thống dùng chung",
        agency_id=province("H50.S01").pk,
        agency_code="H50.S01",
        agency_name="Sở Nội vụ tỉnh Quảng Trị",
        rights=(
            SendingRightRef("agency", other.pk, date(2026, 11, 24), date(2027, 1, 1)),
            SendingRightRef("outside", None, date(2026, 11, 24), None),
        ),
    )


def test_a_token_costs_one_query_and_the_next_moment_none(
    system: Register, token_for: TokenFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, client_id, secret = system()
    token = token_for(client_id, secret)

    with django_assert_num_queries(1):
        first = systems.system_by_token(token, now=clock.now())
    with django_assert_num_queries(0):
        assert systems.system_by_token(token, now=clock.now()) == first


def test_a_remembered_token_is_forgotten_after_five_seconds(
    system: Register,
    token_for: TokenFor,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, client_id, secret = system()
    token = token_for(client_id, secret)
    moment = [1000.0]
    monkeypatch.setattr("hienluong.directory.recent.time.monotonic", lambda: moment[0])
    systems.system_by_token(token, now=clock.now())
    Token.objects.all().delete()  # as another process would

    moment[0] += recent.SECONDS - 0.1
    assert systems.system_by_token(token, now=clock.now()) is not None
    moment[0] += 0.2
    with django_assert_num_queries(1):
        assert systems.system_by_token(token, now=clock.now()) is None


def test_a_token_ends_at_its_time_even_while_remembered(system: Register, token_for: TokenFor) -> None:
    _, client_id, secret = system()
    token = token_for(client_id, secret)
    assert systems.system_by_token(token, now=clock.now()) is not None

    assert systems.system_by_token(token, now=clock.now() + timedelta(seconds=3601)) is None


def test_a_new_secret_can_end_the_old_one_and_every_token_at_once(
    system: Register,
    token_for: TokenFor,
    platform: Actor,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    registered, client_id, old = system()
    token = token_for(client_id, old)
    assert systems.system_by_token(token, now=clock.now()) is not None

    with django_capture_on_commit_callbacks(execute=True):
        new = systems.rotate_system_secret(
            actor=platform, system=registered, now=clock.now(), former_ends_at=clock.now()
        )

    assert systems.system_by_token(token, now=clock.now()) is None
    assert _ask(client_id=client_id, client_secret=old).status_code == 401
    assert systems.system_by_token(token_for(client_id, new), now=clock.now()) is not None


def test_an_ended_system_opens_nothing(
    system: Register,
    token_for: TokenFor,
    platform: Actor,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    registered, client_id, secret = system()
    token = token_for(client_id, secret)

    with django_capture_on_commit_callbacks(execute=True):
        systems.end_system(actor=platform, system=registered, now=now)

    assert systems.system_by_token(token, now=clock.now()) is None
    assert _ask(client_id=client_id, client_secret=secret).status_code == 401
    with pytest.raises(AlreadyEnded):
        systems.end_system(actor=platform, system=registered, now=now)


def test_tokens_of_other_kinds_and_other_clients_are_not_ours(system: Register, token_for: TokenFor) -> None:
    _, client_id, secret = system()
    token = token_for(client_id, secret)
    Token.objects.update(type=Token.Type.REFRESH_TOKEN)
    assert systems.system_by_token(token, now=clock.now()) is None

    stranger = Client.objects.create(name="not an agency's system")
    Token.objects.update(type=Token.Type.ACCESS_TOKEN, client=stranger)
    assert systems.system_by_token(token, now=clock.now()) is None


@pytest.mark.parametrize("token", ["", " ", "x", "ọ" * 5000, "\x00", "\ud800"])
def test_a_damaged_token_is_nobodys(token: str, db: None) -> None:
    assert systems.system_by_token(token, now=datetime(2026, 11, 24, tzinfo=UTC)) is None


def test_a_token_is_taken_from_the_header_only(system: Register, token_for: TokenFor) -> None:
    _, client_id, secret = system()
    token = token_for(client_id, secret)
    ask, bearer = RequestFactory(), SystemBearer()

    assert bearer(ask.get("/api/v1/me", {"access_token": token})) is None
    assert bearer(ask.post("/api/v1/me", {"access_token": token})) is None
    assert bearer(ask.get("/api/v1/me", headers={"authorization": f"Basic {token}"})) is None
    assert bearer(ask.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})) is not None


def test_a_right_ends_today_and_only_once(
    system: Register, province: Province, platform: Actor, now: datetime
) -> None:
    registered, _, _ = system()
    right = systems.grant_sending_right(
        actor=platform, system=registered, agency=province("H50.S02"), reason="Biên bản", now=now
    )

    ended = systems.end_sending_right(actor=platform, right=right, now=now)

    assert ended.valid_to == date(2026, 11, 24)
    with pytest.raises(AlreadyEnded):
        systems.end_sending_right(actor=platform, right=right, now=now)


def test_a_right_names_its_reason_and_ends_after_it_starts(
    system: Register, platform: Actor, now: datetime
) -> None:
    registered, _, _ = system()

    with pytest.raises(InvalidInput) as refused:
        systems.grant_sending_right(
            actor=platform, system=registered, agency=None, reason=" ", valid_to=date(2026, 11, 24), now=now
        )

    assert [error.pointer for error in refused.value.errors] == ["/reason", "/valid_to"]


def test_only_administrators_register_systems_and_grant_rights(
    system: Register, acting: Callable[..., Actor], province: Province, now: datetime
) -> None:
    registered, _, _ = system()
    operator = acting("H50.VP", "operator")
    itself = Actor(kind="system", id=UUID(int=1), name="Phần mềm", agency_id=province("H50.S01").pk)

    for actor in (operator, itself):
        with pytest.raises(PermissionMissing):
            systems.register_system(actor=actor, agency=province("H50"), name="x", now=now)
        with pytest.raises(PermissionMissing):
            systems.rotate_system_secret(actor=actor, system=registered, now=now)
        with pytest.raises(PermissionMissing):
            systems.end_system(actor=actor, system=registered, now=now)
        with pytest.raises(PermissionMissing):
            systems.grant_sending_right(actor=actor, system=registered, agency=None, reason="x", now=now)
