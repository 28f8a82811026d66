"""Writes about webhooks: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.webhooks.commands.replay import replay_messages
from hienluong.webhooks.commands.webhooks import (
    change_webhook,
    enable_webhook,
    end_webhook,
    register_webhook,
    rotate_webhook_secret,
    verify_webhook,
)

__all__ = [
    "change_webhook",
    "enable_webhook",
    "end_webhook",
    "register_webhook",
    "replay_messages",
    "rotate_webhook_secret",
    "verify_webhook",
]
