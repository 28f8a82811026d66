"""Doors of copies: clerks and systems hand in, number, sign for the agency; heads see the register."""

import io
import json
from typing import Any

from tests.matrix.doors import Answer, Door, Table, Things, door, of_agency
from tests.matrix.signatures import letter

_SEE = ("clerk", "head", "deputy")


def _file(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def _handed(_things: Things) -> dict[str, Any]:
    words = {"kind": "SY", "of_agency": "UBND tỉnh", "of_subject": "Thư mời"}
    return {**words, "file": _file("van-ban.pdf", letter())}


def _answer(_things: Things) -> dict[str, Any]:
    return {"file": _file("signatures.json", json.dumps({"signatures": []}).encode())}


def _at(*passes: str, step: str = "prepared", answers: Answer = 200, **more: Any) -> Door:
    """Returns a door to a copy; who sees the register sees it."""
    sees = tuple(one for one in _SEE if one not in passes)
    return of_agency(*passes, answers=answers, sees=sees, at={"copy_id": f"copy_{step}_id"}, **more)


def _with_certificate(things: Things) -> dict[str, Any]:
    return {"certificate": str(things["copy_certificate_id"])}


def _by_system(name: str = "", **more: Any) -> Door:
    """Returns a door of the API to a copy that waits, or to what was prepared for it."""
    at = {"copy_id": "copy_prepared_id"} | ({"prepared_id": name} if name else {})
    return of_agency("system", at=at, **more)


ROUTES: Table = {
    "copies/": {"GET": door(*_SEE)},
    "copies/export.<str:form>": {"GET": door(*_SEE, given={"form": "csv"}, acts=True)},
    "copies/new/": {"GET": door("clerk"), "POST": door("clerk", answers=302, sends=_handed)},
    "copies/<uuid:copy_id>/": {"GET": (_at(*_SEE), _at(*_SEE, step="sealed"))},
    "copies/<uuid:copy_id>/file/": {"GET": _at(*_SEE)},
    "copies/<uuid:copy_id>/number/": {
        "GET": _at("clerk"),
        "POST": _at("clerk", answers=302, sends={"number": "77", "step": "send"}),
    },
    "copies/<uuid:copy_id>/give-up/": {
        "GET": _at("clerk"),
        "POST": _at("clerk", answers=302, sends={"reason": "Nhầm tệp", "step": "send"}),
    },
    # Its key is on a device, so it does not sign here: that is refused, and recorded so.
    "copies/<uuid:copy_id>/seal/": {"POST": _at("clerk", answers=302, acts=False, sends=_with_certificate)},
    "copies/<uuid:copy_id>/prepare/": {"POST": _at("clerk", sends=_with_certificate)},
    "copies/<uuid:copy_id>/complete/": {
        "POST": _at("clerk", json=True, sends=lambda things: things["copy_signature"])
    },
    "copies/<uuid:copy_id>/requests/": {"GET": _at("clerk", acts=True, sends=_with_certificate)},
    "copies/<uuid:copy_id>/answer/": {
        "GET": _at("clerk"),
        "POST": _at("clerk", answers=302, acts=False, sends=_answer),
    },
    "api/v1/copies": {"GET": door("system"), "POST": door("system", answers=201, sends=_handed)},
    "api/v1/copies/<copy_id>": {"GET": _by_system()},
    "api/v1/copies/<copy_id>/file": {"GET": _by_system()},
    "api/v1/copies/<copy_id>/certificates": {"GET": _by_system()},
    "api/v1/copies/<copy_id>/number": {"POST": _by_system(json=True, sends={"number": "78"})},
    "api/v1/copies/<copy_id>/seal/prepared": {
        "POST": _by_system(answers=201, json=True, sends=_with_certificate)
    },
    "api/v1/copies/<copy_id>/seal/prepared/<prepared_id>": {
        "POST": _by_system(
            "copy_carried_id",
            json=True,
            sends=lambda things: {"signature": things["copy_carried"]["signature"]},
        )
    },
    "api/v1/copies/<copy_id>/give-up": {"POST": _by_system(json=True, sends={"reason": "Nhầm tệp"})},
}
