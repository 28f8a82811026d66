"""Pages of the administrators: accounts, how they sign in, and what to do when somebody cannot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import ActingRequest, Actor, User, pager
from hienluong.identity import commands, queries
from hienluong.kit import clock


class AccountFilter(forms.Form):
    """Narrows the list of accounts."""

    q = forms.CharField(label=gettext_lazy("Name or user name"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("locked", gettext_lazy("locked")),
            ("closed", gettext_lazy("closed")),
            ("factorless", gettext_lazy("without a second factor")),
            ("idle", gettext_lazy("closed soon, not used")),
        ],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.accounts` takes them; what is not valid does not filter."""
        self.is_valid()
        state = self.cleaned_data.get("state")
        return {"search": self.cleaned_data.get("q") or "", "states": [state] if state else []}


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    return actor


@require_GET
def account_list(request: ActingRequest) -> HttpResponse:
    """Lists the accounts, narrowed by name or by their state."""
    form = AccountFilter(request.GET)
    page = queries.accounts(
        _actor(request), now=clock.now(), after=request.GET.get("after", ""), **form.query()
    )
    context = {"page": page, "form": form, **pager(request, page.next or None, "q", "state")}
    return render(request, "identity/accounts.html", context)


@require_GET
def account_detail(request: ActingRequest, user_id: int) -> HttpResponse:
    """Shows one account: how it signs in, where it is signed in, and what can be done."""
    found = queries.account(_actor(request), user_id, now=clock.now())
    if found is None:
        raise Http404
    return render(request, "identity/account_detail.html", {"found": found})


@require_POST
def account_act(request: ActingRequest, user_id: int, act: str) -> HttpResponse:
    """Does one thing to an account: unlock, close or reopen it, end its sessions, or take away its second factors."""
    actor, now = _actor(request), clock.now()
    found = queries.account(actor, user_id, now=now)
    if found is None:
        raise Http404
    user: User = found.row.user
    if act == "unlock":
        commands.unlock_account(actor=actor, user=user, now=now)
        messages.success(request, _("The account was unlocked."))
    elif act == "end-sessions":
        count = commands.end_sessions(actor=actor, user=user, now=now)
        messages.success(request, _("Sessions ended: %(count)d.") % {"count": count})
    elif act == "close":
        commands.close_account(actor=actor, user=user, now=now)
        messages.success(request, _("The account %(account)s is closed.") % {"account": user.username})
    elif act == "reopen":
        commands.reopen_account(actor=actor, user=user, now=now)
        messages.success(request, _("The account %(account)s is open again.") % {"account": user.username})
    else:
        commands.reset_second_factor(actor=actor, user=user, now=now)
        messages.success(request, _("The second factors were taken away, and the person was told."))
    return redirect("identity:account_detail", user_id=user_id)


@require_GET
def confirm_reset(request: ActingRequest, user_id: int) -> HttpResponse:
    """Asks before the second factors of an account are taken away."""
    found = queries.account(_actor(request), user_id, now=clock.now())
    if found is None:
        raise Http404
    return render(request, "identity/reset_second_factor.html", {"found": found})
