"""Access reviews: opened for a quarter, decided line by line, carried out, finished as a record nobody can change."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext

from hienluong.access import policy
from hienluong.access.errors import (
    OwnRightsRefused,
    ReviewExists,
    ReviewFinished,
    ReviewIncomplete,
    ReviewNotFound,
)
from hienluong.access.models import AccessReview, ReviewLine
from hienluong.access.queries.review_facts import lines_of_today
from hienluong.directory import service as directory
from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Person, Post, require, valid_on
from hienluong.identity.errors import AccountStateRefused, SignOnEnded
from hienluong.identity.service import AccountClosure, close_account, end_sign_on_client
from hienluong.kit import clock
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.jcs import canonical_json
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.staff.service import revoke_delegation
from hienluong.systems.service import end_system

_Decision = ReviewLine.Decision
_Kind = ReviewLine.Kind
NOTE_MAX = 300
BATCH = 1000
CLOCK = Actor.platform("access review")
REMIND_DAYS = 2  # working days before the deadline
ENDED_BEFORE = (AlreadyEnded, AccountStateRefused, SignOnEnded)  # somebody was faster: it is as decided
BY_REVIEW = _("Decided in the access review %(quarter)s.")

for code, text in {
    "opened": _(
        "The access review {quarter} is open. Look at the accounts and rights of your agency by {day}."
    ),
    "due": _("The access review {quarter} ends on {day}, and lines of your agency are not decided."),
    "overdue": _(
        "The access review {quarter} should have ended on {day}: {agency} has not decided everything."
    ),
}.items():
    notices.declare_text(f"access.review_{code}", text)


def open_review(*, actor: Actor | None, quarter: str | None = None, now: datetime) -> AccessReview:
    """Opens the access review of a quarter (the present one if none is named), with a line for every right of today.

    Heads are told, and administrators of agencies without one. The deadline is the end of a working day,
    `REVIEW_WORKING_DAYS` after today.

    Raises:
        PermissionMissing: the actor does not run reviews.
        ReviewExists: the quarter has one.
    """
    actor = require(actor, "access.run_reviews")
    today = clock.in_vietnam(now).date()
    quarter = quarter or policy.quarter_of(today)
    calendar = directory.calendar(today)
    last = policy.working_days_later(today, settings.REVIEW_WORKING_DAYS, calendar)
    deadline = datetime.combine(last, time(23, 59, 59), clock.VIETNAM)
    try:
        with transaction.atomic():
            review = AccessReview.objects.create(quarter=quarter, opened_at=now, deadline=deadline)
            lines = ReviewLine.objects.bulk_create(lines_of_today(review, today), batch_size=BATCH)
            tell_heads(review, {line.agency_id for line in lines}, "opened", now)
            ledger.record(
                actor=actor.ref,
                action="access.open_review",
                subject=f"review:{quarter}",
                details={"lines": len(lines), "deadline": deadline.isoformat()},
                now=now,
            )
    except IntegrityError as problem:
        raise ReviewExists(quarter=quarter) from problem
    return review


def tell_heads(review: AccessReview, agencies: Collection[UUID | None], code: str, now: datetime) -> None:
    """Tells the heads of the agencies where their review stands; administrators where an agency has no head."""
    heads: dict[UUID, list[Reader]] = {}
    rows = Post.objects.filter(valid_on(clock.in_vietnam(now).date()), role=Post.Role.HEAD)
    for at, person, address in rows.values_list("agency_id", "person_id", "person__email"):
        heads.setdefault(at, []).append(Reader(person, address))
    administrators = [Reader(person, address) for person, address in directory.administrators_to_tell()]
    named = [agency for agency in agencies if agency is not None]
    names = dict(directory.Agency.objects.filter(pk__in=named).values_list("pk", "name"))
    last = clock.in_vietnam(review.deadline)
    for agency_id in sorted(agencies, key=str):
        readers = heads.get(agency_id, administrators) if agency_id else administrators
        if code == "overdue":
            readers = [*readers, *administrators]
        link = f"/access/reviews/{review.quarter}/" + (f"agencies/{agency_id}/" if agency_id else "")
        notices.tell(
            readers=set(readers),
            code=f"access.review_{code}",
            values={
                "quarter": review.quarter,
                "day": f"{last:%d/%m/%Y}",
                "agency": names.get(agency_id, "–") if agency_id else "–",
            },
            link=link,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to become of one line, and a note that says why."""

    decision: ReviewLine.Decision | str
    note: str = ""


def decide_lines(
    *, actor: Actor | None, quarter: str, decisions: Mapping[int, Decided], now: datetime
) -> list[ReviewLine]:
    """Decides lines of a review: all of those given, or none. A decision may be changed until the review is finished.

    Raises:
        PermissionMissing: the actor decides nothing in reviews.
        ReviewNotFound: a line is not in this review, or is another agency's.
        ReviewFinished: the review is a record by now.
        OwnRightsRefused: a line is about the actor, and somebody else can decide it.
        InvalidInput: a line to be changed says nothing of what.
    """
    actor = require(actor, "access.decide_review")
    with transaction.atomic():
        review = _open_one(quarter)
        found = ReviewLine.objects.select_for_update(of=["self"]).filter(review=review, pk__in=decisions)
        if actor.role != Post.Role.ADMINISTRATOR:
            found = found.filter(agency=actor.agency_id)
        lines = list(found.select_related("post", "delegation__taker").order_by("pk"))
        if len(lines) != len(decisions):
            raise ReviewNotFound
        if any(_others_can_decide(actor, line, now) for line in lines if _is_about(actor, line)):
            raise OwnRightsRefused
        _check_notes(decisions)
        for line in lines:
            decided = decisions[line.pk]
            line.decision = _Decision(decided.decision)
            line.note = normalise(decided.note)[:NOTE_MAX]
            line.decided_by_id = actor.person_id
            line.decided_at = now if line.decision != _Decision.UNDECIDED else None
        ReviewLine.objects.bulk_update(lines, ["decision", "note", "decided_by", "decided_at"])
        counts = {value: sum(line.decision == value for line in lines) for value in _Decision.values}
        ledger.record(
            actor=actor.ref,
            action="access.decide_review",
            subject=f"review:{quarter}",
            details={
                "agency": str(actor.agency_id),
                **{name: count for name, count in counts.items() if count},
            },
            now=now,
        )
    return lines


def _check_notes(decisions: Mapping[int, Decided]) -> None:
    errors = [
        FieldError(f"/note-{line}", _("Say what is to be changed."))
        for line, decided in decisions.items()
        if decided.decision == _Decision.CHANGE and not decided.note.strip()
    ]
    if errors:
        raise InvalidInput(errors)


def _is_about(actor: Actor, line: ReviewLine) -> bool:
    """Returns whether the line is about a right of the actor's own, or of whom the actor stands in for."""
    post = line.delegation.taker if line.delegation is not None else line.post
    return post is not None and (post.person_id == actor.person_id or post.pk == actor.post_id)


def _others_can_decide(actor: Actor, line: ReviewLine, now: datetime) -> bool:
    """Returns whether anybody but the actor may decide the line: another administrator, or the agency's head."""
    deciders = Q(role=Post.Role.ADMINISTRATOR) | Q(role=Post.Role.HEAD, agency=line.agency_id)
    posts = Post.objects.filter(deciders, valid_on(clock.in_vietnam(now).date()))
    return posts.filter(person__user__is_active=True).exclude(person=actor.person_id).exists()


def carry_out_review(*, actor: Actor | None, quarter: str, now: datetime) -> int:
    """Ends every post, system, sign-on, delegation and account of a review that was decided to end; returns how many.

    What ended by itself in the meantime counts as carried out. Each end is an act with its own entry and alerts.

    Raises:
        PermissionMissing: the actor does not run reviews.
        ReviewNotFound, ReviewFinished: there is none, or it is a record by now.
        LastAdministrator: it would shut the last administrator out; then nothing is ended.
    """
    actor = require(actor, "access.run_reviews")
    with transaction.atomic():
        review = _open_one(quarter)
        waiting = ReviewLine.objects.filter(review=review, decision=_Decision.END, carried_out_at=None)
        lines = list(
            waiting.select_related(
                "review", "post", "system__client", "sign_on", "delegation__giver", "user"
            ).order_by("pk")
        )
        for line in lines:
            with contextlib.suppress(*ENDED_BEFORE):
                _end(actor, line, now)
        ReviewLine.objects.filter(pk__in=[line.pk for line in lines]).update(carried_out_at=now)
        ledger.record(
            actor=actor.ref,
            action="access.carry_out_review",
            subject=f"review:{quarter}",
            details={"ended": len(lines)},
            now=now,
        )
    return len(lines)


def _end(actor: Actor, line: ReviewLine, now: datetime) -> None:
    if line.post is not None:
        directory.end_post(actor=actor, post=line.post, now=now)
    elif line.system is not None:
        end_system(actor=actor, system=line.system, now=now)
    elif line.sign_on is not None:
        end_sign_on_client(actor=actor, system=line.sign_on, now=now)
    elif line.delegation is not None:
        reason = line.note or gettext(BY_REVIEW) % {"quarter": line.review.quarter}
        revoke_delegation(actor=actor, delegation=line.delegation, reason=reason, now=now)
    elif line.user is not None:
        close_account(actor=actor, user=line.user, reason=AccountClosure.Reason.REVIEW, now=now)


def finish_review(*, actor: Actor | None, quarter: str, now: datetime) -> AccessReview:
    """Finishes a review: it becomes a record that nobody can change, and its SHA-256 goes to the ledger.

    Raises:
        PermissionMissing: the actor does not run reviews.
        ReviewNotFound, ReviewFinished: there is none, or it is a record by now.
        ReviewIncomplete: lines are not decided, or ends are not carried out.
    """
    actor = require(actor, "access.run_reviews")
    with transaction.atomic():
        review = _open_one(quarter)
        undecided = review.lines.filter(decision=_Decision.UNDECIDED).count()
        waiting = review.lines.filter(decision=_Decision.END, carried_out_at=None).count()
        if undecided or waiting:
            raise ReviewIncomplete(undecided=undecided, waiting=waiting)
        review.record = canonical_json(_record_of(review, actor, now))
        review.record_sha256 = hashlib.sha256(review.record).hexdigest()
        review.finished_at = now
        review.save(update_fields=["record", "record_sha256", "finished_at"])
        ledger.record(
            actor=actor.ref,
            action="access.finish_review",
            subject=f"review:{quarter}",
            details={"sha256": review.record_sha256},
            now=now,
        )
    return review


def _record_of(review: AccessReview, actor: Actor, now: datetime) -> dict[str, Any]:
    deciders = dict(
        Person.objects.filter(pk__in=review.lines.values("decided_by")).values_list("pk", "full_name")
    )
    return {
        "v": 1,
        "quarter": review.quarter,
        "opened_at": review.opened_at.isoformat(),
        "deadline": review.deadline.isoformat(),
        "finished_at": now.isoformat(),
        "finished_by": actor.name,
        "lines": [
            {
                "kind": line.kind,
                "agency": str(line.agency_id) if line.agency_id else None,
                "right": str(
                    line.post_id or line.system_id or line.sign_on_id or line.delegation_id or line.user_id
                ),
                "facts": line.facts,
                "decision": line.decision,
                "note": line.note,
                "decided_by": deciders.get(line.decided_by_id, "") if line.decided_by_id else "",
                "decided_at": line.decided_at.isoformat() if line.decided_at else None,
                "carried_out_at": line.carried_out_at.isoformat() if line.carried_out_at else None,
            }
            for line in review.lines.order_by("pk").iterator(chunk_size=BATCH)
        ],
    }


def _open_one(quarter: str) -> AccessReview:
    review = AccessReview.objects.select_for_update().filter(quarter=quarter).first()
    if review is None:
        raise ReviewNotFound
    if review.finished_at is not None:
        raise ReviewFinished(quarter=quarter)
    return review


def run_reviews(*, now: datetime) -> list[str]:
    """Does what a day asks for: opens the quarter's review, reminds, escalates; returns what it did, for the log.

    The review opens on the quarter's first working day, or on the next four if the clock stood still; an installation
    that begins later in the quarter has its first review in the next one.
    """
    today = clock.in_vietnam(now).date()
    calendar = directory.calendar(today)
    quarter = policy.quarter_of(today)
    done = []
    first = policy.first_working_day(quarter, calendar)
    may_open = first <= today <= policy.working_days_later(first, 4, calendar)
    if settings.REVIEW_OPENS and may_open and not AccessReview.objects.filter(quarter=quarter).exists():
        open_review(actor=CLOCK, quarter=quarter, now=now)
        done.append(f"opened {quarter}")
    for review in AccessReview.objects.filter(finished_at=None):
        last = clock.in_vietnam(review.deadline).date()
        due_from = policy.working_days_before(last, REMIND_DAYS, directory.calendar(last))
        code = "overdue" if now >= review.deadline else "due" if today >= due_from else ""
        if code:
            undecided = review.lines.filter(decision=_Decision.UNDECIDED)
            agencies = set(undecided.order_by().values_list("agency_id", flat=True).distinct())
            with transaction.atomic():
                tell_heads(review, agencies, code, now)
            done.append(f"{code} {review.quarter}: {len(agencies)}")
    return done
