"""Doors of webhooks: clerks and heads of a system's agency manage them, others of it see them, operators send again."""

from typing import Any

from tests.matrix.doors import WATCHERS, Answer, Door, Table, Things, door, of_agency

_LOOK_ON = ("deputy", "officer")
_KINDS = ["packet.delivered"]
_NEW = "https://app.example.vn/matrix"


def _managed(answers: Answer = 200, **more: Any) -> Door:
    return of_agency(
        "clerk",
        "head",
        anywhere=("administrator",),
        sees=_LOOK_ON,
        sees_anywhere=("auditor", "operator"),
        answers=answers,
        **more,
    )


def _replayed(answers: Answer = 200, **more: Any) -> Door:
    return of_agency(
        "clerk",
        "head",
        anywhere=("administrator", "operator"),
        sees=_LOOK_ON,
        sees_anywhere=("auditor",),
        answers=answers,
        **more,
    )


def _registered(things: Things) -> dict[str, Any]:
    return {"system": str(things["webhook_system_id"]), "url": _NEW, "kinds": _KINDS, "key": "once"}


def _message(things: Things) -> dict[str, Any]:
    return {"message": f"msg_{things['message_id'].hex}"}


def _of_system(answers: Answer = 200, **more: Any) -> Door:
    return of_agency("system", answers=answers, json=True, **more)


ROUTES: Table = {
    "webhooks/": {"GET": door("clerk", "head", *_LOOK_ON, *WATCHERS)},
    "webhooks/register/": {
        "GET": door("clerk", "head", "administrator"),
        "POST": of_agency(
            "clerk",
            "head",
            anywhere=("administrator",),
            answers=201,
            elsewhere=422,  # the form offers the systems of one's own agency only
            sends=_registered,
        ),
    },
    "webhooks/<uuid:webhook_id>/": {"GET": of_agency("clerk", "head", *_LOOK_ON, anywhere=WATCHERS)},
    "webhooks/<uuid:webhook_id>/kinds/": {
        "GET": _managed(),
        "POST": _managed(302, sends={"kinds": _KINDS, "step": "send"}),
    },
    "webhooks/<uuid:webhook_id>/secret/": {
        "GET": _managed(),
        "POST": _managed(201, sends={"former": "usual", "key": "once"}),
    },
    "webhooks/<uuid:webhook_id>/verify/": {"POST": _managed(302)},
    "webhooks/<uuid:webhook_id>/enable/": {"POST": _managed(302)},
    "webhooks/<uuid:webhook_id>/replay/": {
        "GET": _replayed(),
        "POST": _replayed(302, sends={"which": "failed", "step": "send"}),
    },
    "webhooks/<uuid:webhook_id>/messages/<uuid:message_id>/replay/": {"POST": _replayed(302)},
    "webhooks/<uuid:webhook_id>/end/": {"GET": _managed(), "POST": _managed(302, sends={"step": "send"})},
    "api/v1/webhooks": {
        "GET": door("system"),
        "POST": door("system", answers=201, json=True, sends={"url": _NEW, "kinds": _KINDS}),
    },
    "api/v1/webhooks/<webhook_id>": {
        "GET": of_agency("system"),
        "PATCH": _of_system(sends={"kinds": _KINDS}),
        "DELETE": _of_system(204),
    },
    "api/v1/webhooks/<webhook_id>/verify": {"POST": _of_system(202)},
    "api/v1/webhooks/<webhook_id>/enable": {"POST": _of_system()},
    "api/v1/webhooks/<webhook_id>/secret": {"POST": _of_system(201)},
    "api/v1/webhooks/<webhook_id>/messages": {"GET": of_agency("system")},
    "api/v1/webhooks/<webhook_id>/replay": {"POST": _of_system(202, sends=_message)},
}
