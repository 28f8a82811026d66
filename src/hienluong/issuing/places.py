"""Where things go on the page of a document: as somebody put them, else as the text proposes it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader

from hienluong.directory.service import Actor
from hienluong.issuing.errors import PageUnreadable
from hienluong.issuing.models import Document
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.signing import service as signing
from hienluong.signing.service import Box, Proposal

PERSON: Final = "person"
SEAL: Final = "seal"
NUMBER: Final = "number"
DATE: Final = "date"
POINTS_PER_MM: Final = 72 / 25.4
LEAST_MM: Final = 2.0
MOST_MM: Final = 420.0


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page.

    Attributes:
        page: counted from 0.
        box: in points from the lower left corner of the page.
        found: what it goes by: "hand", or as `signing` says of a proposal.
    """

    page: int
    box: Box
    found: str = "hand"

    @classmethod
    def of(cls, proposal: Proposal) -> Place:
        """Returns the place that was proposed."""
        return cls(proposal.page, proposal.box, proposal.found)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Place:
        """Returns a place as it is stored."""
        left, bottom, width, height = (float(stored[name]) for name in ("left", "bottom", "width", "height"))
        return cls(int(stored["page"]), Box(left, bottom, left + width, bottom + height))

    @classmethod
    def from_millimetres(
        cls, *, page: int, left: float, top: float, width: float, height: float, page_height: float
    ) -> Place:
        """Returns the place that a person typed: millimetres from the upper left corner of the page.

        Args:
            page: counted from 0.
            left: in millimetres, as the following.
            top: from the upper edge.
            width: of the rectangle.
            height: of the rectangle.
            page_height: in points.

        Raises:
            InvalidInput: it is too small, too large, or off the page.
        """
        values = {"left": left, "top": top, "width": width, "height": height}
        faults = [
            FieldError(
                f"/{name}", _("A length between {least} and {most} mm."), {"least": least, "most": MOST_MM}
            )
            for name, value in values.items()
            for least in [LEAST_MM if name in ("width", "height") else 0]
            if not least <= value <= MOST_MM
        ]
        if faults:
            raise InvalidInput(faults)
        upper = page_height - top * POINTS_PER_MM
        lower = upper - height * POINTS_PER_MM
        box = Box(left * POINTS_PER_MM, lower, (left + width) * POINTS_PER_MM, upper)
        return cls(page, box)

    def stored(self) -> dict[str, float | int]:
        """Returns it as it is stored."""
        return {
            "page": self.page,
            "left": round(self.box.left, 2),
            "bottom": round(self.box.bottom, 2),
            "width": round(self.box.width, 2),
            "height": round(self.box.height, 2),
        }

    def millimetres(self, page_height: float) -> dict[str, float]:
        """Returns it as a person types it: from the upper left corner of a page of so many points."""
        return {
            "left": round(self.box.left / POINTS_PER_MM, 1),
            "top": round((page_height - self.box.top) / POINTS_PER_MM, 1),
            "width": round(self.box.width / POINTS_PER_MM, 1),
            "height": round(self.box.height / POINTS_PER_MM, 1),
        }


def place_of(actor: Actor, document: Document, what: str, pdf: bytes) -> Place:
    """Returns where the signature of the person or the agency's seal goes in a document's PDF.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        DocumentUnsignable: its text cannot be read, and nobody put it by hand.
    """
    if stored := document.places.get(what):
        return Place.read(stored)
    signer = document.signer
    person, seal = signing.places(actor, pdf, name=signer.person.full_name, post=signer.title)
    if what == SEAL and (moved := document.places.get(PERSON)):
        seal = _beside(Place.read(moved), seal)
    return Place.of(seal if what == SEAL else person)


def _beside(person: Place, seal: Proposal) -> Proposal:
    """Returns the seal over the left third of a person's signature that was put elsewhere by hand."""
    right = person.box.left + person.box.width / 3
    bottom = (person.box.bottom + person.box.top - seal.box.height) / 2
    box = Box(right - seal.box.width, bottom, right, bottom + seal.box.height)
    return Proposal(person.page, box, person.found)


def sizes_of(pdf: bytes) -> list[tuple[float, float]]:
    """Returns width and height of the pages in points."""
    return [(float(one.mediabox.width), float(one.mediabox.height)) for one in PdfReader(BytesIO(pdf)).pages]


def place_on(
    sizes: list[tuple[float, float]], *, page: int, left: float, top: float, width: float, height: float
) -> Place:
    """Returns the place that somebody chose on a document.

    Args:
        sizes: width and height of its pages in points.
        page: counted from 1.
        left: from the left edge of the page, in millimetres, as the following.
        top: from its upper edge.
        width: of the place.
        height: of the place.

    Raises:
        PageUnreadable: the document has no such page.
        InvalidInput: it is too small, too large, or partly off the page.
    """
    if not 1 <= page <= len(sizes):
        raise PageUnreadable(reason="the document has no such page")
    page_width, page_height = sizes[page - 1]
    place = Place.from_millimetres(
        page=page - 1, left=left, top=top, width=width, height=height, page_height=page_height
    )
    box = place.box
    if box.left < -1 or box.bottom < -1 or box.right > page_width + 1 or box.top > page_height + 1:
        raise InvalidInput([FieldError("/left", _("The place is not wholly on the page."))])
    return place
