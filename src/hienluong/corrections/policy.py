"""Pure decisions about taking documents back: how a recall may go on."""

from __future__ import annotations

from typing import Final

ASKED, WITHDRAWN, AGREED, REFUSED, RETURNED = "asked", "withdrawn", "agreed", "refused", "returned"

RECALL: Final[dict[str, frozenset[str]]] = {
    "": frozenset({ASKED, WITHDRAWN, RETURNED}),
    ASKED: frozenset({AGREED, REFUSED}),
    WITHDRAWN: frozenset(),
    AGREED: frozenset(),
    REFUSED: frozenset(),
    RETURNED: frozenset(),
}
"""One recall from asking to its end; a document that was refused to its sender may be asked back again, as another."""

GONE: Final = frozenset({WITHDRAWN, AGREED, RETURNED})
"""The recipient has no copy any more."""


def may_become(before: str, after: str) -> bool:
    """Returns whether a recall may go this step."""
    return after in RECALL[before]
