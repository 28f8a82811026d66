"""Test agencies of the sandbox: with codes that no real agency can have, and apart from the real ones everywhere."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, AgencyCode
from hienluong.directory.permissions import require
from hienluong.directory.policy import SANDBOX_PREFIX
from hienluong.directory.recent import forget
from hienluong.kit import clock
from hienluong.kit.ids import REFERENCE_ALPHABET, new_id
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger

CODE_LETTERS = 6
ECHO_PARTNER = UUID("5b9d3a8e-0000-7000-8000-000000005b0c")
"""The test agency that the program itself plays; its id is fixed, so that nobody has to look it up."""

ECHO_GROUP = "ECHO"
ECHO_NAME = "Đối tác tự trả lời (thử nghiệm)"


def ensure_echo_partner(*, actor: Actor | None, now: datetime) -> Agency:
    """Returns the test agency SBX.ECHO, which answers by itself; makes it when it is not there.

    Raises:
        PermissionMissing: it is not there, and the actor does not manage agencies.
    """
    known = Agency.objects.filter(pk=ECHO_PARTNER).first()
    return known or create_test_agency(
        actor=actor, name=ECHO_NAME, now=now, agency_id=ECHO_PARTNER, group=ECHO_GROUP
    )


def create_test_agency(
    *, actor: Actor | None, name: str, now: datetime, agency_id: UUID | None = None, group: str | None = None
) -> Agency:
    """Makes a test agency of the sandbox with a code of its own and returns it.

    Args:
        actor: who makes it.
        name: what testers know it by.
        now: the moment.
        agency_id: a fixed id, for a partner that the program itself plays; None makes one.
        group: what follows "SBX." in its code; None draws six letters and digits.

    Raises:
        PermissionMissing: the actor does not manage agencies.
    """
    actor = require(actor, "directory.manage_agencies")
    name = normalise(name)[:200]
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        agency = Agency.objects.create(
            id=agency_id or new_id(),
            name=name,
            sort_key=sort_key(name),
            search_key=fold(name),
            kind=Agency.Kind.OTHER,
            place=Agency.Place.SANDBOX,
            valid_from=today,
        )
        code = AgencyCode.objects.create(
            agency=agency,
            scheme=AgencyCode.Scheme.SANDBOX,
            code=f"{SANDBOX_PREFIX}.{group or _drawn()}",
            primary=True,
            valid_from=today,
        )
        ledger.record(
            actor=actor.ref,
            action="directory.create_test_agency",
            subject=f"agency:{agency.pk}",
            details={"code": code.code},
            now=now,
        )
        transaction.on_commit(forget)
    return agency


def _drawn() -> str:
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(CODE_LETTERS))
