"""Gives packets again that a recipient's system had fetched and has lost: one packet, or those of a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from hienluong.antivirus import service as antivirus
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Recipient
from hienluong.files import service as files
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.monitoring.commands.retry import REASON_LIMIT
from hienluong.monitoring.errors import ChoiceRefused, NoMailbox
from hienluong.monitoring.queries import fetched_ones
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

AT_ONCE = 1000
"""So many go at once, in the order in which they came; the rest when it is asked for again."""

notices.declare_text(
    "monitoring.given_again",
    _("The operator has put {count} packets that were fetched before into the mailbox again: {reason}"),
)


@dataclass(slots=True)
class GivenAgain:
    """Which deliveries are given again, how many cannot be any more, and whether more were chosen than go at once."""

    delivery_ids: list[int] = field(default_factory=list)
    gone: int = 0
    more: bool = False


@transaction.atomic
def give_again(
    *,
    actor: Actor | None,
    recipient: int,
    reason: str,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    packet_id: UUID | None = None,
    most: int = AT_ONCE,
) -> GivenAgain:
    """Puts packets that an agency's system fetched into the mailbox once more, where it finds them as it finds new ones.

    Nothing else becomes of them: no status is reported or repeated, no deadline begins, the sender gets nothing.
    Asking again within a day for the same time goes on where it stopped, and gives nothing twice.

    Args:
        actor: who asks.
        recipient: whose mailbox, by the recipient's number.
        reason: why, for the ledger and the agency's clerks.
        now: the moment.
        since: what came into the mailbox from this moment on.
        until: and before this one.
        packet_id: one packet instead, however lately it was given again.
        most: how many go at once, in the order in which they came.

    Raises:
        PermissionMissing: the actor may not.
        NoMailbox: there is no such recipient, or it has no mailbox here.
        ChoiceRefused: no reason, neither a time nor a packet, or a time that ends before it begins.
    """
    actor = require(actor, "monitoring.give_again")
    reason = " ".join(reason.split())
    _check(reason, since, until, packet_id)
    owner = Recipient.objects.filter(pk=recipient).first()
    if owner is None or owner.agency_id is None:
        raise NoMailbox
    done = GivenAgain()
    found = fetched_ones(owner, since=since, until=until, packet_id=packet_id, now=now)
    chosen = list(islice(_still_there(found, owner.agency_id, done, at_once=most), most + 1))
    done.more = len(chosen) > most
    done.delivery_ids = exchange.give_deliveries_again(
        actor=actor, delivery_ids=chosen[:most], reason=reason, now=now
    )
    if done.delivery_ids:
        _tell(owner.agency_id, len(done.delivery_ids), reason, now)
    ledger.record(
        actor=actor.ref,
        action="monitoring.give_again",
        subject=f"recipient:{owner.code}",
        details={
            "reason": reason,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "packet": str(packet_id) if packet_id else None,
            "given": len(done.delivery_ids),
            "gone": done.gone,
            "more": done.more,
        },
        now=now,
    )
    return done


def _still_there(found: QuerySet[Delivery], agency: UUID, done: GivenAgain, *, at_once: int) -> Iterator[int]:
    """Yields what can be given, oldest place first; counts what cannot: the copy was destroyed, or malware is in it."""
    last: int | None = 0
    while True:
        rows = list(
            found.filter(position__gt=last)
            .order_by("position")
            .values_list("pk", "position", "packet", "transmission__file_id")[:at_once]
        )
        held = files.held_by(agency, {file_id for *_, file_id in rows})
        closed = antivirus.closed_among({packet for _, _, packet, _ in rows})
        for number, last, packet, file_id in rows:  # noqa: B007 - the last place is where the next look begins
            if file_id in held and packet not in closed:
                yield number
            else:
                done.gone += 1
        if len(rows) < at_once:
            return


def _tell(agency: UUID, count: int, reason: str, now: datetime) -> None:
    people = directory.people_to_tell([agency], ("clerk", "head")).get(agency, ())
    notices.tell(
        readers=[Reader(*person) for person in people],
        code="monitoring.given_again",
        values={"count": str(count), "reason": reason},
        link=f"/exchange/inbox/?given={now:%Y%m%d%H%M%S}",  # a notice of the same address would be said once
        now=now,
    )


def _check(reason: str, since: datetime | None, until: datetime | None, packet_id: UUID | None) -> None:
    errors = []
    if not reason:
        errors.append(FieldError("/reason", _("Say why, for the record.")))
    if len(reason) > REASON_LIMIT:
        errors.append(FieldError("/reason", _("Write at most 300 letters.")))
    if packet_id is None and (since is None or until is None):
        errors.append(FieldError("/since", _("Say which: one packet, or a time with its beginning and end.")))
    elif packet_id is not None and (since or until):
        errors.append(FieldError("/packet", _("Give a packet or a time, not both.")))
    elif since is not None and until is not None and until <= since:
        errors.append(FieldError("/until", _("The end lies after the beginning.")))
    if errors:
        raise ChoiceRefused(errors)
