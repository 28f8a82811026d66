"""The persona matrix: one table per module. `doors.py` says how to read them, `personas.py` who everybody is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from tests.matrix.doors import Door

TABLES = {
    info.name: importlib.import_module(f"tests.matrix.routes.{info.name}").ROUTES
    for info in pkgutil.iter_modules(__path__)
}
ROUTES: dict[str, Mapping[str, Door | tuple[Any, ...]]] = {
    route: doors for table in TABLES.values() for route, doors in table.items()
}


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Yields every address as the resolver declares it."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry, route)


def doors_of(route: str, method: str) -> list[Door]:
    """Returns the doors of a method: several where it has several forms."""
    declared = ROUTES.get(route, {}).get(method, ())
    return list(_flat(declared))


def _flat(declared: Any) -> Iterator[Door]:
    if isinstance(declared, Door):
        yield declared
    else:
        for one in declared:
            yield from _flat(one)
