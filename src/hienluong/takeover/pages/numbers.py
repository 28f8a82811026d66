"""Books of numbers: from which number each continues, and the next one of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import acting_actor, require, today
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, HienluongError
from hienluong.takeover import commands
from hienluong.takeover.forms import BookForm, TakeForm
from hienluong.takeover.queries import numbers as queries


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Shows the agency's books and the numbers given last."""
    found = queries.books(acting_actor(request))
    return render(request, "takeover/numbers.html", {"books": found.books, "given": found.given})


@require_http_methods(["GET", "POST"])
def continue_book(request: HttpRequest) -> HttpResponse:
    """Asks from which number a book continues; the highest one taken over is offered."""
    actor = require(acting_actor(request), "takeover.manage_numbers")
    year = today().year
    highest = queries.highest_taken(actor, year=year)
    initial = {"year": year, "number": highest + 1 if highest else None}
    form = BookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            book = commands.continue_book(actor=actor, now=clock.now(), **form.cleaned_data)
        except HienluongError as refusal:
            form.add_error("number", refusal.explain(_))
        else:
            messages.success(
                request,
                _("%(series)s of %(year)s continues from %(number)s.")
                % {"series": book.series, "year": book.year, "number": book.next},
            )
            return redirect("takeover:numbers")
    context = {"form": form, "highest": highest, "year": year}
    return render(request, "takeover/continue_book.html", context, status=422 if form.errors else 200)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Takes the next number of a book."""
    actor = require(acting_actor(request), "takeover.take_numbers")
    form = TakeForm(request.POST)
    if form.is_valid():
        try:
            given = commands.take_number(actor=actor, now=clock.now(), **form.cleaned_data)
        except Conflict as refusal:
            messages.error(request, refusal.explain(_))
        else:
            messages.success(
                request,
                _("The number is %(number)s (%(series)s, %(year)s).")
                % {"number": str(given), "series": given.book.series, "year": given.book.year},
            )
    return redirect("takeover:numbers")
