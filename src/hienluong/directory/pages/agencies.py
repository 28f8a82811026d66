"""Agencies as people look them up: the list with its exports, one agency, the tree, the map of communes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hienluong.directory import queries
from hienluong.directory.agency_forms import AgencyFilter
from hienluong.directory.asking import pager
from hienluong.directory.middleware import acting_actor
from hienluong.directory.permissions import allowed, require
from hienluong.directory.table_answer import table_answer

FILTERS = ("q", "place", "kind", "state")


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Lists agencies in Vietnamese order, narrowed by the filters in the address."""
    actor = acting_actor(request)
    form = AgencyFilter(request.GET)
    after = request.GET.get("after", "")
    page = queries.search_agencies(actor, after=after or None, **form.query())
    query = request.GET.copy()
    query.pop("after", None)
    return render(
        request,
        "directory/agencies.html",
        {
            "form": form,
            "agencies": page.items,
            "filters": query.urlencode(),
            "may_change": allowed(actor, "directory.manage_agencies"),
            **pager(request, page.next, *FILTERS),
        },
    )


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hands out the list with the same filters, all of it, as a table."""
    actor = require(acting_actor(request), "directory.view_agency")
    found = queries.matching_agencies(actor, **AgencyFilter(request.GET).query())
    rows = queries.agency_table(found)
    return table_answer(form, "agencies", _("Agencies"), queries.TABLE_HEADING, rows)


@require_GET
def show(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Shows one agency."""
    detail = queries.agency_detail(acting_actor(request), agency_id)
    return render(request, "directory/agency.html", {"detail": detail, "agency": detail.agency})


@require_GET
def tree(request: HttpRequest, agency_id: UUID | None = None) -> HttpResponse:
    """Shows one level of the tree of agencies and their units."""
    after = request.GET.get("after", "")
    found = queries.branch(acting_actor(request), agency_id, after=after or None)
    return render(
        request,
        "directory/agency_tree.html",
        {"branch": found, "first": request.path if after else ""},
    )


@require_GET
def communes(request: HttpRequest) -> HttpResponse:
    """Shows the map of the communes and, beside it, the former ones that went into each."""
    communes = queries.map_of_communes(acting_actor(request))
    shapes = [
        {"name": one.unit.full_name, "outline": one.outline, "href": f"#commune-{one.unit.code}"}
        for one in communes
    ]
    return render(request, "directory/communes.html", {"communes": communes, "shapes": shapes})
