"""What corrections look out for: a document has come that an earlier packet already changed."""

from __future__ import annotations

from hienluong.corrections import commands, queries
from hienluong.jobs import service as jobs
from hienluong.kit import clock


def _references() -> list[str]:
    return ["references"] if queries.has_reference_due() else []


@jobs.lookout(name="corrections.settle_references", every=5.0, due=_references)
def settle_references(_references: str) -> None:
    """Lets what was said about a document before it came take effect now."""
    while commands.settle_references(now=clock.now()):
        pass
