"""Doors of evidence: of a packet for those who sent it, of the whole ledger for auditors, of looks for oneself; the log for all.

Auditors of our agency see what their agency did; what another agency did is not there for them.
"""

from tests.matrix.doors import AGENCY, IDLE, Table, anybody, door, of_agency, signed_in

_PACKET = {"packet_id": "sent_packet_id"}
_ENTRY = {"entry_id": "ledger_entry"}
_CHANGE = {"place": "change_place"}
_TAKE = ("clerk", "head", "deputy", "auditor")

ROUTES: Table = {
    "evidence/": {"GET": door("auditor")},
    "evidence/bundle.zip": {
        "POST": door("auditor", sends=lambda things: {"subject": f"packet:{things['sent_packet_id']}"})
    },
    "evidence/entries/<uuid:entry_id>/": {"GET": of_agency(*AGENCY, "auditor", at=_ENTRY)},
    "evidence/entries/<uuid:entry_id>/proof.tlog-proof": {"GET": of_agency(*AGENCY, "auditor", at=_ENTRY)},
    "evidence/entries/<uuid:entry_id>/changes/<int:place>.change-proof": {
        "GET": of_agency(*AGENCY, "auditor", at=_ENTRY | _CHANGE)
    },
    "evidence/entries/<uuid:entry_id>/proof.pdf": {"GET": of_agency(*AGENCY, "auditor", at=_ENTRY)},
    "evidence/packets/<uuid:packet_id>/": {"GET": of_agency(*AGENCY, "auditor", at=_PACKET)},
    "evidence/packets/<uuid:packet_id>/signatures/": {
        "GET": of_agency(*AGENCY, at=_PACKET, acts=True)  # who looked is recorded
    },
    "evidence/packets/<uuid:packet_id>/bundle.zip": {"POST": of_agency(*_TAKE, at=_PACKET)},
    "evidence/receipts/<uuid:receipt_id>/receipt.pdf": {"GET": of_agency(*AGENCY)},
    "evidence/looks/<uuid:person_id>/": {
        "GET": door("administrator"),
        "POST": door("administrator", sends={"request": "Đơn số 12"}),
    },
    "account/looks/": {"GET": signed_in(but=dict.fromkeys(IDLE, 401))},
    "log/": {"GET": anybody()},
    "api/v1/packets/<packet_id>/signatures": {"GET": of_agency("system", at=_PACKET, acts=True)},
    "api/v1/packets/<packet_id>/entries": {"GET": of_agency("system", at=_PACKET)},
    "api/v1/entries/<ledger_entry>": {"GET": of_agency("system")},
    "api/v1/entries/<ledger_entry>/proof": {"GET": of_agency("system")},
    "api/v1/entries/<ledger_entry>/changes": {"GET": of_agency("system")},
    "api/v1/entries/<ledger_entry>/changes/<place>/proof": {"GET": of_agency("system", at=_CHANGE)},
    "api/v1/entries/<ledger_entry>/document": {"GET": of_agency("system")},
    "api/v1/receipts/<receipt_id>/proof": {"GET": of_agency("system")},
    "api/v1/receipts/<receipt_id>/document": {"GET": of_agency("system")},
}
