"""Doors of signing in, of one's own account, and of the accounts of others."""

from tests.matrix.doors import EVERYBODY, anybody, door

ROUTES = {
    "sign-in/": {
        # whoever is signed in already is sent home
        "GET": anybody(answers=(200, 302)),
        "POST": anybody(answers=(200, 302), sends={"login": "nobody", "password": "wrong"}),
    },
    "sign-in/once/<str:token>/": {"GET": anybody(), "POST": anybody(answers=401)},
    "sign-out/": {"POST": anybody(answers=302)},
    "acting-for/": {
        "GET": door("postless", *EVERYBODY),
        "POST": door("postless", *EVERYBODY, answers=404, sends={"post": "0"}),
    },
    "api/oauth/token": {"GET": anybody(answers=405), "POST": anybody(answers=(400, 401))},
}
