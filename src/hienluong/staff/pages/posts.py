"""Posts and leaves: given, ended, handed over; who is away and who stands in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import (
    Agency,
    AskedForm,
    Fact,
    Person,
    Post,
    Question,
    acting_actor,
    allowed,
    ask,
    day_after,
    pager,
    require,
)
from hienluong.kit import clock
from hienluong.kit.ids import as_number
from hienluong.staff import commands, queries
from hienluong.staff.errors import PersonUnknown
from hienluong.staff.forms import EndForm, HandOverForm, LeaveForm, PostForm
from hienluong.staff.policy import STAND_INS
from hienluong.staff.queries.people import PAGE_LIMIT

DAY = timedelta(days=1)


def _address(post: Post) -> str:
    return reverse("staff:person", args=[post.person_id])


def _facts(post: Post) -> list[Fact]:
    return [
        (gettext_lazy("Person"), post.person.full_name),
        (gettext_lazy("Post"), f"{post.title} — {post.get_role_display()}"),
        (gettext_lazy("Agency"), post.agency.name),
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Gives a person a post."""
    actor = require(acting_actor(request), "directory.manage_people")
    person = queries.person_view(actor, person_id).person

    def act(given: dict[str, Any]) -> tuple[str, str]:
        post = directory.assign_post(
            actor=actor,
            person=person,
            agency=given["agency"].agency,
            role=given["role"],
            title=given["title"],
            unit=given["unit"],
            leads_unit=given["leads_unit"],
            valid_from=given["valid_from"],
            valid_to=day_after(given["last_day"]),
            now=clock.now(),
        )
        return _("The post was given: %(title)s.") % {"title": post.title}, _address(post)

    listed = directory.search_agencies(actor, place=Agency.Place.PROVINCE, limit=PAGE_LIMIT).items
    question = Question(
        gettext_lazy("Give a post"),
        gettext_lazy("Give the post"),
        reverse("staff:person", args=[person.pk]),
        facts=[(gettext_lazy("Person"), person.full_name)],
        agencies=[(getattr(agency, "primary_code", None) or "", agency.name) for agency in listed],
    )
    initial = {"valid_from": directory.today()}
    return ask(request, PostForm(request.POST or None, initial=initial), question, act)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, post_id: int) -> HttpResponse:
    """Ends a post, at once or on a day to come."""
    actor = require(acting_actor(request), "directory.manage_people")
    post = queries.post_by_id(actor, post_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        ended = directory.end_post(
            actor=actor, post=post, valid_to=day_after(given["last_day"]), now=clock.now()
        )
        return _("The post ends: %(title)s.") % {"title": ended.title}, _address(post)

    question = Question(
        gettext_lazy("End a post"),
        gettext_lazy("End the post"),
        _address(post),
        facts=_facts(post),
        warning=gettext_lazy("Delegations given or taken in this post, and standing in for it, end with it."),
        tone="danger",
    )
    return ask(request, EndForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, post_id: int) -> HttpResponse:
    """Hands a post over to a successor."""
    actor = require(acting_actor(request), "directory.manage_people")
    post = queries.post_by_id(actor, post_id)
    colleagues = queries.colleagues_of(actor, post)
    form = HandOverForm(request.POST or None)
    form.offer("successor", colleagues, by_person=True)
    named: list[Person] = []
    if form.is_valid() and (username := form.cleaned_data["username"]):
        try:
            named = [queries.person_named(actor, username)]
        except PersonUnknown:
            form.add_error("username", _("Nobody signs in under this name."))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        chosen = [row.person for row in colleagues if str(row.person_id) == given["successor"]]
        successor = (chosen + named)[0]
        taken = commands.hand_over_post(
            actor=actor, post=post, successor=successor, from_day=given["from_day"], now=clock.now()
        )
        return _("The post was handed over to %(name)s.") % {"name": successor.full_name}, _address(taken)

    question = Question(
        gettext_lazy("Hand a post over"),
        gettext_lazy("Hand over"),
        _address(post),
        lead=gettext_lazy("The post ends, and the successor holds the same one from the day on."),
        facts=[
            *_facts(post),
            *((gettext_lazy("Successor"), person.full_name) for person in named),
            (
                gettext_lazy("What moves"),
                gettext_lazy(
                    "The agency's mailbox and new notices, which follow agency and role; notices told before stay "
                    "with whom they were told."
                ),
            ),
            (
                gettext_lazy("What ends"),
                gettext_lazy("Delegations that the post gave or took; leaves to come."),
            ),
        ],
    )
    return ask(request, form, question, act)


@require_GET
def leaves(request: HttpRequest) -> HttpResponse:
    """Lists who is away, will be, or was."""
    actor = acting_actor(request)
    when = request.GET.get("when", "now")
    page = queries.leaves(actor, when=when, after=as_number(request.GET.get("after", "")))
    rows = [(leave, allowed(actor, "staff.manage_leaves", leave.post)) for leave in page.items]
    return render(
        request,
        "staff/leaves.html",
        {
            "rows": rows,
            "when": when,
            "today": directory.today(),
            "views": [
                ("now", gettext_lazy("Away today")),
                ("coming", gettext_lazy("To come")),
                ("past", gettext_lazy("Past")),
            ],
            **pager(request, page.next),
        },
    )


@require_GET
def absences(request: HttpRequest) -> HttpResponse:
    """Lists the posts of the agency whose leaves the actor may enter, to choose one."""
    actor = require(acting_actor(request), "staff.view_people")
    return render(request, "staff/leave_posts.html", {"posts": queries.posts_with_leaves(actor)})


@require_http_methods(["GET", "POST"])
def new_leave(request: HttpRequest, post_id: int) -> HttpResponse:
    """Enters that the holder of a post is away."""
    actor = acting_actor(request)
    post = queries.post_by_id(actor, post_id)
    actor = require(actor, "staff.manage_leaves", post)
    offered = queries.colleagues_of(actor, post, roles=sorted(STAND_INS[post.role]))
    form = LeaveForm(request.POST or None)
    form.offer("stand_in", offered, nobody=gettext_lazy("nobody"))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        leave = commands.enter_leave(
            actor=actor,
            post=post,
            stand_in=next((row for row in offered if str(row.pk) == given["stand_in"]), None),
            valid_from=given["valid_from"],
            valid_to=given["last_day"] + DAY,
            now=clock.now(),
        )
        said = _("The leave of %(name)s was entered, from %(day)s on.") % {
            "name": post.person.full_name,
            "day": date_format(leave.valid_from, "SHORT_DATE_FORMAT"),
        }
        when = "now" if leave.valid_from <= directory.today() else "coming"
        return said, f"{reverse('staff:leaves')}?when={when}"

    question = Question(
        gettext_lazy("Enter a leave"),
        gettext_lazy("Enter the leave"),
        reverse("staff:leaves"),
        lead=gettext_lazy("Why somebody is away is not asked and not kept."),
        facts=_facts(post),
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def end_leave(request: HttpRequest, leave_id: int) -> HttpResponse:
    """Ends a leave early, or calls it off."""
    actor = acting_actor(request)
    leave = queries.leave_by_id(actor, leave_id)
    actor = require(actor, "staff.manage_leaves", leave.post)

    def act(_given: dict[str, Any]) -> tuple[str, str]:
        commands.end_leave(actor=actor, leave=leave, now=clock.now())
        return _("The leave is over; nobody stands in any more."), reverse("staff:leaves")

    stand_in = leave.stand_in.person.full_name if leave.stand_in else gettext_lazy("nobody")
    question = Question(
        gettext_lazy("End a leave"),
        gettext_lazy("End the leave now"),
        reverse("staff:leaves"),
        facts=[
            *_facts(leave.post),
            (gettext_lazy("First day away"), date_format(leave.valid_from, "SHORT_DATE_FORMAT")),
            (gettext_lazy("Last day away"), date_format(leave.valid_to - DAY, "SHORT_DATE_FORMAT")),
            (gettext_lazy("Who stands in"), stand_in),
        ],
    )
    return ask(request, AskedForm(request.POST or None), question, act)
