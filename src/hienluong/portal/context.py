"""What every page shows around its content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject

from hienluong import __version__
from hienluong.access import service as access
from hienluong.directory.service import Actor, allowed
from hienluong.notices import service as notices
from hienluong.portal.help import topic_of
from hienluong.portal.navigation import Link, menu_for
from hienluong.portal.tour import stop_at

SHORTCUTS_COOKIE, OFF = "hienluong_shortcuts", "off"


def page(request: HttpRequest) -> dict[str, Any]:
    """Returns the frame's facts: who acts, the menu and the line of it that one is at, unread notices, changes of rights to confirm, version, demonstration.

    Whether they write documents is asked by the script of drafts, on every page.

    Costs two queries for a signed-in person, and none before the frame asks.
    """
    actor = getattr(request, "actor", None)
    menu = SimpleLazyObject(lambda: list(menu_for(actor, getattr(request, "menu_path", request.path))))
    return {
        "actor": actor,
        "may_write": actor is not None and allowed(actor, "exchange.send_packet"),
        "shortcuts": actor is not None and request.COOKIES.get(SHORTCUTS_COOKIE) != OFF,
        "menu": menu,
        "whereabouts": SimpleLazyObject(lambda: _current(menu)),
        "unread": SimpleLazyObject(lambda: notices.unread_count(actor.id) if actor else 0),
        "alerts": SimpleLazyObject(lambda: _alerts(actor)),
        "help_topic": topic_of(request.path),
        "stop": stop_at(request, actor),
        "version": __version__,
        "demonstration": settings.DEMONSTRATION,
    }


def _current(menu: Iterable[tuple[str | Promise, list[Link]]]) -> Link | None:
    """Returns the line of the menu that the page stands under; the longest address where one contains another."""
    current = [link for _title, links in menu for link in links if link.current]
    return max(current, key=lambda link: len(link.url), default=None)


def _alerts(actor: Actor | None) -> int:
    """Returns how many changes of rights the person has to confirm (Decree 30/2020, App. VI, III.3)."""
    return access.unconfirmed_count(actor.id) if actor is not None and isinstance(actor.id, UUID) else 0
