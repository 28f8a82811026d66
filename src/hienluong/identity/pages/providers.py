"""Signing in with an account of elsewhere, and linking one to one's own account."""

from __future__ import annotations

from typing import Any, cast

import requests
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hienluong.identity.pages.sign_in import next_page
from hienluong.identity.providers import CheckingAdapter, refuse


@require_GET
def sign_in_with(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leads to the provider; a GET, since a form may lead to no other server by our content security policy."""
    return _lead(request, provider_id, AuthProcess.LOGIN, next_page(request))


@login_required
@require_GET
@reauthentication_required(app="allauth.socialaccount")  # type: ignore[untyped-decorator]  # allauth ships no types
def link_with(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leads to the provider, to link an account there with one's own."""
    return _lead(request, provider_id, AuthProcess.CONNECT, reverse("identity:account"))


def _lead(request: HttpRequest, provider_id: str, process: str, then: str) -> HttpResponse:
    if not ratelimit.consume(request, app="allauth.account", action="login", limit_get=True):
        return cast(
            "HttpResponse", ratelimit.respond_429(request)
        )  # each look there is a call to another server
    text = _("Signing in there is not possible at the moment. Use your password, or try again later.")
    try:
        provider = CheckingAdapter(request, provider_id).get_provider()
        return cast("HttpResponse", provider.redirect(request, process, next_url=then))
    except SocialApp.DoesNotExist as unknown:
        raise Http404 from unknown
    except ImmediateHttpResponse as answer:
        return cast("HttpResponse", answer.response)
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as problem:
        try:
            refuse(request, provider_id, str(problem), text)
        except ImmediateHttpResponse as answer:
            return cast("HttpResponse", answer.response)
        raise


class _Callback(OAuth2CallbackView):  # type: ignore[misc]  # allauth ships no types for it
    """Takes the answer of the provider; the ID token must carry the nonce of this sign-in."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.expected_nonce = state.get("nonce", "")
        return state, response


@require_GET
def returned(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Signs in, or links, who comes back from the provider."""
    try:
        view = _Callback.adapter_view(CheckingAdapter(request, provider_id))
        return cast("HttpResponse", view(request))
    except SocialApp.DoesNotExist as unknown:
        raise Http404 from unknown
