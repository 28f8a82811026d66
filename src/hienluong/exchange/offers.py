"""What modules above the exchange add to the page of a packet: acts, and what they know about it.

The exchange does not know them: they register a function, which is asked for every page shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery, Packet


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that is offered: words, address and icon; `delivery` where it is about one recipient only."""

    title: str | Promise
    url: str
    icon: str
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know about the packet: a sentence, its tone, and where it leads; `delivery` as in an offer."""

    text: str | Promise
    tone: str = "info"
    url: str = ""
    link: str | Promise = ""
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one module adds."""

    offers: list[Offer] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside an entry of the inbox: a few words and their tone."""

    text: str | Promise
    tone: str


Marking = Callable[[Sequence[Delivery]], dict[int, Mark]]
_markings: list[Marking] = []


def add_to_inbox(marking: Marking) -> Marking:
    """Asks the function, for every page of the inbox, for marks by delivery; may be used as a decorator."""
    _markings.append(marking)
    return marking


def marked(deliveries: Sequence[Delivery]) -> dict[int, list[Mark]]:
    """Returns what all modules say beside these entries, by delivery."""
    marks: dict[int, list[Mark]] = {}
    for marking in _markings if deliveries else ():
        for number, mark in marking(deliveries).items():
            marks.setdefault(number, []).append(mark)
    return marks


Addition = Callable[[Actor, Packet, Sequence[Delivery]], Shown]
_additions: list[Addition] = []


def add_to_packet_page(addition: Addition) -> Addition:
    """Asks the function for what it adds to every page of a packet; may be used as a decorator."""
    _additions.append(addition)
    return addition


def shown_with(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:
    """Returns what all modules add to the page of a packet, first registered first."""
    parts = [addition(actor, packet, deliveries) for addition in _additions]
    return Shown(
        [offer for part in parts for offer in part.offers],
        [remark for part in parts for remark in part.remarks],
    )
