"""Pure decisions about keeping."""

from __future__ import annotations

from typing import Final

from hienluong.kit.vietnamese import fold

LONGEST_MONTHS: Final = 12 * 100
ITEMS_MAX: Final = 2000
"""So many documents stand on one list: two people are to read it."""
TOGETHER: Final = 100
"""So many copies are destroyed in one transaction."""
REASON_MAX: Final = 1000


def key_of(type_name: str) -> str:
    """Returns a kind of document as it is compared: “Công văn”, “CÔNG VĂN” and “cong van” are one."""
    return " ".join(fold(type_name).split())[:100]
