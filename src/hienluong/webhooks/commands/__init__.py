"""Writes about webhooks: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.webhooks.commands.attempts import claim_message, record_attempt, sweep_log
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
    "claim_message",
    "enable_webhook",
    "end_webhook",
    "record_attempt",
    "register_webhook",
    "replay_messages",
    "rotate_webhook_secret",
    "sweep_log",
    "verify_webhook",
]
