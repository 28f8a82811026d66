"""Accounts: who can sign in, when they last did, closing and opening again; and which role may do what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import acting_actor, allowed
from hienluong.identity import commands
from hienluong.identity.forms import AccountFilter
from hienluong.identity.queries import accounts as queries
from hienluong.identity.queries import roles
from hienluong.kit import clock


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Lists accounts with their posts, last sign-in and second factor."""
    actor = acting_actor(request)
    form = AccountFilter(request.GET)
    form.is_valid()
    after = request.GET.get("after", "")
    page = queries.accounts(
        actor, text=form.cleaned_data.get("q", ""), show=form.cleaned_data.get("show", ""), after=after
    )
    query = request.GET.copy()
    query["after"] = page.next or ""
    return render(
        request,
        "identity/accounts.html",
        {
            "page": page,
            "form": form,
            "may_manage": allowed(actor, "identity.manage_accounts"),
            "reset": request.path if request.GET.get("q") or request.GET.get("show") else "",
            "first": request.path if after else "",
            "next": f"?{query.urlencode()}" if page.next else "",
        },
    )


@require_POST
def close(request: HttpRequest, user_id: int) -> HttpResponse:
    """Closes an account."""
    closure = commands.close_account(actor=acting_actor(request), user_id=user_id, now=clock.now())
    messages.success(request, _("The account %(account)s is closed.") % {"account": closure.user.username})
    return redirect("identity:accounts")


@require_POST
def reopen(request: HttpRequest, user_id: int) -> HttpResponse:
    """Opens a closed account again."""
    closure = commands.reopen_account(actor=acting_actor(request), user_id=user_id, now=clock.now())
    messages.success(
        request, _("The account %(account)s is open again.") % {"account": closure.user.username}
    )
    return redirect("identity:accounts")


@require_GET
def who_may_what(request: HttpRequest) -> HttpResponse:
    """Shows every permission with the roles that hold it."""
    return render(request, "identity/roles.html", {"rows": roles.who_may_what(acting_actor(request))})
