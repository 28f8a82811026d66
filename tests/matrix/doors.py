"""How a table of `routes/` says who may pass through a door: the words of the persona matrix.

    ROUTES = {
        "exchange/inbox/": {"GET": door("clerk", "head")},                         # each sees their own agency's
        "exchange/packets/<uuid:packet_id>/": {"GET": door("clerk", bound=True)},  # the thing is one agency's
        "exchange/monitor/retry/<int:delivery_id>/": {
            "POST": door("operator", answers=302, at={"delivery_id": "failed_delivery_id"}),
        },
    }

Who is not named is refused: visitors are led to the sign-in, people without the right get 403, and where the thing is
one agency's (`bound`), the same roles of another agency get 404, as if there were nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.province import OF_AN_AGENCY, PEOPLE, PERSONAS, ROLES, STRANGERS, SYSTEMS

AGENCY = OF_AN_AGENCY
EVERYBODY = ROLES
"""Everybody who is signed in and holds a post."""

Sends = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Door:
    """Who may pass, what those get, and what is behind the door.

    Attributes:
        roles: who may pass: roles, "system", "postless", "visitor".
        answers: what whoever passes gets; several where it depends on the thing's state.
        bound: the thing belongs to one agency; the same roles of another get 404.
        at: names of other things for parameters of the address: {"delivery_id": "failed_delivery_id"}.
        sends: the form of a POST, or how to make it from the things; with `json` the body of an API call.
        json: whether the body is JSON.
        headers: further headers.
        refusal: what people without the right get.
    """

    roles: tuple[str, ...]
    answers: tuple[int, ...] = (200,)
    bound: bool = False
    at: Mapping[str, str] = field(default_factory=dict)
    sends: Sends = field(default_factory=dict)
    json: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: int = 403

    def expected(self, persona: str, *, theirs: bool, api: bool) -> tuple[int, ...]:
        """Returns the answers this persona may get; 0 stands for being led to the sign-in."""
        role = persona.removeprefix("other_")
        stranger = persona in STRANGERS or persona == "other_system"
        if role in self.roles:
            if not self.bound or role not in {*OF_AN_AGENCY, "system"} or stranger == theirs:
                return self.answers
            return (404,)
        if api:
            return (401,) if persona in PEOPLE else (self.refusal,)
        if persona in {"visitor", "postless", *SYSTEMS}:
            return (0, 401)
        return (self.refusal,)


def door(*roles: str, answers: int | tuple[int, ...] = 200, **more: Any) -> Door:
    """Returns a door through which these roles may pass."""
    unknown = set(roles) - {*PERSONAS}
    assert not unknown, f"no such persona: {unknown}"
    return Door(roles, answers if isinstance(answers, tuple) else (answers,), **more)


def anybody(answers: int | tuple[int, ...] = 200, **more: Any) -> Door:
    """Returns a door that is open to strangers too."""
    return door("visitor", "postless", *ROLES, "system", answers=answers, **more)
