"""Pages of passwords: change one's own, or set a new one through a link sent by mail."""

from __future__ import annotations

from typing import cast

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import User
from hienluong.identity import sessions
from hienluong.identity.accounts import account_ref
from hienluong.identity.commands import ask_for_password_link
from hienluong.identity.commands import change_own_password as change
from hienluong.identity.errors import PasswordRefused
from hienluong.identity.forms import ChangePasswordForm, ForgottenPasswordForm
from hienluong.kit import clock

_LINK = "identity.password_link"


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Changes one's own password; one's other sessions end."""
    user = cast("User", request.user)
    if limited := ratelimit.consume_or_429(request, action="change_password", user=user):
        return cast("HttpResponse", limited)
    form = ChangePasswordForm(request.POST or None, ask_present=user.has_usable_password())
    forced = bool(request.session.get(sessions.MUST_CHANGE_PASSWORD))
    if request.method == "POST" and form.is_valid():
        former = request.session.session_key
        try:
            change(
                actor=account_ref(user),
                user=user,
                present=form.cleaned_data.get("present"),
                password=form.cleaned_data["password"],
                keep=former,
                now=clock.now(),
            )
        except PasswordRefused as refusal:
            form.take(refusal)
        else:
            update_session_auth_hash(request, user)
            sessions.move(request, former=former)
            messages.success(request, _("Your password was changed. You are signed out everywhere else."))
            return redirect(settings.LOGIN_REDIRECT_URL if forced else "identity:account")
    return render(request, "identity/change_password.html", {"form": form, "forced": forced})


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Asks for the user name and says the same whether there is such an account or not."""
    if not settings.EMAIL_HOST:
        raise Http404
    form = ForgottenPasswordForm(request.POST or None)
    if request.method == "POST":
        name = request.POST.get("username", "")[:150].lower()
        if limited := ratelimit.consume_or_429(request, action="reset_password", key=name):
            return cast("HttpResponse", limited)
        if form.is_valid():
            ask_for_password_link(username=form.cleaned_data["username"], now=clock.now())
            return render(request, "identity/forgotten_password_sent.html")
    return render(request, "identity/forgotten_password.html", {"form": form})


@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Sets a new password through the link of the mail; the link works once, then one signs in as ever.

    The token moves from the address into the session, so that it stands in no history and no referrer.
    """
    if limited := ratelimit.consume_or_429(request, action="reset_password_from_key"):
        return cast("HttpResponse", limited)
    if token != "form":  # noqa: S105 - what stands in the address instead of the token
        request.session[_LINK] = token
        return redirect("identity:new_password", uid=uid, token="form")  # noqa: S106 - the same
    user = _user_of(uid)
    if user is None or not default_token_generator.check_token(user, request.session.get(_LINK)):
        return render(request, "identity/new_password_spent.html", status=410)
    form = ChangePasswordForm(request.POST or None, ask_present=False)
    if request.method == "POST" and form.is_valid():
        try:
            change(
                actor=account_ref(user),
                user=user,
                present=None,
                password=form.cleaned_data["password"],
                keep=None,
                now=clock.now(),
            )
        except PasswordRefused as refusal:
            form.take(refusal)
        else:
            request.session.pop(_LINK, None)
            messages.success(request, _("Your password was changed. Sign in with it."))
            return redirect("identity:sign_in")
    return render(request, "identity/new_password.html", {"form": form})


def _user_of(uid: str) -> User | None:
    try:
        pk = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, TypeError, OverflowError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**31 else None
