"""Sends messages again: one, those of a time range, or everything that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.webhooks import policy
from hienluong.webhooks.commands.webhooks import locked
from hienluong.webhooks.errors import MessageNotFound, NotVerified, WebhookRefused
from hienluong.webhooks.models import Message, Webhook


def replay_messages(
    *,
    actor: Actor | None,
    webhook: Webhook,
    now: datetime,
    message_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    only_failed: bool = False,
) -> int:
    """Makes messages due again, under the ids they had, and returns how many: one, or those of a time, or all failed.

    Args:
        actor: who asks.
        webhook: whose messages.
        now: the moment.
        message_id: one message; the others arguments do not count then.
        since: events from this moment on.
        until: events before this moment.
        only_failed: leave out what was delivered.

    Raises:
        PermissionMissing: the actor may not.
        WebhookEnded: it has ended.
        NotVerified: it is stopped or not verified: nothing would be sent.
        MessageNotFound: there is no such message.
        WebhookRefused: neither a message, a time nor "failed" was given, or the time ends before it begins.
    """
    actor = require(actor, "webhooks.replay_messages", webhook.system)
    if message_id is None and since is None and not only_failed:
        raise WebhookRefused([FieldError("/since", _("Say which: one message, a time, or what failed."))])
    if since is not None and until is not None and until <= since:
        raise WebhookRefused([FieldError("/until", _("The end lies after the beginning."))])
    with transaction.atomic():
        webhook = locked(webhook)
        if webhook.state != Webhook.State.ACTIVE:
            raise NotVerified(
                detail=_("The webhook is not in use: nothing would be sent."),
                todo=_("Turn it on, or have its address verified, and send again."),
            )
        found = webhook.messages.exclude(kind=policy.VERIFICATION)
        if message_id is not None:
            found = found.filter(pk=message_id)
        else:
            found = found.filter(occurred_at__gte=since) if since else found
            found = found.filter(occurred_at__lt=until) if until else found
            found = found.filter(state=Message.State.FAILED) if only_failed else found
        count = found.update(
            state=Message.State.WAITING,
            due_at=now,
            attempts=0,
            give_up_at=now + timedelta(hours=settings.WEBHOOK_GIVE_UP_HOURS),
        )
        if message_id is not None and not count:
            raise MessageNotFound(days=settings.WEBHOOK_LOG_DAYS)
        webhook.rest_until = None
        webhook.save(update_fields=["rest_until"])
        ledger.record(
            actor=actor.ref,
            action="webhooks.replay_messages",
            subject=f"webhook:{webhook.pk}",
            details={
                "messages": count,
                "message": str(message_id) if message_id else None,
                "since": since.isoformat() if since else None,
                "until": until.isoformat() if until else None,
                "only_failed": only_failed,
            },
            now=now,
        )
    return count
