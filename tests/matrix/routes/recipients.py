"""Doors of groups of recipients: the province's are everybody's to see, an agency's its own people's."""

from tests.matrix.doors import ROLES, Table, door, of_agency
from tests.matrix.province import COMMUNE

_KEEPERS = ("clerk", "head", "deputy", "administrator")
_THE_PROVINCES = {"group_id": "province_group_id"}
_GROUP = {"name": "Nhóm mới", "kind": "listed", "reach": "agency", "codes": [COMMUNE], "step": "send"}

ROUTES: Table = {
    "groups/": {"GET": door(*ROLES)},
    "groups/new/": {
        "GET": door(*_KEEPERS),
        "POST": door(*_KEEPERS, answers=302, sends=_GROUP),
    },
    "groups/<uuid:group_id>/": {"GET": (of_agency(*ROLES), door(*ROLES, at=_THE_PROVINCES))},
    "groups/<uuid:group_id>/change/": {
        "GET": (of_agency(*_KEEPERS, sees=ROLES), door("administrator", at=_THE_PROVINCES)),
        "POST": (
            of_agency(*_KEEPERS, sees=ROLES, answers=302, sends=_GROUP),
            door("administrator", answers=302, at=_THE_PROVINCES, sends=_GROUP),
        ),
    },
    "groups/<uuid:group_id>/end/": {
        "GET": (of_agency(*_KEEPERS, sees=ROLES), door("administrator", at=_THE_PROVINCES)),
        "POST": (
            of_agency(*_KEEPERS, sees=ROLES, answers=302, sends={"step": "send"}),
            door("administrator", answers=302, at=_THE_PROVINCES, sends={"step": "send"}),
        ),
    },
    "api/v1/groups": {"GET": door("system")},
    "api/v1/groups/<group_id>": {"GET": (of_agency("system"), door("system", at=_THE_PROVINCES))},
}
