"""Doors of the lists of documents: each sees and takes along what is their agency's."""

from tests.matrix.doors import AGENCY, Table, door, of_agency

_CSV = {"form": "csv"}
_XLSX = {"form": "xlsx"}

ROUTES: Table = {
    "exchange/inbox/": {"GET": (door(*AGENCY), door(*AGENCY, sends={"subject": "riêng", "number": "8"}))},
    # What is another agency's is not in the list: it is as if nothing had been ticked.
    "exchange/inbox/batch/": {
        "POST": (
            of_agency(
                "clerk",
                elsewhere=200,
                sends=lambda things: {"act": "receive", "entry": things["delivery_id"]},
            ),
            door(*AGENCY, sends=lambda things: {"act": "csv", "entry": things["delivery_id"]}),
        )
    },
    "exchange/inbox/export.<str:form>": {
        "GET": (door(*AGENCY, given=_CSV, acts=True), door(*AGENCY, given=_XLSX, acts=True))
    },
    "exchange/sent/": {"GET": door(*AGENCY)},
    "exchange/sent/export.<str:form>": {"GET": door(*AGENCY, given=_CSV, acts=True)},
    "api/v1/inbox/export": {"GET": door("system", acts=True)},
    "api/v1/sent/export": {"GET": door("system", acts=True)},
}
