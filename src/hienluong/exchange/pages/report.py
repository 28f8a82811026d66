"""Reporting a status about a document, and taking out one that may be secret: form, check, act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import Actor, ReasonForm, require
from hienluong.exchange import policy, service
from hienluong.exchange.errors import DeliveryNotFound
from hienluong.exchange.forms import ReportForm
from hienluong.exchange.models import Packet
from hienluong.exchange.pages import actor_of
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


@dataclass(frozen=True, slots=True)
class Act:
    """How reporting a status is put to people; `irreversible` ones are checked before they are sent."""

    title: str | Promise
    lead: str | Promise
    irreversible: bool


ACTS = {
    policy.REFUSED: Act(
        gettext_lazy("Refuse the document"),
        gettext_lazy(
            "The sender is told that your agency does not accept it, and why. This cannot be undone."
        ),
        irreversible=True,
    ),
    policy.REGISTERED: Act(
        gettext_lazy("Accept into the register"),
        gettext_lazy("The sender is told that the document stands in your register of incoming documents."),
        irreversible=True,
    ),
    policy.ASSIGNED: Act(
        gettext_lazy("Assign"),
        gettext_lazy("The sender is told who handles the document."),
        irreversible=False,
    ),
    policy.IN_PROGRESS: Act(
        gettext_lazy("Report progress"),
        gettext_lazy("The sender is told how far you are."),
        irreversible=False,
    ),
    policy.FINISHED: Act(
        gettext_lazy("Finish"),
        gettext_lazy(
            "The sender is told that the document is dealt with. Afterwards it cannot be asked back."
        ),
        irreversible=True,
    ),
    policy.ASKED_BACK: Act(
        gettext_lazy("Ask the document back"),
        gettext_lazy("The recipient is asked to agree; when it does, its copy is to be deleted."),
        irreversible=True,
    ),
    policy.RECALL_AGREED: Act(
        gettext_lazy("Agree"),
        gettext_lazy(
            "A document that is asked back or revoked leaves your mailbox and your copy is destroyed; an update "
            "takes effect. This cannot be undone."
        ),
        irreversible=True,
    ),
    policy.RECALL_REFUSED: Act(
        gettext_lazy("Do not agree"),
        gettext_lazy("You keep the document; the sender is told why."),
        irreversible=True,
    ),
}


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, packet_id: UUID, delivery_id: int, status: str) -> HttpResponse:
    """Asks for what a status needs, lets irreversible ones be checked, and sends it."""
    act = ACTS.get(status)
    if act is None:
        raise Http404
    actor = require(actor_of(request), "exchange.confirm_delivery")
    form = ReportForm(actor, status, request.POST if request.method == "POST" else None)
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        return _ask(request, actor, packet_id, delivery_id, act, form, "exchange/report.html")
    if act.irreversible and step != "send":
        return _ask(request, actor, packet_id, delivery_id, act, form, "exchange/report_check.html")
    try:
        receipt = service.report_status(
            actor=actor,
            delivery_id=delivery_id,
            status=status,
            idempotency_key=f"page-{form.cleaned_data['key']}",
            now=clock.now(),
            **form.report(),
        )
    except HienluongError as error:
        form.add_error(None, error.explain(_))
        return _ask(request, actor, packet_id, delivery_id, act, form, "exchange/report.html", error.status)
    if receipt.repeated:
        messages.info(request, _("This was reported already; it was not reported twice."))
    else:
        messages.success(request, _("Sent to the other agency: %(act)s.") % {"act": act.title})
    if status == policy.RECALL_AGREED:  # the document may be gone from here
        return redirect("mailbox:inbox")
    return redirect("exchange:packet", packet_id=packet_id)


def _ask(
    request: HttpRequest,
    actor: Actor,
    packet_id: UUID,
    delivery_id: int,
    act: Act,
    form: ReportForm,
    template: str,
    status: int = 200,
) -> HttpResponse:
    """Shows the form or the answers to check, with the document they are about."""
    journey = service.journey(actor, packet_id)
    delivery = next((row for row in journey.deliveries if row.pk == delivery_id), None)
    if delivery is None:
        raise DeliveryNotFound(id=delivery_id)
    context = {"packet": journey.packet, "delivery": delivery, "act": act, "form": form}
    return render(request, template, context, status=status)


@dataclass(frozen=True, slots=True)
class SecrecyAct:
    """What is done about a document that may hold a state secret, and how it is put to people."""

    title: str | Promise
    lead: str | Promise
    warning: str | Promise
    done: str | Promise
    permission: str
    command: Callable[..., Packet]


QUARANTINE = SecrecyAct(
    gettext_lazy("Take out of the exchange"),
    gettext_lazy(
        "Nobody but the secrecy officer of the agencies that hold the document sees it from then on; "
        "the secrecy officer decides whether it is destroyed."
    ),
    gettext_lazy("You will no longer see this document yourself. Do not write the secret into the reason."),
    gettext_lazy("The packet was taken out of the exchange. Tell your secrecy officer."),
    "exchange.quarantine_packet",
    service.quarantine_packet,
)
DESTROY = SecrecyAct(
    gettext_lazy("Destroy everywhere"),
    gettext_lazy(
        "Every copy in the province is destroyed, with its subject and its attachments; the record stays."
    ),
    gettext_lazy("This cannot be undone. Do not write the secret into the reason."),
    gettext_lazy("Every copy of the packet in the province was destroyed."),
    "exchange.destroy_packet",
    service.destroy_packet,
)


@require_http_methods(["GET", "POST"])
def quarantine(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Takes a packet out that may hold a state secret; from then on only the secrecy officer sees it."""
    return _about_secrecy(request, packet_id, QUARANTINE)


@require_http_methods(["GET", "POST"])
def destroy(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Destroys a quarantined packet everywhere in the province."""
    return _about_secrecy(request, packet_id, DESTROY)


def _about_secrecy(request: HttpRequest, packet_id: UUID, act: SecrecyAct) -> HttpResponse:
    """Asks for the reason, lets it be checked, and acts."""
    actor = require(actor_of(request), act.permission)
    form = ReasonForm(request.POST if request.method == "POST" else None, most=300)
    shown = {"form": form, "act": act, "packet_id": packet_id}
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        return render(request, "exchange/secrecy.html", shown)
    if step != "send":
        return render(request, "exchange/secrecy_check.html", shown)
    act.command(actor=actor, packet_id=packet_id, reason=form.cleaned_data["reason"], now=clock.now())
    messages.success(request, str(act.done))
    return redirect("mailbox:inbox")
