"""Tells people before certificates end, and when what is known of revocations has become too old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from hienluong.directory.service import Actor, Post, administrators_to_tell, operators_to_tell, people_to_tell
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.signing.authorities import in_force
from hienluong.signing.models import RevocationSource, SigningCertificate
from hienluong.signing.queries.certificates import alarm_days

STILL_WANTED = timedelta(days=30)
"""A source that nobody needed for so long worries nobody."""

notices.declare_text("signing.certificate_ending", _("The signing certificate of {name} ends on {day}."))
notices.declare_text(
    "signing.certificate_brought",
    _(
        "{by} registered the certificate {name}. It signs once you have tested its device; if it is not yours, have it ended."
    ),
)
notices.declare_text(
    "signing.authority_ending", _("The certificate of the trusted authority {name} ends on {day}.")
)
notices.declare_text(
    "signing.revocations_old", _("Revocations are no longer known from {url} since {day}: {problem}")
)


@transaction.atomic
def warn_of_ends(*, now: datetime) -> int:
    """Tells of certificates and authorities that end within the days of the settings, and returns how many those are.

    Each is told of once per number of days: its holder, for an agency's the clerks, and administrators.
    """
    days = alarm_days()
    until = now + timedelta(days=max(days, default=0))
    rows = SigningCertificate.objects.filter(
        ended_at__isnull=True, proved_at__isnull=False, not_after__gt=now, not_after__lte=until
    ).select_related("person", "agency")
    ending = list(rows.order_by("not_after", "pk"))
    administrators = _readers(administrators_to_tell())
    clerks = _clerks_of(ending)
    for row in ending:
        link = reverse("signing:certificate", args=[row.pk])
        readers = [*_owners(row, clerks), *administrators]
        _tell("certificate_ending", readers, row.owner_name, row.not_after, link, now)
    authorities = [one for one in in_force(now) if now < one.not_after <= until]
    for one in authorities:
        link = f"{reverse('signing:authorities')}?show={one.sha256[:16]}"
        readers = [*administrators, *_readers(operators_to_tell())]
        _tell("authority_ending", readers, one.name, one.not_after, link, now)
    ends = [*(row.not_after for row in ending), *(one.not_after for one in authorities)]
    _record("warned-of-ends", sum(_is_new(end, now) for end in ends), now)
    return len(ending) + len(authorities)


def tell_of_new(row: SigningCertificate, *, by: str, now: datetime) -> None:
    """Tells who can test it, its holder or the agency's clerks, that somebody else registered a certificate."""
    notices.tell(
        readers=_owners(row, _clerks_of([row])),
        code="signing.certificate_brought",
        values={"by": by, "name": row.holder_name},
        link=reverse("signing:certificate", args=[row.pk]),
        now=now,
    )


@transaction.atomic
def warn_of_old_revocations(*, now: datetime) -> int:
    """Tells administrators and operators of sources that are past their next update, once for each; returns how many those are."""
    old = RevocationSource.objects.filter(next_update__lt=now, wanted_at__gt=now - STILL_WANTED)
    sources = {row.url: row for row in old.order_by("-next_update")}
    readers = [*_readers(administrators_to_tell()), *_readers(operators_to_tell())]
    for row in sources.values():
        if row.next_update is None:
            continue
        notices.tell(
            readers=readers,
            code="signing.revocations_old",
            values={
                "url": row.url,
                "day": f"{in_vietnam(row.next_update):%d/%m/%Y %H:%M}",
                "problem": row.problem or "–",
            },
            link=notices.link_at(reverse("signing:authorities"), row.next_update),
            now=now,
        )
    _record("warned-of-old-revocations", sum(_is_new_source(row, now) for row in sources.values()), now)
    return len(sources)


def _clerks_of(rows: Iterable[SigningCertificate]) -> dict[UUID, list[tuple[UUID, str]]]:
    return people_to_tell({row.agency_id for row in rows if row.agency_id}, [Post.Role.CLERK])


def _owners(row: SigningCertificate, clerks: dict[UUID, list[tuple[UUID, str]]]) -> list[Reader]:
    """Returns whose it is to know of a certificate: its holder; of an agency's its clerks."""
    if row.person is not None:
        return [Reader(row.person.pk, row.person.email)]
    return _readers(clerks.get(row.agency_id, []) if row.agency_id else [])


def _tell(code: str, readers: Iterable[Reader], name: str, end: datetime, link: str, now: datetime) -> None:
    passed = [days for days in alarm_days() if end - now <= timedelta(days=days)]
    notices.tell(
        readers=readers,
        code=f"signing.{code}",
        values={"name": name, "day": f"{in_vietnam(end):%d/%m/%Y}"},
        link=f"{link}#{passed[-1]}",
        now=now,
    )


def _is_new(end: datetime, now: datetime) -> bool:
    """Returns whether one of the numbers of days was reached since the job ran yesterday."""
    return any(timedelta(days=days - 1) < end - now <= timedelta(days=days) for days in alarm_days())


def _is_new_source(row: RevocationSource, now: datetime) -> bool:
    """Returns whether a source became too old since the job ran an hour ago."""
    return row.next_update is not None and now - row.next_update <= timedelta(hours=1)


def _record(what: str, count: int, now: datetime) -> None:
    if count:
        actor = Actor.platform("signing").ref
        ledger.record(
            actor=actor,
            action=f"signing.{what}",
            subject="certificates:all",
            details={"count": count},
            now=now,
        )


def _readers(people: Iterable[tuple[UUID, str]]) -> list[Reader]:
    return [Reader(person, address) for person, address in people]
