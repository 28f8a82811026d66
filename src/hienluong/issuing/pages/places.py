"""The page of a document as an image with what goes onto it; moved by hand with the pointer, by arrows, or in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import Actor, acting_actor, require
from hienluong.issuing import commands, queries
from hienluong.issuing.forms import PlaceForm
from hienluong.issuing.models import Document
from hienluong.issuing.places import PERSON, SEAL, Place, place_of, sizes_of
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, InvalidInput
from hienluong.kit.ids import as_number

WHO = {PERSON: "issuing.sign_document", SEAL: "issuing.seal_document"}


@dataclass(frozen=True, slots=True)
class View:
    """A page as it is shown.

    Attributes:
        page: counted from 1.
        pages: how many there are.
        width, height: in points.
        place: what goes onto it, None where that is another page or nothing.
        found: what the place goes by.
        version: changes with the file, so that no old image is shown.
    """

    page: int
    pages: int
    width: float
    height: float
    place: Place | None
    found: str
    version: str

    @property
    def box(self) -> dict[str, str]:
        """The place from the upper left corner, in points, as SVG takes it."""
        if self.place is None:
            return {}
        box = self.place.box
        values = {"x": box.left, "y": self.height - box.top, "width": box.width, "height": box.height}
        return {name: f"{value:.1f}" for name, value in values.items()}

    @property
    def size(self) -> dict[str, str]:
        """Width and height of the page, as SVG takes them."""
        return {"width": f"{self.width:.1f}", "height": f"{self.height:.1f}"}

    @property
    def before(self) -> int | None:
        """The page before, None on the first."""
        return self.page - 1 if self.page > 1 else None

    @property
    def after(self) -> int | None:
        """The page after, None on the last."""
        return self.page + 1 if self.page < self.pages else None


def view_of(request: HttpRequest, actor: Actor, document: Document, what: str) -> View:
    """Returns the page that is asked for, else the one on which something goes, else the first.

    Args:
        request: names the page, counted from 1, as `page`.
        actor: who looks.
        document: whose page.
        what: what goes onto it next; empty: nothing.
    """
    pdf = queries.file_bytes(document)
    sizes = sizes_of(pdf)
    place = _placed(actor, document, what, pdf) if what else None
    asked = as_number(request.GET.get("page", "")) or ((place.page + 1) if place else 1)
    page = min(max(1, asked), len(sizes))
    width, height = sizes[page - 1]
    here = place if place is not None and place.page == page - 1 else None
    return View(
        page, len(sizes), width, height, here, place.found if place else "", document.file_sha256[:12]
    )


def _placed(actor: Actor, document: Document, what: str, pdf: bytes) -> Place | None:
    try:
        return place_of(actor, document, what, pdf)
    except HienluongError:
        return None  # its text cannot be read: the place is put by hand


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, document_id: UUID, what: str) -> HttpResponse:
    """Shows where signature or seal go, and lets them be moved."""
    document = queries.document(acting_actor(request), document_id)
    actor = require(acting_actor(request), WHO[what], document)
    view = view_of(request, actor, document, what)
    form = PlaceForm(request.POST or None, initial=_initial(actor, document, what, view))
    if form.is_valid():
        try:
            commands.move_place(
                actor=actor, document_id=document_id, what=what, now=clock.now(), **form.cleaned_data
            )
        except InvalidInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The place was kept."))
            return redirect("issuing:document", document_id=document_id)
    context = {"document": document, "what": what, "view": view, "form": form}
    return render(request, "issuing/place.html", context, status=422 if form.errors else 200)


def _initial(actor: Actor, document: Document, what: str, view: View) -> dict[str, float | int]:
    """Returns the present place in millimetres; on another page than it is on, at the same place there."""
    place = _placed(actor, document, what, queries.file_bytes(document))
    if place is None:
        return {"page": view.page, "left": 100.0, "top": 200.0, "width": 40.0, "height": 20.0}
    return {"page": view.page, **place.millimetres(view.height)}
