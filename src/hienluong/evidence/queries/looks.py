"""Who has looked at a person's data: by the entries of the ledger, for that person and for who answers in writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from hienluong.directory.service import Actor, Agency, Person, purpose_title, require
from hienluong.evidence.policy import SEEN
from hienluong.kit.cursors import Page
from hienluong.kit.errors import NotFound
from hienluong.kit.ids import as_uuid
from hienluong.ledger import service as ledger
from hienluong.ledger.service import Disclosed, Wanted

PAGE = 50


@dataclass(frozen=True, slots=True)
class LookLine:
    """One look: when, by somebody of which agency (or by which system), for what; the id of the entry that proves it."""

    at: datetime
    agency: str
    by: str
    purpose: str | Promise
    entry_id: UUID


def own_looks(actor: Actor | None, *, before: str = "", limit: int = PAGE) -> Page[LookLine]:
    """Returns who has looked at the actor's own data, newest first.

    Raises:
        NotAuthenticated, PermissionMissing: the actor is no person.
    """
    actor = require(actor, "evidence.view_own_looks")
    assert actor.person_id is not None  # noqa: S101 - the permission is a person's
    return _looks(actor.person_id, before, limit)


def looks_at(actor: Actor | None, person_id: UUID, *, before: str = "", limit: int = PAGE) -> Page[LookLine]:
    """Returns who has looked at a person's data, for an answer to a written request.

    The command `answer_request` records that it is asked, and why, before this is shown.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not answer such requests.
    """
    require(actor, "evidence.view_looks")
    return _looks(person_id, before, limit)


def person_asked_about(actor: Actor | None, person_id: UUID) -> Person:
    """Returns the person a request is about.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not answer such requests.
        NotFound: there is none.
    """
    require(actor, "evidence.view_looks")
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    return person


def _looks(person_id: UUID, before: str, limit: int) -> Page[LookLine]:
    wanted = Wanted(subject=f"person:{person_id}", action=SEEN)
    page = ledger.find_entries(wanted, before=before, limit=limit)
    found = (as_uuid(one.actor.get("agency", "")) for one in page.items)
    ids = {one for one in found if one is not None}
    agencies = {str(pk): name for pk, name in Agency.objects.filter(pk__in=ids).values_list("pk", "name")}
    return Page([_line(one, agencies) for one in page.items], page.next)


def _line(entry: Disclosed, agencies: dict[str, str]) -> LookLine:
    """Returns a look as the person reads it: which agency and what for; a person who looked stays unnamed."""
    actor = entry.actor
    by = "" if actor.get("kind") == "person" else actor.get("name", "")
    purpose = purpose_title(str(entry.details.get("purpose", "")))
    return LookLine(entry.at, agencies.get(actor.get("agency", ""), ""), by, purpose, entry.id)
