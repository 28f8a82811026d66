"""What actors and subjects of entries are called: entries name them as kind:id, people want names.

Metadata only (docs/decisions/0019): a packet is its number, notation and sender, never its subject line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from hienluong.directory.service import Agency, Person, Post, User
from hienluong.evidence.labels import KINDS
from hienluong.exchange.service import Packet
from hienluong.kit.ids import as_number, as_uuid
from hienluong.systems.service import AgencySystem

Naming = Callable[[set[str]], dict[str, str]]


def names_of(subjects: Iterable[str]) -> dict[str, str]:
    """Returns names by kind:id, as far as there is a name; one query for each kind that has one.

    Kinds without names of their own are said by their kind, as “Access review 2026-Q4”.
    """
    by_kind: dict[str, set[str]] = {}
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        by_kind.setdefault(kind, set()).add(number)
    found = {}
    for kind, numbers in by_kind.items():
        if kind in _NAMED:
            names = _NAMED[kind](numbers)
            found.update({f"{kind}:{number}": name for number, name in names.items()})
        elif kind in KINDS:
            found.update({f"{kind}:{number}".rstrip(":"): _by_kind(kind, number) for number in numbers})
    return found


def _by_kind(kind: str, number: str) -> str:
    """Returns what a thing without a name is called: its kind, and its number or the end of its id."""
    short = f"…{number[-6:]}" if as_uuid(number) else number
    return f"{KINDS[kind]} {short}".strip()


def _uuids(numbers: set[str]) -> list[UUID]:
    return [found for found in map(as_uuid, numbers) if found is not None]


def _numbers(numbers: set[str]) -> list[int]:
    return [found for found in map(as_number, numbers) if found is not None]


def _packets(numbers: set[str]) -> dict[str, str]:
    rows = Packet.objects.filter(pk__in=_uuids(numbers)).only(
        "code_number", "code_notation", "document_id", "sender_name"
    )
    return {str(row.pk): f"{packet_number(row)} — {row.sender_name}" for row in rows}


def packet_number(packet: Packet) -> str:
    """Returns number and notation of a packet, or its document id where it has none."""
    return "/".join(filter(None, (packet.code_number, packet.code_notation))) or packet.document_id or "–"


def _people(numbers: set[str]) -> dict[str, str]:
    rows = Person.objects.filter(pk__in=_uuids(numbers)).values_list("pk", "full_name")
    return {str(number): name for number, name in rows}


def _users(numbers: set[str]) -> dict[str, str]:
    rows = User.objects.filter(pk__in=_numbers(numbers)).values_list("pk", "username", "person__full_name")
    return {str(number): full_name or username for number, username, full_name in rows}


def _systems(numbers: set[str]) -> dict[str, str]:
    rows = AgencySystem.objects.filter(pk__in=_uuids(numbers)).select_related("agency")
    return {str(row.pk): f"{row.name} — {row.agency.name}" for row in rows}


def _agencies(numbers: set[str]) -> dict[str, str]:
    rows = Agency.objects.filter(pk__in=_uuids(numbers)).values_list("pk", "name")
    return {str(number): name for number, name in rows}


def _posts(numbers: set[str]) -> dict[str, str]:
    rows = Post.objects.filter(pk__in=_numbers(numbers)).select_related("person", "agency")
    return {str(row.pk): f"{row.person.full_name}, {row.title}, {row.agency.name}" for row in rows}


_NAMED: dict[str, Naming] = {
    "packet": _packets,
    "person": _people,
    "user": _users,
    "system": _systems,
    "agency": _agencies,
    "post": _posts,
}
