"""What somebody has to do first today: each module asked for what waits in it, with the actor's own rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hienluong.access import service as access
from hienluong.antivirus import service as antivirus
from hienluong.composing import service as composing
from hienluong.copies import service as copies
from hienluong.corrections import service as corrections
from hienluong.deadlines import service as deadlines
from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.identity import service as identity
from hienluong.imports import service as imports
from hienluong.issuing import service as issuing
from hienluong.kit.clock import in_vietnam
from hienluong.mailbox import service as mailbox
from hienluong.monitoring import service as monitoring
from hienluong.retention import service as retention
from hienluong.staff import service as staff
from hienluong.systems import service as systems
from hienluong.takeover import service as takeover
from hienluong.webhooks import service as webhooks

NEWEST = 5
NEAR = timedelta(days=7)
"""What ends within so many days is done soon."""


class Urgency(IntEnum):
    """How pressing something is; the order of the list."""

    NOW = 1
    SOON = 2
    NEXT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Things of one kind that wait: what, how many, the list that shows just these, and what else is to be known.

    `watched`: the actor sees them but somebody else acts.
    """

    title: str
    count: int
    url: str
    urgency: Urgency = Urgency.NEXT
    note: str = ""
    watched: bool = False

    @property
    def tone(self) -> str:
        """How pressing it is, as the page says it."""
        return {Urgency.NOW: "now", Urgency.SOON: "soon"}.get(self.urgency, "")


@dataclass(frozen=True, slots=True)
class Today:
    """The home page: what the actor does, most pressing first, what the actor keeps an eye on, and what is shown beside."""

    to_do: Sequence[Entry]
    watched: Sequence[Entry]
    newest: Sequence[exchange.Delivery] | None
    flow: Any | None


Subject = Callable[[Actor, datetime], Iterator[Entry]]


def today(actor: Actor, *, now: datetime) -> Today:
    """Returns what waits for the actor; what is empty, or not the actor's to see, is left out.

    Costs a bounded number of statements by role, whatever is stored.
    """
    glance = monitoring.glance(actor, now=now) if allowed(actor, "monitoring.view_monitor") else None
    found = [entry for subject in SUBJECTS for entry in subject(actor, now)]
    found += _axis(actor, glance) if glance else ()
    entries = sorted((entry for entry in found if entry.count), key=lambda entry: entry.urgency)
    return Today(
        [entry for entry in entries if not entry.watched],
        [entry for entry in entries if entry.watched],
        exchange.inbox(actor, states=exchange.policy.ALL_STATES, kind="edoc", limit=NEWEST).items
        if allowed(actor, "exchange.view_mailbox")
        else None,
        glance.flow if glance else None,
    )


def _rights(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if actor.person_id is not None:
        yield Entry(
            _("Changes of rights to confirm"),
            access.unconfirmed_count(actor.person_id),
            _list("access:alerts", "show=waiting"),
            Urgency.NOW,
        )
    if allowed(actor, "access.handle_cases"):
        url = _list("access:cases", "show=open")
        yield Entry(_("Changes of rights reported as wrong"), access.open_case_count(actor), url, Urgency.NOW)


def _break_glass(actor: Actor, now: datetime) -> Iterator[Entry]:
    if not allowed(actor, "access.view_glass"):
        return
    counts = access.glass_counts(actor, now=now)
    url = _list("access:break_glass", "show=waiting")
    yield Entry(_("Break-glass requests to answer"), counts.to_answer, url, Urgency.NOW)
    yield Entry(
        _("Break-glass access of yours that runs"), counts.running, _list("access:break_glass", "show=own")
    )


def _deadlines(actor: Actor, now: datetime) -> Iterator[Entry]:
    if allowed(actor, "deadlines.view_agencies"):
        yield Entry(
            _("Documents past their deadline, in all agencies"),
            deadlines.overdue_everywhere(actor, now=now),
            _list("deadlines:agencies"),
            watched=True,
        )
    elif allowed(actor, "deadlines.view_deadlines"):
        found = deadlines.pressing(actor, now=now)
        over, soon = (_list("deadlines:deadlines", f"state={state}") for state in ("overdue", "soon"))
        yield Entry(
            _("Documents past their deadline"),
            found.overdue,
            over,
            Urgency.NOW,
            _of_these_urgent(found.overdue_urgent),
        )
        yield Entry(
            _("Documents due today or on the next working day"),
            found.soon,
            soon,
            Urgency.NOW if found.soon_urgent else Urgency.SOON,
            _of_these_urgent(found.soon_urgent),
        )


def _mailbox(actor: Actor, now: datetime) -> Iterator[Entry]:
    found = mailbox.waiting(actor, now=now)
    if found is None:
        return
    inbox, sent = reverse("mailbox:inbox"), reverse("mailbox:sent")
    watches = not allowed(actor, "exchange.confirm_delivery")
    yield Entry(
        _("Asked back by the sender"),
        found.asked_back,
        f"{inbox}?show=asked_back",
        Urgency.SOON,
        watched=watches,
    )
    yield Entry(
        _("New in the inbox"),
        found.new,
        f"{inbox}?show=new",
        Urgency.SOON if found.urgent else Urgency.NEXT,
        _of_these_urgent(found.urgent),
        watches,
    )
    yield Entry(
        _("To be entered in the register"), found.to_register, f"{inbox}?show=to_register", watched=watches
    )
    yield Entry(_("Sent, not yet delivered"), found.undelivered, f"{sent}?show=waiting", watched=True)
    yield Entry(
        _("Sent and refused"), found.refused, f"{sent}?show=refused", note=_("the last 30 days"), watched=True
    )


def _issuing(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if not allowed(actor, "issuing.view_documents"):
        return
    found, url = issuing.waiting(actor), _list("issuing:documents")
    yield Entry(_("Documents that wait for your signature"), found.to_sign, f"{url}?show=sign", Urgency.SOON)
    yield Entry(_("Documents to number"), found.to_number, f"{url}?show=number", Urgency.SOON)
    yield Entry(_("Documents to seal"), found.to_seal, f"{url}?show=seal", Urgency.SOON)
    yield Entry(_("Documents to issue"), found.to_issue, f"{url}?show=issue", Urgency.SOON)
    yield Entry(_("Documents of yours that were returned"), found.returned, f"{url}?show=returned")


def _copies(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if allowed(actor, "copies.seal_copy"):
        url = _list("copies:copies", "step=prepared")
        yield Entry(_("Copies to sign for the agency"), copies.waiting_count(actor), url, Urgency.SOON)


def _recalls(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if allowed(actor, "corrections.view_recalls"):
        url = _list("corrections:recalls", "side=sent&state=asked")
        yield Entry(
            _("Asked back by us, not answered yet"), corrections.unanswered_count(actor), url, watched=True
        )


def _own_work(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    yield Entry(_("Drafts"), composing.draft_count(actor) or 0, _list("composing:drafts"))
    if allowed(actor, "takeover.manage_intakes"):
        url = _list("takeover:intakes", "show=waiting")
        yield Entry(_("Files of the earlier system to decide about"), takeover.waiting_count(actor), url)


def _quarantine(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if not allowed(actor, "antivirus.view_quarantine"):
        return
    found, watches = antivirus.scan_counts(actor), not allowed(actor, "antivirus.decide_quarantine")
    url = _list("antivirus:quarantine")
    yield Entry(_("Kept apart for malware, to be decided"), found.undecided, url, Urgency.NOW, "", watches)
    yield Entry(_("Waiting to be scanned for malware"), found.waiting, f"{url}?show=waiting", watched=True)


def _axis(actor: Actor, glance: monitoring.Glance) -> Iterator[Entry]:
    watches = not allowed(actor, "monitoring.manage_alarms")
    yield Entry(_("Open alarms"), glance.alarms, _list("monitoring:alarms"), Urgency.NOW, watched=watches)
    yield Entry(
        _("Failing deliveries"), glance.failing, _list("monitoring:failures"), Urgency.SOON, watched=watches
    )
    url = _list("monitoring:waiting")
    yield Entry(_("Recipients with packets waiting"), glance.recipients_waiting, url, watched=True)


def _systems(actor: Actor, now: datetime) -> Iterator[Entry]:
    if allowed(actor, "systems.view_systems"):
        found = systems.ending_systems(actor, now=now)
        near = found.first is not None and found.first <= now + NEAR
        yield Entry(
            _("Systems whose secret ends soon"),
            found.systems,
            _list("systems:systems", "state=ending"),
            Urgency.SOON if near else Urgency.NEXT,
            _("the first on %(day)s") % {"day": _day(in_vietnam(found.first).date())} if found.first else "",
            not allowed(actor, "systems.manage_systems"),
        )
    if allowed(actor, "webhooks.view_webhooks"):
        stopped, url = webhooks.stopped(actor), _list("webhooks:webhooks", "state=stopped")
        title, watches = _("Webhooks stopped after failures"), not stopped.may_act
        yield Entry(title, stopped.webhooks, url, Urgency.SOON, watched=watches)


def _keeping(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if not allowed(actor, "retention.view_retention"):
        return
    found = retention.proposed(actor)
    others, own, both = (
        _list("retention:disposals", f"show={show}") for show in ("others", "own", "proposed")
    )
    if allowed(actor, "retention.approve_disposal"):
        yield Entry(_("Disposals to approve"), found.by_others, others)
        yield Entry(
            _("Disposals you proposed"), found.by_actor, own, note=_("another person approves"), watched=True
        )
    else:
        yield Entry(
            _("Disposals that wait for approval"), found.by_others + found.by_actor, both, watched=True
        )
    if allowed(actor, "retention.manage_holds"):
        url = _list("retention:holds")
        yield Entry(_("Legal holds in force"), retention.holds_in_force(actor), url, watched=True)


def _reviews(actor: Actor, now: datetime) -> Iterator[Entry]:
    if not allowed(actor, "access.view_review"):
        return
    decides, runs = allowed(actor, "access.decide_review"), allowed(actor, "access.run_reviews")
    for one in access.open_reviews(actor):
        url = reverse("access:review", args=[one.quarter])
        if decides and not runs:  # a head decides about the own agency only
            url = reverse("access:review_agency", args=[one.quarter, actor.agency_id])
        words = {"quarter": access.quarter_name(one.quarter)}
        until = _("until %(day)s") % {"day": _day(in_vietnam(one.deadline).date())}
        pressing = Urgency.SOON if one.deadline <= now + NEAR else Urgency.NEXT
        if one.deadline < now:
            pressing = Urgency.NOW
        title = _("Rights to decide in the review %(quarter)s") % words
        yield Entry(title, one.undecided, url, pressing, until, not decides)
        if runs and not one.undecided:
            title = _("Rights to end after the review %(quarter)s") % words
            yield Entry(title, one.waiting, url, pressing, until)
            title = _("Review %(quarter)s to finish") % words
            yield Entry(title, int(not one.waiting), url, pressing, until)


def _accounts(actor: Actor, now: datetime) -> Iterator[Entry]:
    if not allowed(actor, "identity.view_accounts"):
        return
    found, url = identity.account_counts(actor, now=now), _list("identity:accounts")
    yield Entry(_("Accounts locked after wrong passwords"), found.locked, f"{url}?state=locked", Urgency.SOON)
    yield Entry(
        _("People without a second factor"), found.factorless, f"{url}?state=factorless", watched=True
    )
    yield Entry(_("Accounts not used, closed soon"), found.idle, f"{url}?state=idle", watched=True)


def _imports(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if allowed(actor, "directory.manage_agencies"):
        found, url = imports.checked_imports(actor), _list("imports:list", "show=checked")
        note = ngettext("%(n)d has wrong rows", "%(n)d have wrong rows", found.wrong) % {"n": found.wrong}
        yield Entry(
            _("Files of agencies to import or discard"), found.files, url, note=note if found.wrong else ""
        )


def _delegations(actor: Actor, now: datetime) -> Iterator[Entry]:  # noqa: ARG001 - all subjects are asked alike
    if allowed(actor, "staff.view_people"):
        found, url = staff.delegations_near(actor), _list("staff:delegations")
        yield Entry(
            _("Delegations that end within 7 days"), found.ending, f"{url}?state=ending", watched=True
        )
        yield Entry(_("Delegations still to begin"), found.coming, f"{url}?state=coming", watched=True)


SUBJECTS: Sequence[Subject] = (
    _rights,
    _break_glass,
    _quarantine,
    _deadlines,
    _mailbox,
    _issuing,
    _copies,
    _own_work,
    _recalls,
    _systems,
    _keeping,
    _reviews,
    _accounts,
    _imports,
    _delegations,
)
"""Among what is equally pressing, in this order."""


def _of_these_urgent(count: int) -> str:
    return ngettext("%(n)d of these urgent", "%(n)d of these urgent", count) % {"n": count} if count else ""


def _day(day: date) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))


def _list(name: str, query: str = "") -> str:
    return f"{reverse(name)}?{query}" if query else reverse(name)
