"""What the worker writes: a message claimed before it is sent, and what became of the attempt.

Between the two the outside world is called, outside any transaction. A worker that dies there leaves a message whose
time comes again: at least once, never not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.webhooks import policy
from hienluong.webhooks.commands.webhooks import give_up
from hienluong.webhooks.models import Attempt, Message, Webhook, WebhookSecret
from hienluong.webhooks.signing import good_at

LEASE = timedelta(seconds=30)
"""So long a claimed message and its webhook are left alone: longer than any call may take (`sending.LIMITS`)."""
SWEPT_TOGETHER = 1000
WORKER = Actor.platform("webhooks")

notices.declare_text(
    "webhooks.stopped",
    _(
        "The webhook {url} of the system {system} ({agency}) failed for too long: nothing is sent to it any more. "
        "When the receiver works again, turn it on and send what it missed."
    ),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to send now, and the secrets that sign it."""

    message: Message
    url: str
    secrets: list[WebhookSecret]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one attempt; `error` is empty when the message was taken."""

    status: int | None
    milliseconds: int
    error: str = ""
    retry_after: int = 0


@transaction.atomic
def claim_message(*, webhook_id: UUID, now: datetime) -> Claimed | None:
    """Takes the message that has been due longest for this worker, and puts it off; None: nothing to do here."""
    webhook = (
        Webhook.objects.select_for_update(of=["self"], skip_locked=True)
        .filter(
            pk=webhook_id,
            state__in=[Webhook.State.ACTIVE, Webhook.State.UNVERIFIED],
            system__valid_to=None,
        )
        .first()
    )
    if webhook is None or (webhook.rest_until is not None and webhook.rest_until > now):
        return None
    due = webhook.messages.filter(due_at__lte=now)
    if webhook.state == Webhook.State.UNVERIFIED:
        due = due.filter(kind=policy.VERIFICATION)
    message = due.order_by("due_at", "id").first()
    if message is None:
        return None
    message.due_at = webhook.rest_until = now + LEASE
    message.attempts += 1
    message.save(update_fields=["due_at", "attempts"])
    webhook.save(update_fields=["rest_until"])
    good = list(webhook.secrets.filter(good_at(now)).order_by("-created_at", "-pk"))
    return Claimed(message, webhook.url, good)


@transaction.atomic
def record_attempt(*, message: Message, result: Result, now: datetime) -> bool:
    """Notes what became of an attempt and returns whether the webhook is well: the next message can go at once."""
    webhook = (
        Webhook.objects.select_for_update(of=["self"])
        .select_related("system__agency__sandbox")
        .get(pk=message.webhook_id)
    )
    row = Message.objects.select_for_update().get(pk=message.pk)
    Attempt.objects.create(
        message=row,
        at=now,
        status=result.status,
        milliseconds=result.milliseconds,
        error=result.error[:40],
    )
    if webhook.state in {Webhook.State.ENDED, Webhook.State.DISABLED}:
        return False
    if not result.error:
        _taken(webhook, row, now)
        return True
    _not_taken(webhook, row, result, now)
    return False


def _taken(webhook: Webhook, message: Message, now: datetime) -> None:
    message.state, message.due_at = Message.State.DELIVERED, None
    message.save(update_fields=["state", "due_at"])
    webhook.failures, webhook.failing_since = 0, None
    webhook.rest_until = now + timedelta(seconds=1 / settings.WEBHOOK_RATE_PER_SECOND)
    webhook.last_success_at = now
    if webhook.state == Webhook.State.UNVERIFIED and message.kind == policy.VERIFICATION:
        webhook.state, webhook.verified_at = Webhook.State.ACTIVE, now
        _record("webhooks.webhook-verified", webhook, now)
    webhook.save()


def _not_taken(webhook: Webhook, message: Message, result: Result, now: datetime) -> None:
    again = policy.next_attempt(
        attempts=message.attempts, kind=message.kind, give_up_at=message.give_up_at, now=now
    )
    message.due_at = again
    message.state = Message.State.WAITING if again else Message.State.FAILED
    message.save(update_fields=["state", "due_at"])
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    asked = min(timedelta(seconds=result.retry_after), timedelta(seconds=policy.REST_MAX_SECONDS))
    webhook.rest_until = now + max(policy.rest_after(webhook.failures), asked)
    too_long = now - webhook.failing_since >= timedelta(hours=settings.WEBHOOK_GIVE_UP_HOURS)
    if webhook.state == Webhook.State.ACTIVE and (too_long or result.status == policy.GONE):
        _stop(webhook, now)
    else:
        webhook.save()


def _stop(webhook: Webhook, now: datetime) -> None:
    """Stops a webhook that has failed for too long, or whose address says that it is gone, and tells its agency."""
    webhook.state, webhook.stopped_at, webhook.rest_until = Webhook.State.DISABLED, now, None
    webhook.save()
    give_up(webhook)
    agency = webhook.system.agency
    owner = agency.sandbox.owner if agency.in_sandbox else agency
    people = directory.people_to_tell([owner.pk], ("clerk", "head")).get(owner.pk, ())
    notices.tell(
        readers=[Reader(person, address) for person, address in people],
        code="webhooks.stopped",
        values={"url": webhook.url, "system": webhook.system.name, "agency": owner.name},
        link=notices.link_at(f"/webhooks/{webhook.pk}/", now),
        now=now,
    )
    _record("webhooks.webhook-stopped", webhook, now)


def _record(action: str, webhook: Webhook, now: datetime) -> None:
    ledger.record(
        actor=WORKER.ref,
        action=action,
        subject=f"webhook:{webhook.pk}",
        details={"system": str(webhook.system_id)},
        now=now,
    )


def sweep_log(*, now: datetime, together: int = SWEPT_TOGETHER) -> int:
    """Deletes messages that are done, with their attempts, after WEBHOOK_LOG_DAYS, and returns how many.

    What waits for a system that has ended is done too. `together` at a time: a day may leave a million.
    """
    before = now - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    old = Message.objects.filter(occurred_at__lt=before).filter(
        ~Q(state=Message.State.WAITING) | Q(webhook__system__valid_to__isnull=False)
    )
    swept = 0
    while some := list(old.values_list("pk", flat=True)[:together]):
        swept += Message.objects.filter(pk__in=some).delete()[1].get("webhooks.Message", 0)
    return swept
