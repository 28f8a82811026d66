"""One document: handed in, looked at, its files, its pages as images, handed in again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.composing.service import DOCUMENT_TYPES
from hienluong.directory.service import Actor, acting_actor, allowed, require
from hienluong.files import service as files
from hienluong.issuing import authority, commands, queries, rendering
from hienluong.issuing.commands import Handed
from hienluong.issuing.errors import DocumentNotFound
from hienluong.issuing.forms import DONE, HandInForm, ResubmitForm
from hienluong.issuing.models import Document, Passage, Step
from hienluong.issuing.pages.device import (
    Item,
    asked_as_file,
    certificate_chosen,
    device_page,
    items_to_seal,
    items_to_sign,
)
from hienluong.issuing.pages.lists import TONES
from hienluong.issuing.pages.places import view_of
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, InvalidInput, NotFound, TooLarge
from hienluong.kit.ids import as_uuid, new_id
from hienluong.signing import service as signing

REFUSALS = (InvalidInput, Conflict, NotFound, TooLarge)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Takes a document in."""
    actor = require(acting_actor(request), "issuing.prepare_document")
    form = HandInForm(actor, request.POST or None, request.FILES or None)
    if form.is_valid():
        post, right = form.signer
        handed = Handed(
            type_name=form.cleaned_data["type_name"],
            subject=form.cleaned_data["subject"],
            notation=form.cleaned_data["notation"],
            signer=post,
            authority=right.authority,
            delegation=right.delegation.pk if right.delegation else None,
            file=form.document_file,
            attachments=form.files_beside,
            key=as_uuid(request.POST.get("key", "")),
        )
        try:
            document = commands.prepare_document(actor=actor, handed=handed, now=clock.now())
        except REFUSALS as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The document was handed in; it waits for its number."))
            return redirect("issuing:document", document_id=document.pk)
    context = {"form": form, "document_types": DOCUMENT_TYPES, "key": new_id()}
    return render(request, "issuing/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def resubmit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Takes a returned document in again."""
    document = queries.document(acting_actor(request), document_id)
    actor = require(acting_actor(request), "issuing.withdraw_document", document)
    form = ResubmitForm(request.POST or None, request.FILES or None, initial={"subject": document.subject})
    if form.is_valid():
        try:
            commands.resubmit_document(
                actor=actor,
                document_id=document_id,
                file=form.document_file,
                attachments=form.files_beside,
                subject=form.cleaned_data["subject"],
                now=clock.now(),
            )
        except REFUSALS as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The document was handed in again."))
            return redirect("issuing:document", document_id=document_id)
    context = {"form": form, "document": document}
    return render(request, "issuing/resubmit.html", context, status=422 if form.errors else 200)


@require_GET
def show(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Shows a document, where it is on its way, and what the actor can do with it now."""
    actor = acting_actor(request)
    document = queries.document(actor, document_id)
    assert actor is not None  # noqa: S101 - else it was refused
    acts = _acts(actor, document)
    context: dict[str, Any] = {
        "document": document,
        "tone": TONES[Step(document.step)],
        "files": queries.files_of(document),
        "passages": [(one, DONE[Step(one.step)], _tone(one)) for one in queries.passages_of(document)],
        "competence": authority.line_above(document),
        "acts": acts,
        "level": signing.wanted_level(),
        "stamps": signing.stamps_offered(),
    }
    items: list[Item] = []
    if "sign" in acts or "seal" in acts:
        what = "seal" if "seal" in acts else "sign"
        chosen = certificate_chosen(request, actor, agency=what == "seal")
        if chosen.row is not None and chosen.on_device:
            items = (items_to_seal if what == "seal" else items_to_sign)(document, chosen.row)
        context |= {"what": what, "chosen": chosen, "items": items, **asked_as_file(what, [document], chosen)}
        context["then"] = request.path
        context["view"] = view_of(request, actor, document, "seal" if what == "seal" else "person")
    else:
        context["view"] = view_of(request, actor, document, "")
    return device_page(request, "issuing/document.html", context, devices=bool(items))


def _tone(one: Passage) -> str:
    return {Step.RETURNED: "bad", Step.GIVEN_UP: "neutral"}.get(Step(one.step), "good")


def _acts(actor: Actor, document: Document) -> set[str]:
    """Returns what the actor can do with the document at this step."""
    offered = {
        Step.PREPARED: {
            "number": "number_document",
            "return": "return_document",
            "give_up": "withdraw_document",
        },
        Step.NUMBERED: {"sign": "sign_document", "return": "return_document", "give_up": "withdraw_document"},
        Step.SIGNED: {"seal": "seal_document", "return": "return_document", "give_up": "withdraw_document"},
        Step.SEALED: {"issue": "issue_document", "return": "return_document", "give_up": "withdraw_document"},
        Step.RETURNED: {"resubmit": "withdraw_document", "give_up": "withdraw_document"},
    }.get(Step(document.step), {})
    return {name for name, permission in offered.items() if allowed(actor, f"issuing.{permission}", document)}


@require_GET
def file(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Hands out the PDF as it is now."""
    document = queries.document(acting_actor(request), document_id)
    return _saved(document, document.file, document.file_name)


@require_GET
def attachment(request: HttpRequest, document_id: UUID, position: int) -> HttpResponseBase:
    """Hands out a file beside the document."""
    document, one = queries.attached_file(acting_actor(request), document_id, position)
    return _saved(document, one.sealed or one.original, one.name)


def _saved(document: Document, file_id: UUID, name: str) -> HttpResponseBase:
    size, _sha256 = files.facts_of(file_id)
    chunks = files.open_for(holder=document.pk, file_id=file_id)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers=headers)


@require_GET
def page_image(request: HttpRequest, document_id: UUID, page: int) -> HttpResponse:
    """Shows a page, counted from 1, as an image."""
    document = queries.document(acting_actor(request), document_id)
    if page < 1:
        raise DocumentNotFound(id=document_id)
    png = rendering.page_image(queries.file_bytes(document), page - 1)
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, max-age=600"})
