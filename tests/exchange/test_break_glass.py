"""Break-glass with two people: asked, approved by an independent second one, limited in time, every look recorded."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hienluong.access import policy
from hienluong.access import service as access
from hienluong.access.errors import (
    BreakGlassNotFound,
    BreakGlassRefused,
    BreakGlassRepeated,
    SecondPersonNeeded,
)
from hienluong.access.models import BreakGlass, BreakGlassLook
from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import PacketNotFound, PacketQuarantined
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice

DONG_HOI, HOME_AFFAIRS, FINANCE = "H50.C18880", "H50.S01", "H50.S02"
HOUR = timedelta(hours=1)

Someone = Callable[..., Actor]


@pytest.fixture
def someone(agencies: Mapping[str, Agency]) -> Someone:
    """Gives the actor that a new person is in a post of an agency."""

    def employ(role: str, code: str = FINANCE) -> Actor:
        setup = Actor.platform("specification")
        person = directory.create_person(
            actor=setup, full_name=f"Lê {role}", username=f"glass-{uuid.uuid4().hex[:8]}", now=clock.now()
        )
        directory.assign_post(
            actor=setup, person=person, agency=agencies[code], role=role, title=role, now=clock.now()
        )
        assert person.user is not None
        return directory.actor_of(directory.posts_of(person.user)[0])

    return employ


@pytest.fixture
def packet(received: Callable[..., Delivery]) -> uuid.UUID:
    """A document of Sở Nội vụ to phường Đồng Hới."""
    return received(15).packet_id


def _ask(actor: Actor, packet: uuid.UUID, now: datetime, hours: int = 2) -> BreakGlass:
    return access.request_break_glass(
        actor=actor,
        kind="packet",
        object_id=str(packet),
        reason="Gói tin không chuyển được",
        legal_basis="QĐ 28/2018/QĐ-TTg, điều 16",
        hours=hours,
        now=now,
    )


def _look(actor: Actor, packet: uuid.UUID, now: datetime) -> str:
    return exchange.open_packet(actor=actor, packet_id=packet, now=now).journey.packet.subject


@pytest.mark.parametrize("role", ["operator", "administrator", "auditor"])
def test_watcher_sees_content_only_after_a_second_person_approved(
    someone: Someone, packet: uuid.UUID, role: str
) -> None:
    now, asking, second = clock.now(), someone(role), someone("auditor")
    with pytest.raises(PermissionMissing):
        _look(asking, packet, now)
    grant = _ask(asking, packet, now)
    with pytest.raises(PermissionMissing):
        _look(asking, packet, now)

    access.approve_break_glass(actor=second, grant_id=grant.pk, now=now)

    assert _look(asking, packet, now) == "V/v tập huấn công tác văn thư"
    part = exchange.read_part(actor=asking, packet_id=packet, position=0, now=now)
    assert b"".join(part.chunks).startswith(b"%PDF")
    with pytest.raises(PermissionMissing):
        _look(second, packet, now)  # approving opens nothing to the approver


@pytest.mark.parametrize("role", ["clerk", "head", "deputy", "officer", "secrecy_officer"])
def test_people_of_agencies_do_not_ask(someone: Someone, packet: uuid.UUID, role: str) -> None:
    with pytest.raises(PermissionMissing):
        _ask(someone(role), packet, clock.now())


@pytest.mark.parametrize("role", ["operator", "clerk", "head", "secrecy_officer"])
def test_only_administrators_and_auditors_approve(someone: Someone, packet: uuid.UUID, role: str) -> None:
    grant = _ask(someone("operator"), packet, clock.now())
    with pytest.raises(PermissionMissing):
        access.approve_break_glass(actor=someone(role), grant_id=grant.pk, now=clock.now())


def test_requester_does_not_approve_the_own_request_whatever_post(
    someone: Someone, packet: uuid.UUID
) -> None:
    now, asking = clock.now(), someone("administrator")
    grant = _ask(asking, packet, now)
    with pytest.raises(SecondPersonNeeded):
        access.approve_break_glass(actor=asking, grant_id=grant.pk, now=now)
    as_auditor = replace(asking, role="auditor", post_id=None)
    with pytest.raises(SecondPersonNeeded):
        access.approve_break_glass(actor=as_auditor, grant_id=grant.pk, now=now)


def test_stand_in_and_holder_of_a_post_are_one_side(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, other = clock.now(), someone("administrator"), someone("administrator")
    in_asking_post = replace(other, post_id=asking.post_id)
    grant = _ask(asking, packet, now)
    with pytest.raises(SecondPersonNeeded):
        access.approve_break_glass(actor=in_asking_post, grant_id=grant.pk, now=now)


def test_two_people_do_not_let_each_other_in_by_turns(someone: Someone, packet: uuid.UUID) -> None:
    now, first, second, third = (
        clock.now(),
        someone("administrator"),
        someone("auditor"),
        someone("auditor"),
    )
    mine, theirs = _ask(first, packet, now), _ask(second, packet, now)
    with pytest.raises(SecondPersonNeeded):
        access.approve_break_glass(actor=second, grant_id=mine.pk, now=now)
    with pytest.raises(SecondPersonNeeded):
        access.approve_break_glass(actor=first, grant_id=theirs.pk, now=now)
    access.approve_break_glass(actor=third, grant_id=mine.pk, now=now)
    assert BreakGlass.objects.get(pk=theirs.pk).state == "requested"


def test_database_refuses_an_approver_who_is_the_requester(someone: Someone, packet: uuid.UUID) -> None:
    grant = _ask(someone("administrator"), packet, clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.filter(pk=grant.pk).update(approver=grant.requester_id)


def test_access_ends_at_its_moment_without_anything_running(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, second = clock.now(), someone("operator"), someone("auditor")
    grant = _ask(asking, packet, now, hours=2)
    access.approve_break_glass(actor=second, grant_id=grant.pk, now=now)

    assert _look(asking, packet, now + 2 * HOUR - timedelta(seconds=1))
    with pytest.raises(PermissionMissing):
        _look(asking, packet, now + 2 * HOUR)


def test_request_lapses_after_a_day_and_is_not_approved_then(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, second = clock.now(), someone("operator"), someone("auditor")
    grant = _ask(asking, packet, now)
    with pytest.raises(BreakGlassRefused):
        access.approve_break_glass(actor=second, grant_id=grant.pk, now=now + 24 * HOUR)
    assert access.settle_break_glass(now=now + 24 * HOUR) == 1
    assert BreakGlass.objects.get(pk=grant.pk).state == "lapsed"
    _ask(asking, packet, now + 25 * HOUR)  # and a new one may be made


@pytest.mark.parametrize("hours", [0, 25, -1])
def test_time_is_at_most_a_day(someone: Someone, packet: uuid.UUID, hours: int) -> None:
    with pytest.raises(InvalidInput):
        _ask(someone("operator"), packet, clock.now(), hours=hours)


def test_same_person_asks_once_at_a_time(someone: Someone, packet: uuid.UUID) -> None:
    asking = someone("operator")
    _ask(asking, packet, clock.now())
    with pytest.raises(BreakGlassRepeated):
        _ask(asking, packet, clock.now())


def test_packet_that_is_not_there_is_not_asked_for(someone: Someone, packet: uuid.UUID) -> None:
    with pytest.raises(PacketNotFound):
        _ask(someone("operator"), uuid.uuid4(), clock.now())


def test_access_to_one_packet_opens_no_other(someone: Someone, received: Callable[..., Delivery]) -> None:
    now, asking = clock.now(), someone("operator")
    first, second = received(15).packet_id, received(16).packet_id
    grant = _ask(asking, first, now)
    access.approve_break_glass(actor=someone("auditor"), grant_id=grant.pk, now=now)
    with pytest.raises(PermissionMissing):
        _look(asking, second, now)


def test_every_look_is_an_entry_and_shown_to_the_holders(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, clerk = clock.now(), someone("operator"), someone("clerk", DONG_HOI)
    grant = _ask(asking, packet, now)
    access.approve_break_glass(actor=someone("auditor"), grant_id=grant.pk, now=now)
    _look(asking, packet, now)
    exchange.read_part(actor=asking, packet_id=packet, position=0, now=now)

    assert list(BreakGlassLook.objects.order_by("pk").values_list("what", flat=True)) == [
        "page",
        "attachment 0",
    ]
    assert QueuedEntry.objects.filter(action="access.look_by_glass").count() == 2
    (shown,) = exchange.open_packet(actor=clerk, packet_id=packet, now=now).glass
    assert (shown.requester_name, shown.look_count) == (asking.name, 2)


def test_clerks_and_heads_of_every_holder_are_told_at_once(someone: Someone, packet: uuid.UUID) -> None:
    now = clock.now()
    holders = {someone(role, code) for code in (DONG_HOI, HOME_AFFAIRS) for role in ("clerk", "head")}
    others = {someone("officer", DONG_HOI), someone("clerk", FINANCE)}
    grant = _ask(someone("operator"), packet, now)
    assert not Notice.objects.filter(code="exchange.glass").exists()

    access.approve_break_glass(actor=someone("auditor"), grant_id=grant.pk, now=now)

    told = set(Notice.objects.filter(code="exchange.glass").values_list("reader", flat=True))
    assert told == {actor.person_id for actor in holders}
    assert not told & {actor.person_id for actor in others}


def test_quarantined_packet_is_never_opened(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, second = clock.now(), someone("operator"), someone("auditor")
    clerk = someone("clerk", DONG_HOI)
    grant = _ask(asking, packet, now)
    running = _ask(second, packet, now)
    access.approve_break_glass(actor=someone("administrator"), grant_id=running.pk, now=now)
    assert _look(second, packet, now)

    exchange.quarantine_packet(actor=clerk, packet_id=packet, reason="Có dấu mật", now=now)

    with pytest.raises(PermissionMissing):
        _look(second, packet, now)
    with pytest.raises(BreakGlassRefused):
        access.approve_break_glass(actor=someone("auditor"), grant_id=grant.pk, now=now)
    with pytest.raises(PacketQuarantined):
        _ask(someone("administrator"), packet, now)
    assert set(BreakGlass.objects.values_list("state", flat=True)) == {"retracted", "ended"}


def test_declining_needs_a_word_and_opens_nothing(someone: Someone, packet: uuid.UUID) -> None:
    now, asking, second = clock.now(), someone("operator"), someone("auditor")
    grant = _ask(asking, packet, now)
    with pytest.raises(InvalidInput):
        access.decline_break_glass(actor=second, grant_id=grant.pk, note="", now=now)
    access.decline_break_glass(actor=second, grant_id=grant.pk, note="Không đủ lý do", now=now)
    with pytest.raises(PermissionMissing):
        _look(asking, packet, now)
    with pytest.raises(BreakGlassRefused):
        access.approve_break_glass(actor=someone("administrator"), grant_id=grant.pk, now=now)


def test_operator_does_not_end_what_another_asked_for(someone: Someone, packet: uuid.UUID) -> None:
    grant = _ask(someone("operator"), packet, clock.now())
    with pytest.raises(BreakGlassNotFound):
        access.end_break_glass(actor=someone("operator"), grant_id=grant.pk, now=clock.now())


def test_look_without_running_access_is_refused_even_by_the_recorder(
    someone: Someone, packet: uuid.UUID
) -> None:
    with pytest.raises(BreakGlassNotFound):
        access.record_look(
            actor=someone("operator"), kind="packet", object_id=str(packet), what="page", now=clock.now()
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_is_refused(someone: Someone, packet: uuid.UUID) -> None:
    now = clock.now()
    grant = _ask(someone("operator"), packet, now)
    first, second = someone("auditor"), someone("administrator")
    results = _at_once(
        *[
            lambda actor=actor: access.approve_break_glass(actor=actor, grant_id=grant.pk, now=now)  # type: ignore[misc]  # bound now
            for actor in (first, second)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["BreakGlass", "BreakGlassRefused"]
    assert QueuedEntry.objects.filter(action="access.approve_glass").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_approving_and_quarantining_at_once_nothing_stays_open(
    someone: Someone, packet: uuid.UUID
) -> None:
    now, asking, auditor, clerk = (
        clock.now(),
        someone("operator"),
        someone("auditor"),
        someone("clerk", DONG_HOI),
    )
    grant = _ask(asking, packet, now)
    _at_once(
        lambda: access.approve_break_glass(actor=auditor, grant_id=grant.pk, now=now),
        lambda: exchange.quarantine_packet(actor=clerk, packet_id=packet, reason="Mật", now=now),
    )
    with pytest.raises(PermissionMissing):
        _look(asking, packet, now)


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Returns what each act gave or raised, done by threads that start together."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results.append(act())
        except Exception as problem:  # noqa: BLE001 - the error is the result
            results.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# --- the state table ----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "decline", "end", "end by second", "look", "settle"]), st.integers(0, 30)
    ),
    max_size=8,
)


class _Undone(Exception):
    """Ends an example; what it did is undone."""


@pytest.mark.django_db
@given(hours=st.integers(1, 24), steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_only_table_steps_happen_and_content_is_open_only_while_approved(
    someone: Someone, packet: uuid.UUID, hours: int, steps: list[tuple[str, int]]
) -> None:
    now = clock.now()
    with pytest.raises(_Undone), transaction.atomic():
        asking, second = someone("operator"), someone("auditor")
        grant = _ask(asking, packet, now, hours=hours)
        state, open_until = "requested", None
        for act, wait in steps:
            now += wait * HOUR
            if state == "requested" and now >= grant.answer_until:
                state = "lapsed"
            if state == "approved" and open_until is not None and now >= open_until:
                state = "expired"
            after = _after(act, state)
            try:
                _do(act, asking, second, grant, packet, now)
                happened = True
            except (BreakGlassRefused, PermissionMissing):
                happened = False
            if act == "look":
                assert happened == (state == "approved")
            elif act != "settle":
                assert happened == (after is not None)
            if after is not None and after != state:
                assert after in policy.BREAK_GLASS[state]
                open_until = now + hours * HOUR if after == "approved" else open_until
                state = after
            stored = BreakGlass.objects.get(pk=grant.pk)
            assert (
                policy.glass_state(
                    stored.state, answer_until=stored.answer_until, valid_until=stored.valid_until, now=now
                )
                == state
            )
        raise _Undone


def _after(act: str, state: str) -> str | None:
    """Returns the state that the act leads to, None where it is to be refused."""
    return {
        ("approve", "requested"): "approved",
        ("decline", "requested"): "declined",
        ("end", "requested"): "retracted",
        ("end", "approved"): "ended",
        ("end by second", "approved"): "ended",
        ("look", "approved"): "approved",
    }.get((act, state), state if act == "settle" else None)


def _do(act: str, asking: Actor, second: Actor, grant: BreakGlass, packet: uuid.UUID, now: datetime) -> None:
    if act == "approve":
        access.approve_break_glass(actor=second, grant_id=grant.pk, now=now)
    elif act == "decline":
        access.decline_break_glass(actor=second, grant_id=grant.pk, note="Không", now=now)
    elif act == "look":
        _look(asking, packet, now)
    elif act == "settle":
        access.settle_break_glass(now=now)
    else:
        access.end_break_glass(actor=second if act == "end by second" else asking, grant_id=grant.pk, now=now)
