"""The sandbox: test agencies with systems of their own, and a partner that answers by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, require
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.systems.commands.systems import create_system, record
from hienluong.systems.errors import SandboxFull, SystemRefused
from hienluong.systems.models import AgencySystem, SandboxAgency

SYSTEMS_PER_AGENCY = 5
SECRET_DAYS = 90
SANDBOX = Actor.platform("sandbox")


def open_sandbox(
    *, actor: Actor | None, owner: Agency, name: str, now: datetime
) -> tuple[AgencySystem, str, str]:
    """Makes a test agency and its system for an agency's developers; returns the system, its client id and its secret.

    The test agency has a code that no real agency can have, and can exchange documents with other test agencies only.
    Several make a sender and a recipient of one's own. The secret ends after 90 days.

    Raises:
        PermissionMissing: the actor neither manages systems nor works for the agency.
        SystemRefused: the name cannot be accepted, or the agency is a test agency itself.
        SandboxFull: the agency has as many as it may.
    """
    actor = require(actor, "systems.open_sandbox", owner)
    if owner.in_sandbox:
        raise SystemRefused(
            [FieldError("/agency", _("Choose a real agency; the test agency is made for it."))]
        )
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=owner.pk)  # two at once must not pass the limit
        opened = SandboxAgency.objects.filter(owner=owner)
        if opened.filter(agency__systems__valid_to=None).count() >= SYSTEMS_PER_AGENCY:
            raise SandboxFull(agency=owner.name, limit=SYSTEMS_PER_AGENCY)
        directory.ensure_echo_partner(actor=SANDBOX, now=now)
        agency = directory.create_test_agency(
            actor=SANDBOX, name=f"Thử nghiệm {opened.count() + 1} – {owner.name}", now=now
        )
        SandboxAgency.objects.create(agency=agency, owner=owner, opened_at=now)
        system, secret = create_system(
            agency=agency, name=name, secret_ends_at=now + timedelta(days=SECRET_DAYS), now=now
        )
        record(
            actor,
            "systems.open_sandbox",
            system,
            {"owner": str(owner.pk), "agency": str(agency.pk), "client": system.client_id},
            now,
        )
    return system, system.client_id, secret
