"""Who has looked at somebody's data: for that person, and for who answers the person's letter."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import acting_actor, all_purposes, look, pager, require
from hienluong.evidence import commands
from hienluong.evidence.forms import RequestForm
from hienluong.evidence.purposes import ON_REQUEST
from hienluong.evidence.queries import looks
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Lists who has looked at one's own data."""
    page = looks.own_looks(acting_actor(request), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "purposes": all_purposes(),
        "minutes": settings.LOOK_MINUTES,
        "hours": settings.LISTED_LOOK_HOURS,
        **pager(request, page.next, cursor="before"),
    }
    return render(request, "evidence/looks.html", context)


@require_http_methods(["GET", "POST"])
def of_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Asks for the letter, records it, and shows who has looked at the data of whoever wrote it."""
    actor = require(acting_actor(request), "evidence.view_looks")
    person = looks.person_asked_about(actor, person_id)
    look(actor, [person.pk], ON_REQUEST)
    form = RequestForm(request.POST or None)
    context = {"person": person, "form": form, "back": reverse("staff:person", args=[person.pk])}
    if request.method == "POST" and form.is_valid():
        try:
            commands.answer_request(
                actor=actor, person_id=person_id, request=form.cleaned_data["request"], now=clock.now()
            )
        except InvalidInput as refusal:
            form.take(refusal)
        else:
            page = looks.looks_at(actor, person_id, before=request.POST.get("before", ""))
            context |= {"page": page, "answered": form.cleaned_data["request"]}
            return render(request, "evidence/looks_of_person.html", context)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "evidence/looks_of_person.html", context, status=status)
