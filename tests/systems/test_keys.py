"""Secrets of systems: two at once, each with its end; one price for every claim; networks; notices before an end."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client as Browser

from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.systems import commands, keys, queries
from hienluong.systems import service as systems
from hienluong.systems.errors import SecretNotFound, SystemEnded, SystemRefused, TwoSecretsAlready
from hienluong.systems.models import SystemSecret, SystemTally
from hienluong.systems.service import AgencySystem

pytestmark = pytest.mark.django_db
Register = Callable[..., tuple[AgencySystem, str, str]]
TOKEN = "/api/oauth/token"


def _ask(client_id: str, secret: str, *, address: str = "127.0.0.1", **headers: str) -> Any:
    return Browser().post(
        TOKEN,
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        REMOTE_ADDR=address,
        headers=headers,
    )


def _me(token: str, address: str = "127.0.0.1", **headers: str) -> Any:
    return Browser().get(
        "/api/v1/me", REMOTE_ADDR=address, headers={"Authorization": f"Bearer {token}", **headers}
    )


# --- one price for every claim -----------------------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes every argon2 hash that is compared, with what it costs."""
    compared: list[str] = []
    real = Argon2PasswordHasher.verify

    def verify(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        compared.append(encoded.rsplit("$", 2)[0])  # algorithm, version and cost, without salt and hash
        return real(self, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    return compared


def test_every_claim_costs_one_hash_of_the_same_cost_whatever_exists(
    system: Register, platform: Actor, hashed: list[str]
) -> None:
    live, client_id, secret = system()
    ended, ended_client, ended_secret = system("H50.S02", "Phần mềm cũ")
    systems.end_system(actor=platform, system=ended, now=clock.now())
    claims = {
        "the right one": (client_id, secret),
        "a wrong secret of a known key": (client_id, secret[:-1] + ("A" if secret[-1] != "A" else "B")),
        "an unknown key": (client_id, keys.new_key()[1]),
        "another client's key": (ended_client, secret),
        "an unknown client": ("nobody", secret),
        "an ended system": (ended_client, ended_secret),
        "no secret of ours": (client_id, "guess"),
        "nothing": (client_id, ""),
        "very long": (client_id, "x" * 10_000),
    }

    costs = {}
    for name, claim in claims.items():
        hashed.clear()
        assert _ask(*claim).status_code == (200 if name == "the right one" else 401), name
        costs[name] = tuple(hashed)

    assert set(costs.values()) == {costs["the right one"]}, costs
    assert len(costs["the right one"]) == 1
    assert costs["the right one"][0].startswith("argon2$argon2id$")
    assert live.client.secret.startswith("!"), "allauth's own secret of the client never matches"


def test_an_unknown_client_takes_as_long_as_a_wrong_secret(
    system: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 2)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8192)
    registered, client_id, secret = system("H50.S01", "Phần mềm đo giờ")
    wrong = secret[:-4] + "0000"

    def measured(claimed_client: str, claimed: str) -> float:
        begun = time.perf_counter()
        assert keys.find_secret(client_id=claimed_client, secret=claimed, now=clock.now()) is None
        return time.perf_counter() - begun

    measured("nobody", wrong)  # the hash for nobody is made once
    pairs = [(measured(client_id, wrong), measured("nobody", "guess")) for _ in range(15)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))

    assert registered.valid_to is None
    assert 0.5 < unknown / known < 2, (known, unknown)


def test_secrets_are_compared_by_argon2_and_never_by_the_database(system: Register) -> None:
    _, client_id, secret = system()
    row = SystemSecret.objects.get()

    assert secret not in row.hash
    assert SystemSecret.objects.filter(hash=secret).count() == 0
    assert keys.find_secret(client_id=client_id, secret=secret, now=clock.now()) == row
    assert keys.find_secret(client_id=client_id, secret=row.hash, now=clock.now()) is None


def test_what_allauth_keeps_of_a_client_opens_nothing(system: Register) -> None:
    _, client_id, _ = system()

    kept = Client.objects.get(pk=client_id).secret
    assert _ask(client_id, kept).status_code == 401


# --- two at once -------------------------------------------------------------------------------------------------


def test_a_new_secret_is_good_at_once_and_the_former_one_for_seven_days(
    system: Register, platform: Actor
) -> None:
    registered, client_id, old = system()
    now = clock.now()

    new = systems.rotate_system_secret(actor=platform, system=registered, now=now)

    assert _ask(client_id, new).status_code == 200
    assert _ask(client_id, old).status_code == 200
    former = SystemSecret.objects.get(key_id=old.split("_")[1])
    assert former.ends_at == now + timedelta(days=7)
    at_its_end = {"client_id": client_id, "secret": old, "now": now + timedelta(days=7)}
    assert keys.find_secret(**at_its_end) is None
    assert keys.find_secret(**{**at_its_end, "now": now + timedelta(days=7, seconds=-1)}) == former


def test_which_secret_was_last_used_is_known(system: Register, platform: Actor) -> None:
    registered, client_id, old = system()
    new = systems.rotate_system_secret(actor=platform, system=registered, now=clock.now())
    assert _ask(client_id, old).status_code == 200
    used_old = SystemSecret.objects.get(key_id=old.split("_")[1]).last_used_at
    unused = SystemSecret.objects.get(key_id=new.split("_")[1]).last_used_at

    assert _ask(client_id, new).status_code == 200

    assert (used_old is not None, unused) == (True, None)
    assert SystemSecret.objects.get(key_id=old.split("_")[1]).last_used_at == used_old
    system_used = AgencySystem.objects.get(pk=registered.pk).last_used_at
    assert system_used == SystemSecret.objects.get(key_id=new.split("_")[1]).last_used_at


def test_a_third_secret_is_refused_until_one_ends(system: Register, platform: Actor) -> None:
    registered, _, old = system()
    now = clock.now()
    systems.rotate_system_secret(actor=platform, system=registered, now=now)

    with pytest.raises(TwoSecretsAlready) as refused:
        systems.rotate_system_secret(actor=platform, system=registered, now=now)

    assert old.split("_")[1] in str(refused.value)
    systems.end_system_secret(actor=platform, system=registered, key_id=old.split("_")[1], now=now)
    assert systems.rotate_system_secret(actor=platform, system=registered, now=now)


def test_a_leak_ends_both_secrets_with_a_new_one(system: Register, platform: Actor) -> None:
    registered, client_id, first = system()
    now = clock.now()
    second = systems.rotate_system_secret(actor=platform, system=registered, now=now)

    third = systems.rotate_system_secret(actor=platform, system=registered, now=now, former_ends_at=now)

    assert [_ask(client_id, secret).status_code for secret in (first, second, third)] == [401, 401, 200]


def test_an_earlier_end_stays_when_a_later_one_is_asked_for(system: Register, platform: Actor) -> None:
    registered, _, old = system()
    now = clock.now()
    soon = now + timedelta(hours=2)
    SystemSecret.objects.update(ends_at=soon)

    systems.rotate_system_secret(actor=platform, system=registered, now=now)

    assert SystemSecret.objects.get(key_id=old.split("_")[1]).ends_at == soon


def test_tokens_end_with_the_secret_that_gave_them_and_no_others(
    system: Register, platform: Actor, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    registered, client_id, old = system()
    of_old = _ask(client_id, old).json()["access_token"]
    new = systems.rotate_system_secret(actor=platform, system=registered, now=clock.now())
    of_new = _ask(client_id, new).json()["access_token"]
    assert [_me(token).status_code for token in (of_old, of_new)] == [200, 200]

    with django_capture_on_commit_callbacks(execute=True):
        systems.end_system_secret(
            actor=platform, system=registered, key_id=old.split("_")[1], now=clock.now()
        )

    assert [_me(token).status_code for token in (of_old, of_new)] == [401, 200]


def test_a_token_is_never_good_beyond_the_end_of_its_secret(system: Register, platform: Actor) -> None:
    registered, client_id, old = system()
    long_lived = _ask(client_id, old).json()
    soon = clock.now() + timedelta(minutes=5)
    systems.rotate_system_secret(actor=platform, system=registered, now=clock.now(), former_ends_at=soon)

    short_lived = _ask(client_id, old).json()

    assert long_lived["expires_in"] == 3600
    assert 290 <= short_lived["expires_in"] <= 300
    assert Token.objects.filter(expires_at__gt=soon).count() == 0, "the token given before ends with it too"


def test_a_secret_that_ends_while_a_token_is_asked_for_gives_none(
    system: Register, platform: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered, client_id, secret = system()

    def find_and_lose(**claim: Any) -> SystemSecret | None:
        found = keys.find_secret(**claim)
        now = clock.now()
        systems.rotate_system_secret(actor=platform, system=registered, now=now, former_ends_at=now)
        return found

    monkeypatch.setattr("hienluong.systems.tokens.find_secret", find_and_lose)

    answer = _ask(client_id, secret)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert Token.objects.count() == 0


def test_a_secret_that_is_given_a_later_end_while_a_token_is_asked_for_gives_it_all_the_same(
    system: Register, platform: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered, client_id, secret = system()
    soon = clock.now() + timedelta(minutes=5)

    def find_and_rotate(**claim: Any) -> SystemSecret | None:
        found = keys.find_secret(**claim)
        systems.rotate_system_secret(actor=platform, system=registered, now=clock.now(), former_ends_at=soon)
        return found

    monkeypatch.setattr("hienluong.systems.tokens.find_secret", find_and_rotate)

    assert _ask(client_id, secret).status_code == 200
    assert Token.objects.get().expires_at == soon


def test_a_secret_can_be_given_an_end(system: Register, platform: Actor) -> None:
    registered, client_id, _ = system()
    now = clock.now()
    new = systems.rotate_system_secret(
        actor=platform, system=registered, now=now, ends_at=now + timedelta(days=90)
    )

    assert keys.find_secret(client_id=client_id, secret=new, now=now + timedelta(days=89))
    assert keys.find_secret(client_id=client_id, secret=new, now=now + timedelta(days=90)) is None
    with pytest.raises(SystemRefused):
        systems.rotate_system_secret(actor=platform, system=registered, now=now, ends_at=now)


def test_a_secret_ends_once_and_only_one_of_ones_own(
    system: Register, platform: Actor, now: datetime
) -> None:
    registered, _, secret = system()
    other, _, others = system("H50.S02")
    key_id = secret.split("_")[1]
    systems.end_system_secret(actor=platform, system=registered, key_id=key_id, now=now)

    with pytest.raises(AlreadyEnded):
        systems.end_system_secret(actor=platform, system=registered, key_id=key_id, now=now)
    with pytest.raises(SecretNotFound):
        systems.end_system_secret(actor=platform, system=registered, key_id=others.split("_")[1], now=now)
    assert other.secrets.get().ends_at is None


def test_an_ended_system_gets_no_new_secret(system: Register, platform: Actor, now: datetime) -> None:
    registered, _, _ = system()
    systems.end_system(actor=platform, system=registered, now=now)

    for change in (
        lambda: systems.rotate_system_secret(actor=platform, system=registered, now=now),
        lambda: systems.end_system_secret(actor=platform, system=registered, key_id="x", now=now),
        lambda: systems.set_system_networks(actor=platform, system=registered, networks=[], now=now),
    ):
        with pytest.raises(SystemEnded):
            change()


def test_no_secret_is_ever_written_to_the_ledger(system: Register, platform: Actor) -> None:
    registered, client_id, first = system()
    second = systems.rotate_system_secret(actor=platform, system=registered, now=clock.now())
    _ask(client_id, first + "x")

    written = b"".join(bytes(row.entry) for row in QueuedEntry.objects.all())
    assert first.encode() not in written
    assert second.encode() not in written
    assert first.split("_")[1].encode() in written, "the public name of the key is there"


@pytest.mark.parametrize(
    "role", ["clerk", "head", "deputy", "officer", "operator", "auditor", "secrecy_officer"]
)
def test_only_administrators_change_a_real_system(
    role: str, system: Register, acting: Callable[..., Actor], now: datetime
) -> None:
    registered, _, secret = system("H50.S01")
    actor = acting("H50.S01", role)

    for act in (
        lambda: systems.rotate_system_secret(actor=actor, system=registered, now=now),
        lambda: systems.end_system_secret(
            actor=actor, system=registered, key_id=secret.split("_")[1], now=now
        ),
        lambda: systems.set_system_networks(actor=actor, system=registered, networks=[], now=now),
        lambda: systems.end_system(actor=actor, system=registered, now=now),
    ):
        with pytest.raises(PermissionMissing):
            act()


# --- networks ----------------------------------------------------------------------------------------------------


def test_a_system_bound_to_networks_gets_no_token_from_elsewhere(
    system: Register, platform: Actor, now: datetime
) -> None:
    registered, client_id, secret = system()
    systems.set_system_networks(
        actor=platform, system=registered, networks=["203.113.0.0/16", "2001:db8::/32"], now=now
    )

    inside = [
        _ask(client_id, secret, address=one) for one in ("203.113.7.9", "2001:db8::1", "::ffff:203.113.1.1")
    ]
    outside = _ask(client_id, secret, address="198.51.100.7")
    wrong = _ask(client_id, "wrong", address="198.51.100.7")

    assert [answer.status_code for answer in inside] == [200, 200, 200]
    assert (outside.status_code, outside.json()["error"]) == (401, "invalid_client")
    assert "198.51.100.7" in outside.json()["error_description"]
    assert "198.51" not in wrong.content.decode(), "only who holds the secret learns of the networks"


def test_a_good_token_is_refused_from_elsewhere_and_that_is_counted_and_recorded(
    system: Register, platform: Actor, now: datetime
) -> None:
    registered, client_id, secret = system()
    systems.set_system_networks(actor=platform, system=registered, networks=["203.113.0.0/16"], now=now)
    token = _ask(client_id, secret, address="203.113.7.9").json()["access_token"]

    answers = [_me(token, "198.51.100.7") for _ in range(3)]

    assert _me(token, "203.113.200.1").status_code == 200
    assert {answer.status_code for answer in answers} == {403}
    assert answers[0].json()["code"] == "systems.network-not-allowed"
    tally = SystemTally.objects.get(what="systems.network-not-allowed")
    assert (tally.count, tally.last_detail) == (3, "198.51.100.7")
    recorded = QueuedEntry.objects.filter(action="systems.call_from_network")
    assert recorded.count() == 1, "one entry per address and five minutes"


def test_networks_count_the_address_before_the_trusted_proxy(
    system: Register, platform: Actor, now: datetime, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    registered, client_id, secret = system()
    systems.set_system_networks(actor=platform, system=registered, networks=["203.113.0.0/16"], now=now)

    forwarded = {"x-forwarded-for": "203.113.7.9"}
    forged = {"x-forwarded-for": "203.113.7.9, 198.51.100.7"}

    assert _ask(client_id, secret, address="10.0.0.1", **forwarded).status_code == 200
    assert _ask(client_id, secret, address="10.0.0.1", **forged).status_code == 401


@pytest.mark.parametrize("written", ["203.113.0.1/16", "nonsense", "300.1.1.1", "10.0.0.0/33", ""])
def test_what_is_no_network_is_named(written: str, system: Register, platform: Actor, now: datetime) -> None:
    registered, _, _ = system()

    with pytest.raises(SystemRefused) as refused:
        systems.set_system_networks(actor=platform, system=registered, networks=[written], now=now)

    assert refused.value.errors[0].pointer == "/networks"


# --- notices -----------------------------------------------------------------------------------------------------


def _codes(person: Person) -> list[str]:
    return sorted(Notice.objects.filter(reader=person.pk).values_list("code", flat=True))


def test_people_in_charge_are_told_30_7_and_1_days_before_and_once_each(
    system: Register, employ: Callable[..., Person], platform: Actor
) -> None:
    registered, _, _ = system("H50.S01")
    now = clock.now()
    registered.secrets.update(ends_at=now + timedelta(days=40))
    clerk = employ("Nguyễn Thị Hạnh", ("H50.S01", "clerk"))
    administrator = employ("Võ Thị Quỳnh", ("H50", "administrator"))
    stranger = employ("Trần Văn Đức", ("H50.S02", "clerk"))

    told = [
        systems.tell_of_ending_secrets(now=now + timedelta(days=day))
        for day in (0, 10, 11, 33, 34, 39, 39, 41)
    ]

    assert told == [0, 1, 1, 1, 1, 1, 1, 0]
    expected = ["systems.secret_ends_1", "systems.secret_ends_30", "systems.secret_ends_7"]
    assert _codes(clerk) == expected
    assert _codes(administrator) == expected
    assert _codes(stranger) == []


def test_a_former_secret_ends_in_silence_unless_it_is_still_used(
    system: Register, employ: Callable[..., Person], platform: Actor
) -> None:
    registered, client_id, old = system("H50.S01")
    clerk = employ("Nguyễn Thị Hạnh", ("H50.S01", "clerk"))
    now = clock.now()
    systems.rotate_system_secret(actor=platform, system=registered, now=now - timedelta(days=1))

    systems.tell_of_ending_secrets(now=now)
    assert _codes(clerk) == []

    assert _ask(client_id, old).status_code == 200
    systems.tell_of_ending_secrets(now=clock.now())
    assert _codes(clerk) == ["systems.secret_ends_7"]


# --- reads -------------------------------------------------------------------------------------------------------


def test_systems_are_found_without_diacritics_in_vietnamese_order_and_pages(
    system: Register, platform: Actor
) -> None:
    for name in ("Ứng dụng một", "Ân", "Đèn", "Anh", "Dê"):
        system("H50.S01", name)

    first = queries.search_systems(platform, now=clock.now(), limit=3)
    second = queries.search_systems(platform, now=clock.now(), limit=3, after=first.next)

    assert [row.name for row in first.items] == ["Anh", "Ân", "Dê"]
    assert [row.name for row in second.items] == ["Đèn", "Ứng dụng một"]
    assert second.next is None
    found = queries.search_systems(platform, "ung dung noi vu", now=clock.now())
    assert [row.name for row in found.items] == ["Ứng dụng một"]
    assert queries.search_systems(platform, after="damaged", now=clock.now()).items == []


def test_people_of_an_agency_see_its_systems_and_no_others(
    system: Register, acting: Callable[..., Actor], province: Callable[[str], Agency]
) -> None:
    own, _, _ = system("H50.S01", "Của Sở Nội vụ")
    other, _, _ = system("H50.S02", "Của Sở Tư pháp")

    def seen(actor: Actor) -> set[str]:
        return {row.name for row in queries.search_systems(actor, now=clock.now()).items}

    assert seen(acting("H50.S01", "clerk")) == {own.name}
    assert seen(acting("H50", "administrator")) == seen(acting("H50", "auditor")) == {own.name, other.name}
    for role in ("operator", "secrecy_officer"):
        with pytest.raises(PermissionMissing):
            queries.search_systems(acting("H50.S01", role), now=clock.now())


def test_the_list_and_one_system_cost_a_fixed_number_of_queries(
    system: Register, platform: Actor, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        registered, client_id, secret = system("H50.S01", f"Phần mềm {number}")
        _ask(client_id, secret + "x")
    with django_assert_num_queries(1):
        assert len(queries.search_systems(platform, now=clock.now()).items) == 5
    with django_assert_num_queries(6):
        detail = queries.system_detail(platform, registered.pk, now=clock.now())
    assert [row.what for row in detail.refusals] == ["oauth.invalid_client"]


def test_a_sweep_drops_counts_of_long_ago(system: Register, platform: Actor) -> None:
    registered, client_id, _ = system()
    _ask(client_id, "wrong")
    now = clock.now()

    systems.sweep_counts(now=now)
    assert SystemTally.objects.count() == 1
    systems.sweep_counts(now=now + timedelta(days=500))
    assert SystemTally.objects.count() == 0
    assert commands.end_system(actor=platform, system=registered, now=now).valid_to
