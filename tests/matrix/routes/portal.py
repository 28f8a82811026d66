"""Doors of the face."""

from tests.matrix.doors import EVERYBODY, anybody, door

ROUTES = {
    "": {"GET": door(*EVERYBODY)},
    "notices/": {"GET": door(*EVERYBODY), "POST": door(*EVERYBODY, answers=302)},
    "language/": {
        "GET": anybody(answers=302),
        "POST": anybody(answers=302, sends={"language": "vi", "next": "/"}),
    },
}
