"""Doors of the house itself and of the description of the API."""

from tests.matrix.doors import anybody

ROUTES = {
    "healthz": {"GET": anybody(), "POST": anybody()},
    "api/v1/docs": {"GET": anybody(), "POST": anybody()},
    "api/v1/openapi.json": {"GET": anybody(), "POST": anybody()},
    "api/v1/": {"GET": anybody(answers=404), "POST": anybody(answers=404)},
}
