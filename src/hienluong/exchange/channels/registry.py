"""Finds a channel by its name."""

from __future__ import annotations

from hienluong.exchange.channels.base import Channel
from hienluong.exchange.channels.mailbox import Mailbox
from hienluong.exchange.errors import DeliveryFailed
from hienluong.kit.errors import gettext_noop as _

NO_CHANNEL = _("this version has no channel of the kind that the recipient needs")

_CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (Mailbox(),)}


def channel(name: str) -> Channel:
    """Returns the channel of that name.

    Raises:
        DeliveryFailed: the recipient's row names a channel that this version does not have; not permanent.
    """
    found = _CHANNELS.get(name)
    if found is None:
        raise DeliveryFailed(permanent=False, reason=NO_CHANNEL)
    return found
