"""Sign-in with accounts of elsewhere (VNeID, the province's own) by OpenID Connect Core 1.0, code flow with PKCE.

allauth does the flow. Here it gets what it leaves out: outgoing calls through `kit.http`, the nonce, the signature of
every ID token, the issuer of the discovery, and that nobody who is not known here gets in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.deferred import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.socialaccount.signals import social_account_added
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from hienluong.directory.service import Person, User
from hienluong.identity.accounts import account_ref
from hienluong.kit import clock
from hienluong.kit.http import DEFAULT_PORTS, Limits, OutgoingClient, OutgoingError
from hienluong.kit.ids import new_secret, timing_safe_equal
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef

log = logging.getLogger(__name__)

ledger.guard(
    SocialAccount,
    last_login="the time of last use",
    extra_data="what the provider said at the last sign-in; nothing rests on it",
)

PROVIDER = "openid_connect"
LIMITS = Limits(connect=5.0, read=10.0, total=15.0, answer_bytes=1024 * 1024)
DISCOVERY_SECONDS = 300
"""How long a discovery document is remembered: each sign-in would ask for it three times."""
LEEWAY = 30
"""Seconds by which the provider's clock may differ from ours."""
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
"""Signatures by a key pair only: "none" proves nothing, and HS256 would make our client secret a signing key."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of accounts as `sign-in-providers.json` describes it.

    Attributes:
        id: part of the address to return to, `/sign-in/with/<id>/callback/`.
        name: what people read on the button.
        server_url: the issuer; discovery is looked for below it.
        client_id: our name there.
        client_secret: our secret there.
        scope: what we ask for.
        claim: a claim that names an account here, or "" when only accounts linked beforehand sign in.
        matches: what the claim names: "username" or "email" (then `email_verified` must be true).
        networks: networks that may be called although they are not public.
    """

    id: str
    name: str
    server_url: str
    client_id: str
    client_secret: str
    scope: tuple[str, ...] = ("openid", "profile")
    claim: str = ""
    matches: str = "username"
    networks: tuple[str, ...] = ()

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Provider:
        """Returns one entry of the file; an unknown or missing key is an error of the operator, said at the start."""
        lists = {key: tuple(facts[key]) for key in ("scope", "networks") if key in facts}
        return cls(**{**facts, **lists})


def configured_providers() -> list[Provider]:
    """Returns the providers of the installation, in the order of its file.

    An entry that cannot be read is left out and said in the log: it must not close the door to everybody else.
    """
    found = []
    for facts in settings.SIGN_IN_PROVIDERS:
        try:
            found.append(Provider.read(facts))
        except (TypeError, ValueError, AttributeError) as problem:
            log.error("sign-in-providers.json: an entry cannot be read: %s", problem)  # noqa: TRY400 - one line is all there is
    return found


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """How allauth treats accounts of elsewhere: they open existing accounts only, and leave nothing behind but their id."""

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's signature
        provider: str | None = None,
        client_id: str | None = None,  # noqa: ARG002 - the same
    ) -> list[Any]:
        """Returns the configured providers as allauth wants them; its own table of them is not used."""
        return [
            SocialApp(
                provider=PROVIDER,
                provider_id=one.id,
                name=one.name,
                client_id=one.client_id,
                secret=one.client_secret,
                settings={"server_url": one.server_url, "oauth_pkce_enabled": True, "scope": list(one.scope)},
            )
            for one in configured_providers()
            if provider in {None, PROVIDER, one.id}
        ]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> NonceProvider:
        """Returns a configured provider; raises SocialApp.DoesNotExist where none has this id."""
        return NonceProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def get_requests_session(self) -> requests.Session:
        """Returns a session whose every call goes through the one outgoing client (decision 10), without redirects."""
        session = requests.Session()
        session.trust_env = False
        session.max_redirects = 0
        for scheme in ("https://", "http://"):
            session.mount(scheme, _CheckedCalls())
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - the same
        """Returns that nobody gets an account this way."""
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:  # noqa: ARG002 - the same
        """Returns where one goes after linking: one's own account."""
        return reverse("identity:account")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Lets in whom we know: linked beforehand, or named by the claim that the operator configured."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        provider = next(one for one in configured_providers() if one.id == sociallogin.account.provider)
        user = _account_named(provider, getattr(sociallogin, "claims", {}))
        if user is None:
            refuse(
                request,
                provider.id,
                "no account here",
                _(
                    "No account here belongs to that identity. Sign in with your password and link it under “My account”."
                ),
            )
        sociallogin.connect(request, user)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Leads back to the sign-in page with one sentence; why is in the ledger."""
        reason = f"{error or 'error'}: {exception}" if exception else str(error)
        refuse(
            request,
            provider.app.provider_id,
            reason,
            _("Signing in there did not work. Nothing was changed; try again, or use your password."),
        )


def _account_named(provider: Provider, claims: Mapping[str, Any]) -> User | None:
    value = claims.get(provider.claim) if provider.claim else None
    if not isinstance(value, str) or not value:
        return None
    if provider.matches == "username":
        return User.objects.filter(username__iexact=value, is_active=True).first()
    if claims.get("email_verified") is not True:
        return None
    people = list(Person.objects.filter(email__iexact=value, user__is_active=True).select_related("user")[:2])
    return people[0].user if len(people) == 1 else None  # two people with one address: neither


def refuse(request: HttpRequest, provider_id: str, reason: str, text: str) -> None:
    """Records that an identity of elsewhere opened nothing, and leads back with a sentence.

    Raises:
        ImmediateHttpResponse: always.
    """
    signed_in = request.user.is_authenticated
    ledger.record_refusal(
        actor=account_ref(cast("User", request.user)) if signed_in else ActorRef("person", "unknown", ""),
        action="identity.sign_in_with",
        subject=f"provider:{provider_id}",
        details={"reason": reason[:300]},
        now=clock.now(),
    )
    messages.error(request, text)
    raise ImmediateHttpResponse(
        HttpResponseRedirect(reverse("identity:account" if signed_in else "identity:sign_in"))
    )


@receiver(social_account_added)
def _linked(request: HttpRequest, sociallogin: SocialLogin, **_more: Any) -> None:
    ledger.record(
        actor=account_ref(sociallogin.user),
        action="identity.link_identity",
        subject=f"user:{sociallogin.user.pk}",
        details={"provider": sociallogin.account.provider, "by_claim": not request.user.is_authenticated},
        now=clock.now(),
    )


class NonceProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth ships no types for it
    """allauth's provider with a nonce, which ties the ID token to this one sign-in (OpenID Connect Core, 3.1.2.1)."""

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, **more: Any) -> Any:
        """Returns the way to the provider."""
        nonce = new_secret()
        return super().redirect(
            request, process, next_url=next_url, auth_params={"nonce": nonce}, nonce=nonce, **more
        )

    def get_oauth2_adapter(self, request: HttpRequest) -> CheckingAdapter:
        """Returns the adapter that checks more than allauth's."""
        return CheckingAdapter(request, self.app.provider_id)


class CheckingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the same
    """allauth's adapter; it believes an ID token only after every check of OpenID Connect Core, section 3.1.3.7."""

    expected_nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document; its issuer must be the one configured (Discovery 1.0, section 4.3)."""
        expected = self.get_provider().app.settings["server_url"]
        name = f"identity.discovery:{hashlib.sha256(expected.encode()).hexdigest()}"
        remembered: dict[str, Any] | None = cache.get(name)
        if remembered is not None:
            return remembered
        config = cast("dict[str, Any]", super().openid_config)
        if str(config.get("issuer", "")).rstrip("/") != expected.rstrip("/"):
            raise OAuth2Error("the discovery names another issuer")
        cache.set(name, config, timeout=DISCOVERY_SECONDS)
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Returns the sign-in that the tokens prove; the claims are used and not kept."""
        id_token = kwargs["response"].get("id_token")
        if not isinstance(id_token, str):
            raise OAuth2Error("no ID token")
        claims = self._decode_id_token(app, id_token)
        if "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims.get("sub"):
                raise OAuth2Error("userinfo speaks of somebody else")
            claims = {**told, **claims}
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims = claims
        login.account.extra_data = {}
        login.connect = transaction.atomic(
            login.connect
        )  # the link and the entry that says so commit together
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            header = json.loads(_unpadded(id_token.partition(".")[0]))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key(header),
                algorithms=[header["alg"]],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError) as problem:
            raise OAuth2Error(f"the ID token is not valid: {problem!r}") from problem
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the ID token is for another client")
        if not self.expected_nonce or not timing_safe_equal(
            str(claims.get("nonce", "")), self.expected_nonce
        ):
            raise OAuth2Error("the nonce is not ours")
        return claims

    def _key(self, header: Mapping[str, Any]) -> Any:
        """Returns the provider's key that the token names; it may leave out the name only where there is one key."""
        if header["alg"] not in ALGORITHMS:
            raise OAuth2Error("the signature is of no kind we accept")
        with ProviderAdapter(self.request).get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = [one for one in answer.json()["keys"] if one.get("use", "sig") == "sig"]
        named = [one for one in keys if header.get("kid") in {None, one.get("kid")}]
        if len(named) != 1:
            raise OAuth2Error("no key of the provider, or several, could have signed")
        return jwt.PyJWK(named[0], algorithm=header["alg"]).key


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class _CheckedCalls(requests.adapters.BaseAdapter):
    """Carries the calls of `requests` through `kit.http`: checked addresses, time-outs, a largest answer."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_more: Any) -> requests.Response:
        """Returns the answer.

        Raises:
            requests.ConnectionError: the call failed or its address must not be called.
        """
        providers = configured_providers()
        ports = {urlsplit(one.server_url).port for one in providers} - {None}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        client = OutgoingClient(
            allowed_networks=[network for one in providers for network in one.networks],
            allow_http=any(one.server_url.startswith("http://") for one in providers),
            ports={*DEFAULT_PORTS, *cast("set[int]", ports)},
            limits=LIMITS,
        )
        headers = {
            name: str(value) for name, value in request.headers.items() if name.lower() != "accept-encoding"
        }
        try:
            with client:
                answer = client.request(
                    str(request.method), str(request.url), headers=headers, content=cast("bytes | None", body)
                )
        except OutgoingError as problem:
            raise requests.ConnectionError(str(problem), request=request) from problem
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response._content = answer.body  # noqa: SLF001 - how an adapter hands over a body it has read
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Does nothing: every call has its own client."""
