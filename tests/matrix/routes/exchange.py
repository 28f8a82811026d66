"""Doors of the axis: pages of people, operations of systems. Who watches the platform gets no document by any of them."""

from typing import Any

from tests.exchange.personas import document
from tests.matrix.doors import AGENCY, Door, Table, Things, anybody, door, of_agency
from tests.matrix.province import COMMUNE
from tests.matrix.routes.composing import letter

_REASON = {"reason": "Có dấu chỉ độ mật.", "step": "send"}
_QUARANTINED = {"packet_id": "quarantined_packet_id"}
_NOT_SECRET = {"Declared-Not-Secret": "true"}
_RIGHT_OF_ANOTHER = {"elsewhere": 403, "anywhere": ("behalf_system",)}


def _api_letter(things: Things) -> dict[str, Any]:
    return {**letter(things), "recipients": COMMUNE, "issued_on": "2026-11-20"}


def _packet(things: Things) -> bytes:
    return document(7002, COMMUNE, sender=things["code"])


# What the clerk reports about a document: the thing it is about, and what is filled in.
_REPORTS = {
    "02": ("", {"note": "Không thuộc thẩm quyền."}),
    "03": ("", {"arrival_number": "12"}),
    "04": ("registered_", {"staff": "Phòng Tổ chức"}),
    "05": ("registered_", {}),
    "06": ("registered_", {}),
    "13": ("open_", {"note": "Gửi nhầm."}),
    "15": ("asked_", {}),
    "16": ("asked_", {"note": "Đã xử lý."}),
}


def _report(code: str, **more: Any) -> Door:
    about, form = _REPORTS[code]
    return of_agency(
        "clerk",
        given={"status": code},
        at={"packet_id": f"{about}packet_id", "delivery_id": f"{about}delivery_id"},
        **more,
        **({"sends": {**form, "key": "once", "step": "send"}} if more else {}),
    )


ROUTES: Table = {
    # The clerk's opening is fetching and confirming; the others' is reading.
    "exchange/inbox/<int:delivery_id>/": {"GET": of_agency(*AGENCY, answers=302, acts=("clerk",))},
    "exchange/packets/<uuid:packet_id>/": {"GET": of_agency(*AGENCY)},
    "exchange/packets/<uuid:packet_id>/attachments/<int:position>/": {
        "GET": of_agency(*AGENCY, acts=True)  # who read what is recorded
    },
    "exchange/receipts/<uuid:receipt_id>/": {"GET": of_agency(*AGENCY)},
    "exchange/packets/<uuid:packet_id>/report/<int:delivery_id>/<str:status>/": {
        "GET": _report("03"),
        "POST": tuple(_report(code, answers=302) for code in _REPORTS),
    },
    "exchange/packets/<uuid:packet_id>/quarantine/": {
        "GET": door("clerk", "secrecy_officer"),
        "POST": of_agency("clerk", "secrecy_officer", answers=302, sends=_REASON),
    },
    "exchange/packets/<uuid:packet_id>/destroy/": {
        "GET": door("secrecy_officer"),
        "POST": of_agency("secrecy_officer", answers=302, sends=_REASON, at=_QUARANTINED),
    },
    "api/v1/packets": {
        "POST": of_agency("system", answers=201, headers=_NOT_SECRET, sends=_packet, **_RIGHT_OF_ANOTHER)
    },
    "api/v1/documents": {
        "POST": door(
            "system",
            answers=201,
            headers=_NOT_SECRET,
            sends=_api_letter,
            but={"sandbox_system": 422},  # the code of a real agency is nobody's there
        )
    },
    "api/v1/sent": {"GET": door("system")},
    "api/v1/packets/<packet_id>": {"GET": of_agency("system")},
    "api/v1/receipt-keys": {"GET": anybody()},
    "api/v1/receipts/<receipt_id>": {"GET": of_agency("system")},
    "api/v1/inbox": {"GET": door("system")},
    "api/v1/inbox/packets": {  # each entry is refused by itself, inside the answer
        "GET": of_agency(
            "system", elsewhere=200, acts=True, sends=lambda things: {"entry": things["entry_id"]}
        )
    },
    "api/v1/inbox/confirm": {
        "POST": of_agency(
            "system",
            elsewhere=200,
            json=True,
            sends=lambda things: {"items": [{"entry": things["entry_id"], "outcome": "done"}]},
        )
    },
    "api/v1/inbox/<entry_id>/packet": {"GET": of_agency("system", acts=True)},  # fetching is noted
    "api/v1/inbox/<entry_id>/confirm": {"POST": of_agency("system", sends={"outcome": "done"}, json=True)},
    "api/v1/deliveries/<delivery_id>/statuses": {
        "POST": of_agency("system", answers=201, sends={"status": "03"}, json=True)
    },
}
