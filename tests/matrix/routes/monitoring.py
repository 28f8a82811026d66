"""Doors of the monitoring: watchers see facts about packets, operators try again and manage alarms; no agency does."""

from tests.matrix.doors import WATCHERS, Door, Table, anybody, door

_RETRY = {"reason": "Đã sửa xong.", "step": "send"}
_SILENCE = {"hours": "4", "reason": "Đang bảo trì.", "step": "send"}
_LIMIT = {"value": "5", "watched": "yes", "repeat_hours": "6", "reason": "Đường truyền chậm.", "step": "send"}
_AGAIN = {
    "to": "H50.C18880",
    "since": "01/11/2026",
    "until": "01/12/2026",
    "reason": "Mất dữ liệu.",
    "step": "send",
}
_FAILED = {"delivery_id": "failed_delivery_id"}


def _operated(**more: object) -> dict[str, Door | tuple[Door, ...]]:
    sends = more.pop("sends")
    return {"GET": door("operator", **more), "POST": door("operator", answers=302, sends=sends, **more)}


ROUTES: Table = {
    "metrics": {"GET": anybody(answers=404)},  # off: there is no token on this server
    "exchange/monitor/": {"GET": (door(*WATCHERS), door(*WATCHERS, headers={"HX-Request": "true"}))},
    "exchange/monitor/communes/": {"GET": (door(*WATCHERS), door(*WATCHERS, headers={"HX-Request": "true"}))},
    "exchange/monitor/waiting/": {"GET": door(*WATCHERS)},
    "exchange/monitor/failures/": {"GET": door(*WATCHERS)},
    "exchange/monitor/failures/groups/": {"GET": door(*WATCHERS)},
    "exchange/monitor/failures/<int:delivery_id>/": {"GET": door(*WATCHERS, at=_FAILED)},
    "exchange/monitor/failures/<int:delivery_id>/retry/": _operated(sends=_RETRY, at=_FAILED),
    "exchange/monitor/failures/retry/": {
        "GET": door("operator", sends={"cause": "other"}),
        "POST": door("operator", answers=302, sends={"cause": "other", **_RETRY}),
    },
    "exchange/monitor/again/": _operated(sends=_AGAIN),
    "exchange/monitor/alarms/": {"GET": door(*WATCHERS)},
    "exchange/monitor/alarms/<slug:condition>/limit/": _operated(
        sends=_LIMIT, given={"condition": "waiting"}
    ),
    "exchange/monitor/alarms/<slug:condition>/silence/": _operated(
        sends=_SILENCE, given={"condition": "waiting"}
    ),
    "exchange/monitor/silences/<int:silence_id>/end/": _operated(sends={"step": "send"}),
    # The operators' own systems are named by a setting; here none is.
    "api/v1/monitor/waiting": {"GET": door()},
    "api/v1/monitor/failures": {"GET": door()},
    "api/v1/monitor/failures/groups": {"GET": door()},
    "api/v1/monitor/retry": {
        "POST": door(json=True, sends={"cause": "other", "reason": "Đã sửa xong."}),
    },
    "api/v1/monitor/again": {
        "POST": door(
            json=True,
            sends={
                "recipient": "H50.C18880",
                "since": "2026-11-01T00:00:00",
                "until": "2026-12-01T00:00:00",
                "reason": "x",
            },
        )
    },
    "api/v1/monitor/alarms": {"GET": door()},
    "api/v1/monitor/silences": {
        "POST": door(json=True, sends={"condition": "worker", "until": "2026-12-01T00:00:00", "reason": "x"})
    },
}
