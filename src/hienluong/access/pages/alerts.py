"""Changes of rights for whoever they concern, and the cases that administrators look into."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.access import commands
from hienluong.access.forms import DisputeForm, OutcomeForm
from hienluong.access.queries import alerts as queries
from hienluong.directory.service import acting_actor, pager
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, NotFound
from hienluong.kit.ids import as_number


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Lists the changes of rights that the person was alerted of, newest first; `?show=waiting`: those not answered."""
    show = request.GET.get("show", "")
    page = queries.alerts(
        acting_actor(request),
        only_waiting=show == "waiting",
        before=as_number(request.GET.get("before", "")),
    )
    waiting = [alert.pk for alert in page.items if alert.state == alert.State.UNCONFIRMED]
    context = {"page": page, "waiting": waiting, "show": show, **pager(request, page.next, cursor="before")}
    return render(request, "access/alerts.html", context)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirms the changes named in the form."""
    named = [found for one in request.POST.getlist("alert") if (found := as_number(one)) is not None]
    if not named:
        raise NotFound
    count = commands.confirm_alerts(actor=acting_actor(request), alert_ids=named, now=clock.now())
    messages.success(
        request, ngettext("Confirmed: one change.", "Confirmed: %(n)d changes.", count) % {"n": count}
    )
    return redirect("access:alerts")


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Reports a change as wrong: what is wrong, and whether to sign out elsewhere."""
    actor = acting_actor(request)
    alert = queries.alert(actor, alert_id)
    form = DisputeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            commands.dispute_alert(
                actor=actor,
                alert_id=alert_id,
                note=form.cleaned_data["note"],
                keep_session=(request.session.session_key or "")
                if form.cleaned_data["end_sessions"]
                else None,
                now=clock.now(),
            )
        except HienluongError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Reported. The administrators were told and look into it."))
            return redirect("access:alerts")
    return render(request, "access/dispute.html", {"alert": alert, "form": form}, status=status)


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Lists what people reported as wrong; with `?show=open` what nobody has closed."""
    show = request.GET.get("show", "")
    page = queries.cases(
        acting_actor(request), only_open=show == "open", before=as_number(request.GET.get("before", ""))
    )
    context = {"page": page, "show": show, **pager(request, page.next, cursor="before")}
    return render(request, "access/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Shows a case; a POST says what came of it and closes it."""
    actor = acting_actor(request)
    found = queries.case(actor, case_id)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            commands.close_case(
                actor=actor, case_id=case_id, outcome=form.cleaned_data["outcome"], now=clock.now()
            )
        except HienluongError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("The case is closed; the person who reported it was told."))
            return redirect("access:cases")
    return render(request, "access/case.html", {"case": found, "form": form}, status=status)
