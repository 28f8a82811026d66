"""The register of copies, one of them, and the agency's signature: with a key of this installation, or on the clerk's device."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.composing.service import DOCUMENT_TYPES, NumberForm
from hienluong.copies import commands, queries
from hienluong.copies.forms import HandInForm, title_of
from hienluong.copies.models import Copy, Kind, Step
from hienluong.copies.policy import warnings_of
from hienluong.directory.service import (
    Actor,
    Fact,
    Question,
    ReasonForm,
    acting_actor,
    allowed,
    ask,
    pager,
    require,
    table_answer,
)
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, HienluongError, InvalidInput, NotFound, TooLarge, fill
from hienluong.kit.ids import as_uuid, new_id
from hienluong.signing import service as signing
from hienluong.signing.service import SigningCertificate

TONES = {Step.PREPARED: "progress", Step.SEALED: "good", Step.GIVEN_UP: "neutral"}
_ACTS = {"number": "number_copy", "seal": "seal_copy", "give_up": "give_up_copy"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists copies, the newest first, narrowed by kind and step."""
    actor = require(acting_actor(request), "copies.view_copies")
    asked = {name: request.GET.get(name, "") for name in ("kind", "step")}
    page = queries.copies(actor, kind=asked["kind"], step=asked["step"], after=request.GET.get("after", ""))
    context: dict[str, Any] = {
        "copies": [(one, TONES[Step(one.step)]) for one in page.items],
        "kinds": Kind.choices,
        "steps": Step.choices,
        **asked,
        "filters": urlencode({name: value for name, value in asked.items() if value}),
        "may_prepare": allowed(actor, "copies.prepare_copy"),
        **pager(request, page.next, "kind", "step"),
    }
    return render(request, "copies/copies.html", context)


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hands out the register, narrowed as the list is, all of it, as a table."""
    actor = require(acting_actor(request), "copies.view_copies")
    if form not in ("csv", "xlsx"):
        raise Http404
    rows = commands.export_copies(
        actor=actor,
        kind=request.GET.get("kind", ""),
        step=request.GET.get("step", ""),
        form=form,
        now=clock.now(),
    )
    return table_answer(form, "copies", _("Copies"), queries.heading(), rows)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Takes a document in."""
    actor = require(acting_actor(request), "copies.prepare_copy")
    form = HandInForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            handed = form.handed(request.POST.get("key", ""))
            one = commands.prepare_copy(actor=actor, handed=handed, now=clock.now())
        except (InvalidInput, Conflict, NotFound, TooLarge) as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The document was handed in; the copy waits for the agency's signature.")
            )
            return redirect("copies:copy", copy_id=one.pk)
    context = {"form": form, "document_types": DOCUMENT_TYPES, "key": new_id()}
    return render(request, "copies/new.html", context, status=422 if form.errors else 200)


@require_GET
def show(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Shows a copy, what to know before it is signed, and what the actor can do with it now."""
    actor = acting_actor(request)
    one = queries.copy(actor, copy_id)
    assert actor is not None  # noqa: S101 - else it was refused
    acts = set()
    if one.step == Step.PREPARED:
        acts = {name for name, may in _ACTS.items() if allowed(actor, f"copies.{may}", one)}
    rows = queries.certificates_for(actor, one, now=clock.now()) if "seal" in acts else []
    row = _chosen(request, rows)
    on_device = row is not None and row.place == SigningCertificate.Place.DEVICE
    context: dict[str, Any] = {
        "copy": one,
        "title": title_of(one),
        "tone": TONES[Step(one.step)],
        "warnings": [fill(_(said), params) for said, params in warnings_of(one.facts, one.kind)],
        "verdict": one.facts["verdict"],
        "acts": acts,
        "rows": rows,
        "row": row,
        "on_device": on_device,
        "stamps": signing.stamps_offered(),
    }
    answer = render(request, "copies/copy.html", context)
    return signing.with_device(answer) if on_device else answer


def _chosen(request: HttpRequest, rows: list[SigningCertificate]) -> SigningCertificate | None:
    """Returns the certificate that the address names, else the first; None where there is none."""
    wanted = as_uuid(request.GET.get("certificate", ""))
    return next((one for one in rows if one.pk == wanted), rows[0] if rows else None)


@require_GET
def file(request: HttpRequest, copy_id: UUID) -> HttpResponseBase:
    """Hands out the PDF as it is now."""
    one = queries.copy(acting_actor(request), copy_id)
    size, _sha256 = files.facts_of(one.file)
    chunks = files.open_for(holder=one.pk, file_id=one.file)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=one.file_name)
        or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers=headers)


def _of(request: HttpRequest, copy_id: UUID, permission: str) -> tuple[Actor, Copy, str]:
    """Returns who acts, the copy, and its address."""
    one = queries.copy(acting_actor(request), copy_id)
    actor = require(acting_actor(request), f"copies.{permission}", one)
    return actor, one, reverse("copies:copy", args=[copy_id])


def _facts(one: Copy) -> list[Fact]:
    return [(_("Kind of copy"), one.get_kind_display()), (_("Subject"), one.of_subject)]


@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Asks for the number in the register, and gives it."""
    actor, one, back = _of(request, copy_id, "number_copy")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        done = commands.number_copy(
            actor=actor,
            copy_id=copy_id,
            number=given.get("number", ""),
            series=given.get("book", ""),
            now=clock.now(),
        )
        return _("The copy has the number %(number)s.") % {"number": done.number}, back

    question = Question(
        title=_("Give the copy its number"),
        submit=_("Give the number"),
        back=back,
        lead=_("All copies of a year are one series (Decree 30/2020, App. I)."),
        facts=_facts(one),
        about=title_of(one),
    )
    return ask(request, NumberForm(actor, request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def give_up(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Asks why, and gives the copy up."""
    actor, one, back = _of(request, copy_id, "give_up_copy")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.give_up_copy(actor=actor, copy_id=copy_id, reason=given["reason"], now=clock.now())
        return _("The copy was given up."), back

    question = Question(
        title=_("Give the copy up"),
        submit=_("Give the copy up"),
        back=back,
        facts=_facts(one),
        warning=_("This is for good. A number that it has is not given to another copy."),
        tone="danger",
        about=title_of(one),
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_POST
def seal(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Signs the copy with a key of this installation."""
    actor, _one, back = _of(request, copy_id, "seal_copy")
    try:
        commands.seal_copy(
            actor=actor,
            copy_id=copy_id,
            certificate_id=as_uuid(request.POST.get("certificate", "")) or new_id(),
            now=clock.now(),
        )
    except HienluongError as refusal:
        messages.error(request, refusal.explain(_))
    else:
        messages.success(request, _("The copy is signed by the agency."))
    return redirect(back)


@require_POST
@signing.says
def prepare(request: HttpRequest, copy_id: UUID) -> dict[str, Any]:
    """Makes the copy ready, and says which hash the device is to sign."""
    return _asked(request, copy_id)


@require_GET
def requests_file(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Gives what the device is to sign as a file, for where the signer cannot be reached from the page."""
    return signing.as_file([_asked(request, copy_id)])


def _asked(request: HttpRequest, copy_id: UUID) -> dict[str, str]:
    actor, one, _back = _of(request, copy_id, "seal_copy")
    wanted = request.GET.get("certificate") or request.POST.get("certificate", "")
    row = commands.prepare_seal(
        actor=actor,
        copy_id=copy_id,
        certificate_id=as_uuid(wanted) or new_id(),
        now=clock.now(),
    )
    return {**signing.told(row), "title": title_of(one)}


@require_POST
@signing.says
def complete(request: HttpRequest, copy_id: UUID) -> dict[str, Any]:
    """Puts the signature that the device made into the copy."""
    actor, _one, back = _of(request, copy_id, "seal_copy")
    _complete(actor, copy_id, *signing.given_signature(request))
    return {"tone": "success", "says": _("Signed."), "href": back}


@require_http_methods(["GET", "POST"])
def answer_file(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """Takes the file of signatures that the signer wrote."""
    actor, one, back = _of(request, copy_id, "seal_copy")
    form = signing.AnswerForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            for prepared_id, signature in form.signatures:
                _complete(actor, copy_id, prepared_id, signature)
        except HienluongError as refusal:
            form.refuse(refusal)
        else:
            return redirect(back)
    context = {"form": form, "copy": one, "title": title_of(one)}
    return render(request, "copies/answer.html", context, status=422 if form.errors else 200)


def _complete(actor: Actor, copy_id: UUID, prepared_id: str, signature: bytes) -> None:
    commands.complete_seal(
        actor=actor,
        copy_id=copy_id,
        prepared_id=as_uuid(prepared_id) or new_id(),
        signature=signature,
        now=clock.now(),
    )
