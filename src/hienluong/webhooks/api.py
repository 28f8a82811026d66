"""Webhooks for agencies' own systems: a system manages its own, and no other's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory.service import calling_actor
from hienluong.kit import clock
from hienluong.kit.cursors import read_id_cursor, write_cursor
from hienluong.systems.service import once
from hienluong.webhooks import commands, queries
from hienluong.webhooks.schemas import (
    MessageListOut,
    MessageOut,
    ReplayIn,
    ReplayOut,
    SecretOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookListOut,
    WebhookOut,
)

router = Router(tags=["webhooks"])


@router.get("/webhooks", response=WebhookListOut, summary="The system's webhooks")
def list_webhooks(request: HttpRequest) -> WebhookListOut:
    """Lists the webhooks of the calling system, without those that have ended."""
    page = queries.search_webhooks(calling_actor(request))
    return WebhookListOut(items=[WebhookOut.of(one) for one in page.items])


@router.post("/webhooks", response={201: SecretOut}, summary="Register a webhook")
@once(hide=["secret"])
def register_webhook(request: HttpRequest, body: WebhookIn) -> tuple[int, SecretOut]:
    """Registers an https address and answers the secret that signs its messages, this once.

    The address is challenged at once; until it has answered, nothing else is sent to it.
    """
    actor = calling_actor(request)
    webhook, secret = commands.register_webhook(
        actor=actor, system=queries.own_system(actor), url=body.url, kinds=body.kinds, now=clock.now()
    )
    return 201, SecretOut(webhook=WebhookOut.of(webhook), secret=secret)


@router.get("/webhooks/{webhook_id}", response=WebhookOut, summary="One webhook")
def get_webhook(request: HttpRequest, webhook_id: UUID) -> WebhookOut:
    """Returns a webhook of the calling system and how it is."""
    return WebhookOut.of(queries.find_webhook(calling_actor(request), webhook_id))


@router.patch("/webhooks/{webhook_id}", response=WebhookOut, summary="Change what a webhook hears of")
@once()
def change_webhook(request: HttpRequest, webhook_id: UUID, body: WebhookChangeIn) -> tuple[int, WebhookOut]:
    """Sets the kinds of events that are told from now on."""
    actor = calling_actor(request)
    webhook = queries.find_webhook(actor, webhook_id)
    changed = commands.change_webhook(actor=actor, webhook=webhook, kinds=body.kinds, now=clock.now())
    return 200, WebhookOut.of(changed)


@router.delete("/webhooks/{webhook_id}", response={204: None}, summary="End a webhook")
@once()
def end_webhook(request: HttpRequest, webhook_id: UUID) -> tuple[int, None]:
    """Ends a webhook: nothing is sent any more, what waits included."""
    actor = calling_actor(request)
    commands.end_webhook(actor=actor, webhook=queries.find_webhook(actor, webhook_id), now=clock.now())
    return 204, None


@router.post(
    "/webhooks/{webhook_id}/verify", response={202: WebhookOut}, summary="Challenge an address again"
)
@once()
def verify_webhook(request: HttpRequest, webhook_id: UUID) -> tuple[int, WebhookOut]:
    """Sends a new challenge; whether it was answered, the webhook's state tells a moment later."""
    actor = calling_actor(request)
    webhook = queries.find_webhook(actor, webhook_id)
    return 202, WebhookOut.of(commands.verify_webhook(actor=actor, webhook=webhook, now=clock.now()))


@router.post("/webhooks/{webhook_id}/enable", response=WebhookOut, summary="Turn a stopped webhook on")
@once()
def enable_webhook(request: HttpRequest, webhook_id: UUID) -> tuple[int, WebhookOut]:
    """Lets a webhook that was stopped after failures go on; what it missed is sent when it is replayed."""
    actor = calling_actor(request)
    webhook = queries.find_webhook(actor, webhook_id)
    return 200, WebhookOut.of(commands.enable_webhook(actor=actor, webhook=webhook, now=clock.now()))


@router.post("/webhooks/{webhook_id}/secret", response={201: SecretOut}, summary="Make a new secret")
@once(hide=["secret"])
def rotate_webhook_secret(request: HttpRequest, webhook_id: UUID) -> tuple[int, SecretOut]:
    """Makes a new secret and answers it, this once. Messages are signed with both until the former one ends."""
    actor = calling_actor(request)
    webhook = queries.find_webhook(actor, webhook_id)
    secret = commands.rotate_webhook_secret(actor=actor, webhook=webhook, now=clock.now())
    return 201, SecretOut(webhook=WebhookOut.of(webhook), secret=secret)


@router.get("/webhooks/{webhook_id}/messages", response=MessageListOut, summary="Messages and their attempts")
def list_messages(
    request: HttpRequest,
    webhook_id: UUID,
    state: Literal["waiting", "delivered", "failed"] | None = None,
    before: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessageListOut:
    """Lists what was sent to a webhook or waits, newest first, with every attempt: status, time, error."""
    actor = calling_actor(request)
    webhook = queries.find_webhook(actor, webhook_id)
    page = queries.messages_of(
        actor,
        webhook,
        state=state or "",
        before=read_id_cursor("messages", before, field="before"),
        limit=limit,
    )
    return MessageListOut(
        items=[MessageOut.of(one) for one in page.items],
        next=write_cursor("messages", page.next) if page.next else None,
    )


@router.post("/webhooks/{webhook_id}/replay", response={202: ReplayOut}, summary="Send messages again")
@once()
def replay_messages(request: HttpRequest, webhook_id: UUID, body: ReplayIn) -> tuple[int, ReplayOut]:
    """Makes one message, those of a time, or everything that failed due again, under the ids they had."""
    actor = calling_actor(request)
    count = commands.replay_messages(
        actor=actor,
        webhook=queries.find_webhook(actor, webhook_id),
        message_id=UUID(body.message.removeprefix("msg_")) if body.message else None,
        since=_aware(body.since),
        until=_aware(body.until),
        only_failed=body.only_failed,
        now=clock.now(),
    )
    return 202, ReplayOut(replayed=count)


def _aware(moment: datetime | None) -> datetime | None:
    """Returns the moment with its zone; without one it is Vietnamese time."""
    return moment.replace(tzinfo=clock.VIETNAM) if moment is not None and moment.tzinfo is None else moment
