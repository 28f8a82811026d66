"""Doors of taking over: an agency's clerks do it, its people read it, who watches the platform sees that it was done."""

import io
from datetime import date
from typing import Any

from tests.matrix.doors import WATCHERS, Answer, Door, Table, Things, door, of_agency
from tests.matrix.things import day, register, zip_of

_READERS = ("clerk", "head", "deputy", "officer")
_CHECKED = {"intake_id": "checked_intake_id"}
_APPLIED = {"intake_id": "applied_intake_id"}
_PART = {"position": "0"}
_HTMX = {"HX-Request": "true"}


def _named(file: io.BytesIO, name: str) -> io.BytesIO:
    file.name = name
    return file


def _register(_things: Things) -> dict[str, Any]:
    file = _named(register("Thư mời"), "so-den.csv")
    return {"file": file, "direction": "incoming", "system": "iOffice"}


def _archive(_things: Things) -> dict[str, Any]:
    return {"file": _named(zip_of({}), "edxml.zip"), "system": "iOffice"}


def _compared(_things: Things) -> dict[str, Any]:
    file = _named(register("Thư mời"), "so-den.csv")
    return {"file": file, "direction": "incoming", "first_day": day(-1), "last_day": day()}


def _columns(_things: Things) -> dict[str, Any]:
    return {"reference": "Số, ký hiệu", "subject": "Trích yếu", "dated_on": "Ngày văn bản"}


def _clerks(answers: Answer = 200, **more: Any) -> Door:
    return of_agency("clerk", answers=answers, **more)


_BOOK = {"series": "Quyết định", "year": str(date.today().year), "number": "41"}  # noqa: DTZ011 - any day will do

ROUTES: Table = {
    "takeover/": {"GET": door("clerk", "head", *WATCHERS)},
    "takeover/registers/new/": {"GET": door("clerk"), "POST": door("clerk", answers=302, sends=_register)},
    "takeover/archives/new/": {"GET": door("clerk"), "POST": door("clerk", answers=302, sends=_archive)},
    "takeover/intakes/<uuid:intake_id>/": {
        "GET": (
            of_agency("clerk", "head", anywhere=WATCHERS),
            of_agency("clerk", "head", anywhere=WATCHERS, headers=_HTMX),
            of_agency("clerk", "head", anywhere=WATCHERS, at=_APPLIED),
        )
    },
    "takeover/intakes/<uuid:intake_id>/columns/": {"GET": _clerks(), "POST": _clerks(302, sends=_columns)},
    "takeover/intakes/<uuid:intake_id>/confirm/": {"POST": _clerks(302, at=_CHECKED)},
    "takeover/intakes/<uuid:intake_id>/discard/": {"POST": _clerks(302, at=_CHECKED)},
    "takeover/intakes/<uuid:intake_id>/undo/": {
        "GET": _clerks(at=_APPLIED),
        "POST": _clerks(302, at=_APPLIED),
    },
    "takeover/aside/<int:aside_id>/": {"GET": _clerks(acts=True)},
    "takeover/documents/": {"GET": door(*_READERS)},
    "takeover/documents/<uuid:document_id>/": {"GET": of_agency(*_READERS)},
    "takeover/documents/<uuid:document_id>/packet/": {"GET": of_agency(*_READERS, acts=True)},
    "takeover/documents/<uuid:document_id>/attachments/<int:position>/": {
        "GET": of_agency(*_READERS, acts=True, given=_PART)
    },
    "takeover/numbers/": {"GET": door("clerk")},
    "takeover/numbers/continue/": {"GET": door("clerk"), "POST": door("clerk", answers=302, sends=_BOOK)},
    "takeover/numbers/take/": {
        "POST": door(
            "clerk", answers=302, sends=lambda things: {"series": "Công văn", "year": things["year"]}
        )
    },
    "api/v1/taken-documents": {"GET": door("system")},
    "api/v1/taken-documents/<document_id>": {"GET": of_agency("system")},
    "api/v1/number-books": {"GET": door("system")},
    "api/v1/number-books/<book_id>/numbers": {"GET": of_agency("system")},
    "api/v1/numbers": {
        "POST": door(
            "system",
            answers=201,
            json=True,
            but={"behalf_system": 409, "sandbox_system": 409},  # their agencies have no book
            sends=lambda things: {"series": "Công văn", "year": things["year"]},
        )
    },
    "takeover/comparisons/": {"GET": door("clerk")},
    "takeover/comparisons/new/": {"GET": door("clerk"), "POST": door("clerk", answers=302, sends=_compared)},
    "takeover/comparisons/<uuid:comparison_id>/": {"GET": (_clerks(), _clerks(headers=_HTMX))},
    "takeover/comparisons/<uuid:comparison_id>/export.<str:form>": {
        "GET": (_clerks(acts=True, given={"form": "csv"}), _clerks(acts=True, given={"form": "xlsx"}))
    },
}
