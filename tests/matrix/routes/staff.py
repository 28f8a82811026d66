"""Doors of people, posts, leaves and delegations: an agency's are seen by its own people, changed by few."""

import io
from typing import Any

from tests.matrix.doors import ROLES, Door, Table, Things, door, of_agency
from tests.matrix.province import OURS
from tests.matrix.things import day

_LEADERS = ("clerk", "head", "deputy")
_OFFICERS = {"post_id": "officers_post_id"}
_HEADS = {"post_id": "heads_post_id"}
_SEEN_BY_SOME = {
    "anywhere": ("administrator",),
    "sees": ("deputy",),
    "sees_anywhere": ("auditor",),
    "others": 404,
}

_PERSON = {"full_name": "Nguyễn Văn Mới", "email": "", "telephone": "", "step": "send"}
_REASON = {"reason": "Theo đơn.", "step": "send"}


def _seen_by_all(*roles: str, **more: Any) -> Door:
    """Returns a door to what everybody at the agency sees, and so do auditors; administrators pass at any agency."""
    return of_agency(*roles, sees=ROLES, anywhere=("administrator",), sees_anywhere=("auditor",), **more)


def _post(_things: Things) -> dict[str, Any]:
    return {"agency": OURS, "role": "officer", "title": "Chuyên viên", "valid_from": day(), "step": "send"}


def _successor(things: Things) -> dict[str, Any]:
    return {"successor": things["officers_person_id"], "from_day": day(1), "step": "send"}


def _leave(_things: Things) -> dict[str, Any]:
    return {"valid_from": day(1), "last_day": day(2), "stand_in": "", "step": "send"}


def _delegation(things: Things) -> dict[str, Any]:
    return {
        "taker": things["deputys_post_id"],
        "kind": "kt",
        "scope": "Công văn",
        "document_number": "16/QĐ-SNV",
        "document_date": day(),
        "valid_from": day(),
        "step": "send",
    }


def _table(_things: Things) -> dict[str, Any]:
    heading = "full_name,username,agency_code,role,title\n"
    file = io.BytesIO(f"{heading}Lê Mới,lemoi,{OURS},officer,Chuyên viên\n".encode())
    file.name = "nhan-su.csv"
    return {"table": file, "step": "send"}


ROUTES: Table = {
    "staff/people/": {"GET": door(*ROLES)},
    "staff/people/new/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends={**_PERSON, "username": "nguoimoi"}),
    },
    "staff/people/import/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_table),
    },
    "staff/people/<uuid:person_id>/": {"GET": of_agency(*ROLES, anywhere=("administrator", "auditor"))},
    "staff/people/<uuid:person_id>/change/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_PERSON),
    },
    "staff/people/<uuid:person_id>/leave-service/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_REASON),
    },
    "staff/people/<uuid:person_id>/account/": {
        "GET": door("administrator", at={"person_id": "left_person_id"}),
        "POST": door(
            "administrator", answers=302, at={"person_id": "left_person_id"}, sends={"step": "send"}
        ),
    },
    "staff/people/<uuid:person_id>/posts/new/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_post),
    },
    "staff/posts/<int:post_id>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends={"step": "send"}),
    },
    "staff/posts/<int:post_id>/hand-over/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_successor),
    },
    "staff/posts/<int:post_id>/leave/": {
        "GET": (_seen_by_all(*_LEADERS, at=_OFFICERS), _seen_by_all("head", at=_HEADS)),
        "POST": (
            _seen_by_all(*_LEADERS, answers=302, at=_OFFICERS, sends=_leave),
            _seen_by_all("head", answers=302, at=_HEADS, sends=_leave),
        ),
    },
    "staff/leaves/": {"GET": door(*ROLES)},
    "staff/leaves/new/": {"GET": door(*ROLES)},
    "staff/leaves/<int:leave_id>/end/": {
        "GET": _seen_by_all(*_LEADERS),
        "POST": _seen_by_all(*_LEADERS, answers=302, sends={"step": "send"}),
    },
    "staff/delegations/": {"GET": door(*ROLES)},
    "staff/delegations/new/": {"GET": door(*ROLES)},
    "staff/delegations/new/<int:post_id>/": {
        "GET": _seen_by_all("clerk", "head", at=_HEADS),
        "POST": _seen_by_all("clerk", "head", answers=302, at=_HEADS, sends=_delegation),
    },
    # The parties see a delegation, and clerks, heads and deputies all of their agency; for others it is not there.
    "staff/delegations/<int:delegation_id>/": {
        "GET": of_agency(*_LEADERS, others=404, anywhere=("administrator", "auditor"))
    },
    "staff/delegations/<int:delegation_id>/revoke/": {
        "GET": of_agency("clerk", "head", **_SEEN_BY_SOME),
        "POST": of_agency("clerk", "head", answers=302, sends=_REASON, **_SEEN_BY_SOME),
    },
}
