"""Public Python API of the webhooks: register an address, send messages again, see what failed."""

from hienluong.webhooks.commands import (
    change_webhook,
    enable_webhook,
    end_webhook,
    register_webhook,
    replay_messages,
    rotate_webhook_secret,
    verify_webhook,
)
from hienluong.webhooks.policy import KINDS
from hienluong.webhooks.queries import find_webhook, messages_of, search_webhooks

__all__ = [
    "KINDS",
    "change_webhook",
    "enable_webhook",
    "end_webhook",
    "find_webhook",
    "messages_of",
    "register_webhook",
    "replay_messages",
    "rotate_webhook_secret",
    "search_webhooks",
    "verify_webhook",
]
