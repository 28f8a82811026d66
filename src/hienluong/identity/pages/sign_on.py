"""Single sign-on of agencies' systems: discovery, the question to the person, and allauth's endpoints."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import AuthorizationView
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from hienluong.directory.service import ActingRequest, User
from hienluong.identity.accounts import account_ref
from hienluong.identity.commands import sign_on
from hienluong.identity.models import SignOnClient
from hienluong.identity.sign_on import SCOPES
from hienluong.kit import clock
from hienluong.ledger import service as ledger


@require_GET
def configuration(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """Describes what is offered (OpenID Connect Discovery 1.0): the code flow with PKCE, and nothing else."""
    base = settings.PUBLIC_URL
    return JsonResponse(
        {
            "issuer": base,
            "authorization_endpoint": base + reverse("idp:oidc:authorization"),
            "token_endpoint": base + reverse("idp:oidc:token"),
            "userinfo_endpoint": base + reverse("idp:oidc:userinfo"),
            "jwks_uri": base + reverse("idp:oidc:jwks"),
            "revocation_endpoint": base + reverse("idp:oidc:revoke"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": list(SCOPES),
            "claims_supported": [
                "sub", "name", "preferred_username", "agency_code", "agency_name", "post", "role"
            ],
            "ui_locales_supported": ["vi", "en"],
        },
        headers={"Access-Control-Allow-Origin": "*"},
    )  # fmt: skip


@method_decorator(
    csrf_exempt, name="dispatch"
)  # allauth checks the form itself, after the question was shown
class ConsentView(AuthorizationView):  # type: ignore[misc]  # allauth ships no types for it
    """Asks the person whether a system may know who they are; only for systems an administrator registered."""

    http_method_names = ("get", "head", "post", "options")
    template_name = "identity/sign_on.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Shows the question. Without PKCE (RFC 7636, S256) nobody is asked: a code could be stolen on its way."""
        if request.user.is_authenticated and (fault := _fault(request)):
            return _refuse(request, fault)
        response: HttpResponse = super().get(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            self._let_return(response)
        elif response.status_code == 200:  # noqa: PLR2004 - allauth's own page for a question it cannot answer
            return _refuse(request, _("The system's question is not complete."))
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Takes the answer of the person; a system may also ask by POST (OpenID Connect Core, section 3.1.2.1)."""
        if "request" not in request.POST and not request.user.is_authenticated:
            return redirect_to_login(f"{request.path}?{request.POST.urlencode()}")
        return cast("HttpResponse", super().post(request, *args, **kwargs))

    def _let_return(self, response: HttpResponse) -> None:
        """Lets this one form lead back to the system: browsers hold a redirect after a form against the policy."""
        address = urlsplit(self._request_info["redirect_uri"])
        response.form_leads_to = f"{address.scheme}://{address.netloc}"  # type: ignore[attr-defined]  # read by security_headers

    def form_valid(self, form: Any) -> HttpResponse:
        """Hands out the code and notes down in which post the person signed on."""
        acting = cast("ActingRequest", self.request)
        sign_on(
            actor=acting.actor,
            user=cast("User", self.request.user),
            client_id=self._request_info["client_id"],
            now=clock.now(),
        )
        return cast("HttpResponse", super().form_valid(form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Returns allauth's context with the system and its agency."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        client: Client = context["client"]
        system = SignOnClient.objects.select_related("agency").get(client=client)
        titles = dict(context["form"].fields["scopes"].choices)
        names = [(scope, titles[scope]) for scope in SCOPES if scope in titles]
        return context | {"system": system, "scopes": names}


def _fault(request: HttpRequest) -> str:
    """Returns why the person is not even asked, or ""."""
    asked = request.GET
    client = Client.objects.filter(pk=_printable(asked.get("client_id", ""))).first()
    # allauth lets a registered address through with any query behind it; we mean it to the letter (RFC 9700, 4.1.3).
    if client is None or asked.get("redirect_uri", "") not in client.get_redirect_uris():
        return _("The system is not registered here, or sent you with an address that is not registered.")
    if getattr(request, "actor", None) is None:
        return _("You hold no post today, so there is nothing to sign on with.")
    if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
        return _("The system did not protect the sign-on with PKCE (S256).")
    if "none" in asked.get("prompt", "").split():
        return _("Signing on always asks you; the system asked not to.")
    return ""


def _printable(text: str) -> str:
    """Returns the text, or "" where PostgreSQL could not even look for it."""
    return text if text.isprintable() else ""


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    known = SignOnClient.objects.filter(client=_printable(request.GET.get("client_id", ""))).first()
    ledger.record_refusal(
        actor=account_ref(cast("User", request.user)),
        action="identity.sign_on",
        subject=f"sign-on-client:{known.pk if known else 'unknown'}",
        details={"pkce": request.GET.get("code_challenge_method") == "S256"},
        now=clock.now(),
    )
    return render(request, "identity/sign_on_refused.html", {"reason": reason}, status=400)
