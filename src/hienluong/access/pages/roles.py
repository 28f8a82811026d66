"""Which role may do what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hienluong.access.queries import roles
from hienluong.directory.service import acting_actor


@require_GET
def who_may_what(request: HttpRequest) -> HttpResponse:
    """Shows every permission with the roles that hold it."""
    return render(request, "access/roles.html", {"rows": roles.who_may_what(acting_actor(request))})
