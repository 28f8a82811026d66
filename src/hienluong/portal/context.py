"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hienluong import __version__
from hienluong.notices import service as notices
from hienluong.portal.navigation import menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    """Returns the frame's facts: who acts, the menu, unread notices, version, demonstration.

    Costs one query for a signed-in person, and none before the frame asks.
    """
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "menu": SimpleLazyObject(lambda: list(menu_for(actor, request.path))),
        "unread": SimpleLazyObject(lambda: notices.unread_count(actor.id) if actor else 0),
        "version": __version__,
        "demonstration": settings.DEMONSTRATION,
    }
