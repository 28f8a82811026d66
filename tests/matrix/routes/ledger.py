"""The public log: hashes and signatures, for everybody."""

from tests.matrix.doors import Table, anybody

ROUTES: Table = {
    "log/checkpoint": {"GET": anybody(even_half_way=True)},
    "log/key-changes/<int:number>": {
        "GET": anybody(answers=404, even_half_way=True, given={"number": "1"})
    },  # the log has never changed its key
    "witness/add-checkpoint": {
        "POST": anybody(answers=400, even_half_way=True, acts=False)
    },  # what is handed in is no checkpoint
    "log/tile/entries/<path:place>": {"GET": anybody(even_half_way=True, given={"place": "000.p/1"})},
    "log/tile/<str:level>/<path:place>": {
        "GET": anybody(even_half_way=True, given={"level": "0", "place": "000.p/1"})
    },
}
