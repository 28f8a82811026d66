"""Doors of the face: home, one's own notices, the language."""

from typing import Any

from tests.matrix.doors import IDLE, ROLES, Table, Things, anybody, door, own


def _one_notice(things: Things) -> dict[str, Any]:
    return {"notice": things["notice_id"]}


ROUTES: Table = {
    "": {
        "GET": door(*ROLES, but=dict.fromkeys(IDLE, 302))
    },  # whoever holds no post is led to where that is said
    "search/": {"GET": (door(*ROLES), door(*ROLES, sends={"q": "nội vụ"}))},
    "design/": {"GET": anybody()},  # made-up samples
    "help/": {"GET": anybody()},
    "help/<slug:topic>/": {"GET": anybody(given={"topic": "inbox"})},
    "tour/end/": {"POST": anybody(answers=302, acts=False)},  # a cookie, and nothing else
    "worker.js": {"GET": anybody(even_half_way=True)},  # a script, the same for everybody
    "notices/": {
        "GET": door(*ROLES),
        "POST": (  # all of them, then one's own one
            door(*ROLES, answers=302, recorded=False),
            own("clerk", answers=302, recorded=False, sends=_one_notice),
        ),
    },
    "notices/<int:notice_id>/": {  # opening it reads it
        "GET": own("clerk", answers=302, recorded=False, acts=True),
    },
    "shortcuts/": {
        "POST": door(*ROLES, answers=302, acts=False, sends={"keys": "off"})
    },  # a cookie, and nothing else
    "language/": {  # a cookie, and nothing else
        "GET": anybody(answers=302, even_half_way=True),
        "POST": anybody(
            answers=302, even_half_way=True, acts=False, sends={"language": "vi", "next": "/notices/"}
        ),
    },
}
