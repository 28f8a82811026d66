"""Documents of earlier systems: searched, looked at, their attachments saved."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hienluong.directory.service import acting_actor
from hienluong.kit import clock
from hienluong.takeover import commands
from hienluong.takeover.forms import TakenSearch
from hienluong.takeover.pages import saved
from hienluong.takeover.queries import documents as queries


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Lists what was taken over, newest first."""
    form = TakenSearch(request.GET)
    after = request.GET.get("after", "")
    page = queries.documents(acting_actor(request), after=after, **form.query())
    filters = dict(form.filters())
    return render(
        request,
        "takeover/documents.html",
        {
            "form": form,
            "documents": page.items,
            "first": f"{request.path}?{urlencode(filters)}" if after else "",
            "next": f"{request.path}?{urlencode({**filters, 'after': page.next})}" if page.next else "",
            "reset": request.path if form.narrowed else "",
        },
    )


@require_GET
def show(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Shows one document."""
    found = queries.document(acting_actor(request), document_id)
    return render(request, "takeover/document.html", {"document": found, "intake": found.intake})


@require_GET
def packet(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Hands out the packet as it was taken."""
    return saved(
        commands.read_taken_part(
            actor=acting_actor(request), document_id=document_id, position=None, now=clock.now()
        )
    )


@require_GET
def attachment(request: HttpRequest, document_id: UUID, position: int) -> HttpResponseBase:
    """Hands out one attachment."""
    return saved(
        commands.read_taken_part(
            actor=acting_actor(request), document_id=document_id, position=position, now=clock.now()
        )
    )
