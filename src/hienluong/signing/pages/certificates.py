"""The register of signing certificates: listed, shown, registered for agencies, tested, given an image, ended."""

from __future__ import annotations

from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Question, acting_actor, allowed, pager, require, take_file
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.signing import commands, queries
from hienluong.signing.forms import AgencyCertificateForm, AnswerForm, ImageForm
from hienluong.signing.keys import key_names
from hienluong.signing.labels import certificate_view, ink_says
from hienluong.signing.models import SigningCertificate
from hienluong.signing.pages.device import as_file, given_signature, says, with_device

MANAGE = "signing.manage_certificates"


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Lists the register, what ends first first."""
    actor, given = acting_actor(request), request.GET
    text, ended = given.get("q", "")[:200], given.get("show") == "ended"
    page = queries.certificates(actor, now=clock.now(), text=text, ended=ended, after=given.get("after", ""))
    context = {
        "rows": [certificate_view(one) for one in page.items],
        "text": text,
        "show": "ended" if ended else "",
        "manages": allowed(actor, MANAGE),
        **pager(request, page.next, "q", "show"),
    }
    return render(request, "signing/certificates.html", context)


@require_GET
def show(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Shows an entry of the register."""
    actor = acting_actor(request)
    row = queries.visible(actor, certificate_id)
    context = {
        "one": certificate_view(queries.registered(row, now=clock.now())),
        "changes": _changes(actor, row),
        "tests": queries.testable(actor, row),
        "back": _back(request, actor, row),
        "own": _is_own(actor, row),
    }
    return with_device(render(request, "signing/certificate.html", context))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Registers a certificate of an agency."""
    actor = require(acting_actor(request), MANAGE)
    form = AgencyCertificateForm(key_names(), request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            row = _registered_by(actor, form.cleaned_data)
        except (InvalidInput, Conflict, NotFound) as refusal:
            form.refuse(refusal)
        else:
            return redirect("signing:certificate", row.pk)
    form.question = Question(
        gettext_lazy("Register a certificate"),
        gettext_lazy("Register it"),
        reverse("signing:certificates"),
        lead=gettext_lazy(
            "Of an agency, with which clerks seal documents, or of somebody who signs for it. A device signs once its holder has tested it."
        ),
    )
    return render(request, "signing/file.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def picture(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Gives the image of an entry."""
    content = queries.image(acting_actor(request), certificate_id)
    return HttpResponse(content, content_type="image/png")


@require_http_methods(["GET", "POST"])
def take_image(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Takes the image that shows on the page."""
    actor = acting_actor(request)
    row = queries.changeable(actor, certificate_id)
    _back(request, actor, row)
    form = ImageForm(request.POST or None, request.FILES or None)

    def stage(*, source: BinaryIO, file_name: str) -> str:  # noqa: ARG001 - as take_file calls it
        ink = commands.set_image(actor=actor, certificate_id=row.pk, png=source.read(), now=clock.now())
        said = ink_says(ink, is_agency=row.is_agency)
        (messages.warning if said else messages.success)(request, said or _("The image was saved."))
        return reverse("signing:certificate", args=[row.pk])

    form.question = _about(
        row,
        gettext_lazy("Image on the page"),
        gettext_lazy("Save the image"),
        lead=gettext_lazy("The handwritten signature of a person, in blue; the seal of an agency, in red."),
    )
    return take_file(request, form, "signing/file.html", stage)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Ends an entry."""
    actor = acting_actor(request)
    row = queries.changeable(actor, certificate_id)
    back = _back(request, actor, row)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.end_certificate(actor=actor, certificate_id=row.pk, reason=given["reason"], now=clock.now())
        return _("The certificate signs nothing here any more."), back["url"]

    question = _about(
        row,
        gettext_lazy("End the certificate"),
        gettext_lazy("End the certificate"),
        lead=gettext_lazy("Nothing is signed with it here from now on. What was signed stands."),
        facts=[
            (pgettext_lazy("signature", "Certificate"), row.holder_name),
            (gettext_lazy("SHA-256"), row.sha256),
        ],
        warning=gettext_lazy(
            "The authority is not told: if the device was lost, have the certificate revoked there."
        ),
        tone="danger",
    )
    return directory.ask(request, directory.ReasonForm(request.POST or None, most=500), question, act)


@require_POST
@says
def ask(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Gives the script what the device is to sign."""
    return _request(acting_actor(request), certificate_id)


@require_POST
@says
def prove(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Takes from the script what the device signed."""
    actor = acting_actor(request)
    row = queries.provable(actor, certificate_id)
    challenge, signature = given_signature(request)
    commands.prove_certificate(
        actor=actor,
        certificate_id=row.pk,
        challenge=challenge,
        signature=signature,
        now=clock.now(),
    )
    said = _("The device holds the key: you can sign.")
    messages.success(request, said)  # the script goes on to the page that shows it
    return {"tone": "success", "says": said, "href": reverse("signing:certificate", args=[row.pk])}


@require_GET
def request_file(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Gives what the device is to sign as a file."""
    return as_file([_request(acting_actor(request), certificate_id)])


@require_http_methods(["GET", "POST"])
def take_answer(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Takes the file that the signer wrote."""
    actor = acting_actor(request)
    row = queries.provable(actor, certificate_id)
    _back(request, actor, row)
    form = AnswerForm(request.POST or None, request.FILES or None)

    def stage(*, source: BinaryIO, file_name: str) -> str:  # noqa: ARG001 - as take_file calls it
        for challenge, signature in form.signatures[:1]:
            commands.prove_certificate(
                actor=actor,
                certificate_id=row.pk,
                challenge=challenge,
                signature=signature,
                now=clock.now(),
            )
            messages.success(request, _("The device holds the key: you can sign."))
        return reverse("signing:certificate", args=[row.pk])

    form.question = _about(
        row, gettext_lazy("Bring the file of signatures"), gettext_lazy("Check the signature")
    )
    return take_file(request, form, "signing/file.html", stage)


def _registered_by(actor: Actor, given: dict[str, Any]) -> SigningCertificate:
    agency, now = given["agency"].agency, clock.now()
    content = given["file"].read() if given["file"] else b""
    if given["key_name"]:
        return commands.register_agency_key(
            actor=actor,
            agency=agency,
            key_name=given["key_name"],
            content=content,
            for_systems=given["for_systems"],
            now=now,
        )
    holder = queries.holder(agency, email=given["person"]) if given["person"] else None
    return commands.bring_certificate(actor=actor, agency=agency, content=content, holder=holder, now=now)


def _request(actor: Actor | None, certificate_id: UUID) -> dict[str, Any]:
    asked = queries.challenge(actor, certificate_id, now=clock.now())
    return {
        "id": asked.id,
        "hash": asked.hash,
        "hash_algorithm": asked.algorithm,
        "certificate": asked.certificate,
        "title": _("Test: shows that you hold the key. No document is signed."),
    }


def _about(row: SigningCertificate, title: Promise, submit: Promise, **more: Any) -> Question:
    """Returns what is asked about an entry."""
    back = reverse("signing:certificate", args=[row.pk])
    return Question(title, submit, back, about=row.holder_name, **more)


def _changes(actor: Actor | None, row: SigningCertificate) -> bool:
    return row.ended_at is None and (allowed(actor, MANAGE) or _is_own(actor, row))


def _is_own(actor: Actor | None, row: SigningCertificate) -> bool:
    return actor is not None and row.person_id is not None and row.person_id == actor.person_id


def _back(request: HttpRequest, actor: Actor | None, row: SigningCertificate) -> dict[str, str]:
    """Returns the list that an entry belongs to, and has the menu mark it: one's own are not the register's."""
    if _is_own(actor, row):
        request.menu_path = reverse("signing:mine")  # type: ignore[attr-defined] # the frame reads it
        return {"url": reverse("signing:mine"), "title": _("My signature")}
    return {"url": reverse("signing:certificates"), "title": _("Signing certificates")}
