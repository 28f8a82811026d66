"""Doors of the list of reasons: everybody reads it, administrators and operators keep it."""

from tests.matrix.doors import ROLES, Table, door

_KEEPERS = ("administrator", "operator")
_WORDS = {"text_vi": "Thiếu phụ lục", "text_en": "An annex is missing", "step": "send"}

ROUTES: Table = {
    "reasons/": {"GET": door(*ROLES)},
    "reasons/new/": {
        "GET": door(*_KEEPERS),
        "POST": door(*_KEEPERS, answers=302, sends={**_WORDS, "act": "02", "code": "no-annex"}),
    },
    "reasons/<uuid:reason_id>/change/": {
        "GET": door(*_KEEPERS),
        "POST": door(*_KEEPERS, answers=302, sends=_WORDS),
    },
    "reasons/<uuid:reason_id>/end/": {
        "GET": door(*_KEEPERS),
        "POST": door(*_KEEPERS, answers=302, sends={"step": "send"}),
    },
    "api/v1/reasons": {"GET": door("system")},
}
