"""Doors of the house itself: health, the description of the API, pages for developers. They hold nobody's data."""

from tests.matrix.doors import Table, anybody

ROUTES: Table = {
    "healthz": {"GET": anybody(even_half_way=True)},
    "api/v1/docs": {"GET": anybody()},
    "api/v1/openapi.json": {"GET": anybody()},
    "api/v1/": {"GET": anybody(answers=404)},  # only a name, from which the addresses of operations are made
    "api/v1/errors": {"GET": anybody()},
    "api/errors": {"GET": anybody()},
    "developers/": {"GET": anybody()},
    "developers/errors/": {"GET": anybody()},
    "developers/deprecation/": {"GET": anybody()},
}
