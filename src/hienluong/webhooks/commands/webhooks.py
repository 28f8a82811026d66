"""Webhooks: registered, verified, changed, enabled again, ended; and the secrets that sign for them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from hienluong.directory.service import Actor, allowed, require
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.systems.service import AgencySystem
from hienluong.webhooks import policy
from hienluong.webhooks.errors import (
    NotVerified,
    TooManyWebhooks,
    WebhookEnded,
    WebhookRefused,
    WebhookThere,
)
from hienluong.webhooks.models import Message, Webhook, WebhookSecret
from hienluong.webhooks.signing import good_at, new_secret

WEBHOOKS_MAX = 5
"""So many may one system have."""


def register_webhook(
    *, actor: Actor | None, system: AgencySystem, url: str, kinds: Collection[str], now: datetime
) -> tuple[Webhook, str]:
    """Registers an address and returns the webhook with its secret, this once; then the address is challenged.

    Args:
        actor: who registers: the system itself, or who answers for it.
        system: whose webhook it is.
        url: the https address.
        kinds: of events it wants to hear of (`policy.KINDS`; `OPERATOR_KINDS` where the actor may grant them).
        now: the moment.

    Raises:
        PermissionMissing: the actor may not.
        WebhookRefused: the address or a kind cannot be accepted, or the system has ended.
        TooManyWebhooks, WebhookThere: the system has enough, or this one.
    """
    actor = require(actor, "webhooks.manage_webhooks", system)
    url, chosen = url.strip(), _checked(url.strip(), kinds, _may_hear(actor))
    with transaction.atomic():
        system = (
            AgencySystem.objects.select_for_update(of=["self"]).select_related("agency").get(pk=system.pk)
        )
        if system.valid_to is not None:
            raise WebhookRefused([FieldError("/system", _("This system has ended."))])
        there = list(system.webhooks.exclude(state=Webhook.State.ENDED))
        same = next((one for one in there if one.url == url), None)
        if same is not None:
            raise WebhookThere(system=system.name, webhook=str(same.pk))
        if len(there) >= WEBHOOKS_MAX:
            raise TooManyWebhooks(system=system.name, limit=WEBHOOKS_MAX)
        webhook = Webhook.objects.create(id=new_id(), system=system, url=url, kinds=chosen, created_at=now)
        secret = _add_secret(webhook, now)
        _challenge(webhook, now)
        _record(actor, "webhooks.register_webhook", webhook, {"url": url, "kinds": chosen}, now)
    return webhook, secret


def verify_webhook(*, actor: Actor | None, webhook: Webhook, now: datetime) -> Webhook:
    """Challenges the address anew.

    Raises:
        PermissionMissing: the actor may not.
        WebhookEnded: it has ended.
        NotVerified: it was stopped: no challenge would be sent either.
    """
    actor = require(actor, "webhooks.manage_webhooks", webhook.system)
    with transaction.atomic():
        webhook = locked(webhook)
        if webhook.state == Webhook.State.DISABLED:
            raise NotVerified(
                detail=_("The webhook is not in use: nothing would be sent."),
                todo=_("Turn it on, or have its address verified, and send again."),
            )
        webhook.messages.filter(kind=policy.VERIFICATION, state=Message.State.WAITING).update(
            state=Message.State.FAILED, due_at=None
        )
        webhook.rest_until = None
        webhook.save(update_fields=["rest_until"])
        _challenge(webhook, now)
        _record(actor, "webhooks.verify_webhook", webhook, {}, now)
    return webhook


def change_webhook(
    *, actor: Actor | None, webhook: Webhook, kinds: Collection[str], now: datetime
) -> Webhook:
    """Sets the kinds of events it hears of from now on; what only administrators grant stays as it is for others.

    Raises:
        PermissionMissing: the actor may not.
        WebhookRefused: a kind is unknown, or there is none.
        WebhookEnded: it has ended.
    """
    actor = require(actor, "webhooks.manage_webhooks", webhook.system)
    chosen = _checked(None, kinds, _may_hear(actor))
    with transaction.atomic():
        webhook = locked(webhook)
        if not allowed(actor, "webhooks.grant_alarms"):
            chosen += [kind for kind in policy.OPERATOR_KINDS if kind in webhook.kinds]
        before, webhook.kinds = webhook.kinds, chosen
        webhook.save(update_fields=["kinds"])
        _record(actor, "webhooks.change_webhook", webhook, {"before": before, "after": chosen}, now)
    return webhook


def rotate_webhook_secret(
    *, actor: Actor | None, webhook: Webhook, now: datetime, former_ends_at: datetime | None = None
) -> str:
    """Makes a new secret and returns it, this once. Until the former one ends, what is sent is signed with both.

    Args:
        actor: who makes it.
        webhook: whose secret it is.
        now: the moment.
        former_ends_at: when the former secret ends; `now` ends it at once, None leaves it the usual overlap
            (SECRET_OVERLAP_DAYS). Of more than one, only the newest stays beside the new one.

    Raises:
        PermissionMissing: the actor may not.
        WebhookEnded: it has ended.
    """
    actor = require(actor, "webhooks.manage_webhooks", webhook.system)
    until = former_ends_at or now + timedelta(days=settings.SECRET_OVERLAP_DAYS)
    with transaction.atomic():
        webhook = locked(webhook)
        good = list(webhook.secrets.filter(good_at(now)).order_by("-created_at", "-pk"))
        for place, former in enumerate(good):
            end = until if place == 0 else now
            former.ends_at = end if former.ends_at is None else min(former.ends_at, end)
            former.save(update_fields=["ends_at"])
        secret = _add_secret(webhook, now)
        _record(
            actor,
            "webhooks.rotate_webhook_secret",
            webhook,
            {"former_ends_at": until.isoformat(timespec="seconds")},
            now,
        )
    return secret


def enable_webhook(*, actor: Actor | None, webhook: Webhook, now: datetime) -> Webhook:
    """Lets a webhook that was stopped after failures go on; what it missed is sent when it is replayed.

    Raises:
        PermissionMissing: the actor may not.
        WebhookEnded: it has ended.
        NotVerified: its address never answered the challenge.
    """
    actor = require(actor, "webhooks.manage_webhooks", webhook.system)
    with transaction.atomic():
        webhook = locked(webhook)
        if webhook.verified_at is None:
            raise NotVerified
        webhook.state = Webhook.State.ACTIVE
        webhook.failures, webhook.failing_since, webhook.rest_until, webhook.stopped_at = 0, None, None, None
        webhook.save()
        _record(actor, "webhooks.enable_webhook", webhook, {}, now)
    return webhook


def end_webhook(*, actor: Actor | None, webhook: Webhook, now: datetime) -> Webhook:
    """Ends a webhook: nothing is sent any more, what waits included, and its secrets are destroyed.

    Raises:
        PermissionMissing: the actor may not.
        WebhookEnded: it ended before.
    """
    actor = require(actor, "webhooks.manage_webhooks", webhook.system)
    with transaction.atomic():
        webhook = locked(webhook)
        webhook.state, webhook.stopped_at = Webhook.State.ENDED, now
        webhook.save(update_fields=["state", "stopped_at"])
        webhook.secrets.all().delete()
        give_up(webhook)
        _record(actor, "webhooks.end_webhook", webhook, {}, now)
    return webhook


def locked(webhook: Webhook) -> Webhook:
    """Returns the webhook's row, locked for the caller's transaction.

    Raises:
        WebhookEnded: it has ended.
    """
    row = (
        Webhook.objects.select_for_update(of=["self"])
        .select_related("system__agency__sandbox")
        .get(pk=webhook.pk)
    )
    if row.state == Webhook.State.ENDED:
        raise WebhookEnded
    return row


def give_up(webhook: Webhook) -> int:
    """Lets everything that waits fail, in the caller's transaction, and returns how many messages that are."""
    waiting = webhook.messages.filter(state=Message.State.WAITING)
    return waiting.update(state=Message.State.FAILED, due_at=None)


def _may_hear(actor: Actor) -> tuple[str, ...]:
    """Returns the kinds of events that the actor may let a webhook hear of."""
    return policy.ALL_KINDS if allowed(actor, "webhooks.grant_alarms") else policy.KINDS


def _checked(url: str | None, kinds: Collection[str], known: Collection[str]) -> list[str]:
    errors: list[FieldError] = []
    if url is not None:
        fault = policy.fault_of_address(
            url, ports=settings.WEBHOOK_PORTS, allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS
        )
        if fault:
            errors.append(FieldError("/url", fault))
    if not kinds:
        errors.append(FieldError("/kinds", _("Choose at least one kind of event.")))
    if unknown := sorted(set(kinds) - set(known)):
        errors.append(
            FieldError("/kinds", _("There is no such kind of event: {kinds}."), {"kinds": unknown[:5]})
        )
    if errors:
        raise WebhookRefused(errors)
    return [kind for kind in policy.ALL_KINDS if kind in kinds]


def _challenge(webhook: Webhook, now: datetime) -> None:
    Message.objects.create(
        id=new_id(),
        webhook=webhook,
        kind=policy.VERIFICATION,
        data={"challenge": secrets.token_urlsafe(32)},
        occurred_at=now,
        due_at=now,
        give_up_at=now + timedelta(hours=1),
    )


def _add_secret(webhook: Webhook, now: datetime) -> str:
    secret, sealed = new_secret(webhook.pk)
    WebhookSecret.objects.create(webhook=webhook, sealed=sealed, created_at=now)
    return secret


def _record(actor: Actor, action: str, webhook: Webhook, facts: dict[str, Any], now: datetime) -> None:
    details = {"system": str(webhook.system_id), **facts}
    ledger.record(actor=actor.ref, action=action, subject=f"webhook:{webhook.pk}", details=details, now=now)
