"""HTML pages about keeping and destroying."""

from __future__ import annotations

from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """Returns the id in a query, None where there is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
