"""Writing a document: fill in, check your answers, send; and the drafts, which keep all of it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.composing import commands, queries
from hienluong.composing.commands import Saved, Written
from hienluong.composing.document_types import DOCUMENT_TYPES
from hienluong.composing.errors import DraftNotFound, DraftSent
from hienluong.composing.forms import DRAFTED, Changing, SendForm, sound_files
from hienluong.composing.models import Draft
from hienluong.directory.service import Actor, acting_actor, require
from hienluong.exchange import service
from hienluong.exchange.errors import PacketNotFound, PacketQuarantined
from hienluong.exchange.service import Delivery, Packet, Receipt
from hienluong.kit import clock
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import HienluongError
from hienluong.kit.ids import as_number, as_uuid, new_id


@dataclass(frozen=True, slots=True)
class Writing:
    """The draft that a page writes: its id, the page's own, the version the page has, and when that was saved."""

    draft: UUID
    page: UUID
    version: int = 0
    saved_at: datetime | None = None

    @property
    def said_at(self) -> str:
        """When it was saved, in the words of the page; "" if never."""
        return _moment(self.saved_at) if self.saved_at else ""


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Shows the form, then the answers to check, then sends; whatever goes wrong, nothing typed or chosen is lost."""
    actor = require(acting_actor(request), "exchange.send_packet")
    if request.method != "POST":
        return _begin(request, actor)
    step = request.POST.get("step", "check")
    written, faults = _written(request, actor)
    if step == "send" and (packet_id := queries.sent_as(actor, written.draft)):
        return _sent_already(request, packet_id)
    saved = commands.save_draft(actor=actor, written=written, now=clock.now())
    writing = _writing(saved, written)
    ticked = {*written.answers["kept"], *(one.hex for one in saved.added)}
    form = SendForm(
        actor,
        request.POST,
        chosen=queries.files_of(saved.draft.pk),
        ticked=ticked,
        faults=faults,
        changing=_named(actor, request),
    )
    if saved.elsewhere is not None:
        messages.warning(request, _changed_elsewhere(saved.elsewhere))
    if step == "save":
        for fault in faults:
            messages.error(request, fault)
        messages.success(request, _("The draft was saved. You find it under “Drafts”."))
        return redirect(_address(saved.draft.pk))
    if not form.is_valid() or step == "edit":
        return _form(request, form, writing)
    if step != "send" or saved.elsewhere is not None:
        return render(request, "composing/send_check.html", {"form": form, "writing": writing})
    return _send(request, actor, form, writing)


def _send(request: HttpRequest, actor: Actor, form: SendForm, writing: Writing) -> HttpResponse:
    """Sends what was checked; the draft goes with it."""
    try:
        receipt = _hand_over(actor, form, writing)
    except HienluongError as error:
        if packet_id := queries.sent_as(actor, writing.draft):  # the button was pressed twice
            return _sent_already(request, packet_id)
        form.add_error(None, error.explain(_))
        return _form(request, form, writing, status=error.status)
    if receipt.repeated:
        return _sent_already(request, receipt.packet_id)
    messages.success(request, _("The document was accepted for delivery; its journey is below."))
    return redirect("exchange:packet", packet_id=receipt.packet_id)


def _hand_over(actor: Actor, form: SendForm, writing: Writing) -> Receipt:
    given, key, now = form.draft(), queries.key_of(writing.draft), clock.now()
    declared = form.cleaned_data["not_secret"]
    if form.numbered_by is None:
        return service.send_document(
            actor=actor, draft=given, declared_not_secret=declared, idempotency_key=key, now=now
        )
    return commands.send_numbered(
        actor=actor,
        draft=given,
        book=form.numbered_by,
        declared_not_secret=declared,
        idempotency_key=key,
        now=now,
    )


def _sent_already(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    messages.info(request, _("This document was sent already; it was not sent twice."))
    return redirect("exchange:packet", packet_id=packet_id)


def _begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Shows an empty form, or the draft that the address names as it was saved last."""
    name = request.GET.get("draft")
    if not name:
        return _form(request, SendForm(actor, changing=_named(actor, request)), Writing(new_id(), new_id()))
    draft_id = as_uuid(name)
    if draft_id is None:
        raise DraftNotFound
    found = queries.draft(actor, draft_id)
    if found is None:
        if packet_id := queries.sent_as(actor, draft_id):
            return _sent_already(request, packet_id)
        messages.warning(request, _("This draft is not kept any more. What you write here begins it anew."))
        return _form(request, SendForm(actor, changing=_named(actor, request)), Writing(draft_id, new_id()))
    changing = _changing(actor, found)
    if found.changes and changing is None:
        messages.warning(
            request, _("The document that this was to change is gone; the draft goes on as a new document.")
        )
    form = SendForm(
        actor,
        changing=changing,
        answers=found.answers,
        chosen=queries.files_of(found.pk),
        ticked=found.answers.get("kept", []),
    )
    return _form(request, form, Writing(found.pk, new_id(), found.version, found.saved_at))


@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Saves what a page holds, for its script, and says what is kept; files that were chosen come along."""
    actor = require(acting_actor(request), "exchange.send_packet")
    written, faults = _written(request, actor)
    try:
        saved = commands.save_draft(actor=actor, written=written, now=clock.now())
    except DraftSent as sent:
        packet_id = queries.sent_as(actor, written.draft)
        address = reverse("exchange:packet", args=[packet_id]) if packet_id else ""
        return JsonResponse({"sent": address, "said": sent.explain(_)}, status=sent.status)
    ticked = {*written.answers["kept"], *(one.hex for one in saved.added)}
    chosen = [(file, file.file_id.hex in ticked) for file in queries.files_of(saved.draft.pk)]
    other = saved.elsewhere
    return JsonResponse(
        {
            "draft": saved.draft.pk.hex,
            "version": saved.draft.version,
            "address": _address(saved.draft.pk),
            "at": _moment(saved.draft.saved_at),
            "files": render_to_string("composing/chosen_files.html", {"chosen": chosen}, request),
            "faults": faults,
            "elsewhere": other and {"address": _address(other.pk), "said": _changed_elsewhere(other)},
        }
    )


@require_GET
def draft_list(request: HttpRequest) -> HttpResponse:
    """Lists what the person writes for this agency, the one saved last first."""
    before = request.GET.get("before", "")
    page = queries.drafts(acting_actor(request), before=as_uuid(before))
    rows = [(draft, queries.kept_until(draft.saved_at)) for draft in page.items]
    context = {
        "rows": rows,
        "first": request.path if before else "",
        "next": f"?before={page.next}" if page.next else "",
    }
    return render(request, "composing/drafts.html", context)


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Asks whether a draft is to be thrown away, and does it."""
    actor = require(acting_actor(request), "exchange.send_packet")
    if request.method == "POST":
        commands.discard_draft(actor=actor, draft_id=draft_id, now=clock.now())
        messages.success(request, _("The draft was discarded, with the files chosen for it."))
        return redirect("composing:drafts")
    found = queries.draft(actor, draft_id)
    if found is None:
        raise DraftNotFound
    return render(request, "composing/discard.html", {"draft": found, "files": queries.files_of(draft_id)})


def _written(request: HttpRequest, actor: Actor) -> tuple[Written, list[str]]:
    """Returns what the page holds, and what is wrong with files that came along.

    Raises:
        DraftNotFound: the ids are none; or the person acts for another agency meanwhile.
    """
    given = request.POST
    draft_id, page = (as_uuid(given[name]) if given.get(name) else new_id() for name in ("draft", "page"))
    agency = str(actor.agency_id)
    if draft_id is None or page is None or given.get("agency", agency) != agency:
        raise DraftNotFound
    sound, faults = sound_files(request.FILES.getlist("attachments"), getattr(request, "uploads_refused", ()))
    kind, changes = _change_named(request)
    written = Written(
        draft=draft_id,
        page=page,
        version=as_number(given.get("version", "")) or 0,
        turn=as_number(given.get("turn", "")),
        answers={name: given.getlist(name) for name in sorted({*DRAFTED, "kept"})},
        change_kind=kind,
        changes=changes,
        files=sound,
    )
    return written, faults


def _writing(saved: Saved, written: Written) -> Writing:
    return Writing(saved.draft.pk, written.page, saved.draft.version, saved.draft.saved_at)


def _changed_elsewhere(other: Draft) -> str:
    return _(
        "This draft was changed at %(time)s on another page or device. Both texts are kept: what you write here is now "
        "a draft of its own."
    ) % {"time": _moment(other.saved_at)}


def _change_named(request: HttpRequest) -> tuple[Literal[2, 3] | None, UUID | None]:
    """Returns what the page says it updates (2) or replaces (3): in the form, or in the address of a new one."""
    for given in (request.POST, request.GET):
        for name, kind in (("updates", 2), ("replaces", 3)):
            if given.get(name):
                packet_id = as_uuid(given[name])
                if packet_id is None:
                    raise PacketNotFound(id=given[name])
                return (2 if kind == Packet.Business.UPDATE.value else 3), packet_id
    return None, None


def _named(actor: Actor, request: HttpRequest) -> Changing | None:
    """Returns the document that the page says is updated or replaced, None where it names none.

    Raises:
        PacketNotFound: the actor's agency did not send it.
    """
    kind, packet_id = _change_named(request)
    return _change(actor, kind, packet_id) if kind and packet_id else None


def _changing(actor: Actor, draft: Draft) -> Changing | None:
    """Returns the document that a draft updates or replaces, None where there is none, or none any more."""
    if draft.changes is None:
        return None
    try:
        return _change(actor, 2 if draft.change_kind == Packet.Business.UPDATE.value else 3, draft.changes)
    except (PacketNotFound, PacketQuarantined):
        return None


def _change(actor: Actor, kind: Literal[2, 3], packet_id: UUID) -> Changing:
    found = service.packet(actor, packet_id)
    if found.sender_id != actor.agency_id or found.kind != Packet.Kind.DOCUMENT:
        raise PacketNotFound(id=packet_id)
    went_to = found.deliveries.exclude(standing=Delivery.Standing.REMOVED).exclude(
        state=Delivery.State.WITHDRAWN
    )
    return Changing(kind, found, list(went_to.order_by("id").values_list("recipient__code", flat=True)))


def _form(request: HttpRequest, form: SendForm, writing: Writing, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "writing": writing, "document_types": DOCUMENT_TYPES}
    return render(request, "composing/send.html", context, status=status)


def _address(draft_id: UUID) -> str:
    return f"{reverse('composing:send')}?draft={draft_id.hex}"


def _moment(at: datetime) -> str:
    """Returns the time of day, with the day before it unless that is today."""
    local = in_vietnam(at)
    if local.date() == in_vietnam(clock.now()).date():
        return f"{local:%H:%M}"
    return date_format(local, "SHORT_DATETIME_FORMAT")
