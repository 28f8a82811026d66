"""Pure decisions: which step follows which, which pages an extract has, and what to know of a scan before it is signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from hienluong.copies.errors import StepRefused
from hienluong.copies.models import Kind, Step
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _

STEPS: Final[Mapping[str, frozenset[str]]] = {
    Step.PREPARED: frozenset({Step.SEALED, Step.GIVEN_UP}),
    Step.SEALED: frozenset(),
    Step.GIVEN_UP: frozenset(),
}
"""What the agency signed stays as it is."""

STAMPED: Final[Mapping[str, str]] = {
    Kind.SAO_Y: "SAO Y",
    Kind.SAO_LUC: "SAO LỤC",
    Kind.TRICH_SAO: "TRÍCH SAO",
}
"""What stands on the page, whatever language the clerk reads (Decree 30/2020/NĐ-CP, App. I, Part II)."""

VERSION_LEAST: Final = (1, 4)
DPI_LEAST: Final = 200
"""Of scans (Decree 30/2020/NĐ-CP, App. I). That a scan has the size of its paper cannot be read from the file."""
PAGE_MOST: Final = 10_000
_RANGE: Final = re.compile(r"(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?")


def require_step(before: str, after: str) -> None:
    """Raises StepRefused unless the table allows the step."""
    if after not in STEPS[before]:
        raise StepRefused(before=str(Step(before).label), after=after)


def pages_of(text: str) -> list[int]:
    """Returns the pages that people name as "1, 3-5", counted from 1, each once and in the order of the document.

    Raises:
        InvalidInput: it names none, or is written otherwise.
    """
    found: set[int] = set()
    for part in filter(None, (one.strip() for one in text.split(","))):
        named = _RANGE.fullmatch(part)
        first, last = (int(named[1]), int(named[2] or named[1])) if named else (0, 0)
        if not 1 <= first <= last <= PAGE_MOST:
            raise InvalidInput(
                [FieldError("/pages", _("Name pages and ranges of pages, separated by commas: 1, 3-5."))]
            )
        found.update(range(first, last + 1))
    if not found:
        raise InvalidInput([FieldError("/pages", _("Name the pages of the extract."))])
    return sorted(found)


def ranges_of(pages: Iterable[int]) -> str:
    """Returns pages as people name them, "1, 3-5"; the inverse of `pages_of`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def warnings_of(facts: Mapping[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Returns what a clerk should know before signing, as sentences with their parameters; none of it forbids anything.

    Args:
        facts: what reading the file found.
        kind: of the copy.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    if facts["scanned"] and tuple(facts["version"]) < VERSION_LEAST:
        version = ".".join(map(str, facts["version"]))
        found.append(
            (_("The scan is PDF {version}; the decree asks for 1.4 or later."), {"version": version})
        )
    if facts["colourless"]:
        found.append((_("Scanned pages that are not in colour: {count}."), {"count": facts["colourless"]}))
    if facts["coarse"]:
        found.append(
            (
                _("Scanned pages below 200 dpi: {count}; the coarsest has {dpi} dpi."),
                {"count": facts["coarse"], "dpi": facts["dpi"]},
            )
        )
    if facts["looked_at"] < facts["pages"]:
        found.append((_("Only the first {count} pages were looked at."), {"count": facts["looked_at"]}))
    if facts["verdict"] in ("invalid", "indeterminate"):
        found.append((_("Not every signature in the file was found to hold: check it before you sign."), {}))
    if kind == Kind.TRICH_SAO and facts["signatures"]:
        found.append(
            (_("The signatures in the source do not hold in an extract; they show as pictures."), {})
        )
    return found
