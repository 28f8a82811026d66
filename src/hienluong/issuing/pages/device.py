"""Signing on the person's own device: what the page's script is given, and its two calls for each file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor, acting_actor, record_refusal, require
from hienluong.issuing import commands, queries
from hienluong.issuing.errors import DocumentNotFound
from hienluong.issuing.models import Document
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError
from hienluong.kit.ids import as_number, as_uuid, new_id
from hienluong.signing import service as signing
from hienluong.signing.service import PreparedSignature, SigningCertificate

MAIN = "main"
POSITION_MOST = 1_000
SIGNS = {"sign": "issuing.sign_document", "seal": "issuing.seal_document"}


@dataclass(frozen=True, slots=True)
class Item:
    """One file that the device signs: what it is called, and the addresses of its two calls."""

    title: str
    prepare: str
    complete: str
    document_id: UUID
    position: int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The certificates to choose from, and the one chosen; None where there is none."""

    rows: list[SigningCertificate]
    row: SigningCertificate | None

    @property
    def on_device(self) -> bool:
        """Whether the key of the one chosen is on a device."""
        return self.row is not None and self.row.place == SigningCertificate.Place.DEVICE


def certificate_chosen(request: HttpRequest, actor: Actor, *, agency: bool) -> Chosen:
    """Returns the certificates that the actor may sign with here, and the one that the address names, else the first."""
    rows = signing.certificates_of(actor, agency=agency, now=clock.now())
    wanted = as_uuid(request.GET.get("certificate", ""))
    named = next((one for one in rows if one.pk == wanted), None)
    return Chosen(rows, named or (rows[0] if rows else None))


def items_to_sign(document: Document, row: SigningCertificate) -> list[Item]:
    """Returns what the device of the person signs."""
    return [_item(document, "sign", MAIN, f"{document.reference} {document.subject}", row)]


def items_to_seal(document: Document, row: SigningCertificate) -> list[Item]:
    """Returns what the agency's device signs: the PDFs beside the document first, then the document itself."""
    beside = [
        _item(document, "seal", str(one.position), f"{document.reference} {one.name}", row)
        for one in queries.files_of(document)
        if one.is_pdf and one.sealed is None
    ]
    return [*beside, _item(document, "seal", MAIN, f"{document.reference} {document.subject}", row)]


def _item(document: Document, what: str, part: str, title: str, row: SigningCertificate) -> Item:
    given = {"document_id": document.pk, "what": what, "part": part}
    prepare = f"{reverse('issuing:prepare', kwargs=given)}?certificate={row.pk}"
    position = None if part == MAIN else int(part)
    return Item(title[:200], prepare, reverse("issuing:complete", kwargs=given), document.pk, position)


def asked_as_file(what: str, documents: Sequence[Document], chosen: Chosen) -> dict[str, str]:
    """Returns the addresses of the file of requests and of the page that takes the signatures."""
    if chosen.row is None or not documents:
        return {"requests": "", "answer": ""}
    query = urlencode({"certificate": chosen.row.pk, "entry": [one.pk for one in documents]}, doseq=True)
    return {
        "requests": f"{reverse('issuing:requests', kwargs={'what': what})}?{query}",
        "answer": reverse("issuing:answer", kwargs={"what": what}),
    }


def device_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, devices: bool
) -> HttpResponse:
    """Returns a page; where the device is asked from, it may be reached from that page and from no other."""
    answer = render(request, template, context)
    return signing.with_device(answer) if devices else answer


@require_POST
def prepare(request: HttpRequest, document_id: UUID, what: str, part: str) -> JsonResponse:
    """Makes a file ready, and says which hash the device is to sign."""

    def act(actor: Actor | None) -> dict[str, str]:
        given: dict[str, Any] = {
            "actor": actor,
            "document_id": document_id,
            "certificate_id": as_uuid(request.GET.get("certificate") or request.POST.get("certificate", ""))
            or new_id(),
            "now": clock.now(),
        }
        if what == "seal":
            return signing.told(commands.prepare_seal(position=_position(part), **given))
        return signing.told(commands.prepare_signature(**given))

    return _answered(request, act)


@require_POST
def complete(request: HttpRequest, document_id: UUID, what: str, part: str) -> JsonResponse:
    """Puts the signature that the device made into the file."""

    def act(actor: Actor | None) -> dict[str, str]:
        actor = require(actor, SIGNS[what])
        named, signature = signing.given_signature(request)
        given: dict[str, Any] = {
            "actor": actor,
            "document_id": document_id,
            "prepared_id": as_uuid(named) or new_id(),
            "signature": signature,
            "now": clock.now(),
        }
        if what == "seal":
            commands.complete_seal(position=_position(part), **given)
        else:
            commands.complete_signature(**given)
        says = _("Sealed.") if what == "seal" else _("Signed.")
        return {"tone": "success", "says": says, "href": reverse("issuing:document", args=[document_id])}

    return _answered(request, act)


@require_GET
def requests_file(request: HttpRequest, what: str) -> HttpResponse:
    """Gives what the device is to sign as a file, for where the signer cannot be reached from the page."""
    actor = require(acting_actor(request), SIGNS[what])
    ids = [one for text in request.GET.getlist("entry")[: commands.MANY_MOST] if (one := as_uuid(text))]
    chosen = certificate_chosen(request, actor, agency=what == "seal")
    asked = []
    if chosen.row is not None and chosen.on_device:
        make = items_to_seal if what == "seal" else items_to_sign
        for document in queries.waiting_among(actor, ids, what):
            asked += [
                {**signing.told(_prepared(actor, what, item, chosen.row.pk)), "title": item.title}
                for item in make(document, chosen.row)
            ]
    return signing.as_file(asked)


def _prepared(actor: Actor, what: str, item: Item, certificate_id: UUID) -> PreparedSignature:
    given: dict[str, Any] = {
        "actor": actor,
        "document_id": item.document_id,
        "certificate_id": certificate_id,
        "now": clock.now(),
    }
    if what == "seal":
        return commands.prepare_seal(position=item.position, **given)
    return commands.prepare_signature(**given)


@require_http_methods(["GET", "POST"])
def answer_file(request: HttpRequest, what: str) -> HttpResponse:
    """Takes the file of signatures that the signer wrote, and says what became of each."""
    actor = require(acting_actor(request), SIGNS[what])
    form = signing.AnswerForm(request.POST or None, request.FILES or None)
    outcomes: list[tuple[str, str, str]] = []
    if form.is_valid():
        for named, signature in form.signatures:
            outcomes.append(_taken(actor, what, as_uuid(named) or new_id(), signature))
    context = {"form": form, "what": what, "outcomes": outcomes}
    return render(request, "issuing/answer.html", context, status=422 if form.errors else 200)


def _taken(actor: Actor, what: str, prepared_id: UUID, signature: bytes) -> tuple[str, str, str]:
    """Returns the title, the tone and what is said of one signature of a file."""
    now = clock.now()
    try:
        document, position = queries.prepared_for(actor, prepared_id, what, now=now)
        given: dict[str, Any] = {
            "actor": actor,
            "document_id": document.pk,
            "prepared_id": prepared_id,
            "signature": signature,
            "now": now,
        }
        if what == "seal":
            commands.complete_seal(position=position, **given)
        else:
            commands.complete_signature(**given)
    except HienluongError as refusal:
        return str(prepared_id)[-12:], "bad", refusal.explain(_)
    return (
        f"{document.reference} {document.subject[:80]}",
        "good",
        _("Sealed.") if what == "seal" else _("Signed."),
    )


def _answered(request: HttpRequest, act: Callable[[Actor | None], dict[str, str]]) -> JsonResponse:
    """Returns what an act gave, or what was refused, as the script reads it."""
    try:
        return JsonResponse(act(acting_actor(request)))
    except HienluongError as refusal:
        if isinstance(refusal, PermissionMissing):
            record_refusal(refusal, where=request.path, now=clock.now())
        return JsonResponse({"tone": "error", "says": refusal.explain(_)}, status=refusal.status)


def _position(part: str) -> int | None:
    """Returns which file beside the document is meant, None for the document itself.

    Raises:
        DocumentNotFound: it is neither.
    """
    if part == MAIN:
        return None
    if (position := as_number(part)) is None or position > POSITION_MOST:
        raise DocumentNotFound
    return position
