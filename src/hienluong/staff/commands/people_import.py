"""Records many people and their posts from one table: all rows or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models.functions import Lower

from hienluong.directory.errors import AccountClosed, PersonRefused, PostOverlaps, PostRefused
from hienluong.directory.service import (
    Actor,
    FoundAgency,
    Person,
    Post,
    agencies_by_codes,
    assign_post,
    create_person,
    require,
)
from hienluong.kit import clock
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.staff.errors import PeopleRefused
from hienluong.staff.formats.people_csv import MAX_CELL, REQUIRED, PersonRow, TableUnreadable, read_people

YES = frozenset({"1", "x", "yes", "có", "true"})
NO = frozenset({"", "0", "no", "không", "false"})
SHOWN_ERRORS = 200


@dataclass(frozen=True, slots=True)
class PeopleImported:
    """What an import did, or in a dry run would do."""

    people: int
    posts: int
    unchanged: int
    dry_run: bool


def import_people(
    *, actor: Actor | None, content: bytes, now: datetime, dry_run: bool = False
) -> PeopleImported:
    """Records the people and posts of a CSV table; all rows or none.

    A row is one post of one person. Who the person is, the user name says: several rows give several posts, and a
    row whose post is held already changes nothing, so that the same file may be imported again. Accounts come
    without a password.

    Args:
        actor: who imports.
        content: the file; its columns are `formats.people_csv.COLUMNS`.
        now: the moment of the import.
        dry_run: only say what would be done.

    Raises:
        PermissionMissing: the actor does not manage people.
        PeopleRefused: the table or rows of it are wrong; each is named as /row/column, the first row being 1.
    """
    actor = require(actor, "directory.manage_people")
    try:
        rows = list(read_people(content))
    except TableUnreadable as problem:
        raise PeopleRefused([problem.error]) from problem
    if not rows:
        raise PeopleRefused([FieldError("", _("The table has no rows."))])
    agencies = agencies_by_codes({row.values["agency_code"] for row in rows})
    errors: list[FieldError] = []
    done = {"people": 0, "posts": 0, "unchanged": 0}
    with transaction.atomic():
        people = _known_people(rows)
        for row in rows:
            if faults := _faults(row, agencies, clock.in_vietnam(now).date()):
                errors += faults
            elif len(errors) < SHOWN_ERRORS:
                errors += _apply(actor, row, agencies[row.values["agency_code"]], people, done, now)
        if errors:
            raise PeopleRefused(errors[:SHOWN_ERRORS])
        summary = PeopleImported(**done, dry_run=dry_run)
        if dry_run:
            transaction.set_rollback(True)
        else:
            ledger.record(
                actor=actor.ref,
                action="staff.import_people",
                subject="staff:people",
                details=dict(done),
                now=now,
            )
    return summary


def _known_people(rows: list[PersonRow]) -> dict[str, Person]:
    names = {row.values["username"].lower() for row in rows}
    found = Person.objects.annotate(lowered=Lower("user__username")).filter(lowered__in=names)
    return {
        person.user.username.lower(): person
        for person in found.select_related("user")
        if person.user is not None
    }


def _faults(row: PersonRow, agencies: Mapping[str, FoundAgency], today: date) -> list[FieldError]:
    values = row.values

    def fault(column: str, text: str, **params: object) -> FieldError:
        return FieldError(f"/{row.number}/{column}", text, params)

    faults = [fault(name, _("The column is empty or missing.")) for name in REQUIRED if not values[name]]
    faults += [
        fault(name, _("At most {limit} characters."), limit=MAX_CELL)
        for name, value in values.items()
        if len(value) > MAX_CELL
    ]
    if values["agency_code"]:
        found = agencies.get(values["agency_code"])
        if found is None:
            faults.append(
                fault("agency_code", _("No agency has the code {code}."), code=values["agency_code"][:60])
            )
        elif found.ended(today):
            faults.append(fault("agency_code", _("This agency has ended.")))
    if values["role"] and values["role"].lower() not in Post.Role.values:
        faults.append(fault("role", _("The role is one of {known}."), known=", ".join(Post.Role.values)))
    if values["leads_unit"].lower() not in YES | NO:
        faults.append(fault("leads_unit", _("Write 1 or leave it empty.")))
    if values["valid_from"] and _day(values["valid_from"]) is None:
        faults.append(fault("valid_from", _("The day is written yyyy-mm-dd.")))
    return faults


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _apply(
    actor: Actor,
    row: PersonRow,
    agency: FoundAgency,
    people: dict[str, Person],
    done: dict[str, int],
    now: datetime,
) -> list[FieldError]:
    """Records one row; returns what stands in its way."""
    values = row.values
    username = values["username"].lower()
    try:
        with transaction.atomic():
            person = people.get(username)
            is_new = person is None
            if person is None:
                person = create_person(
                    actor=actor,
                    full_name=values["full_name"],
                    username=values["username"],
                    email=values["email"],
                    telephone=values["telephone"],
                    now=now,
                )
            elif person.full_name != values["full_name"]:
                text = _("The account {username} belongs to {person}.")
                params = {"username": values["username"], "person": person.full_name}
                return [FieldError(f"/{row.number}/full_name", text, params)]
            assign_post(
                actor=actor,
                person=person,
                agency=agency.agency,
                role=values["role"].lower(),
                title=values["title"],
                unit=values["unit"],
                leads_unit=values["leads_unit"].lower() in YES,
                valid_from=_day(values["valid_from"]),
                now=now,
            )
    except (PersonRefused, PostRefused) as refusal:
        return [FieldError(f"/{row.number}{one.pointer}", one.detail, one.params) for one in refusal.errors]
    except AccountClosed as refusal:
        return [FieldError(f"/{row.number}/username", refusal.detail, refusal.params)]
    except PostOverlaps:
        done["unchanged"] += 1
        return []
    people[username] = person
    done["people"] += is_new
    done["posts"] += 1
    return []
