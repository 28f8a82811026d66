"""How a person is reminded: by mail, in browsers; and which browsers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.notices import service as notices
from hienluong.notices.service import Subscription


@transaction.atomic
def set_own_ways(*, actor: ActorRef, person: UUID, mail: bool, push: bool, now: datetime) -> None:
    """Keeps by which ways a person wants to be reminded; in the product they always are."""
    notices.set_ways(reader=person, mail=mail, push=push)
    _record(actor, "identity.set_own_ways", person, {"mail": mail, "push": push}, now)


@transaction.atomic
def subscribe_own_browser(
    *, actor: ActorRef, person: UUID, endpoint: str, p256dh: str, auth: str, browser: str, now: datetime
) -> Subscription:
    """Lets a browser of the person be woken for reminders.

    Raises:
        SubscriptionRefused: what the browser gave cannot be used.
        TooManyBrowsers: the person has enough.
    """
    made = notices.subscribe(
        reader=person, endpoint=endpoint, p256dh=p256dh, auth=auth, browser=browser, now=now
    )
    _record(actor, "identity.subscribe_own_browser", person, {"browser": browser}, now)
    return made


@transaction.atomic
def remove_own_browser(*, actor: ActorRef, person: UUID, subscription_id: int, now: datetime) -> Subscription:
    """Wakes a browser of the person no more.

    Raises:
        SubscriptionNotFound: it is not one of theirs.
    """
    removed = notices.unsubscribe(reader=person, subscription_id=subscription_id)
    _record(actor, "identity.remove_own_browser", person, {"browser": removed.browser}, now)
    return removed


def _record(actor: ActorRef, action: str, person: UUID, details: dict[str, object], now: datetime) -> None:
    ledger.record(actor=actor, action=action, subject=f"person:{person}", details=details, now=now)
