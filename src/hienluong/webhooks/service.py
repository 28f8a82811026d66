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
from hienluong.webhooks.listeners import tell_operators
from hienluong.webhooks.policy import KINDS
from hienluong.webhooks.queries import (
    Stopped,
    Troubles,
    find_webhook,
    messages_of,
    search_webhooks,
    stopped,
    trouble_counts,
)
from hienluong.webhooks.tasks import deliver_alarms

__all__ = [
    "KINDS",
    "Stopped",
    "Troubles",
    "change_webhook",
    "deliver_alarms",
    "enable_webhook",
    "end_webhook",
    "find_webhook",
    "messages_of",
    "register_webhook",
    "replay_messages",
    "rotate_webhook_secret",
    "search_webhooks",
    "stopped",
    "tell_operators",
    "trouble_counts",
    "verify_webhook",
]
