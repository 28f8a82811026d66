"""People: found, shown, recorded, imported, changed, let go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import (
    AskedForm,
    Fact,
    Person,
    Question,
    ReasonForm,
    acting_actor,
    allowed,
    ask,
    pager,
    require,
)
from hienluong.kit import clock
from hienluong.staff import commands, queries
from hienluong.staff.errors import PeopleRefused
from hienluong.staff.formats.people_csv import COLUMNS, MAX_BYTES
from hienluong.staff.forms import AccountForm, ImportForm, NewPersonForm, PeopleFilter, PersonForm


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Lists people in Vietnamese order, by their given names."""
    actor = acting_actor(request)
    form = PeopleFilter(request.GET)
    page = queries.search_people(actor, after=request.GET.get("after"), **form.query())
    return render(
        request,
        "staff/people.html",
        {
            "page": page,
            "form": form,
            "sees_accounts": allowed(actor, "staff.view_everybody"),
            "may_manage": allowed(actor, "directory.manage_people"),
            **pager(request, page.next, "q", "role", "account", "agency"),
        },
    )


@require_GET
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Shows one person: posts, leaves, account."""
    found = queries.person_view(acting_actor(request), person_id)
    return render(request, "staff/person.html", {"view": found, "today": directory.today()})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Records a person."""
    actor = require(acting_actor(request), "directory.manage_people")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = directory.create_person(
            actor=actor,
            full_name=given["full_name"],
            email=given["email"],
            telephone=given["telephone"],
            username=given["username"] or None,
            now=clock.now(),
        )
        return _("Recorded: %(name)s. Give a post now.") % {"name": made.full_name}, reverse(
            "staff:new_post", args=[made.pk]
        )

    question = Question(
        gettext_lazy("Record a person"),
        gettext_lazy("Record"),
        reverse("staff:people"),
        lead=gettext_lazy("A post is given afterwards; without a post nobody may do anything."),
    )
    return ask(request, NewPersonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Changes a person's particulars."""
    actor = require(acting_actor(request), "directory.manage_people")
    found = queries.person_view(actor, person_id).person

    def act(given: dict[str, Any]) -> tuple[str, str]:
        changed = directory.change_person(actor=actor, person=found, now=clock.now(), **given)
        return _("Saved: %(name)s.") % {"name": changed.full_name}, _address(changed)

    initial = {name: getattr(found, name) for name in ("full_name", "email", "telephone")}
    question = Question(gettext_lazy("Change particulars"), gettext_lazy("Save"), _address(found))
    return ask(request, PersonForm(request.POST or None, initial=initial), question, act)


@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Lets a person leave."""
    actor = require(acting_actor(request), "directory.manage_people")
    view = queries.person_view(actor, person_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        left = directory.deactivate_person(actor=actor, person=view.person, now=clock.now(), **given)
        return _("%(name)s has left: posts ended, account closed.") % {"name": left.full_name}, _address(left)

    day = directory.today()
    held = [post for post in view.posts if post.valid_to is None or post.valid_to > day]
    posts = [(gettext_lazy("Post that ends"), f"{post.title}, {post.agency.name}") for post in held]
    question = Question(
        gettext_lazy("End the person’s service"),
        gettext_lazy("End posts and close the account"),
        _address(view.person),
        facts=[_named(view.person), *posts],
        warning=gettext_lazy("All posts end at once, the account is closed, and its sessions end."),
        tone="danger",
    )
    return ask(request, ReasonForm(request.POST or None, most=500), question, act)


@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Gives a person an account, or opens a closed one again."""
    actor = require(acting_actor(request), "directory.manage_people")
    found = queries.person_view(actor, person_id).person

    def act(given: dict[str, Any]) -> tuple[str, str]:
        opened = directory.open_account(
            actor=actor, person=found, username=given.get("username", ""), now=clock.now()
        )
        return _("The account of %(name)s is open.") % {"name": opened.full_name}, _address(opened)

    form_class: type[AskedForm] = AskedForm if found.user else AccountForm
    facts = [_named(found)]
    if found.user:
        facts.append((gettext_lazy("User name"), found.user.username))
    question = Question(
        gettext_lazy("Open an account"),
        gettext_lazy("Open the account"),
        _address(found),
        lead=gettext_lazy(
            "Without a password: hand out a one-time sign-in afterwards. Posts are given anew."
        ),
        facts=facts,
    )
    return ask(request, form_class(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def import_table(request: HttpRequest) -> HttpResponse:
    """Reads a table of people: first only says what would be done, then does it with the same file."""
    actor = require(acting_actor(request), "directory.manage_people")
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "columns": COLUMNS}
    if request.method != "POST" or not form.is_valid():
        return render(request, "staff/people_import.html", context, status=422 if form.is_bound else 200)
    content = form.cleaned_data["table"].read(MAX_BYTES + 1)
    dry_run = request.POST.get("step") != "send"
    try:
        done = commands.import_people(actor=actor, content=content, now=clock.now(), dry_run=dry_run)
    except PeopleRefused as refusal:
        context["refused"] = [
            (one.pointer.strip("/").replace("/", ", "), one.text(_)) for one in refusal.errors
        ]
        return render(request, "staff/people_import.html", context, status=refusal.status)
    if dry_run:
        return render(request, "staff/people_import.html", {**context, "done": done})
    messages.success(
        request,
        _("Imported: %(people)d people, %(posts)d posts; %(unchanged)d rows were known.")
        % {"people": done.people, "posts": done.posts, "unchanged": done.unchanged},
    )
    return redirect("staff:people")


def _named(found: Person) -> Fact:
    return gettext_lazy("Person"), found.full_name


def _address(found: Person) -> str:
    return reverse("staff:person", args=[found.pk])
