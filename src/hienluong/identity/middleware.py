"""What a signed-in request must meet before a page opens: its session is known, its password its own, its post protected.

And who was refused too often waits, where anybody may ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from allauth.core.context import request_context
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hienluong.directory.service import ActingRequest, User
from hienluong.identity import sessions
from hienluong.identity.policy import second_factor_missing
from hienluong.identity.second_factor import has_second_factor, used_second_factor
from hienluong.kit import clock

GetResponse = Callable[[HttpRequest], HttpResponseBase]

WITNESS = "/witness/"
REFUSALS_PER_MINUTE = 30
ALWAYS_OPEN = frozenset(
    {
        "identity:sign_in_once",
        "identity:sign_out",
        "portal:set_language",
        "portal:worker",
        "healthz",
        "account_reauthenticate",
    }
)
"""Pages that open even to a session that has still something to do."""
OPEN_FOR_SETTING_UP = frozenset(
    {
        "identity:second_factor_needed",
        "identity:switch_post",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""Pages that open to a session without the second factor that the post asks for."""

CHANGES_FACTORS = frozenset(
    {
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    }
)
"""Pages that change second factors: once there is one, a session that has not shown it may not add or take any.

Otherwise a session opened with the password before the factor was set up could give itself another one.
"""


def sign_in_rules(get_response: GetResponse) -> GetResponse:
    """Returns a layer that keeps the list of sessions true and leads a session to what it must do first.

    First a password that an administrator set is changed; then, where a post the person holds asks for it, a second
    factor is set up or shown. Until then nobody acts: `request.actor` is None on the pages that stay open.
    """

    def layer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, *_view: object) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        sessions.keep(request, now=clock.now())
        match = request.resolver_match
        name = match.view_name if match else ""
        acting = cast("ActingRequest", request)
        if request.session.get(sessions.MUST_CHANGE_PASSWORD):
            acting.actor = None
            if name in ALWAYS_OPEN or name == "identity:change_password":
                return None
            return HttpResponseRedirect(reverse("identity:change_password"))
        return None if used_second_factor(request) else _second_factor(acting, name)

    layer.process_view = process_view  # type: ignore[attr-defined]  # Django's protocol for function layers
    return layer


def _second_factor(request: ActingRequest, name: str) -> HttpResponse | None:
    if name in CHANGES_FACTORS and has_second_factor(cast("User", request.user)):
        return _lead_to("mfa_reauthenticate", request)
    if request.actor is None:
        return None
    held = {post.role for post in request.acting_posts}
    protected = settings.SECOND_FACTOR_ROLES
    if not held & set(protected):
        return None
    has_one = has_second_factor(cast("User", request.user))
    if not second_factor_missing(request.actor.role, held, protected, has_one=has_one):
        return None
    request.actor = None
    if name in ALWAYS_OPEN | OPEN_FOR_SETTING_UP:
        return None
    return _lead_to("mfa_reauthenticate" if has_one else "identity:second_factor_needed", request)


def _lead_to(name: str, request: HttpRequest) -> HttpResponse:
    page = reverse(name)
    if request.method == "GET":
        page += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(page)


def few_refusals(get_response: GetResponse) -> GetResponse:
    """Returns a layer that lets who was refused too often at our witness's endpoint wait for a minute, by address.

    Anybody may ask there, and each question costs a look into the database and a signature that is checked. A log that
    works is refused once in a while, when its proof begins at another size; tokens are guarded in the same way.
    """

    def layer(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(WITNESS):
            return get_response(request)
        from hienluong.identity.accounts import client_address  # noqa: PLC0415 - needs loaded models

        with request_context(request):
            counter = f"witness.refused:{client_address(request)}"
        if cache.get(counter, 0) >= REFUSALS_PER_MINUTE:
            return HttpResponse(
                "too many refused requests: wait a minute\n",
                status=429,
                content_type="text/plain; charset=utf-8",
                headers={"Retry-After": "60"},
            )
        response = get_response(request)
        if response.status_code >= 400:  # noqa: PLR2004 - HTTP's error classes begin here
            cache.set(counter, cache.get(counter, 0) + 1, timeout=60)
        return response

    return layer
