"""Access reviews: the list, one review's progress, one agency's lines, export; opening, carrying out, finishing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.access import commands, policy
from hienluong.access.commands.reviews import Decided
from hienluong.access.errors import ReviewNotFound
from hienluong.access.models import ReviewLine
from hienluong.access.queries import reviews as queries
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Post, acting_actor, allowed, table_answer
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, InvalidInput
from hienluong.kit.ids import as_number

NO_AGENCY = UUID(int=0)
"""Stands in addresses for the accounts without any post, which belong to no agency."""


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Lists the reviews, newest first."""
    actor = acting_actor(request)
    found = queries.reviews(actor)
    quarter = policy.quarter_of(clock.in_vietnam(clock.now()).date())
    is_open = any(review.quarter == quarter for review in found)
    context = {"reviews": found, "may_open": allowed(actor, "access.run_reviews") and not is_open}
    return render(request, "access/reviews.html", context)


@require_POST
def open_one(request: HttpRequest) -> HttpResponse:
    """Opens the review of this quarter now."""
    review = commands.open_review(actor=acting_actor(request), now=clock.now())
    messages.success(request, _("The access review %(quarter)s is open.") % {"quarter": review.quarter})
    return redirect("access:review", quarter=review.quarter)


@require_GET
def progress(request: HttpRequest, quarter: str) -> HttpResponse:
    """Shows how far a review is, agency by agency."""
    found = queries.review_progress(acting_actor(request), quarter)
    return render(request, "access/review.html", {"progress": found, "nobody": NO_AGENCY})


@require_http_methods(["GET", "HEAD", "POST"])
def agency(request: HttpRequest, quarter: str, agency_id: UUID) -> HttpResponse:
    """Shows an agency's lines; a POST decides those whose answer was given."""
    actor = acting_actor(request)
    problem, status, given = "", 200, {}
    if request.method == "POST":
        given = _given(request)
        try:
            lines = commands.decide_lines(actor=actor, quarter=quarter, decisions=given, now=clock.now())
        except (PermissionMissing, ReviewNotFound):
            raise
        except HienluongError as refusal:
            errors = refusal.errors if isinstance(refusal, InvalidInput) else []
            problem = " ".join(error.text(_) for error in errors) or refusal.explain(_)
            status = refusal.status
        else:
            decided = sum(line.decision != ReviewLine.Decision.UNDECIDED for line in lines)
            messages.success(
                request, ngettext("Saved: one decision.", "Saved: %(n)d decisions.", decided) % {"n": decided}
            )
            return redirect(request.get_full_path())
    found = queries.review_lines(
        actor,
        quarter,
        None if agency_id == NO_AGENCY else agency_id,
        after=as_number(request.GET.get("after", "")) or 0,
    )
    for line in found.lines.items:
        if line.pk in given:  # what was chosen stays when something is wrong
            line.decision, line.note = str(given[line.pk].decision), given[line.pk].note
    return render(
        request,
        "access/review_agency.html",
        {"found": found, "problem": problem, "choices": ReviewLine.Decision.choices[1:], "nobody": NO_AGENCY},
        status=status,
    )


def _given(request: HttpRequest) -> dict[int, Decided]:
    """Returns the decisions of the form by line; whatever is no line or no decision is left out."""
    choices = set(ReviewLine.Decision.values)
    given = {}
    for name, value in request.POST.items():
        line = as_number(name.removeprefix("decision-")) if name.startswith("decision-") else None
        if line is not None and value in choices:
            given[line] = Decided(str(value), request.POST.get(f"note-{line}", ""))
    return given


@require_POST
def carry_out(request: HttpRequest, quarter: str) -> HttpResponse:
    """Ends everything that was decided to end."""
    count = commands.carry_out_review(actor=acting_actor(request), quarter=quarter, now=clock.now())
    messages.success(request, ngettext("Ended: one right.", "Ended: %(n)d rights.", count) % {"n": count})
    return redirect("access:review", quarter=quarter)


@require_POST
def finish(request: HttpRequest, quarter: str) -> HttpResponse:
    """Makes the review a record."""
    commands.finish_review(actor=acting_actor(request), quarter=quarter, now=clock.now())
    messages.success(request, _("The review is finished; its record can no longer be changed."))
    return redirect("access:review", quarter=quarter)


@require_GET
def export(request: HttpRequest, quarter: str, form: str) -> HttpResponseBase:
    """Hands out a review's lines as CSV (UTF-8 with a mark, as spreadsheet programs want it) or as a workbook."""
    review, found = queries.export_rows(acting_actor(request), quarter)
    name = f"access-review-{review.quarter}"
    return table_answer(form, name, review.quarter, _titles(), _in_words(found))


def _in_words(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Returns the rows as people read them, in the language of this request whenever they are read."""
    yes_no = {"1": _("yes"), "0": _("no")}
    choices = {"kind": ReviewLine.Kind, "role": Post.Role, "decision": ReviewLine.Decision}
    words = {column: {value: str(label) for value, label in of.choices} for column, of in choices.items()}
    words |= {"account_open": yes_no, "second_factor": yes_no}
    return (
        [_in_word(name, text, words) for name, text in zip(queries.COLUMNS, row, strict=True)] for row in rows
    )


def _in_word(column: str, text: str, words: Mapping[str, Mapping[str, str]]) -> str:
    if text and column in {"since", "until"}:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    if text and column in {"last_sign_in", "last_used", "decided_at", "carried_out_at"}:
        return f"{clock.in_vietnam(datetime.fromisoformat(text)):%d/%m/%Y %H:%M}"
    return words.get(column, {}).get(text, text)


def _titles() -> tuple[str, ...]:
    return (
        _("Agency"), _("Kind"), _("Name"), _("Role"), _("Post"), _("Account"), _("Account open"),
        _("Last sign-in"), _("Second factor"), _("Sends for"), _("Last use"), _("Delegated by"), _("Document"),
        _("Since"), _("Until"), _("What becomes of it"), _("Note"), _("Decided by"), _("Decided"), _("Carried out"),
    )  # fmt: skip
