"""What happens when the set-up has loaded the reference data: the groups of every installation are there."""

from __future__ import annotations

from hienluong.directory.events import ReferenceDataLoaded
from hienluong.kit.events import subscribe
from hienluong.recipients.commands.groups import add_standard_groups


@subscribe(ReferenceDataLoaded)
def complete_groups(event: ReferenceDataLoaded) -> None:
    """Adds the standard groups that are missing; what administrators changed stays."""
    add_standard_groups(now=event.at)
