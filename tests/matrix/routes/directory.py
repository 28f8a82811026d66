"""Doors of the directory: agencies, the map, working time; for systems the same as an API."""

from collections.abc import Callable
from typing import Any

from tests.matrix.doors import ROLES, Table, Things, door
from tests.matrix.province import COMMUNE, MARKET, THEIRS
from tests.matrix.things import day

_DAY = {"day": "03/09/2027", "kind": "holiday", "name": "Quốc khánh", "source": "Bộ luật Lao động"}
_HOURS = {
    "valid_from": "01/01/2027",
    "morning_from": "07:30",
    "morning_to": "11:30",
    "afternoon_from": "13:00",
    "afternoon_to": "17:00",
    "source": "Quyết định thử",
}
_NEW = {"name": "Cơ quan mới", "kind": "department", "place": "province", "valid_from": day, "code": "H50.77"}
_ACTS = {
    "change": {"kind": "department", "address": "Đông Hà"},
    "rename": {"name": "Tên mới", "on": day},
    "move": {"parent": COMMUNE, "on": day},
    "merge": {"successor": THEIRS, "on": day},
    "split": {"successors": f"{COMMUNE}\n{MARKET}", "mail_to": COMMUNE, "on": day},
    "end": {"on": day},
    "code": {"code": "H50.78", "scheme": "qd20", "valid_from": day},
}


def _sent(form: Things) -> Callable[[Things], dict[str, Any]]:
    return lambda _things: (
        {name: value() if callable(value) else value for name, value in form.items()} | {"step": "send"}
    )


ROUTES: Table = {
    "directory/agencies/": {"GET": door(*ROLES)},
    "directory/agencies/export/<str:form>/": {
        "GET": (door(*ROLES, given={"form": "csv"}), door(*ROLES, given={"form": "xlsx"}))
    },
    "directory/agencies/new/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_sent(_NEW)),
    },
    "directory/agencies/tree/": {"GET": door(*ROLES)},
    "directory/agencies/tree/<uuid:agency_id>/": {"GET": door(*ROLES)},
    "directory/agencies/<uuid:agency_id>/": {"GET": door(*ROLES)},
    "directory/agencies/<uuid:agency_id>/codes/<int:code_id>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_sent({"on": day})),
    },
    "directory/agencies/<uuid:agency_id>/<str:act>/": {
        "GET": tuple(door("administrator", given={"act": act}) for act in _ACTS),
        "POST": tuple(
            door("administrator", answers=302, given={"act": act}, sends=_sent(form))
            for act, form in _ACTS.items()
        ),
    },
    "directory/communes/": {"GET": door(*ROLES)},
    "directory/calendar/": {"GET": door(*ROLES)},
    "directory/calendar/days/": {"POST": door("administrator", answers=302, sends=_DAY)},
    "directory/calendar/days/<int:day_id>/remove/": {"POST": door("administrator", answers=302)},
    "directory/calendar/hours/": {"POST": door("administrator", answers=302, sends=_HOURS)},
    "api/v1/agencies": {"GET": door("system")},
    "api/v1/agencies/<code>": {"GET": door("system", but={"sandbox_system": 404})},  # a real agency
    "api/v1/agency-tree": {"GET": door("system")},
    "api/v1/agency-changes": {"GET": door("system")},
}
