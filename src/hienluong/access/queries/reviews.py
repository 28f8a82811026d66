"""Access reviews as those who decide, run and check them see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hienluong.access.errors import ReviewNotFound
from hienluong.access.models import AccessReview, ReviewLine
from hienluong.access.purposes import REVIEW
from hienluong.directory.service import Actor, Agency, Post, allowed, look, require
from hienluong.kit.cursors import Page, page_of

PAGE = 100
AGENCIES_SHOWN = 1000
_UNDECIDED = Q(lines__decision="undecided")
_WAITING = Q(lines__decision="end", lines__carried_out_at=None)


def lines_visible_to(actor: Actor | None) -> QuerySet[ReviewLine]:
    """Returns the lines the actor may see: a head those of the own agency, administrators and auditors all.

    Raises:
        PermissionMissing: the actor has nothing to do with reviews.
    """
    actor = require(actor, "access.view_review")
    found = ReviewLine.objects.all()
    return found.filter(agency=actor.agency_id) if actor.role == Post.Role.HEAD else found


def reviews(actor: Actor | None) -> list[AccessReview]:
    """Returns the last ten years' reviews, newest first, each with `total`, `undecided` and `waiting` of its lines."""
    mine = lines_visible_to(actor)
    scope = Q(lines__in=mine)
    found = AccessReview.objects.defer("record").annotate(
        total=Count("lines", filter=scope),
        undecided=Count("lines", filter=scope & _UNDECIDED),
        waiting=Count("lines", filter=scope & _WAITING),
    )
    return list(found.filter(total__gt=0).order_by("-quarter")[:40])


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review that is not finished; `undecided` and `waiting` (to be ended) of its lines that the actor may see."""

    quarter: str
    deadline: datetime
    undecided: int
    waiting: int


def open_reviews(actor: Actor | None) -> list[OpenReview]:
    """Returns the reviews that are not finished, the oldest first; errors as `lines_visible_to`."""
    lines = lines_visible_to(actor).filter(review__finished_at=None)
    rows = lines.values_list("review__quarter", "review__deadline").annotate(
        undecided=Count("pk", filter=Q(decision="undecided")),
        waiting=Count("pk", filter=Q(decision="end", carried_out_at=None)),
    )
    return [OpenReview(*row) for row in rows.order_by("review__quarter")[:4]]


@dataclass(frozen=True, slots=True)
class AgencyProgress:
    """How far one agency is; agency None holds the accounts without any post."""

    agency: Agency | None
    total: int
    undecided: int
    ends: int
    changes: int


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a review is, agency by agency, those with most to decide first.

    `ends` are the first of the lines that wait to be ended, for whoever is to carry that out.
    """

    review: AccessReview
    agencies: list[AgencyProgress]
    ends: list[ReviewLine]
    total: int
    undecided: int
    waiting: int
    may_run: bool


def review_progress(actor: Actor | None, quarter: str) -> ReviewProgress:
    """Returns how far a review is.

    Raises:
        ReviewNotFound: there is none, or nothing of it is the actor's.
    """
    review, lines = _review(actor, quarter)
    rows = list(
        lines.order_by()
        .values("agency")
        .annotate(
            total=Count("pk"),
            undecided=Count("pk", filter=Q(decision="undecided")),
            ends=Count("pk", filter=Q(decision="end")),
            changes=Count("pk", filter=Q(decision="change")),
            waiting=Count("pk", filter=Q(decision="end", carried_out_at=None)),
        )
    )
    agencies = Agency.objects.in_bulk([row["agency"] for row in rows if row["agency"]])
    progress = [
        AgencyProgress(
            agencies.get(row["agency"]), row["total"], row["undecided"], row["ends"], row["changes"]
        )
        for row in rows
    ]
    may_run = allowed(actor, "access.run_reviews") and review.finished_at is None
    ends = lines.filter(decision="end", carried_out_at=None).select_related("agency", "decided_by")
    progress.sort(key=lambda one: (-one.undecided, one.agency.sort_key if one.agency else ""))
    return ReviewProgress(
        review=review,
        agencies=progress[:AGENCIES_SHOWN],
        ends=list(ends.order_by("agency__sort_key", "pk")[:PAGE]) if may_run else [],
        total=sum(one.total for one in progress),
        undecided=sum(one.undecided for one in progress),
        waiting=sum(row["waiting"] for row in rows),
        may_run=may_run,
    )


@dataclass(frozen=True, slots=True)
class AgencyLines:
    """An agency's lines of a review, one page of them; agency None: the accounts without any post."""

    review: AccessReview
    agency: Agency | None
    lines: Page[ReviewLine]
    may_decide: bool


def review_lines(
    actor: Actor | None, quarter: str, agency_id: UUID | None, *, after: int = 0, limit: int = PAGE
) -> AgencyLines:
    """Returns an agency's lines of a review; agency None gives the accounts without any post.

    Raises:
        ReviewNotFound: there is none, or the agency's part is not the actor's.
    """
    review, lines = _review(actor, quarter)
    mine = lines.filter(agency=agency_id)
    page = page_of(
        mine.filter(pk__gt=after)
        .select_related("decided_by", "post", "delegation__giver", "delegation__taker", "user__person")
        .order_by("pk"),
        limit,
    )
    look(actor, (person for line in page.items for person in _people_of(line)), REVIEW)
    agency = Agency.objects.filter(pk=agency_id).first() if agency_id else None
    if not page.items and not mine.exists():
        raise ReviewNotFound
    return AgencyLines(
        review,
        agency,
        page,
        may_decide=review.finished_at is None and allowed(actor, "access.decide_review"),
    )


COLUMNS = (
    "agency", "kind", "name", "role", "title", "account", "account_open", "last_sign_in", "second_factor",
    "sends_for", "last_used", "giver", "document", "since", "until", "decision", "note", "decided_by", "decided_at",
    "carried_out_at",
)  # fmt: skip


def export_rows(actor: Actor | None, quarter: str) -> tuple[AccessReview, Iterator[list[str]]]:
    """Returns a review and its lines as text by `COLUMNS`, read in portions: any number of them.

    Raises:
        ReviewNotFound: there is none, or nothing of it is the actor's.
    """
    review, lines = _review(actor, quarter)
    found = lines.select_related("agency", "decided_by", "post", "user__person")
    found = found.select_related("delegation__giver", "delegation__taker").order_by("agency__sort_key", "pk")
    return review, _rows(actor, found)


def _rows(actor: Actor | None, found: QuerySet[ReviewLine]) -> Iterator[list[str]]:
    rows = found.iterator(chunk_size=500)
    while lines := list(islice(rows, 500)):
        look(actor, (person for line in lines for person in _people_of(line)), REVIEW)
        yield from map(_row, lines)


def _people_of(line: ReviewLine) -> Iterator[UUID]:
    """Yields the people whose right a line is about."""
    if line.post is not None:
        yield line.post.person_id
    if line.delegation is not None:
        yield line.delegation.giver.person_id
        yield line.delegation.taker.person_id
    if line.user is not None and hasattr(line.user, "person"):
        yield line.user.person.pk


def _row(line: ReviewLine) -> list[str]:
    facts = line.facts
    values = {
        **facts,
        "agency": line.agency.name if line.agency else "",
        "kind": line.kind,
        "account_open": facts.get("open"),
        "sends_for": ", ".join(facts.get("sends_for", [])),
        "decision": line.decision,
        "note": line.note,
        "decided_by": line.decided_by.full_name if line.decided_by else "",
        "decided_at": line.decided_at.isoformat() if line.decided_at else "",
        "carried_out_at": line.carried_out_at.isoformat() if line.carried_out_at else "",
    }
    return [_text(values.get(name)) for name in COLUMNS]


def _text(value: object) -> str:
    if value is None:
        return ""
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)


def _review(actor: Actor | None, quarter: str) -> tuple[AccessReview, QuerySet[ReviewLine]]:
    mine = lines_visible_to(actor)
    review = AccessReview.objects.defer("record").filter(quarter=quarter).first()
    if review is None or not mine.filter(review=review).exists():
        raise ReviewNotFound
    return review, mine.filter(review=review)
