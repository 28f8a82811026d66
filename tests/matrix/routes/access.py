"""Doors of alerts, cases, reviews and break-glass."""

from typing import Any

from tests.matrix.doors import ROLES, WATCHERS, Table, Things, door, of_agency, own

_REVIEWERS = ("administrator", "auditor", "head")


def _keep(things: Things) -> dict[str, Any]:
    return {f"decision-{things['line_id']}": "keep"}


def _packet(things: Things) -> dict[str, Any]:
    return {
        "kind": "packet",
        "object_id": things["sent_packet_id"],
        "reason": "A delivery cannot be explained by metadata.",
        "legal_basis": "Quyết định 28/2018/QĐ-TTg",
        "hours": 2,
    }


ROUTES: Table = {
    "access/alerts/": {"GET": door(*ROLES)},
    "access/alerts/confirm/": {
        "POST": own("clerk", answers=302, sends=lambda things: {"alert": things["alert_id"]})
    },
    "access/alerts/<int:alert_id>/wrong/": {
        "GET": own("clerk"),
        "POST": own("clerk", answers=302, sends={"note": "I did not ask for it."}),
    },
    "access/cases/": {"GET": door("administrator")},
    "access/cases/<int:case_id>/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends={"outcome": "It was right."}),
    },
    "access/roles/": {"GET": door("administrator", "auditor")},
    "access/reviews/": {"GET": door(*_REVIEWERS)},
    "access/reviews/open/": {
        "POST": door("administrator", answers=409, acts=False)
    },  # this quarter's is open
    "access/reviews/<quarter:quarter>/": {"GET": door(*_REVIEWERS)},
    "access/reviews/<quarter:quarter>/agencies/<uuid:agency_id>/": {
        "GET": of_agency("head", anywhere=("administrator", "auditor")),
        "POST": of_agency("head", anywhere=("administrator",), answers=302, sends=_keep),
    },
    "access/reviews/<quarter:quarter>/carry-out/": {"POST": door("administrator", answers=302)},
    "access/reviews/<quarter:quarter>/finish/": {
        "POST": door("administrator", answers=409, acts=False)  # not everything is decided
    },
    "access/reviews/<quarter:quarter>/export.csv": {"GET": door(*_REVIEWERS)},
    "access/reviews/<quarter:quarter>/export.xlsx": {"GET": door(*_REVIEWERS)},
    "access/break-glass/": {"GET": door(*WATCHERS)},
    "access/break-glass/ask/": {
        "GET": door(*WATCHERS),
        "POST": door(*WATCHERS, answers=302, sends=_packet),
    },
    # The operator asked: the operator sees it and takes it back, and only somebody else approves it.
    "access/break-glass/<uuid:grant_id>/": {
        "GET": door(*WATCHERS),
        "POST": (
            door("administrator", "auditor", answers=302, sends={"approve": "1"}),
            door("administrator", "auditor", answers=302, sends={"decline": "1", "note": "Metadata do."}),
        ),
    },
    "access/break-glass/<uuid:grant_id>/end/": {
        "POST": door("operator", answers=302, but={"administrator": 409, "auditor": 409})
    },
}
