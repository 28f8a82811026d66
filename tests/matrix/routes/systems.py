"""Doors of agencies' systems: their people see them, administrators manage them; the sandbox's are their people's own."""

from typing import Any

from tests.matrix.doors import Answer, Door, Table, Things, anybody, door, of_agency
from tests.matrix.province import COMMUNE
from tests.matrix.things import day

_AT_WORK = ("clerk", "head", "deputy", "officer")
_TEST = {"system_id": "test_system_id", "key_id": "test_key_id"}

_SYSTEM = {"agency": COMMUNE, "name": "Phần mềm mới", "key": "once"}
_SECRET = {"former": "usual", "key": "once"}
_RIGHT = {"codes": [COMMUNE], "reason": "Theo thỏa thuận.", "document": "15/QĐ-UBND", "step": "send"}


def _managed(answers: Answer = 200, **more: Any) -> tuple[Door, Door]:
    """Returns the doors to a real system, which administrators manage, and to one of the sandbox."""
    real = of_agency(
        anywhere=("administrator",), sees=_AT_WORK, sees_anywhere=("auditor",), answers=answers, **more
    )
    test = of_agency(
        *_AT_WORK, anywhere=("administrator",), sees_anywhere=("auditor",), answers=answers, at=_TEST, **more
    )
    return real, test


def _credentials(things: Things) -> dict[str, Any]:
    return {
        "grant_type": "client_credentials",
        "client_id": things["system_client"],
        "client_secret": things["system_secret"],
    }


ROUTES: Table = {
    "systems/": {"GET": door(*_AT_WORK, "administrator", "auditor")},
    "systems/register/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=201, sends=_SYSTEM),
    },
    "systems/sandbox/": {
        "GET": door(*_AT_WORK, "administrator"),
        "POST": door(*_AT_WORK, "administrator", answers=201, sends=_SYSTEM),
    },
    "systems/<uuid:system_id>/": {
        "GET": (
            of_agency(*_AT_WORK, anywhere=("administrator", "auditor")),
            of_agency(*_AT_WORK, anywhere=("administrator", "auditor"), at=_TEST),
        )
    },
    "systems/<uuid:system_id>/rotate/": {"GET": _managed(), "POST": _managed(201, sends=_SECRET)},
    "systems/<uuid:system_id>/secrets/<str:key_id>/end/": {"GET": _managed(), "POST": _managed(302)},
    "systems/<uuid:system_id>/networks/": {
        "GET": _managed(),
        "POST": _managed(302, sends={"networks": "203.113.0.0/16"}),
    },
    "systems/<uuid:system_id>/end/": {"GET": _managed(), "POST": _managed(302)},
    "systems/<uuid:system_id>/rights/grant/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=lambda _things: {**_RIGHT, "document_date": day()}),
    },
    "sending-rights/": {"GET": door(*_AT_WORK, "administrator", "auditor")},
    "sending-rights/<int:right_id>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302),
    },
    "api/oauth/token": {
        "GET": anybody(answers=405),
        "POST": (
            anybody(sends=_credentials, recorded=False),  # its last use stands beside the secret
            anybody(
                answers=401, acts=False, sends=lambda things: {**_credentials(things), "client_secret": "x"}
            ),
        ),
    },
    "api/v1/me": {"GET": door("system")},
}
