"""The words of the persona matrix: what becomes of whom at a door.

A table in `routes/` names each address as the resolver declares it, each method the address takes, and who passes:

    "exchange/inbox/": {"GET": door(*AGENCY)},                         # a list: each sees what is their agency's
    "exchange/packets/<uuid:packet_id>/": {"GET": of_agency(*AGENCY)}, # one agency's thing: 404 for another agency
    "access/cases/<int:case_id>/": {
        "POST": door("administrator", answers=302, sends={"outcome": "It was right."}),
    },

Whoever is not named is refused, and everybody is tried:

| persona                          | page                                        | `api/`  |
|----------------------------------|---------------------------------------------|---------|
| visitor, closed account          | led to the sign-in; a form they send: 401    | 401     |
| account without a post           | 401: nobody to act for                       | 401     |
| no second factor, first password | led to do that first                         | 401     |
| person in a post                 | `others`: 403, and the refusal is recorded   | 401     |
| the roles named, another agency  | `elsewhere`: 404, as if there were nothing   |         |
| system                           | as a visitor                                 | `others` |

What differs at one door stands there: `but={"postless": 200}`. Where a door has several forms (acts, states), its
method has several doors in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from tests.matrix.personas import (
    AGENCY,
    HALF_WAY,
    IDLE,
    NOBODY,
    PEOPLE,
    PERSONAS,
    PROGRAMS,
    ROLES,
    WATCHERS,
    is_other,
    role_of,
)

__all__ = [
    "AGENCY",
    "CONFIRM",
    "HALF_WAY",
    "IDLE",
    "ROLES",
    "SIGN_IN",
    "WATCHERS",
    "Answer",
    "Door",
    "First",
    "Table",
    "Things",
    "anybody",
    "door",
    "of_agency",
    "own",
    "signed_in",
]

SIGN_IN, SECOND_FACTOR, NEW_PASSWORD, CONFIRM = "sign-in", "second factor", "new password", "confirm"
LED_TO = {
    "/sign-in/": SIGN_IN,
    "/account/second-factor/": SECOND_FACTOR,
    "/account/password/": NEW_PASSWORD,
    "/account/confirm/": CONFIRM,
    "/account/confirm/code/": CONFIRM,
}
"""Pages that somebody is led to instead; an answer is one of these words, or a status."""

CALLERS = ("system", "other_system", "behalf_system", "sandbox_system")
"""Whose token the API takes."""

Answer = int | str
Things = Mapping[str, Any]
"""What stands behind the doors of one side, by name."""

Sends = Things | Callable[[Things], Any]
First = Callable[[Client, Things], Things]
FOR_ALL = {
    "api/oauth/token",
    "api/errors",
    "api/v1/docs",
    "api/v1/openapi.json",
    "api/v1/",
    "api/v1/errors",
    "api/v1/receipt-keys",
}
"""Addresses under `api/` that ask nobody for a token: they answer everybody alike."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who passes, what those get, and what is sent to the door.

    Attributes:
        passes: roles and personas who pass; of an agency's thing only those of that agency.
        anywhere: roles who pass whosever the thing is.
        answers: what those get who pass.
        agencys: whether the thing is one agency's; it is tried with ours and with the unrelated agency's.
        elsewhere: what the roles that pass get at another agency's thing.
        others: what everybody else gets who acts in a post, or as a system.
        but: what single personas get instead.
        at: parameters of the address that lead to a thing of another name.
        given: parameters of the address as they are.
        sends: the form, or how to make it from the things; of a GET what stands behind the question mark; bytes are
            sent as they are.
        first: what the persona does before at other pages; what it learns there `sends` finds among the things.
        json: whether the form is sent as JSON.
        headers: further headers.
        acts: whether passing changes anything, or for which roles; None: as the method says. Whoever is refused never
            changes anything.
        recorded: whether what is done and who is refused stands in the ledger.
        sees: roles that see an agency's thing at their own agency but may not do this: 403 there, `elsewhere` elsewhere.
        sees_anywhere: roles that see it whosever it is but may not do this: 403.
    """

    passes: tuple[str, ...]
    anywhere: tuple[str, ...] = ()
    answers: Answer = 200
    agencys: bool = False
    elsewhere: Answer = 404
    others: Answer = 403
    but: Mapping[str, Answer] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    sends: Sends = field(default_factory=dict)
    first: First | None = None
    json: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    acts: bool | tuple[str, ...] | None = None
    recorded: bool = True
    sees: tuple[str, ...] = ()
    sees_anywhere: tuple[str, ...] = ()

    def lets_in(self, persona: str, route: str, *, theirs: bool) -> bool:
        """Returns whether this persona passes; `theirs`: the thing is the unrelated agency's."""
        if persona in self.but:
            return False
        if route in FOR_ALL:
            return True
        if route.startswith("api/") and persona not in CALLERS:
            return False
        if {persona, _role(persona)} & {*self.anywhere}:
            return True
        if not {persona, _role(persona)} & {*self.passes}:
            return False
        return not self.agencys or _is_home(persona, theirs=theirs)

    def is_act(self, persona: str, method: str) -> bool:
        """Returns whether something is changed when this persona passes."""
        if isinstance(self.acts, tuple):
            return bool({persona, _role(persona)} & {*self.acts})
        return method not in {"GET", "HEAD"} if self.acts is None else self.acts

    def expected(self, persona: str, method: str, route: str, *, theirs: bool) -> Answer:
        """Returns what this persona gets."""
        if persona in self.but:
            return self.but[persona]
        if self.lets_in(persona, route, theirs=theirs):
            return self.answers
        if route.startswith("api/") and persona not in CALLERS:
            return 403 if persona == "stray_system" else 401
        return self._refused(persona, method, route, theirs=theirs)

    def _refused(self, persona: str, method: str, route: str, *, theirs: bool) -> Answer:
        if route.startswith("api/") or persona not in {*NOBODY, *IDLE, *HALF_WAY, *PROGRAMS}:
            return self._refused_an_actor(persona, theirs=theirs)
        if persona in IDLE:
            return 401
        if persona in HALF_WAY:
            return SECOND_FACTOR if persona == "unproven" else NEW_PASSWORD
        return SIGN_IN if method in {"GET", "HEAD"} else 401

    def _refused_an_actor(self, persona: str, *, theirs: bool) -> Answer:
        """Returns what somebody gets who acts in a post or as a system, and does not pass."""
        names = {persona, _role(persona)}
        if names & {*self.sees_anywhere}:
            return 403
        if not _is_home(persona, theirs=theirs) and names & {*self.passes, *self.sees}:
            return self.elsewhere
        return 403 if names & {*self.sees} else self.others


def _role(persona: str) -> str:
    return "system" if persona in PROGRAMS else role_of(persona)


def _is_home(persona: str, *, theirs: bool) -> bool:
    """Returns whether the thing of a side belongs to the persona's agency; three programs belong to neither."""
    return persona in {*PEOPLE, "system", "other_system"} and is_other(persona) == theirs


Table = Mapping[str, Mapping[str, Door | tuple[Door, ...]]]


def door(*passes: str, answers: Answer = 200, **more: Any) -> Door:
    """Returns a door through which these roles pass."""
    named = ("anywhere", "sees", "sees_anywhere", "but")
    unknown = {*passes, *(one for name in named for one in more.get(name, ()))} - {*PERSONAS}
    assert not unknown, f"no such persona: {unknown}"
    return Door(passes, answers=answers, **more)


def of_agency(*passes: str, **more: Any) -> Door:
    """Returns a door to a thing of one agency: these roles pass at their own, `anywhere` names who passes at any."""
    return door(*passes, agencys=True, **more)


def own(persona: str, **more: Any) -> Door:
    """Returns a door to a thing of one person, of whom there is one in each agency; for all others it is not there."""
    return door(persona, agencys=True, **{"others": 404, **more})


def signed_in(answers: Answer = 200, *, even: tuple[str, ...] = (), **more: Any) -> Door:
    """Returns a door for everybody with an account, in a post or not: it is about themselves; `even` names others."""
    visitors: dict[str, Answer] = {name: SIGN_IN for name in (*NOBODY, *PROGRAMS) if name not in even}
    return door(*IDLE, *ROLES, *even, answers=answers, **{**more, "but": {**visitors, **more.get("but", {})}})


def anybody(answers: Answer = 200, *, even_half_way: bool = False, **more: Any) -> Door:
    """Returns a door that is open to strangers too; whoever has something else to do first is led there, mostly."""
    everybody = (*NOBODY, *IDLE, *ROLES, *PROGRAMS, *(HALF_WAY if even_half_way else ()))
    return door(*everybody, answers=answers, **more)
