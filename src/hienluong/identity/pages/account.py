"""The page “my account”: particulars, password, second factors, sessions, identities of elsewhere, posts."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import User
from hienluong.identity import commands, queries
from hienluong.identity.accounts import AccountAdapter, account_ref
from hienluong.identity.providers import configured_providers
from hienluong.identity.second_factor import passkeys_possible
from hienluong.kit import clock


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Shows a person their own account."""
    return render(
        request,
        "identity/account.html",
        {
            "account": queries.own_account(cast("User", request.user)),
            "session_key": request.session.session_key,
            "providers": configured_providers(),
            "passkeys_possible": passkeys_possible(request),
        },
    )


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Ends one of one's own sessions; this one is a sign-out."""
    user = cast("User", request.user)
    ended = commands.end_own_session(
        actor=account_ref(user), user=user, session_id=session_id, now=clock.now()
    )
    if ended.session_key == request.session.session_key:
        AccountAdapter(request).logout(request)
        return redirect("identity:sign_in")
    messages.success(request, _("The session was ended."))
    return redirect("identity:account")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all of one's own sessions but this one."""
    user = cast("User", request.user)
    count = commands.end_own_other_sessions(
        actor=account_ref(user), user=user, keep=request.session.session_key or "", now=clock.now()
    )
    messages.success(request, _("Sessions ended: %(count)d.") % {"count": count})
    return redirect("identity:account")


@login_required
@require_POST
def unlink(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Takes away an account of elsewhere that signs in here."""
    user = cast("User", request.user)
    commands.unlink_identity(actor=account_ref(user), user=user, identity_id=identity_id, now=clock.now())
    messages.success(request, _("That account no longer signs in here."))
    return redirect("identity:account")
