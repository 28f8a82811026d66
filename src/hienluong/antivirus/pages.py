"""What is kept apart for malware: the list, one packet, and the decision about it. Metadata only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.antivirus import commands, policy, queries
from hienluong.antivirus.forms import ReasonForm, ShowForm
from hienluong.antivirus.models import Scan
from hienluong.directory.service import Question, acting_actor, allowed, ask, require
from hienluong.kit import clock
from hienluong.kit.ids import as_uuid

TONES = {
    policy.WAITING: "progress",
    policy.CLEAN: "good",
    policy.INFECTED: "bad",
    policy.UNSCANNABLE: "bad",
    policy.RELEASED: "neutral",
    policy.REFUSED: "neutral",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists what is kept apart, and says how the daemon is."""
    form = ShowForm(request.GET)
    show, before = form.chosen(), request.GET.get("before", "")
    found = queries.search_scans(acting_actor(request), show=show, before=as_uuid(before))
    for scan in found.scans.items:
        _dress(scan)
    return render(
        request,
        "antivirus/quarantine.html",
        {
            "found": found,
            "form": form,
            "show": show,
            "first": f"?show={show}" if before else "",
            "next": f"?show={show}&before={found.scans.next}" if found.scans.next else "",
        },
    )


@require_GET
def show(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Shows what was found in one packet."""
    actor = acting_actor(request)
    scan = queries.find_scan(actor, packet_id)
    _dress(scan)
    may = allowed(actor, "antivirus.decide_quarantine")
    after = policy.SCANS[scan.state] if scan.state != policy.WAITING else frozenset()
    context = {
        "scan": scan,
        "findings": [(one, bytes(one.sha256).hex()) for one in scan.findings.all()],
        "may_release": may and policy.RELEASED in after,
        "may_refuse": may and policy.REFUSED in after,
        "may_rescan": may and policy.WAITING in after and bool(settings.CLAMD),
    }
    return render(request, "antivirus/scan.html", context)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Releases a packet, after a check."""
    actor = require(acting_actor(request), "antivirus.decide_quarantine")
    scan = queries.find_scan(actor, packet_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.release_packet(actor=actor, packet_id=packet_id, reason=given["reason"], now=clock.now())
        return _("Released: it is delivered now."), _address(scan)

    question = _question(
        scan,
        gettext_lazy("Release a packet"),
        gettext_lazy("Release it"),
        gettext_lazy("Its recipients get the file as it is. Release only what you know to be a false alarm."),
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Refuses a packet for good, after a check."""
    actor = require(acting_actor(request), "antivirus.decide_quarantine")
    scan = queries.find_scan(actor, packet_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.refuse_packet(actor=actor, packet_id=packet_id, reason=given["reason"], now=clock.now())
        return _("Refused for good; the sender was told."), _address(scan)

    question = _question(
        scan,
        gettext_lazy("Refuse a packet for good"),
        gettext_lazy("Refuse it"),
        gettext_lazy("It is delivered to nobody, and nobody can download it. This cannot be undone."),
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_POST
def rescan(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Has a packet scanned again."""
    commands.rescan_packet(actor=acting_actor(request), packet_id=packet_id, now=clock.now())
    messages.success(request, _("It is scanned again."))
    return redirect("antivirus:scan", packet_id=packet_id)


def _question(scan: Scan, title: Any, submit: Any, warning: Any) -> Question:
    found = ", ".join(sorted({one.signature for one in scan.findings.all()})) or scan.trouble
    facts = [(gettext_lazy("Sender"), scan.packet.sender_name), (gettext_lazy("Found"), found)]
    return Question(title, submit, _address(scan), facts=facts, warning=warning, tone="danger")


def _dress(scan: Scan) -> None:
    scan.tone = TONES[scan.state]  # type: ignore[attr-defined]  # for the page
    scan.found = sorted({one.signature for one in scan.findings.all()})  # type: ignore[attr-defined]  # the same


def _address(scan: Scan) -> str:
    return reverse("antivirus:scan", args=[scan.pk])
