"""What a channel must do."""

from __future__ import annotations

from typing import Protocol

from hienluong.exchange.models import Delivery


class Channel(Protocol):
    """Carries a delivery to where the recipient takes it from."""

    name: str

    def deliver(self, delivery: Delivery) -> None:
        """Carries one delivery; coming again with the same one does no harm.

        Raises:
            DeliveryFailed: with `permanent` True when trying again cannot help.
        """
