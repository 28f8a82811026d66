"""Events: how a lower module tells a higher one what happened without knowing it.

An event is a frozen dataclass named in the past tense. Listeners run at once, in the caller's transaction, in the
order they subscribed; an exception ends the act that published. A listener writes rows or defers a job that
commits with them; it never calls the outside world.

    @subscribe(PacketReceived)
    def register_incoming(event: PacketReceived) -> None: ...
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, overload

Event = TypeVar("Event")
Listener = Callable[[Event], None]

_listeners: dict[type, list[Listener[Any]]] = {}


@overload
def subscribe(event_type: type[Event], listener: Listener[Event]) -> Listener[Event]: ...


@overload
def subscribe(event_type: type[Event]) -> Callable[[Listener[Event]], Listener[Event]]: ...


def subscribe(
    event_type: type[Event], listener: Listener[Event] | None = None
) -> Listener[Event] | Callable[[Listener[Event]], Listener[Event]]:
    """Calls the listener for every event of exactly this type from now on; without a listener, is a decorator.

    Raises:
        ValueError: the listener is subscribed to this type already.
    """
    if listener is None:
        return lambda decorated: subscribe(event_type, decorated)
    listeners = _listeners.setdefault(event_type, [])
    if listener in listeners:
        raise ValueError(f"{listener!r} listens to {event_type.__name__} already.")
    listeners.append(listener)
    return listener


def publish(event: object) -> None:
    """Calls the listeners of the event's type, first subscribed first; their exceptions reach the caller."""
    for listener in tuple(_listeners.get(type(event), ())):
        listener(event)


@contextmanager
def isolated_listeners() -> Iterator[None]:
    """Runs a test without the listeners of the installed modules and forgets those it subscribes."""
    before = {event_type: list(listeners) for event_type, listeners in _listeners.items()}
    _listeners.clear()
    try:
        yield
    finally:
        _listeners.clear()
        _listeners.update(before)
