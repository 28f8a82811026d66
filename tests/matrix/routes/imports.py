"""Doors of files of agencies: all of it is the administrators'."""

import io
from typing import Any

from tests.matrix.doors import Table, Things, door
from tests.matrix.things import day

_APPLIED = {"import_id": "applied_import_id"}


def _file(_things: Things) -> dict[str, Any]:
    file = io.BytesIO("code,name\nH50.79,Cơ quan mới\n".encode())
    file.name = "danh-ba.csv"
    return {"file": file, "format": "csv", "effective_on": day()}


ROUTES: Table = {
    "imports/": {"GET": door("administrator")},
    "imports/new/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_file),
    },
    "imports/<uuid:import_id>/": {
        "GET": (door("administrator"), door("administrator", headers={"HX-Request": "true"}))
    },
    "imports/<uuid:import_id>/confirm/": {"POST": door("administrator", answers=302)},
    "imports/<uuid:import_id>/discard/": {"POST": door("administrator", answers=302)},
    "imports/<uuid:import_id>/undo/": {
        "GET": door("administrator", at=_APPLIED),
        "POST": door("administrator", answers=302, at=_APPLIED),
    },
}
