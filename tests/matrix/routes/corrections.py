"""Doors of documents after they were sent: only the sender's clerks take them back; nobody else's copy is touched."""

from tests.matrix.doors import Table, door, of_agency
from tests.matrix.province import MARKET

_OPEN = {"packet_id": "open_packet_id", "delivery_id": "open_delivery_id"}
_SEE = ("clerk", "head", "deputy", "officer")
_RECALL = {"recipients": ["H50.C18880"], "note": "Gửi nhầm.", "key": "once", "step": "send"}
_REVOKE = {"reason": "Ban hành sai.", "key": "once", "step": "send"}
_CORRECT = {"to": MARKET, "note": "", "key": "once", "step": "send"}

ROUTES: Table = {
    "corrections/recalls/": {"GET": door(*_SEE)},
    "corrections/packets/<uuid:packet_id>/recall/": {
        "GET": of_agency("clerk", at=_OPEN),
        "POST": of_agency("clerk", answers=302, at=_OPEN, sends=_RECALL),
    },
    "corrections/packets/<uuid:packet_id>/revoke/": {
        "GET": of_agency("clerk", at=_OPEN),
        "POST": of_agency("clerk", answers=302, at=_OPEN, sends=_REVOKE),
    },
    "corrections/deliveries/<int:delivery_id>/correct/": {
        "GET": of_agency("clerk", at=_OPEN),
        "POST": of_agency("clerk", answers=302, at=_OPEN, sends=_CORRECT),
    },
    "api/v1/packets/<packet_id>/recall": {
        "POST": of_agency("system", at=_OPEN, sends={"note": "Gửi nhầm."}, json=True)
    },
    "api/v1/packets/<packet_id>/revocation": {
        "POST": of_agency("system", answers=201, at=_OPEN, sends={"reason": "Ban hành sai."}, json=True)
    },
    "api/v1/deliveries/<delivery_id>/correction": {
        "POST": of_agency("system", at=_OPEN, sends={"to": MARKET}, json=True)
    },
    "api/v1/recalls": {"GET": door("system")},
    "api/v1/packets/<packet_id>/changes": {"GET": of_agency("system")},
}
