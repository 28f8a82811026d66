"""Events reach their listeners at once, in order, in the caller's transaction."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hienluong.kit.events import isolated_listeners, publish, subscribe


@dataclass(frozen=True)
class PacketReceived:
    """An event as a module writes it."""

    number: int


@dataclass(frozen=True)
class UrgentPacketReceived(PacketReceived):
    """A more special event."""


@pytest.fixture(autouse=True)
def _no_other_listeners() -> Iterator[None]:
    with isolated_listeners():
        yield


def test_listeners_are_called_in_the_order_they_subscribed() -> None:
    heard: list[str] = []
    subscribe(PacketReceived, lambda event: heard.append(f"first {event.number}"))

    @subscribe(PacketReceived)
    def second(event: PacketReceived) -> None:
        heard.append(f"second {event.number}")

    publish(PacketReceived(7))

    assert heard == ["first 7", "second 7"]


def test_exception_of_a_listener_reaches_the_publisher_and_stops_the_rest() -> None:
    heard: list[int] = []

    def refuse(event: PacketReceived) -> None:
        raise LookupError(event.number)

    subscribe(PacketReceived, refuse)
    subscribe(PacketReceived, lambda event: heard.append(event.number))

    with pytest.raises(LookupError):
        publish(PacketReceived(1))
    assert heard == []


def test_listener_hears_exactly_the_type_it_subscribed_to() -> None:
    heard: list[PacketReceived] = []
    subscribe(PacketReceived, heard.append)

    publish(UrgentPacketReceived(1))
    publish("something else")

    assert heard == []


def test_same_listener_subscribed_twice_is_refused() -> None:
    def listen(event: PacketReceived) -> None: ...

    subscribe(PacketReceived, listen)

    with pytest.raises(ValueError, match="already"):
        subscribe(PacketReceived, listen)


def test_isolated_listeners_hear_nothing_outside_and_come_back_after() -> None:
    outside: list[PacketReceived] = []
    inside: list[PacketReceived] = []
    subscribe(PacketReceived, outside.append)

    with isolated_listeners():
        subscribe(PacketReceived, inside.append)
        publish(PacketReceived(1))
    publish(PacketReceived(2))

    assert inside == [PacketReceived(1)]
    assert outside == [PacketReceived(2)]
