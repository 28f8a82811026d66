"""Things whose content break-glass can open: the module that owns a sort of thing says how one is found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from hienluong.access.errors import BreakGlassNotFound


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing: its sort and id, what it is called without its content, where it opens."""

    kind: str
    id: str
    label: str
    link: str


Find = Callable[[str], Thing]
_kinds: dict[str, tuple[str | Promise, Find]] = {}


def declare_thing(kind: str, title: str | Promise, find: Find) -> None:
    """Declares a sort of thing; `find` gets an id as somebody typed it, in the transaction of the request.

    `find` locks the thing, and raises where there is none or where nobody may ever see it by break-glass.

    Raises:
        ValueError: the sort is declared already.
    """
    if kind in _kinds:
        raise ValueError(f"The thing {kind} is declared twice.")
    _kinds[kind] = (title, find)


def find_thing(kind: str, thing_id: str) -> Thing:
    """Returns the thing of this sort and id.

    Raises:
        BreakGlassNotFound: no module has such things; or whatever the module raises.
    """
    if kind not in _kinds:
        raise BreakGlassNotFound
    return _kinds[kind][1](thing_id)


def kinds() -> list[tuple[str, str | Promise]]:
    """Returns the sorts of things with their names, for a choice."""
    return [(kind, title) for kind, (title, _find) in sorted(_kinds.items())]
