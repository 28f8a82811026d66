"""What follows from what happened on the axis: a draft that was sent is one no more, in the same transaction."""

from __future__ import annotations

from uuid import UUID

from hienluong.composing.commands.drafts import lock_draft, remove
from hienluong.composing.models import Draft
from hienluong.composing.queries import DRAFT_KEY
from hienluong.exchange.events import PacketAccepted
from hienluong.kit.events import subscribe


@subscribe(PacketAccepted)
def end_draft(event: PacketAccepted) -> None:
    """Removes the draft that was sent, with its files: the packet carries them now."""
    key = event.idempotency_key or ""
    if not key.startswith(DRAFT_KEY):
        return
    try:
        draft_id = UUID(key.removeprefix(DRAFT_KEY))
    except ValueError:
        return  # a system's own key that happens to begin so
    lock_draft(draft_id)
    found = Draft.objects.filter(pk=draft_id, agency=event.sender_id).first()
    if found is not None:
        remove(found)
