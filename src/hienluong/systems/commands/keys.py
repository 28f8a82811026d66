"""Secrets of systems: a new one takes over without a gap, an old one ends, people are told before one ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import transaction

from hienluong.directory import service as directory
from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, forget, require
from hienluong.kit import clock
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.systems.commands.systems import add_secret, locked, publish, record
from hienluong.systems.errors import SecretNotFound, SystemRefused, TwoSecretsAlready
from hienluong.systems.events import SystemKeyChanged
from hienluong.systems.keys import good_at
from hienluong.systems.models import AgencySystem, SystemSecret
from hienluong.systems.queries import NOTICE_DAYS, ending_secrets

GOOD_AT_ONCE = 2
CLOCK = Actor.platform("secrets")

for _days in NOTICE_DAYS:
    notices.declare_text(
        f"systems.secret_ends_{_days}",
        _(
            "The secret {key_id} of the system {system} ({agency}) ends on {ends_on}. Make a new one and enter it there."
        ),
    )


def rotate_system_secret(
    *,
    actor: Actor | None,
    system: AgencySystem,
    now: datetime,
    former_ends_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> str:
    """Gives a system a new secret and returns it, this once. It is good at once; the former one until its end.

    Args:
        actor: who makes it.
        system: whose secret it is.
        now: the moment.
        former_ends_at: when the former secret ends, with the tokens it gave; `now` ends it at once, None leaves it
            the usual overlap (SECRET_OVERLAP_DAYS). An earlier end that was set before stays.
        ends_at: when the new secret ends; None: it has no end.

    Raises:
        PermissionMissing: the actor does not manage the system.
        SystemEnded: it has ended.
        SystemRefused: the new secret would end before it begins.
        TwoSecretsAlready: two are good, and they are not ended with this.
    """
    actor = require(actor, "systems.manage_systems", system)
    until = former_ends_at or now + timedelta(days=settings.SECRET_OVERLAP_DAYS)
    if ends_at is not None and ends_at <= now:
        raise SystemRefused([FieldError("/ends_at", _("The end lies in the future."))])
    with transaction.atomic():
        system = locked(system)
        former = list(system.secrets.filter(good_at(now)).order_by("created_at", "pk"))
        if len(former) >= GOOD_AT_ONCE and until > now:
            raise TwoSecretsAlready(system=system.name, key_ids=[row.key_id for row in former])
        for row in former:
            _end(row, until)
        secret = add_secret(system, ends_at=ends_at, now=now)
        facts = {
            "key": system.secrets.latest("pk").key_id,
            "former": [row.key_id for row in former],
            "former_ends_at": until.isoformat(timespec="seconds"),
        }
        publish(SystemKeyChanged(system.pk, actor.ref, now), system)
        record(actor, "systems.rotate_system_secret", system, facts, now)
        transaction.on_commit(forget)
    return secret


def end_system_secret(
    *, actor: Actor | None, system: AgencySystem, key_id: str, now: datetime
) -> SystemSecret:
    """Ends one secret of a system at once, and the tokens it gave; the other secret, if there is one, stays.

    Raises:
        PermissionMissing: the actor does not manage the system.
        SystemEnded: the system has ended.
        SecretNotFound: it has no such secret.
        AlreadyEnded: the secret ended before.
    """
    actor = require(actor, "systems.manage_systems", system)
    with transaction.atomic():
        system = locked(system)
        row = system.secrets.filter(key_id=key_id).first()
        if row is None:
            raise SecretNotFound
        if row.ends_at is not None and row.ends_at <= now:
            raise AlreadyEnded(ended_on=clock.in_vietnam(row.ends_at).date())
        _end(row, now)
        publish(SystemKeyChanged(system.pk, actor.ref, now), system)
        record(actor, "systems.end_system_secret", system, {"key": key_id}, now)
        transaction.on_commit(forget)
    return row


def _end(row: SystemSecret, at: datetime) -> None:
    """Lets a secret end, no later than it would anyway, and its tokens with it."""
    row.ends_at = at if row.ends_at is None else min(row.ends_at, at)
    row.save(update_fields=["ends_at"])
    given = Token.objects.filter(client=row.system.client_id, data__secret=row.pk)
    given.filter(expires_at__gt=row.ends_at).update(expires_at=row.ends_at)


def tell_of_ending_secrets(*, now: datetime) -> int:
    """Tells the clerks and heads of an agency, and the administrators, 30, 7 and 1 days before a secret ends.

    A former secret that nobody has used since its successor was made ends in silence. Returns how many were told of.
    """
    soon = ending_secrets(now).select_related("system__agency").order_by("ends_at", "pk")
    told = 0
    administrators = directory.administrators_to_tell()
    for row in soon:
        assert row.ends_at is not None  # noqa: S101 - filtered above
        days = next(days for days in NOTICE_DAYS if row.ends_at <= now + timedelta(days=days))
        agency = row.system.agency.sandbox.owner if row.system.agency.in_sandbox else row.system.agency
        own = directory.people_to_tell([agency.pk], ("clerk", "head")).get(agency.pk, ())
        people = dict(own) | dict(administrators)
        notices.tell(
            readers=[Reader(person, address) for person, address in people.items()],
            code=f"systems.secret_ends_{days}",
            values={
                "key_id": row.key_id,
                "system": row.system.name,
                "agency": agency.name,
                "ends_on": clock.in_vietnam(row.ends_at).strftime("%d/%m/%Y"),
            },
            link=f"/systems/{row.system_id}/#key-{row.key_id}",
            now=now,
        )
        told += 1
    if told:
        ledger.record(
            actor=CLOCK.ref,
            action="systems.tell_of_ending_secrets",
            subject="systems:secrets",
            details={"secrets": told},
            now=now,
        )
    return told
