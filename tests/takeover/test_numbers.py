"""Numbers continue where the earlier system stopped: none left out, none given twice, however many ask at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from personas import System

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.takeover import commands
from hienluong.takeover.errors import NoSuchBook, NumberGivenAlready
from hienluong.takeover.models import GivenNumber, NumberBook

THREADS, EACH = 8, 5


@pytest.fixture
def clerk(dong_hoi: System) -> Actor:
    """The clerk of phường Đồng Hới."""
    return dong_hoi.clerk()


@pytest.fixture
def begin(clerk: Actor) -> Callable[..., NumberBook]:
    """Lets the book of công văn of 2026 continue from 1241."""

    def act(number: int = 1241, year: int = 2026) -> NumberBook:
        return commands.continue_book(
            actor=clerk, series="Công văn", year=year, number=number, now=clock.now()
        )

    return act


@pytest.mark.django_db
def test_nobody_but_a_clerk_keeps_books(clerk: Actor) -> None:
    for role in ("head", "officer", "administrator", "auditor"):
        with pytest.raises(PermissionMissing):
            commands.take_number(actor=replace(clerk, role=role), series="Công văn", now=clock.now())


@pytest.mark.django_db
def test_book_continues_from_the_number_that_was_said(begin: Callable[..., NumberBook], clerk: Actor) -> None:
    with pytest.raises(NoSuchBook):
        commands.take_number(actor=clerk, series="Công văn", year=2026, now=clock.now())
    begin()
    given = [
        commands.take_number(actor=clerk, series="Công văn", year=2026, purpose="Thư mời", now=clock.now())
        for _ in range(3)
    ]
    assert [one.number for one in given] == [1241, 1242, 1243]
    assert str(GivenNumber(number=8)) == "08"  # Decree 30/2020, App. I


@pytest.mark.django_db
def test_book_moves_forward_and_never_behind_what_it_gave(
    begin: Callable[..., NumberBook], clerk: Actor
) -> None:
    begin(100)
    assert begin(50).next == 50  # nothing was given yet: a slip is corrected
    commands.take_number(actor=clerk, series="Công văn", year=2026, now=clock.now())
    with pytest.raises(NumberGivenAlready):
        begin(50)
    assert begin(60).next == 60
    assert commands.take_number(actor=clerk, series="Công văn", year=2026, now=clock.now()).number == 60


@pytest.mark.django_db
def test_new_year_begins_with_one(begin: Callable[..., NumberBook], clerk: Actor) -> None:
    begin()
    january = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # half past midnight in Việt Nam
    assert commands.take_number(actor=clerk, series="Công văn", now=january).number == 1
    with pytest.raises(NoSuchBook):
        commands.take_number(actor=clerk, series="Công văn", year=2029, now=january)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("series", "year", "number"),
    [("", 2026, 1), ("x" * 101, 2026, 1), ("A", 2026, 0), ("A", 2026, 10**7), ("A", 99, 1)],
)
def test_book_that_makes_no_sense_is_refused(clerk: Actor, series: str, year: int, number: int) -> None:
    with pytest.raises(InvalidInput):
        commands.continue_book(actor=clerk, series=series, year=year, number=number, now=clock.now())


@pytest.mark.django_db
def test_number_of_an_act_that_failed_is_given_to_the_next(
    begin: Callable[..., NumberBook], clerk: Actor
) -> None:
    begin(7)
    with transaction.atomic():
        assert commands.take_number(actor=clerk, series="Công văn", year=2026, now=clock.now()).number == 7
        transaction.set_rollback(True)
    assert commands.take_number(actor=clerk, series="Công văn", year=2026, now=clock.now()).number == 7


@pytest.mark.django_db(transaction=True)
def test_clerks_who_ask_at_once_get_every_number_once(begin: Callable[..., NumberBook], clerk: Actor) -> None:
    begin(1)
    got: list[int] = []
    failed: list[BaseException] = []
    together = threading.Barrier(THREADS)

    def ask(thread: int) -> None:
        try:
            together.wait(20)
            for turn in range(EACH):
                with transaction.atomic():
                    number = commands.take_number(
                        actor=clerk, series="Công văn", year=2026, now=clock.now()
                    ).number
                    given_up = (thread + turn) % 4 == 0  # a quarter of all acts fails afterwards
                    transaction.set_rollback(given_up)
                if not given_up:
                    got.append(number)
        except BaseException as problem:  # noqa: BLE001 - a failure in a thread must fail the specification
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert sorted(got) == list(range(1, len(got) + 1))
    assert len(got) == THREADS * EACH * 3 // 4
    assert NumberBook.objects.get().next == len(got) + 1
