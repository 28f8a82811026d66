"""Acts on lists: on several entries at once; and taking a list out of the product as a table, since that is no longer guarded here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, agency_of, labels
from hienluong.kit.criteria import Criteria
from hienluong.kit.errors import HienluongError
from hienluong.ledger import service as ledger
from hienluong.mailbox.queries import Words, entries_of, inbox_rows, sent_rows

Form = Literal["csv", "xlsx"]
RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry of a batch; `why` says why nothing did, in the reader's language."""

    delivery: Delivery
    why: str

    @property
    def is_done(self) -> bool:
        """Whether the act was carried out, now or before."""
        return not self.why


def act_on_entries(
    *, actor: Actor, act: str, entries: Mapping[int, Mapping[str, str]], key: str, now: datetime
) -> list[Outcome]:
    """Does one thing to several entries of the mailbox, each by itself; one that is refused holds up no other.

    Carried out again with the same key it changes nothing more.

    Args:
        actor: who handles the agency's documents.
        act: `RECEIVE` opens and confirms; else the code of the status to report.
        entries: what the report says (note, staff), by delivery.
        key: names this batch.
        now: the moment.

    Raises:
        PermissionMissing: the actor may not confirm and report.
    """
    require(actor, "exchange.confirm_delivery")
    found = entries_of(actor, list(entries))
    outcomes = []
    for delivery in found:
        try:
            if act == RECEIVE:
                exchange.open_entry(actor=actor, delivery_id=delivery.pk, now=now)
            else:
                exchange.report_status(
                    actor=actor,
                    delivery_id=delivery.pk,
                    status=act,
                    idempotency_key=f"batch-{key}-{delivery.pk}",
                    now=now,
                    **entries[delivery.pk],
                )
        except HienluongError as error:
            outcomes.append(Outcome(delivery, error.explain(_)))
        else:
            outcomes.append(Outcome(delivery, ""))
    return outcomes


def export_inbox(*, actor: Actor, query: Mapping[str, Any], form: Form, now: datetime) -> Iterator[list[str]]:
    """Returns the rows of what came in, to be read as they are written, and records that they were taken.

    Raises:
        PermissionMissing: the actor does not handle the agency's documents; administrators see no content.
    """
    require(actor, "exchange.view_mailbox")
    rows = inbox_rows(actor, query, _words())
    _record(actor, "mailbox.inbox-exported", query, form, now)
    return rows


def export_sent(*, actor: Actor, query: Mapping[str, Any], form: Form, now: datetime) -> Iterator[list[str]]:
    """Returns the rows of what was sent, as `export_inbox` does.

    Raises:
        PermissionMissing: as `export_inbox`.
    """
    require(actor, "exchange.view_mailbox")
    rows = sent_rows(actor, query, _words())
    _record(actor, "mailbox.sent-exported", query, form, now)
    return rows


def inbox_heading() -> list[str]:
    """Returns the columns of what came in."""
    return [*_document_heading(), _("Sender"), _("Sender's code"), _("Arrived"), _("State"), _("Later change"), _("Document id")]  # fmt: skip


def sent_heading() -> list[str]:
    """Returns the columns of what was sent."""
    return [*_document_heading(), _("Sent on"), _("Recipients"), _("Progress"), _("Document id")]


def _document_heading() -> list[str]:
    return [_("Number"), _("Notation"), _("Date"), _("Type"), _("Subject"), _("Priority")]


def _words() -> Words:
    """Returns the names of states in the reader's language now: rows are written after the request."""
    tables: dict[str, Mapping[Any, tuple[Any, str]]] = {
        "business": labels.BUSINESS,
        "mailbox": labels.MAILBOX,
        "standing": labels.STANDING,
        "priority": labels.PRIORITIES,
    }
    return {
        name: {value: str(label) for value, (label, _tone) in table.items()} for name, table in tables.items()
    }


def _record(actor: Actor, action: str, query: Mapping[str, Any], form: str, now: datetime) -> None:
    """Records the act: by what the list was narrowed, never the words looked for, which are content."""
    criteria: Criteria = query["criteria"]
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"agency:{agency_of(actor)}",
        details={
            "form": form,
            "kind": query["kind"] or "",
            "narrowed_by": [field.name for field in fields(criteria) if getattr(criteria, field.name)],
            "dated_from": criteria.dated_from.isoformat() if criteria.dated_from else "",
            "dated_to": criteria.dated_to.isoformat() if criteria.dated_to else "",
            "chosen": len(query.get("only", ())),
        },
        now=now,
    )
