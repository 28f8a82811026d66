"""Doors of alerts, cases, reviews and break-glass."""

from tests.matrix.doors import EVERYBODY, door

_REVIEWERS = ("administrator", "auditor", "head")
_WATCHERS = ("administrator", "auditor", "operator")

ROUTES = {
    "access/alerts/": {"GET": door(*EVERYBODY)},
    "access/alerts/confirm/": {
        # an alert is one person's: the clerk's here; everybody else's is “not found”
        "POST": door(
            "clerk", answers=302, bound=True, refusal=404, sends=lambda things: {"alert": things["alert_id"]}
        ),
    },
    "access/alerts/<int:alert_id>/wrong/": {
        "GET": door("clerk", bound=True, refusal=404),
        "POST": door("clerk", answers=302, bound=True, refusal=404, sends={"note": "Not mine."}),
    },
    "access/cases/": {"GET": door("administrator")},
    "access/cases/<int:case_id>/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends={"outcome": "It was right."}),
    },
    "access/roles/": {"GET": door("administrator", "auditor")},
    "access/reviews/": {"GET": door(*_REVIEWERS)},
    "access/reviews/open/": {"POST": door("administrator", answers=409)},  # this quarter's is open
    "access/reviews/<quarter:quarter>/": {"GET": door(*_REVIEWERS)},
    "access/reviews/<quarter:quarter>/agencies/<uuid:agency_id>/": {
        "GET": door(*_REVIEWERS, bound=True),
        "POST": door(
            "administrator",
            "head",
            answers=302,
            bound=True,
            sends=lambda things: {f"decision-{things['line_id']}": "keep"},
        ),
    },
    "access/reviews/<quarter:quarter>/carry-out/": {"POST": door("administrator", answers=302)},
    "access/reviews/<quarter:quarter>/finish/": {"POST": door("administrator", answers=409)},  # not decided
    "access/reviews/<quarter:quarter>/export.csv": {"GET": door(*_REVIEWERS)},
    "access/reviews/<quarter:quarter>/export.xlsx": {"GET": door(*_REVIEWERS)},
    "access/break-glass/": {"GET": door(*_WATCHERS)},
    "access/break-glass/ask/": {
        "GET": door(*_WATCHERS),
        "POST": door(
            *_WATCHERS,
            answers=(302, 409),  # the operator has asked before
            sends=lambda things: {
                "kind": "packet",
                "object_id": things["packet_id"],
                "reason": "Vì sao",
                "legal_basis": "QĐ 28",
                "hours": 2,
            },
        ),
    },
    "access/break-glass/<uuid:grant_id>/": {
        "GET": door(*_WATCHERS),
        "POST": door("administrator", "auditor", answers=302, sends={"approve": "1"}),
    },
    "access/break-glass/<uuid:grant_id>/end/": {
        # the operator asked: only the operator takes it back; to others it is not theirs to end
        "POST": door(*_WATCHERS, answers=(302, 409)),
    },
}
