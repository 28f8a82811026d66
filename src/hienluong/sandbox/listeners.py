"""What wakes the sandbox's partner: something reached it."""

from __future__ import annotations

from hienluong.directory import service as directory
from hienluong.exchange.events import PacketsDelivered
from hienluong.jobs import service as jobs
from hienluong.kit.events import subscribe


@subscribe(PacketsDelivered)
def wake_echo_partner(event: PacketsDelivered) -> None:
    """Lets the sandbox's partner answer what reached it."""
    for one in event.arrivals:
        if one.agency_id == directory.ECHO_PARTNER:
            jobs.defer("sandbox.answer_as_echo", delivery_id=one.delivery_id)
