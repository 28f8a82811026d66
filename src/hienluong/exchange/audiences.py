"""Groups of recipients at the moment of sending: who was in them, who dropped out, kept with the transmission."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from hienluong.directory.service import Actor
from hienluong.exchange.models import Audience
from hienluong.exchange.queries import audiences_of_key
from hienluong.kit.jcs import canonical_json
from hienluong.ledger import service as ledger
from hienluong.recipients import service as recipients


def settle_audiences(actor: Actor, groups: Sequence[UUID], key: str | None) -> list[Audience]:
    """Returns the groups as they are now, not yet kept; or as they were when the idempotency key was first used.

    The same request made again must give the same file, whoever came into a group or left it meanwhile.

    Raises:
        GroupUnknown: a group that the actor's agency may not address.
    """
    before = audiences_of_key(actor, key) if groups else []
    if {one.group for one in before} == set(groups):
        return before
    return [
        Audience(
            group=one.group.pk,
            name=one.group.name,
            codes=[getattr(agency, "primary_code", "") for agency in one.agencies],
            dropped=[
                {
                    "name": gone.agency.name,
                    "why": gone.why,
                    "successor": gone.agency.successor.name if gone.agency.successor else "",
                }
                for gone in one.dropped
            ],
        )
        for one in recipients.expand_groups(actor, groups)
    ]


def keep_audiences(audiences: Sequence[Audience], transmission_id: UUID, packet_id: UUID) -> list[ledger.Act]:
    """Keeps the audiences of a transmission in the caller's transaction and returns what the ledger says of them."""
    Audience.objects.bulk_create(
        Audience(
            transmission_id=transmission_id,
            group=one.group,
            name=one.name,
            codes=one.codes,
            dropped=one.dropped,
        )
        for one in audiences
    )
    return [
        ledger.Act(
            "exchange.group-addressed",
            f"packet:{packet_id}",
            {
                "group": str(one.group),
                "recipients": len(one.codes),
                "dropped": len(one.dropped),
                "recipients_sha256": hashlib.sha256(canonical_json(one.codes)).hexdigest(),
            },
        )
        for one in audiences
    ]
