"""Pages of second factors: allauth's views with our templates, and each writes in one transaction."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from hienluong.identity.second_factor import passkeys_possible, record_second_factor

ACCOUNT = reverse_lazy("identity:account")
METHODS = ("get", "head", "post", "options")
"""What a form answers: allauth's would take a PUT or a DELETE for a POST too."""
_in_one_transaction = method_decorator(transaction.atomic, name="post")


def _options(context: dict[str, Any], name: str) -> dict[str, Any]:
    """Returns what the page's script hands to the browser's passkey dialogue, as JSON."""
    options = context.get("js_data", {}).get(name)
    return {"passkey_options": json.dumps(options, cls=DjangoJSONEncoder)} if options else {}


@login_required
@require_GET
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """Says that a post one holds asks for a second factor, and offers to set one up."""
    context = {"passkeys": passkeys_possible(request)}
    return render(request, "identity/second_factor_needed.html", context)


class SignInCodeView(AuthenticateView):  # type: ignore[misc]  # allauth ships no types for it
    """The second step of signing in: a code or a passkey."""

    http_method_names = METHODS
    template_name = "identity/sign_in_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns the options of the passkey dialogue beside allauth's context, where the account has a passkey."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        context["has_passkey"] = Authenticator.Type.WEBAUTHN in kinds and passkeys_possible(self.request)
        return context | _options(context, "request_options")


class ConfirmCodeView(ReauthenticateByCodeView):  # type: ignore[misc]  # the same
    """Asks again for the second factor before something that matters."""

    http_method_names = METHODS
    template_name = "identity/confirm_code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns allauth's context, and whether a passkey can be used instead."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = set(Authenticator.objects.filter(user=self.request.user).values_list("type", flat=True))
        context["has_code"] = bool(kinds - {Authenticator.Type.WEBAUTHN})
        context["has_passkey"] = Authenticator.Type.WEBAUTHN in kinds and passkeys_possible(self.request)
        return context


class ConfirmPasskeyView(ReauthenticateWebAuthnView):  # type: ignore[misc]  # the same
    """Asks again for a passkey before something that matters."""

    http_method_names = METHODS
    template_name = "identity/confirm_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns the options of the passkey dialogue beside allauth's context."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | _options(context, "request_options")


class ConfirmPasswordView(ReauthenticateView):  # type: ignore[misc]  # the same
    """Asks again for the password before something that matters."""

    http_method_names = METHODS
    template_name = "identity/confirm_password.html"


class PasskeySignInView(LoginWebAuthnView):  # type: ignore[misc]  # the same
    """Hands out the options of the passkey dialogue (GET by our script) and signs in with what it gave (POST)."""

    http_method_names = METHODS


@_in_one_transaction
class ActivateAppView(ActivateTOTPView):  # type: ignore[misc]  # the same
    """Sets up an app that makes codes: a picture to scan, or its key to type, and a first code."""

    http_method_names = METHODS
    template_name = "identity/activate_app.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Turns the app on; this session has now seen a second factor."""
        response: HttpResponse = super().form_valid(form)
        record_second_factor(self.request, Authenticator.Type.TOTP)
        return response


@_in_one_transaction
class DeactivateAppView(DeactivateTOTPView):  # type: ignore[misc]  # the same
    """Takes the app away after a question."""

    http_method_names = METHODS
    template_name = "identity/deactivate_app.html"
    success_url = ACCOUNT


@_in_one_transaction
class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # the same
    """Adds a passkey."""

    http_method_names = METHODS
    template_name = "identity/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns the options of the dialogue: the device keeps the passkey and asks for the person."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {
            "creation_options": webauthn.begin_registration(self.request.user, passwordless=True)
        }
        context["passkeys"] = passkeys_possible(self.request)
        return context | _options(context, "creation_options")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keeps the passkey; this session has now seen a second factor."""
        response: HttpResponse = super().form_valid(form)
        record_second_factor(self.request, Authenticator.Type.WEBAUTHN)
        return response


@_in_one_transaction
class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]  # the same
    """Takes a passkey away after a question."""

    http_method_names = METHODS
    template_name = "identity/remove_passkey.html"
    success_url = ACCOUNT


class RecoveryCodesView(ViewRecoveryCodesView):  # type: ignore[misc]  # the same
    """Shows the recovery codes, once."""

    http_method_names = ("get", "options")  # not HEAD: who asks for the codes has had them
    template_name = "identity/recovery_codes.html"


@_in_one_transaction
class RenewRecoveryCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]  # the same
    """Makes new recovery codes after a question; the former ones end."""

    http_method_names = METHODS
    template_name = "identity/renew_recovery_codes.html"
