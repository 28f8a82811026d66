"""Pages of signing in and out and of choosing the post one acts in."""

from __future__ import annotations

from typing import cast

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from hienluong.directory import service as directory
from hienluong.directory.errors import PostNotHeld
from hienluong.directory.service import ActingRequest, User, act_in
from hienluong.identity.accounts import AccountAdapter, use_one_time_sign_in
from hienluong.identity.forms import SignInForm
from hienluong.kit import clock


class SignInView(LoginView):  # type: ignore[misc]  # allauth ships no types for it
    """The sign-in page: user name and password."""

    form_class = SignInForm
    template_name = "identity/sign_in.html"


sign_in = SignInView.as_view()


@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_once(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for a click and then spends the one-time sign-in: a link preview that only reads must not burn it."""
    if request.method != "POST":
        return render(request, "identity/sign_in_once.html")
    user = use_one_time_sign_in(token=token, now=clock.now())
    AccountAdapter(request).login(request, user)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    AccountAdapter(request).logout(request)
    return redirect(settings.LOGIN_URL)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch_post(request: HttpRequest) -> HttpResponse:
    """Shows the posts one holds today and switches to the one chosen."""
    acting = cast("ActingRequest", request)
    if request.method != "POST":
        return render(request, "identity/switch_post.html", {"posts": acting.acting_posts})
    chosen = request.POST.get("post", "")
    if not chosen.isdecimal():
        raise PostNotHeld
    actor = directory.switch_post(
        actor=acting.actor, user=cast("User", request.user), post_id=int(chosen), now=clock.now()
    )
    if actor.post_id is not None:
        act_in(request, actor.post_id)
    messages.success(request, _("You now act for %(agency)s.") % {"agency": actor.agency_name})
    return redirect(_next_page(request))


def _next_page(request: HttpRequest) -> str:
    """Returns the page to go back to, if it is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if ours else settings.LOGIN_REDIRECT_URL
