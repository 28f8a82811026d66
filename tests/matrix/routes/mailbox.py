"""Doors of the lists of documents: each sees and takes along what is their agency's."""

from tests.matrix.doors import AGENCY, Table, door

_CSV = {"form": "csv"}
_XLSX = {"form": "xlsx"}

ROUTES: Table = {
    "exchange/inbox/": {"GET": (door(*AGENCY), door(*AGENCY, sends={"subject": "riêng", "number": "8"}))},
    "exchange/inbox/export.<str:form>": {
        "GET": (door(*AGENCY, given=_CSV, acts=True), door(*AGENCY, given=_XLSX, acts=True))
    },
    "exchange/sent/": {"GET": door(*AGENCY)},
    "exchange/sent/export.<str:form>": {"GET": door(*AGENCY, given=_CSV, acts=True)},
    "api/v1/inbox/export": {"GET": door("system", acts=True)},
    "api/v1/sent/export": {"GET": door("system", acts=True)},
}
