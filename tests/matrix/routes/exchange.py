"""Doors of the axis: pages of people, operations of systems."""

from tests.matrix.doors import AGENCY, door

_REASON = {"reason": "Có dấu chỉ độ mật.", "step": "send"}
_OF_FAILED = {"delivery_id": "failed_delivery_id"}
_DOCUMENT = {"type_name": "Công văn"}

ROUTES = {
    "exchange/inbox/": {"GET": door(*AGENCY)},
    "exchange/inbox/<int:delivery_id>/": {"GET": door(*AGENCY, answers=302, bound=True)},
    "exchange/sent/": {"GET": door(*AGENCY)},
    "exchange/send/": {"GET": door("clerk"), "POST": door("clerk")},
    "exchange/packets/<uuid:packet_id>/": {"GET": door(*AGENCY, bound=True)},
    "exchange/packets/<uuid:packet_id>/attachments/<int:position>/": {"GET": door(*AGENCY, bound=True)},
    "exchange/receipts/<uuid:receipt_id>/": {"GET": door(*AGENCY, bound=True)},
    "exchange/packets/<uuid:packet_id>/report/<int:delivery_id>/<str:status>/": {
        "GET": door(*AGENCY, bound=True),
        "POST": door(*AGENCY, bound=True),
    },
    "exchange/packets/<uuid:packet_id>/quarantine/": {
        "GET": door("clerk", "secrecy_officer"),
        "POST": door("clerk", "secrecy_officer", answers=302, bound=True, sends=_REASON),
    },
    "exchange/packets/<uuid:packet_id>/destroy/": {
        "GET": door("secrecy_officer"),
        "POST": door(
            "secrecy_officer",
            answers=302,
            bound=True,
            sends=_REASON,
            at={"packet_id": "quarantined_packet_id"},
        ),
    },
    "exchange/monitor/": {"GET": door("operator", "administrator", "auditor")},
    "exchange/monitor/retry/<int:delivery_id>/": {"POST": door("operator", answers=302, at=_OF_FAILED)},
    "api/v1/packets": {"POST": door("system", answers=422, headers={"Declared-Not-Secret": "true"})},
    "api/v1/documents": {"POST": door("system", answers=422, sends=_DOCUMENT)},
    "api/v1/sent": {"GET": door("system")},
    "api/v1/packets/<packet_id>": {"GET": door("system", bound=True)},
    "api/v1/receipts/<receipt_id>": {"GET": door("system", bound=True)},
    "api/v1/inbox": {"GET": door("system")},
    "api/v1/inbox/<entry_id>/packet": {"GET": door("system", bound=True)},
    "api/v1/inbox/<entry_id>/confirm": {
        "POST": door("system", bound=True, sends={"outcome": "done"}, json=True)
    },
    "api/v1/deliveries/<delivery_id>/statuses": {
        "POST": door("system", answers=201, bound=True, sends={"status": "03"}, json=True)
    },
}
