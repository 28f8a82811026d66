"""Doors of documents after they were sent, and of the list of reasons."""

from tests.matrix.doors import EVERYBODY, door

_SENT = {"packet_id": "sent_packet_id", "delivery_id": "failed_delivery_id"}
_CLERKS = ("clerk", "head", "deputy", "officer")
_WHY = {"note": "gửi nhầm"}
_NEW_REASON = {
    "act": "02",
    "code": "no-annex",
    "text_vi": "Thiếu phụ lục",
    "text_en": "An annex is missing",
    "step": "send",
}

ROUTES = {
    "corrections/recalls/": {"GET": door(*_CLERKS)},
    "corrections/packets/<uuid:packet_id>/recall/": {
        "GET": door("clerk", bound=True, at=_SENT),
        "POST": door("clerk", answers=422, bound=True, at=_SENT),
    },
    "corrections/packets/<uuid:packet_id>/revoke/": {
        "GET": door("clerk", bound=True, at=_SENT),
        "POST": door(
            "clerk", answers=302, bound=True, at=_SENT, sends={"reason": "sai", "key": "k", "step": "send"}
        ),
    },
    "corrections/deliveries/<int:delivery_id>/correct/": {
        "GET": door("clerk", bound=True, at=_SENT),
        "POST": door("clerk", answers=422, bound=True, at=_SENT),
    },
    "api/v1/packets/<packet_id>/recall": {
        "POST": door("system", bound=True, at=_SENT, sends=_WHY, json=True)
    },
    "api/v1/packets/<packet_id>/revocation": {
        "POST": door("system", answers=201, bound=True, at=_SENT, sends={"reason": "sai"}, json=True)
    },
    "api/v1/deliveries/<delivery_id>/correction": {
        "POST": door("system", bound=True, at=_SENT, sends={"to": "H50.VP"}, json=True)
    },
    "api/v1/recalls": {"GET": door("system")},
    "api/v1/packets/<packet_id>/changes": {"GET": door("system", bound=True)},
    "api/v1/reasons": {"GET": door("system")},
    "reasons/": {"GET": door(*EVERYBODY)},
    "reasons/new/": {
        "GET": door("administrator", "operator"),
        "POST": door("administrator", "operator", answers=302, sends=_NEW_REASON),
    },
    "reasons/<uuid:reason_id>/change/": {
        "GET": door("administrator", "operator"),
        "POST": door("administrator", "operator", answers=422),
    },
    "reasons/<uuid:reason_id>/end/": {
        "GET": door("administrator", "operator"),
        "POST": door("administrator", "operator", answers=302, sends={"step": "send"}),
    },
}
