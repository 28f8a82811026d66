"""The clerk's steps and the ways back: number, seal, issue, return, give up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hienluong.directory.service import Actor, Fact, Question, ReasonForm, acting_actor, ask, require
from hienluong.issuing import commands, queries
from hienluong.issuing.forms import IssueForm, NumberForm
from hienluong.issuing.models import Document
from hienluong.issuing.pages.documents import REFUSALS
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError
from hienluong.kit.ids import as_uuid, new_id


def _of(request: HttpRequest, document_id: UUID, permission: str) -> tuple[Actor, Document, str]:
    """Returns who acts, the document, and its address."""
    document = queries.document(acting_actor(request), document_id)
    actor = require(acting_actor(request), permission, document)
    return actor, document, reverse("issuing:document", args=[document_id])


def _facts(document: Document) -> list[Fact]:
    return [(_("Subject"), document.subject), (_("Number and notation"), document.reference)]


@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asks for number and date, and gives them."""
    actor, document, back = _of(request, document_id, "issuing.number_document")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        done = commands.number_document(
            actor=actor,
            document_id=document_id,
            number=given.get("number", ""),
            series=given.get("book", ""),
            dated_on=given["dated_on"],
            in_file=given["in_file"],
            now=clock.now(),
        )
        if not done.says_number:
            messages.warning(
                request,
                _(
                    "The first page does not say this number: look at the page before it is signed, or return it."
                ),
            )
        if not done.says_date:
            messages.warning(
                request,
                _(
                    "The first page does not say this date: look at the page before it is signed, or return it."
                ),
            )
        said = _("The document has the number %(reference)s; it waits for the signature.")
        return said % {"reference": done.document.reference}, back

    question = Question(
        title=_("Give number and date"),
        submit=_("Give number and date"),
        back=back,
        lead=document.subject,
        facts=[(_("Type of document"), document.type_name), (_("Notation"), document.notation)],
        about=document.reference,
    )
    return ask(request, NumberForm(actor, document, request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asks why, and returns the document to who prepared it."""
    actor, document, back = _of(request, document_id, "issuing.return_document")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.return_document(
            actor=actor, document_id=document_id, reason=given["reason"], now=clock.now()
        )
        return _("The document was returned."), back

    question = Question(
        title=_("Return the document"),
        submit=_("Return the document"),
        back=back,
        lead=_("Who prepared it is told why. A number that it has stays with it; signatures are made anew."),
        facts=_facts(document),
        about=document.reference,
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def give_up(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asks why, and gives the document up."""
    actor, document, back = _of(request, document_id, "issuing.withdraw_document")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.give_up_document(
            actor=actor, document_id=document_id, reason=given["reason"], now=clock.now()
        )
        return _("The document was given up."), back

    question = Question(
        title=_("Give the document up"),
        submit=_("Give the document up"),
        back=back,
        facts=_facts(document),
        warning=_("This is for good. A number that it has is not given to another document."),
        tone="danger",
        about=document.reference,
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_POST
def seal(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Seals the document with a key of this installation."""
    actor, _document, back = _of(request, document_id, "issuing.seal_document")
    try:
        commands.seal_document(
            actor=actor,
            document_id=document_id,
            certificate_id=as_uuid(request.POST.get("certificate", "")) or new_id(),
            now=clock.now(),
        )
    except HienluongError as refusal:
        messages.error(request, refusal.explain(_))
    else:
        messages.success(request, _("The document is sealed; it waits to be issued."))
    return redirect(back)


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asks for the recipients, lets them be checked, issues."""
    actor, document, back = _of(request, document_id, "issuing.issue_document")
    form = IssueForm(actor, request.POST or None)
    step = request.POST.get("step", "")
    context: dict[str, Any] = {"form": form, "document": document, "files": queries.files_of(document)}
    if request.method != "POST" or not form.is_valid() or step == "edit":
        status = 422 if form.is_bound and step != "edit" else 200
        return render(request, "issuing/issue.html", context, status=status)
    if step != "send":
        return render(request, "issuing/issue_check.html", context)
    try:
        commands.issue_document(actor=actor, document_id=document_id, now=clock.now(), **form.given())
    except REFUSALS as refusal:
        form.add_error(None, refusal.explain(_))
        return render(request, "issuing/issue.html", context, status=refusal.status)
    messages.success(request, _("The document is issued."))
    return redirect(back)
