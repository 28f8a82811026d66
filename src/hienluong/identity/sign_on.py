"""Single sign-on of agencies' systems with the accounts here: what a system is told about a person (OpenID Connect)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Person, User, actor_of, look, posts_of
from hienluong.identity.models import SignOn, SignOnClient
from hienluong.identity.purposes import SIGN_ON
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef

ledger.guard(Client)  # of agencies' systems too: `systems` keeps theirs in the same table

SCOPES = ("openid", "profile", "post")
"""What a system may ask for: who it is; name and user name; agency, post and role acted in."""


class SignOnAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """How allauth behaves as a provider: our address as issuer, an opaque subject, and the post acted in."""

    scope_display = {
        "openid": _("that it is you, by an identifier without meaning"),
        "profile": _("your name and user name"),
        "post": _("the agency, the post and the role you act in now"),
    }

    def get_issuer(self) -> str:
        """Returns the public address of the installation, whatever host name the request had."""
        return str(settings.PUBLIC_URL)

    def get_user_sub(self, client: Client, user: User) -> str:  # noqa: ARG002 - allauth's signature
        """Returns the identifier of the person: the same for ever and for every system, and without meaning."""
        return str(Person.objects.only("pk").get(user=user).pk)

    def get_user_by_sub(self, client: Client, sub: str) -> User | None:  # noqa: ARG002 - the same
        """Returns the open account of a person by that identifier."""
        try:
            person = Person.objects.filter(pk=UUID(sub), user__is_active=True).select_related("user").first()
        except ValueError:
            return None
        return person.user if person else None

    def get_claims(
        self,
        purpose: str,  # noqa: ARG002 - the same
        user: User,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,  # noqa: ARG002 - the same
        **_more: Any,
    ) -> dict[str, Any]:
        """Returns what the system is told; of the posts only the one in which the person signed on, while it lasts."""
        person = Person.objects.get(user=user)
        asks = SignOnClient.objects.only("name", "agency").filter(client=client).first()
        if asks is not None:
            look(
                ActorRef("system", str(asks.pk), asks.name, agency=str(asks.agency_id)), [person.pk], SIGN_ON
            )
        claims: dict[str, Any] = {"sub": str(person.pk)}
        if "profile" in scopes:
            claims |= {"name": person.full_name, "preferred_username": user.get_username()}
        if "post" in scopes:
            claims |= _post_claims(client, user)
        return claims


def _post_claims(client: Client, user: User) -> dict[str, Any]:
    chosen = SignOn.objects.filter(client__client=client, user=user).values_list("post", flat=True).first()
    post = next((post for post in posts_of(user) if post.pk == chosen), None)
    if post is None:
        return {}
    actor = actor_of(post)
    return {
        "agency_code": actor.agency_code,
        "agency_name": actor.agency_name,
        "post": post.title,
        "role": post.role,
    }
