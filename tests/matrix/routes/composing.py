"""Doors of what is being written: each draft is there for its author alone."""

import io
from typing import Any

from tests.matrix.doors import Table, Things, door, own
from tests.matrix.province import COMMUNE
from tests.matrix.things import day, pdf


def letter(_things: Things) -> dict[str, Any]:
    """Returns a new document as the form sends it."""
    file = io.BytesIO(pdf("kèm theo"))
    file.name = "cong-van.pdf"
    return {
        "codes": [COMMUNE],
        "type_name": "Công văn",
        "number": "7001",
        "notation": "VP",
        "issued_on": day(),
        "subject": "Một công văn",
        "signer_name": "Lê Quang Ánh",
        "priority": "0",
        "attachments": file,
        "not_secret": "on",
        "draft": "01935280000070008000000000000001",
        "page": "01935280000070008000000000000002",
        "step": "send",
    }


def _goes_on(things: Things) -> dict[str, Any]:
    return {**letter(things), "draft": str(things["draft_id"]), "version": "1", "attachments": ()}


_NOT_A_CLERK = {"others": 403, "elsewhere": 404}

ROUTES: Table = {
    "exchange/send/": {
        "GET": (
            door("clerk"),
            own("clerk", sends=lambda things: {"draft": things["draft_id"]}, **_NOT_A_CLERK),
        ),
        "POST": door("clerk", answers=302, sends=letter),
    },
    "exchange/send/save/": {
        # Whoever goes on with a draft leaves no further entry: it is no act before it is sent.
        "POST": (door("clerk", sends=letter), own("clerk", sends=_goes_on, recorded=False, **_NOT_A_CLERK)),
    },
    "exchange/drafts/": {"GET": door("clerk")},
    "exchange/drafts/<uuid:draft_id>/discard/": {
        "GET": own("clerk", **_NOT_A_CLERK),
        "POST": own("clerk", answers=302, **_NOT_A_CLERK),
    },
}
