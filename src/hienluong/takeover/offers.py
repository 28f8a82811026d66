"""What is added to modules below: what was taken over to their search, the books of numbers to what is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from hienluong.composing import service as composing
from hienluong.directory.service import Actor, allowed
from hienluong.kit.criteria import Criteria
from hienluong.mailbox.service import Found, Hit, add_to_search
from hienluong.takeover.commands import take_number
from hienluong.takeover.models import Direction, TakenDocument
from hienluong.takeover.queries.documents import documents
from hienluong.takeover.queries.numbers import next_numbers
from hienluong.takeover.queries.passed import also_passed

SHOWN, LOOKED_AT = 5, 25


def _books(actor: Actor, year: int) -> list[composing.Book]:
    return [
        composing.Book(series, year, f"{number:02}")  # Decree 30/2020, App. I
        for series, number in next_numbers(actor, year=year)
    ]


def _take(*, actor: Actor, book: composing.Book, purpose: str, key: str, now: datetime) -> str:
    given = take_number(actor=actor, series=book.series, year=book.year, purpose=purpose, key=key, now=now)
    return str(given)


composing.offer_numbers(composing.Numbers(_books, _take))


@add_to_search
def among_taken(actor: Actor, criteria: Criteria, received: bool, filters: Mapping[str, str]) -> Found | None:  # noqa: FBT001 - as the mailbox calls it
    """Finds documents of earlier systems by the same words; what the axis carried too stands in the list itself."""
    if not allowed(actor, "takeover.view_documents"):
        return None
    direction = Direction.INCOMING if received else Direction.OUTGOING
    page = documents(actor, criteria=criteria, direction=direction, limit=LOOKED_AT)
    hidden = also_passed(actor, page.items, criteria, received=received)
    shown = [one for one in page.items if one.pk not in hidden][:SHOWN]
    if not shown:
        return None
    kept = {name: text for name, text in filters.items() if name not in ("show", "kind")}
    query = urlencode({**kept, "direction": str(direction)})
    return Found(
        _("Taken over from an earlier system"),
        [_hit(one) for one in shown],
        f"{reverse('takeover:documents')}?{query}",
    )


def _hit(one: TakenDocument) -> Hit:
    return Hit(
        one.subject,
        reverse("takeover:document", kwargs={"document_id": one.pk}),
        "/".join(part for part in (one.number, one.notation) if part),
        date_format(one.dated_on, "SHORT_DATE_FORMAT") if one.dated_on else "",
        f"{one.party} ({one.intake.system})" if one.intake.system else one.party,
    )
