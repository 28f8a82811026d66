"""Second factors: allauth's TOTP, passkeys and recovery codes as they behave here, and who must have one."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from typing import Any, ClassVar

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Person, User
from hienluong.kit import clock
from hienluong.kit.sealed import unwrap_key, wrap_key
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef

ONE_TIME_SIGN_IN = "one_time_sign_in"
"""How a session opened by a one-time sign-in is recorded; decision page 14: it counts as a second factor."""
STRONG_METHODS = frozenset({"mfa", ONE_TIME_SIGN_IN})
_CONTEXT = b"identity.second-factor"

ledger.guard(Authenticator, last_used_at="the time of last use")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """Keeps the secrets of second factors sealed, and says in our words what is wrong."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong, or was used already. Wait for the next one and try again."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """Returns the text sealed under the installation's own key (AES-256-GCM)."""
        return base64.b64encode(wrap_key(_key(), text.encode(), _CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Returns the text that `encrypt` sealed.

        Raises:
            SealBroken: the key is another one, or the row was changed.
        """
        return unwrap_key(_key(), base64.b64decode(encrypted_text), _CONTEXT).decode()

    def get_totp_label(self, user: User) -> str:
        """Returns the user name: what the app on the telephone shows under our name."""
        return user.get_username()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """Returns a first proposal for the name of a passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Returns what the device stores with a passkey: the person's name, beside allauth's handle of the account."""
        person = Person.objects.filter(user=user).first()
        name = user.get_username()
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": name, "display_name": person.full_name if person else name}

    def _get_site_name(self) -> str:
        return "Hiền Lương"


def _key() -> bytes:
    return hashlib.sha256(settings.SECOND_FACTOR_KEY.encode()).digest()


def has_second_factor(user: User) -> bool:
    """Returns whether the account has an app or a passkey; recovery codes alone are none."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=types).exists())


def used_second_factor(request: HttpRequest) -> bool:
    """Returns whether this session was opened, or confirmed later, with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") in STRONG_METHODS for record in records)


def record_second_factor(request: HttpRequest, kind: str) -> None:
    """Notes in the session that the person has just shown a second factor of this kind, by setting it up."""
    record_authentication(request, request.user, "mfa", type=kind, reauthenticated=True)


def take_code(user: User, code: str) -> bool:
    """Returns whether this code of the app was not used before, and marks it used.

    allauth forgets a used code after one period of 30 s, but we accept three: one early, one late (RFC 6238,
    section 5.2). So we remember it for as long as it could be accepted.
    """
    digits = "".join(filter(str.isalnum, code))
    return bool(cache.add(f"identity.totp:{user.pk}:{digits}", value=True, timeout=30 * 4))


def passkeys_possible(request: HttpRequest) -> bool:
    """Returns whether browsers allow passkeys at this address: a name with https, or `localhost`.

    An IP address is no domain (WebAuthn, section 5.1.2), so 127.0.0.1 has none and `localhost` has.
    """
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(request.is_secure() or host == "localhost")
    return False


def _record(action: str, user: User, details: dict[str, Any], *, refused: bool = False) -> None:
    person = Person.objects.filter(user=user).first()
    record = ledger.record_refusal if refused else ledger.record
    record(
        actor=ActorRef("person", str(person.pk), person.full_name)
        if person
        else ActorRef("person", f"user:{user.pk}", user.get_username()),
        action=action,
        subject=f"user:{user.pk}",
        details=details,
        now=clock.now(),
    )


@receiver(post_save, sender=Authenticator)  # allauth's own signal comes after the commit
def _saved(
    instance: Authenticator, *, created: bool, update_fields: frozenset[str] | None, **_more: Any
) -> None:
    """Records that a factor was added or changed: recovery codes were shown, one of them was used up."""
    if created or update_fields != frozenset({"last_used_at"}):
        change = "add" if created else "change"
        _record(f"identity.{change}_second_factor", instance.user, {"type": instance.type})


@receiver(signals.authenticator_removed)
def _removed(user: User, authenticator: Authenticator, **_more: Any) -> None:
    _record("identity.remove_second_factor", user, {"type": authenticator.type})


@receiver(signals.authenticator_used)
def _used(user: User, authenticator: Authenticator, *, passwordless: bool, **_more: Any) -> None:
    _record(
        "identity.use_second_factor", user, {"type": authenticator.type, "without_password": passwordless}
    )


@receiver(signals.authentication_failed)
def _failed(user: User, authenticator: Authenticator, **_more: Any) -> None:
    _record("identity.use_second_factor", user, {"type": authenticator.type}, refused=True)
