"""What happens when the set-up has loaded the reference data: the list of every installation begins somewhere."""

from __future__ import annotations

from hienluong.directory.events import ReferenceDataLoaded
from hienluong.kit.events import subscribe
from hienluong.reasons.commands import add_standard_reasons


@subscribe(ReferenceDataLoaded)
def complete_reasons(event: ReferenceDataLoaded) -> None:
    """Adds the standard reasons that were never there; what people changed or ended stays so."""
    add_standard_reasons(now=event.at)
