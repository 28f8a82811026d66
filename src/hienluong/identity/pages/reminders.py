"""How one is reminded: by which ways, and in which browsers."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hienluong.directory.service import Person, User
from hienluong.identity import commands
from hienluong.identity.accounts import account_ref
from hienluong.identity.forms import BrowserForm, WaysForm
from hienluong.identity.models import browser_named
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError
from hienluong.notices import service as notices


@login_required
@require_http_methods(["GET", "POST"])
def ways(request: HttpRequest) -> HttpResponse:
    """Shows by which ways a person is reminded and in which browsers; a POST sets the ways."""
    person = _person(request)
    if request.method == "POST":
        form = WaysForm(request.POST)
        if form.is_valid():
            commands.set_own_ways(
                actor=account_ref(cast("User", request.user)),
                person=person,
                now=clock.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Saved."))
        return redirect("identity:reminders")
    return _page(request, person, BrowserForm())


def _page(request: HttpRequest, person: UUID, form: BrowserForm, status: int = 200) -> HttpResponse:
    chosen = notices.ways_of(person)
    context = {
        "ways": WaysForm(initial={"mail": chosen.mail, "push": chosen.push}),
        "browsers": notices.subscriptions_of(person),
        "form": form,
        "push_key": notices.push_key(),
    }
    return render(request, "identity/reminders.html", context, status=status)


@login_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Lets this browser be woken for reminders, with what the browser gave."""
    person, form = _person(request), BrowserForm(request.POST)
    if form.is_valid():
        try:
            commands.subscribe_own_browser(
                actor=account_ref(cast("User", request.user)),
                person=person,
                browser=browser_named(request.headers.get("User-Agent", "")),
                now=clock.now(),
                **form.cleaned_data,
            )
        except HienluongError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("This browser reminds you from now on."))
            return redirect("identity:reminders")
    return _page(request, person, form, status=422)


@login_required
@require_POST
def remove_browser(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Wakes a browser no more."""
    removed = commands.remove_own_browser(
        actor=account_ref(cast("User", request.user)),
        person=_person(request),
        subscription_id=subscription_id,
        now=clock.now(),
    )
    messages.success(request, _("%(browser)s no longer reminds you.") % {"browser": removed.browser})
    return redirect("identity:reminders")


def _person(request: HttpRequest) -> UUID:
    """Returns the person who holds the account; an account without one is reminded of nothing."""
    person = Person.objects.filter(user=cast("User", request.user)).values_list("pk", flat=True).first()
    if person is None:
        raise Http404
    return person
