"""What the API takes and gives about webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.webhooks.models import Message, Webhook

Kind = Literal["packet.delivered", "status.recorded", "delivery.failed"]
Address = Annotated[str, Field(max_length=500, pattern="^[^\\x00]*$", description="an https address")]


class WebhookOut(Schema):
    """A webhook of the system."""

    id: UUID
    url: str
    kinds: list[str]
    state: Literal["unverified", "active", "disabled", "ended"]
    created_at: datetime
    verified_at: datetime | None = Field(description="when the address answered the challenge")
    last_success_at: datetime | None
    failing_since: datetime | None = Field(description="null: the last message was taken")
    failures: int = Field(description="in a row")

    @staticmethod
    def of(webhook: Webhook) -> WebhookOut:
        """Returns the webhook as the API gives it."""
        return WebhookOut.model_validate({name: getattr(webhook, name) for name in WebhookOut.model_fields})


class WebhookListOut(Schema):
    """The webhooks of the system, newest first."""

    items: list[WebhookOut]


class WebhookIn(Schema):
    """An address to register."""

    url: Address
    kinds: list[Kind] = Field(min_length=1, max_length=10)


class WebhookChangeIn(Schema):
    """What changes of a webhook."""

    kinds: list[Kind] = Field(min_length=1, max_length=10)


class SecretOut(Schema):
    """A webhook and its new secret."""

    webhook: WebhookOut
    secret: str | None = Field(
        description="signs what is sent; shown this once, null when the answer is given again"
    )


class AttemptOut(Schema):
    """One attempt to deliver a message."""

    at: datetime
    status: int | None = Field(description="of HTTP; null: no answer")
    milliseconds: int
    error: str = Field(description="code of the error, empty when the message was taken")


class MessageOut(Schema):
    """A message, and its attempts, the newest first."""

    id: str = Field(description="the webhook-id that it is sent with")
    kind: str
    data: dict[str, Any]
    occurred_at: datetime
    state: Literal["waiting", "delivered", "failed"]
    due_at: datetime | None = Field(description="when it is tried next")
    attempts: list[AttemptOut]

    @staticmethod
    def of(message: Message) -> MessageOut:
        """Returns the message as the API gives it."""
        return MessageOut.model_validate(
            {
                "id": f"msg_{message.pk.hex}",
                **{
                    name: getattr(message, name)
                    for name in ("kind", "data", "occurred_at", "state", "due_at")
                },
                "attempts": [
                    {name: getattr(one, name) for name in AttemptOut.model_fields}
                    for one in message.log.all()
                ],
            }
        )


class MessageListOut(Schema):
    """Messages of a webhook, newest first."""

    items: list[MessageOut]
    next: str | None = Field(description="give it as `before` for the next page")


class ReplayIn(Schema):
    """What to send again: one message, the events of a time, or what failed (of that time)."""

    message: Annotated[str, Field(pattern="^msg_[0-9a-f]{32}$")] | None = None
    since: datetime | None = Field(None, description="events from this moment on")
    until: datetime | None = Field(None, description="events before this moment")
    only_failed: bool = Field(False, description="leave out what was delivered")


class ReplayOut(Schema):
    """How many messages are due again."""

    replayed: int
