"""Doors of deadlines: an agency's people see their own, watchers those of all; clerks and systems note what was signed."""

from typing import Any

from tests.matrix.doors import WATCHERS, Table, door, of_agency
from tests.matrix.things import day

_PEOPLE = ("clerk", "head", "deputy", "officer")
_NEW: dict[str, Any] = {"number": "4711", "notation": "SNV-VP", "priority": "0"}

ROUTES: Table = {
    "deadlines/": {"GET": door(*_PEOPLE, *WATCHERS, but=dict.fromkeys(WATCHERS, 302))},
    "deadlines/export/<str:form>/": {"GET": door(*_PEOPLE, *WATCHERS, given={"form": "csv"})},
    "deadlines/agencies/": {"GET": door(*WATCHERS)},
    "deadlines/agencies/export/<str:form>/": {"GET": door(*WATCHERS, given={"form": "csv"})},
    "deadlines/agencies/<uuid:agency_id>/": {"GET": of_agency(*_PEOPLE, anywhere=WATCHERS)},
    "deadlines/agencies/<uuid:agency_id>/export/<str:form>/": {
        "GET": of_agency(*_PEOPLE, anywhere=WATCHERS, given={"form": "csv"})
    },
    "deadlines/announce/": {
        "GET": door("clerk"),
        "POST": door(
            "clerk",
            answers=302,
            sends=lambda _things: {**_NEW, "day": day(), "time": "00:00", "step": "send"},
        ),
    },
    "deadlines/<int:clock_id>/cancel/": {
        "GET": of_agency("clerk"),
        "POST": of_agency("clerk", answers=302, sends={"reason": "bản giấy", "step": "send"}),
    },
    "api/v1/deadlines": {"GET": door("system")},
    "api/v1/deadlines/figures": {"GET": door("system")},
    "api/v1/deadlines/announcements": {
        "POST": door(
            "system",
            answers=201,
            json=True,
            sends={"number": "4711", "notation": "SNV-VP", "signed_at": "2026-11-24T09:00:00+07:00"},
        )
    },
    "api/v1/deadlines/announcements/<clock_id>/cancel": {
        "POST": of_agency("system", json=True, sends={"reason": "bản giấy"})
    },
}
