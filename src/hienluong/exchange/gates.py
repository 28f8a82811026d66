"""What modules above the exchange may hold back: the drainer asks them, and so does whoever hands content out.

The exchange does not know them: they register a gate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Hold:
    """That a packet may not be delivered: when to ask again (None: not before it is woken), and why.

    `for_good`: it never may, and its delivery has failed.
    """

    until: datetime | None
    why: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """One module's say.

    Attributes:
        held_back: of these packets, which may not be delivered at this moment; asked in the drainer's transaction.
        refuse_closed: raises where nobody may have the content of a packet.
    """

    held_back: Callable[[Collection[UUID], datetime], Mapping[UUID, Hold]]
    refuse_closed: Callable[[UUID], None]


_gates: list[Gate] = []


def add_gate(gate: Gate) -> None:
    """Asks the gate from now on."""
    _gates.append(gate)


def held_back(packets: Collection[UUID], now: datetime) -> dict[UUID, Hold]:
    """Returns which packets are held, by any gate."""
    return {packet: hold for gate in _gates for packet, hold in gate.held_back(packets, now).items()}


def refuse_closed(packet: UUID) -> None:
    """Raises what a gate raises where nobody may have the content of a packet."""
    for gate in _gates:
        gate.refuse_closed(packet)
