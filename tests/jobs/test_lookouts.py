"""What is due is found again and again until it is done, by one thread at a time, whatever fails meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from hienluong.jobs import lookouts
from hienluong.jobs.lookouts import Lookout, Watch

Keep = Callable[..., Watch]


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Keeps a lookout with short pauses and stops it after the test."""
    with ExitStack() as kept:

        def begin(due: lookouts.Due, run: lookouts.Run) -> Watch:
            watch = Watch(Lookout("tests.look", 0.01, due, run), rest=0.1, trouble=0.02)
            kept.callback(watch.stop)
            return watch

        yield begin


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_due_key_is_run_until_it_is_due_no_more(keep: Keep) -> None:
    waiting, done = {1, 2, 3}, []

    def run(key: int) -> None:
        done.append(key)
        waiting.discard(key)

    keep(lambda: sorted(waiting), run)
    until(lambda: not waiting)
    time.sleep(0.05)
    assert sorted(done) == [1, 2, 3]


def test_key_under_way_is_passed_over_and_found_again_afterwards(keep: Keep) -> None:
    begun, may_end = threading.Semaphore(0), threading.Semaphore(0)
    running, most = [0], [0]

    def run(_key: str) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        begun.release()
        may_end.acquire(timeout=10)
        running[0] -= 1

    keep(lambda: ["always"], run)
    assert begun.acquire(timeout=10)
    time.sleep(0.05)
    may_end.release()
    assert begun.acquire(timeout=10), "what is still due runs again"
    may_end.release(10)
    assert most == [1]


def test_slow_key_holds_up_no_other(keep: Keep) -> None:
    may_end, done = threading.Event(), []

    def run(key: str) -> None:
        if key == "slow":
            may_end.wait(10)
        done.append(key)

    keep(lambda: ["slow", "quick"], run)
    until(lambda: done.count("quick") > 2)
    assert "slow" not in done
    may_end.set()


def test_key_that_failed_rests_and_comes_again(keep: Keep, caplog: pytest.LogCaptureFixture) -> None:
    moments: list[float] = []

    def run(_key: str) -> None:
        moments.append(time.monotonic())
        raise ZeroDivisionError

    keep(lambda: ["bad"], run)
    until(lambda: len(moments) > 1)
    assert moments[1] - moments[0] >= 0.1
    assert "tests.look of bad failed" in caplog.text


def test_look_that_fails_is_said_once_and_made_good(keep: Keep, caplog: pytest.LogCaptureFixture) -> None:
    looks, done = [0], []

    def due() -> list[str]:
        looks[0] += 1
        if looks[0] < 5:
            raise ConnectionError("PostgreSQL restarts")
        return ["key"]

    keep(due, done.append)
    until(lambda: done)
    assert caplog.text.count("PostgreSQL restarts") == 1


def test_stopped_watch_begins_nothing_more(keep: Keep) -> None:
    done: list[str] = []
    watch = keep(lambda: ["key"], done.append)
    until(lambda: done)
    watch.stop()
    watch.wait(time.monotonic() + 1)
    time.sleep(0.05)
    count = len(done)
    time.sleep(0.1)
    assert len(done) == count


def test_look_goes_on_when_a_run_fails_while_what_rests_is_gone_through(keep: Keep) -> None:
    looks, begun, may_fail = [0], threading.Event(), threading.Event()
    looking: list[threading.Thread | None] = [None]

    class Resting(str):
        """A key that rests: while the look handles it, another run fails."""

        __slots__ = ()

        def __hash__(self) -> int:
            if begun.is_set() and not may_fail.is_set() and threading.current_thread() is looking[0]:
                may_fail.set()
                time.sleep(0.05)
            return super().__hash__()

    def due() -> list[str]:
        looking[0] = threading.current_thread()
        looks[0] += 1
        return [Resting("fails at once"), "fails meanwhile"]

    def run(key: str) -> None:
        if key == "fails meanwhile":
            begun.set()
            may_fail.wait(5)
        raise OSError("PostgreSQL restarts")

    keep(due, run)
    until(may_fail.is_set)
    seen = looks[0]
    until(lambda: looks[0] > seen + 5)
