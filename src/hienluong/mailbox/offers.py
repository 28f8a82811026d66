"""What modules above add to a search: documents that the exchange never carried, found by the same words.

The mailbox does not know them: they register a function, which is asked wherever people search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from hienluong.directory.service import Actor
from hienluong.kit.criteria import Criteria


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found elsewhere, as a line of a list."""

    subject: str
    url: str
    number: str
    day: str
    agency: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one module found: the first few, and where all of them are."""

    title: str | Promise
    hits: Sequence[Hit]
    more: str


Finder = Callable[[Actor, Criteria, bool, Mapping[str, str]], Found | None]
"""Takes who looks, for what, whether among what came in (or what was sent), and the filters as the form has them."""

_finders: list[Finder] = []


def add_to_search(finder: Finder) -> Finder:
    """Asks the function whenever somebody searches; may be used as a decorator."""
    _finders.append(finder)
    return finder


def found_elsewhere(
    actor: Actor, criteria: Criteria, *, received: bool, filters: Mapping[str, str]
) -> list[Found]:
    """Returns what all modules found, first registered first; nothing where nothing is looked for."""
    if not criteria:
        return []
    return [found for finder in _finders if (found := finder(actor, criteria, received, filters))]
