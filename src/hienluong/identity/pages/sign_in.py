"""Pages of signing in and out and of choosing the post one acts in."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from hienluong.directory import service as directory
from hienluong.directory.errors import PostNotHeld
from hienluong.directory.service import ActingRequest, User, act_in
from hienluong.identity.accounts import AccountAdapter, account_ref, use_one_time_sign_in
from hienluong.identity.forms import SignInForm
from hienluong.identity.providers import configured_providers
from hienluong.identity.second_factor import (
    ONE_TIME_SIGN_IN,
    has_second_factor,
    passkeys_possible,
    used_second_factor,
)
from hienluong.kit import clock
from hienluong.ledger import service as ledger


class SignInView(LoginView):  # type: ignore[misc]  # allauth ships no types for it
    """The sign-in page: user name and password, a passkey, or an account of elsewhere."""

    http_method_names = ("get", "head", "post", "options")
    form_class = SignInForm
    template_name = "identity/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns what else one can sign in with."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "passkeys": passkeys_possible(self.request),
            "providers": configured_providers(),
            "mail": bool(settings.EMAIL_HOST),
        }


sign_in = SignInView.as_view()


@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_once(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for a click and then spends the one-time sign-in: a link preview that only reads must not burn it.

    The session counts as opened with a second factor (decision page 14).
    """
    if request.method != "POST":
        return render(request, "identity/sign_in_once.html")
    user = use_one_time_sign_in(token=token, now=clock.now())
    AccountAdapter(request).login(request, user)
    record_authentication(request, user, ONE_TIME_SIGN_IN)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    AccountAdapter(request).logout(request)
    return redirect(settings.LOGIN_URL)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch_post(request: HttpRequest) -> HttpResponse:
    """Shows the posts one holds today and switches to the one chosen; a protected one asks for the second factor."""
    acting = cast("ActingRequest", request)
    if request.method != "POST":
        return render(request, "identity/switch_post.html", {"posts": acting.acting_posts})
    chosen = request.POST.get("post", "")
    if not chosen.isdecimal():
        raise PostNotHeld
    asked = _second_factor_first(acting, int(chosen))
    if asked:
        return asked
    actor = directory.switch_post(
        actor=acting.actor, user=cast("User", request.user), post_id=int(chosen), now=clock.now()
    )
    if actor.post_id is not None:
        act_in(request, actor.post_id)
    messages.success(request, _("You now act for %(agency)s.") % {"agency": actor.agency_name})
    return redirect(next_page(request))


def _second_factor_first(request: ActingRequest, post_id: int) -> HttpResponseRedirect | None:
    """Returns the way to the second factor, when the post asks for one that this session has not seen."""
    post = next((post for post in request.acting_posts if post.pk == post_id), None)
    if post is None or post.role not in settings.SECOND_FACTOR_ROLES or used_second_factor(request):
        return None
    ledger.record_refusal(
        actor=account_ref(cast("User", request.user)),
        action="directory.switch_post",
        subject=f"person:{post.person_id}",
        details={"to": post_id, "reason": "no second factor"},
        now=clock.now(),
    )
    messages.warning(
        request,
        _("The post %(post)s asks for your second factor. Then choose it again.") % {"post": post.title},
    )
    has_one = has_second_factor(cast("User", request.user))
    page = reverse("mfa_reauthenticate" if has_one else "identity:second_factor_needed")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': reverse('identity:switch_post')})}")


def next_page(request: HttpRequest) -> str:
    """Returns the page to go back to, if it is one of ours."""
    page = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if ours else settings.LOGIN_REDIRECT_URL
