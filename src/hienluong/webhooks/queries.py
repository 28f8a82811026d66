"""Reads of webhooks, as far as the actor may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from hienluong.directory.service import (
    Actor,
    Agency,
    allowed,
    has_role,
    may_administer,
    require,
)
from hienluong.kit.cursors import Page, page_of
from hienluong.systems.errors import SystemNotFound
from hienluong.systems.service import AgencySystem
from hienluong.webhooks import policy
from hienluong.webhooks.errors import MessageNotFound, WebhookNotFound
from hienluong.webhooks.models import Attempt, Message, Webhook
from hienluong.webhooks.signing import good_at

PAGE = 50
STATES = ("live", "failing", "stopped", "ended")

_sees_all = may_administer | has_role("auditor", "operator")


def webhooks_visible_to(actor: Actor | None) -> QuerySet[Webhook]:
    """Returns the webhooks the actor may see: a system its own, people those of their agency, some all.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may see none.
    """
    actor = require(actor, "webhooks.view_webhooks")
    found = Webhook.objects.select_related("system__agency__sandbox__owner")
    if _sees_all.test(actor, None):
        return found
    if actor.kind == "system" and isinstance(actor.id, UUID):
        return found.filter(system=actor.id)
    return found.filter(Q(system__agency=actor.agency_id) | Q(system__agency__sandbox__owner=actor.agency_id))


def search_webhooks(
    actor: Actor | None, *, state: str = "live", before: UUID | None = None, limit: int = PAGE
) -> Page[Webhook]:
    """Returns webhooks, newest first, each with `waiting` and `failed`, the numbers of its messages in these states.

    Args:
        actor: who asks.
        state: "live", "failing", "stopped", "ended", or "" for all.
        before: go on below this id.
        limit: how many at most.
    """
    found = webhooks_visible_to(actor).filter(
        {
            "live": Q(state__in=[Webhook.State.UNVERIFIED, Webhook.State.ACTIVE, Webhook.State.DISABLED]),
            "failing": Q(state__in=[Webhook.State.UNVERIFIED, Webhook.State.ACTIVE], failures__gt=0),
            "stopped": Q(state=Webhook.State.DISABLED),
            "ended": Q(state=Webhook.State.ENDED),
        }.get(state, Q())
    )
    if before is not None:
        found = found.filter(pk__lt=before)
    page = page_of(found.order_by("-pk"), limit)
    counts = _not_taken(page.items)
    for row in page.items:
        row.waiting = counts.get((row.pk, Message.State.WAITING), 0)  # type: ignore[attr-defined]  # for who asked
        row.failed = counts.get((row.pk, Message.State.FAILED), 0)  # type: ignore[attr-defined]  # the same
    return page


def _not_taken(webhooks: Sequence[Webhook]) -> dict[tuple[UUID, str], int]:
    """Returns how many messages of each webhook wait or failed; what was delivered, which is most, is not looked at."""
    states = [Message.State.WAITING, Message.State.FAILED]
    found = Message.objects.filter(webhook__in=[one.pk for one in webhooks], state__in=states)
    rows = found.values_list("webhook", "state").annotate(count=Count("pk"))
    return {(webhook, state): count for webhook, state, count in rows}


def find_webhook(actor: Actor | None, webhook_id: UUID) -> Webhook:
    """Returns one webhook.

    Raises:
        WebhookNotFound: there is none, or it is not the actor's to see.
    """
    found = webhooks_visible_to(actor).filter(pk=webhook_id).first()
    if found is None:
        raise WebhookNotFound
    return found


def messages_of(
    actor: Actor | None,
    webhook: Webhook,
    *,
    state: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
) -> Page[Message]:
    """Returns the messages of a webhook the actor may see, the newest first, each with `log`, its last attempts."""
    found: QuerySet[Any] = Message.objects.filter(
        webhook__in=webhooks_visible_to(actor).filter(pk=webhook.pk).values("pk")
    )
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    attempts = Prefetch("log", Attempt.objects.order_by("-pk"))
    return page_of(found.order_by("-pk").prefetch_related(attempts), limit)


def find_message(actor: Actor | None, webhook: Webhook, message_id: UUID) -> Message:
    """Returns one message of a webhook the actor may see.

    Raises:
        MessageNotFound: there is none.
    """
    visible = webhooks_visible_to(actor).filter(pk=webhook.pk)
    found = Message.objects.filter(webhook__in=visible.values("pk"), pk=message_id).first()
    if found is None:
        raise MessageNotFound(days=settings.WEBHOOK_LOG_DAYS)
    return found


def good_secrets(actor: Actor | None, webhook: Webhook, *, now: datetime) -> list[dict[str, Any]]:
    """Returns when each secret that signs today was made and ends, the newest first; never the secrets."""
    visible = webhooks_visible_to(actor).filter(pk=webhook.pk)
    found = webhook.secrets.filter(good_at(now), webhook__in=visible.values("pk"))
    rows = found.order_by("-created_at", "-pk").values_list("created_at", "ends_at")
    return [{"created_at": created_at, "ends_at": ends_at} for created_at, ends_at in rows]


def systems_to_register_for(actor: Actor | None) -> list[AgencySystem]:
    """Returns the live systems, in Vietnamese order, for which a person may register a webhook."""
    actor = require(actor, "webhooks.view_webhooks")
    found = AgencySystem.objects.filter(valid_to=None).select_related("agency__sandbox")
    if not may_administer.test(actor, None):
        found = found.filter(Q(agency=actor.agency_id) | Q(agency__sandbox__owner=actor.agency_id))
    return list(found.order_by("sort_key", "pk")[:200])


def own_system(actor: Actor) -> AgencySystem:
    """Returns the system that acts.

    Raises:
        PermissionMissing: the actor is no system.
    """
    require(actor, "systems.call_api")
    return AgencySystem.objects.select_related("agency__sandbox").get(pk=actor.id)


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many webhooks were stopped after failures, and how many fail and are tried again."""

    stopped: int
    failing: int


def trouble_counts() -> Troubles:
    """Returns how many webhooks of living systems are in trouble, without the sandbox's; for the operators' monitoring."""
    living = Webhook.objects.filter(system__valid_to=None)
    found = living.exclude(system__agency__place=Agency.Place.SANDBOX).aggregate(
        stopped=Count("pk", filter=Q(state=Webhook.State.DISABLED)),
        failing=Count("pk", filter=Q(state=Webhook.State.ACTIVE, failures__gt=0)),
    )
    return Troubles(found["stopped"], found["failing"])


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many webhooks were stopped after failures, and whether the actor may do something about one of them."""

    webhooks: int
    may_act: bool


def stopped(actor: Actor | None) -> Stopped:
    """Returns what was stopped of the webhooks that the actor may see, up to 500; errors as `webhooks_visible_to`."""
    found = list(webhooks_visible_to(actor).filter(state=Webhook.State.DISABLED)[:500])
    acts = ("webhooks.manage_webhooks", "webhooks.replay_messages")
    return Stopped(len(found), any(allowed(actor, act, one.system) for one in found for act in acts))


def webhooks_with_due(*, failing: bool, now: datetime) -> list[UUID]:
    """Returns the webhooks that have something due and do not rest; asked twice a second."""
    due = Message.objects.filter(webhook=OuterRef("pk"), due_at__lte=now)
    verifying = due.filter(kind="webhook.verification")
    found = Webhook.objects.filter(
        Q(state=Webhook.State.ACTIVE) & Exists(due) | Q(state=Webhook.State.UNVERIFIED) & Exists(verifying),
        Q(rest_until=None) | Q(rest_until__lte=now),
        system__valid_to=None,
    )
    found = found.filter(failures__gt=0) if failing else found.filter(failures=0)
    return list(found.order_by("rest_until", "pk").values_list("pk", flat=True)[:200])


def webhooks_with_alarms_due(*, now: datetime) -> list[UUID]:
    """Returns the webhooks for which an alarm of the platform is due."""
    due = Message.objects.filter(kind__in=[policy.ALARM_RAISED, policy.ALARM_CLEARED], due_at__lte=now)
    found = Webhook.objects.filter(
        Q(rest_until=None) | Q(rest_until__lte=now), Exists(due.filter(webhook=OuterRef("pk")))
    )
    found = found.filter(state=Webhook.State.ACTIVE, system__valid_to=None)
    return list(found.order_by("failures", "pk").values_list("pk", flat=True)[:20])


def find_system(actor: Actor | None, system_id: UUID) -> AgencySystem:
    """Returns a system for which the actor may register a webhook.

    Raises:
        SystemNotFound: there is none.
    """
    actor = require(actor, "webhooks.view_webhooks")
    found = AgencySystem.objects.select_related("agency__sandbox").filter(pk=system_id).first()
    if found is None or not allowed(actor, "webhooks.manage_webhooks", found):
        raise SystemNotFound
    return found
