"""Doors of keeping and destroying: an agency's people its own copies, administrators and auditors see all and hold all."""

from tests.matrix.doors import AGENCY, Table, door, of_agency
from tests.matrix.things import day

_ALL = ("administrator", "auditor")
_HEADS = ("head", "deputy")
_DONE = {"disposal_id": "done_disposal_id"}
_WHY = {"reason": "Thanh tra.", "step": "send"}
_NOTE = {"note": "Đợt một.", "step": "send"}
_PERIOD = {"type_name": "Tờ trình", "months": "120", "valid_from": day(), "source": "", "step": "send"}

ROUTES: Table = {
    "retention/": {"GET": door(*AGENCY, *_ALL)},
    "retention/propose/": {
        "GET": door("clerk", *_HEADS),
        "POST": door("clerk", *_HEADS, answers=302, sends=_NOTE),
    },
    "retention/disposals/<uuid:disposal_id>/": {"GET": of_agency(*AGENCY, anywhere=_ALL)},
    "retention/disposals/<uuid:disposal_id>/approve/": {
        "GET": of_agency(*_HEADS),
        "POST": of_agency(*_HEADS, answers=302, sends=_NOTE),
    },
    "retention/disposals/<uuid:disposal_id>/decline/": {
        "GET": of_agency(*_HEADS),
        "POST": of_agency(*_HEADS, answers=302, sends=_NOTE),
    },
    "retention/disposals/<uuid:disposal_id>/take-back/": {"POST": of_agency("clerk", *_HEADS, answers=302)},
    "retention/disposals/<uuid:disposal_id>/certificate/": {
        "GET": of_agency(*AGENCY, anywhere=_ALL, at=_DONE)
    },
    "retention/disposals/<uuid:disposal_id>/certificate.<str:form>": {
        "GET": (
            of_agency(*AGENCY, anywhere=_ALL, at=_DONE, given={"form": "csv"}),
            of_agency(*AGENCY, anywhere=_ALL, at=_DONE, given={"form": "xlsx"}),
        )
    },
    "retention/holds/": {"GET": door(*AGENCY, *_ALL)},
    "retention/holds/<uuid:hold_id>/": {"GET": of_agency(*AGENCY, anywhere=_ALL)},
    "retention/holds/<uuid:hold_id>/lift/": {
        "GET": of_agency(*_HEADS, anywhere=_ALL),
        "POST": of_agency(*_HEADS, anywhere=_ALL, answers=302, sends=_WHY),
    },
    "retention/packets/<uuid:packet_id>/hold/": {
        "GET": of_agency(*_HEADS, anywhere=_ALL),
        "POST": of_agency(*_HEADS, anywhere=_ALL, answers=302, sends=_WHY),
    },
    "retention/periods/": {"GET": door(*AGENCY, *_ALL)},
    "retention/periods/set/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_PERIOD),
    },
    "retention/periods/<uuid:period_id>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends={"valid_to": day(), "step": "send"}),
    },
    "api/v1/disposals": {"GET": door("system")},
    "api/v1/disposals/<disposal_id>/documents": {"GET": of_agency("system")},
}
