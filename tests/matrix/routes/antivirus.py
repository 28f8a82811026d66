"""Doors of what is kept apart for malware: those who watch see metadata, an operator decides."""

from tests.matrix.doors import WATCHERS, Table, door

_AT = {"packet_id": "infected_packet_id"}
_WHY = {"reason": "Báo động giả.", "step": "send"}

ROUTES: Table = {
    "antivirus/": {"GET": door(*WATCHERS)},
    "antivirus/<uuid:packet_id>/": {"GET": door(*WATCHERS, at=_AT)},
    "antivirus/<uuid:packet_id>/release/": {
        "GET": door("operator", at=_AT),
        "POST": door("operator", answers=302, at=_AT, sends=_WHY),
    },
    "antivirus/<uuid:packet_id>/refuse/": {
        "GET": door("operator", at=_AT),
        "POST": door("operator", answers=302, at=_AT, sends=_WHY),
    },
    "antivirus/<uuid:packet_id>/rescan/": {"POST": door("operator", answers=302, at=_AT)},
}
