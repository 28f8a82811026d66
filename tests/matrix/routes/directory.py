"""Doors of the directory."""

from tests.matrix.doors import EVERYBODY, door

_DAY = {"day": "02/09/2027", "kind": "holiday", "name": "Quốc khánh", "source": "Bộ luật Lao động"}
_HOURS = {
    "valid_from": "01/01/2027",
    "morning_from": "07:30",
    "morning_to": "11:30",
    "afternoon_from": "13:00",
    "afternoon_to": "17:00",
    "source": "Quyết định thử",
}

ROUTES = {
    "directory/calendar/": {"GET": door(*EVERYBODY)},
    "directory/calendar/days/": {"POST": door("administrator", answers=302, sends=_DAY)},
    "directory/calendar/days/<int:day_id>/remove/": {"POST": door("administrator", answers=302)},
    "directory/calendar/hours/": {"POST": door("administrator", answers=302, sends=_HOURS)},
    "api/v1/me": {"GET": door("system")},
    "api/v1/agencies": {"GET": door("system")},
    "api/v1/agencies/<code>": {"GET": door("system")},
}
