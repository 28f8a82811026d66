"""What people are told of deadlines, and who is told: the words, and the messages of one round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hienluong.deadlines import policy
from hienluong.deadlines.clocks import at_once, calendar_on
from hienluong.deadlines.models import Clock
from hienluong.directory import service as directory
from hienluong.exchange.events import Arrival
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.worktime import WorkingTimeUndefined
from hienluong.notices import service as notices
from hienluong.notices.service import Message, Reader

REMINDER, URGENT, OVERDUE = "deadlines.reminder", "deadlines.urgent", "deadlines.overdue"

notices.declare_text(
    REMINDER,
    _(
        "Documents that wait for your agency: signed and not sent {unsent}; arrived and not told to the sender "
        "{untold}; sent and not delivered {failed}."
    ),
    push_text=_(
        "Documents that wait for your agency: signed and not sent {unsent}; arrived and not told to the sender "
        "{untold}; sent and not delivered {failed}."
    ),
)
notices.declare_text(
    URGENT,
    _("Urgent document {document} from {sender} has arrived; tell the sender by {due}."),
    push_text=_("An urgent document has arrived; tell the sender by {due}."),
)
notices.declare_text(
    OVERDUE,
    _("The time for urgent document {document} is over since {due}, and it still waits."),
    push_text=_("The time for an urgent document is over since {due}, and it still waits."),
)


@dataclass(frozen=True, slots=True)
class Open:
    """What waits at one agency: signed and not sent, arrived and not told, sent and not delivered."""

    unsent: int = 0
    untold: int = 0
    failed: int = 0

    def __add__(self, other: Open) -> Open:
        return Open(self.unsent + other.unsent, self.untold + other.untold, self.failed + other.failed)


def responsible(agencies: Collection[UUID], on: date) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
    """Returns who answers for documents at each agency: its clerks, or its heads where it has no clerk."""
    clerks = directory.people_to_tell(agencies, ("clerk",), on=on)
    heads = directory.people_to_tell([one for one in agencies if one not in clerks], ("head",), on=on)
    return {**heads, **clerks}


def messages_of_round(waiting: Mapping[UUID, Open], day: date) -> list[Message]:
    """Returns one message per person, whatever the number of agencies they answer for.

    The link names the day, so that the same day is said once to a person and the next day again.
    """
    people = responsible(waiting, day)
    address: dict[UUID, str] = {}
    total: defaultdict[UUID, Open] = defaultdict(Open)
    for agency, count in waiting.items():
        for person, mail in people.get(agency, ()):
            address[person] = mail
            total[person] += count
    return [
        Message(
            Reader(person, address[person]),
            {"unsent": str(count.unsent), "untold": str(count.untold), "failed": str(count.failed)},
            f"/deadlines/?day={day:%Y-%m-%d}",
        )
        for person, count in total.items()
    ]


def tell_of_urgent(arrivals: Iterable[Arrival], at: datetime) -> None:
    """Tells those responsible of urgent documents at once, in the product and in their browsers.

    No mail: that of the arrival itself goes out at the same moment.
    """
    rows = [one for one in arrivals if one.agency_id is not None]
    day = in_vietnam(at).date()
    people = responsible({one.agency_id for one in rows if one.agency_id is not None}, day)
    told = []
    for one in rows:
        due = _due(one.priority, at)
        told += [
            Message(
                Reader(person),
                {"document": one.code, "sender": one.sender_name, "due": due},
                f"/exchange/packets/{one.packet_id}/",
            )
            for person, _mail in (people.get(one.agency_id, ()) if one.agency_id else ())
        ]
    notices.tell_many(code=URGENT, messages=told, now=at)


def _due(priority: int, at: datetime) -> str:
    try:
        due = policy.due_to_tell(
            calendar_on(in_vietnam(at).date()), at_once(), arrived_at=at, priority=priority
        )
    except WorkingTimeUndefined:
        return "–"
    return f"{in_vietnam(due):%H:%M %d/%m/%Y}"


def tell_of_overdue(clocks: Sequence[Clock], now: datetime) -> None:
    """Tells those responsible, and the heads, that the time of urgent documents is over."""
    agencies = {clock.agency_id for clock in clocks}
    day = in_vietnam(now).date()
    people = directory.people_to_tell(agencies, ("clerk", "head"), on=day)
    told = [
        Message(
            Reader(person, mail),
            {"document": clock.reference, "due": f"{in_vietnam(clock.due_at):%H:%M %d/%m/%Y}"},
            f"{_page(clock)}#clock-{clock.pk}",  # of each duty about a packet: the same address is said once
        )
        for clock in clocks
        for person, mail in people.get(clock.agency_id, ())
    ]
    notices.tell_many(code=OVERDUE, messages=told, now=now)


def _page(clock: Clock) -> str:
    return f"/exchange/packets/{clock.packet_id}/" if clock.packet_id else "/deadlines/"
