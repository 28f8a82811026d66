"""The tour of three steps on the demonstration: it leads over real pages, a note on each says what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, allowed

COOKIE = "hienluong_tour"
"""Says that this browser has seen the tour, or does not want it."""
COOKIE_AGE = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the tour, and what to look at there."""

    page: str
    permission: str
    title: str | Promise
    text: str | Promise


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody is on the tour: the step, its number from 1, how many there are, and the next address."""

    step: Step
    number: int
    of: int
    next: str


TOURS = (
    (
        Step(
            "mailbox:inbox",
            "exchange.view_mailbox",
            _("What came in"),
            _(
                "Documents that other agencies sent to yours, the newest first. Open one: its journey shows every step "
                "with its time, and your answer goes back to the sender with one button."
            ),
        ),
        Step(
            "composing:send",
            "exchange.send_packet",
            _("Send a document"),
            _(
                "Choose who receives it, one agency or all communes at once, and add the file. You check your answers "
                "before anything is sent."
            ),
        ),
        Step(
            "mailbox:sent",
            "exchange.view_mailbox",
            _("Where it is"),
            _(
                "Everything that your agency sent, and how far it is at every recipient: delivered, fetched, in work, done."
            ),
        ),
    ),
    (
        Step(
            "monitoring:monitor",
            "monitoring.view_monitor",
            _("The axis, live"),
            _(
                "What moves, what waits and for whom, what fails and why. The page renews itself every five seconds."
            ),
        ),
        Step(
            "monitoring:failures",
            "monitoring.view_monitor",
            _("What fails"),
            _("Every failed delivery with its cause in words; try one again, or all of one cause."),
        ),
        Step(
            "directory:agencies",
            "directory.view_agency",
            _("Who is who"),
            _(
                "Agencies with every code that was ever valid, the tree, mergers, and the map of the communes."
            ),
        ),
    ),
    (
        Step(
            "staff:people",
            "staff.view_people",
            _("People and their posts"),
            _("One person may hold several posts; a session acts for one. Leaves and delegations are dated."),
        ),
        Step(
            "identity:accounts",
            "identity.view_accounts",
            _("Accounts"),
            _("Second factors, sessions, accounts that were not used for long."),
        ),
        Step(
            "access:roles",
            "access.view_roles",
            _("Who may do what"),
            _(
                "Every right, and which roles hold it. Changes of rights are told to the person and to the head."
            ),
        ),
    ),
)


def tour_for(actor: Actor | None) -> tuple[Step, ...]:
    """Returns the first tour whose every page the actor may open; empty where there is none."""
    return next((tour for tour in TOURS if all(allowed(actor, step.permission) for step in tour)), ())


def stop_at(request: HttpRequest, actor: Actor | None) -> Stop | None:
    """Returns where the request is on the tour: its address says the number, on the demonstration only."""
    asked = request.GET.get("tour", "")
    if not settings.DEMONSTRATION or actor is None or not asked.isdecimal() or len(asked) > 1:
        return None
    tour, number = tour_for(actor), int(asked)
    if not 1 <= number <= len(tour) or request.path != reverse(tour[number - 1].page):
        return None
    return Stop(tour[number - 1], number, len(tour), address(tour, number + 1) if number < len(tour) else "")


def address(tour: tuple[Step, ...], number: int) -> str:
    """Returns where a step is looked at."""
    return f"{reverse(tour[number - 1].page)}?tour={number}"


def invitation(request: HttpRequest, actor: Actor | None) -> str:
    """Returns where the tour begins, for whoever has not seen it in this browser; empty otherwise."""
    if not settings.DEMONSTRATION or COOKIE in request.COOKIES:
        return ""
    tour = tour_for(actor)
    return address(tour, 1) if tour else ""
