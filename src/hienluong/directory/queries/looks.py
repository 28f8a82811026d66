"""Looks at people's data by others: whoever reads it says so, and for what; `evidence` makes entries of it (docs/decisions/0030)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from hienluong.directory.actors import Actor
from hienluong.directory.events import PeopleSeen
from hienluong.kit import clock
from hienluong.kit.events import publish
from hienluong.ledger.service import ActorRef

_CODE = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")
_purposes: dict[str, Purpose] = {}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody's data is looked at for: a code that never changes, its words, and whether the person is a line of a list."""

    code: str
    title: str | Promise
    listed: bool = False


def declare_purpose(code: str, title: str | Promise, *, listed: bool = False) -> Purpose:
    """Declares a purpose and returns it.

    Raises:
        ValueError: the code is not `module.what-for`, or it is declared already.
    """
    if not _CODE.fullmatch(code) or len(code) > 60:  # noqa: PLR2004 - the length of the column
        raise ValueError(f"A purpose is named module.what-for, not {code}.")
    if code in _purposes:
        raise ValueError(f"The purpose {code} is declared twice.")
    _purposes[code] = Purpose(code, title, listed)
    return _purposes[code]


def all_purposes() -> list[Purpose]:
    """Returns every declared purpose by code."""
    return [_purposes[code] for code in sorted(_purposes)]


def purpose_title(code: str) -> str | Promise:
    """Returns a purpose in words; one that is no longer declared by its code."""
    return _purposes[code].title if code in _purposes else code


def look(by: Actor | ActorRef | None, people: Iterable[UUID | None], purpose: Purpose) -> None:
    """Tells that somebody is shown these people's data; one's own data is nobody's business.

    To be called where the data is read, in the caller's transaction if there is one: what cannot be recorded is not shown.
    """
    who = by.ref if isinstance(by, Actor) else by
    if who is None:
        return
    own = who.id if who.kind == "person" else ""
    others = tuple(dict.fromkeys(one for one in people if one is not None and str(one) != own))
    if others:
        publish(PeopleSeen(others, purpose.code, purpose.listed, who, clock.now()))
