"""People are told before certificates end, each time once, and when revocations are no longer known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from pytest_django import Settings
from world import NOW, World, row_of

from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.signing import commands
from hienluong.signing.models import RevocationSource, SigningCertificate

pytestmark = pytest.mark.django_db
HOME, FINANCE = "H50.S01", "H50.S02"
Employ = Callable[..., Actor]
DAY = timedelta(days=1)


def told(code: str) -> set[object]:
    return set(Notice.objects.filter(code=f"signing.{code}").values_list("reader", flat=True))


def test_end_of_a_certificate_is_told_to_those_it_concerns_each_time_once(
    world: World, employ: Employ, agencies: Mapping[str, Agency]
) -> None:
    clerk, owner = employ(HOME, "clerk"), employ(FINANCE, "head", "Cao Thị Dung")
    employ(HOME, "head", "Võ Văn Em")
    employ(FINANCE, "clerk", "Đỗ Thị Hoa")
    administrator = employ(FINANCE, "administrator", "Bùi Văn Hải")
    end = NOW + 100 * DAY
    for row in (row_of(world.seal, agency=agencies[HOME]), row_of(world.person, person_id=owner.id)):
        row.not_after = end
        row.save()
    per_day = []
    for left in (61, 60, 59, 31, 30, 8, 7, 6, 1, -1):
        before = Notice.objects.count()
        commands.warn_of_ends(now=end - left * DAY)
        commands.warn_of_ends(now=end - left * DAY)
        per_day.append((left, Notice.objects.count() - before))
    # Of each of the two certificates its own people and the administrator are told.
    assert per_day == [(61, 0), (60, 4), (59, 0), (31, 0), (30, 4), (8, 0), (7, 4), (6, 0), (1, 0), (-1, 0)]
    assert told("certificate_ending") == {clerk.id, owner.id, administrator.id}
    said = QueuedEntry.objects.filter(action="signing.warned-of-ends")
    assert said.count() == 6, "an entry on each of the three days, for each of two runs"


def test_certificate_that_ended_or_never_signed_worries_nobody(
    world: World, employ: Employ, settings: Settings
) -> None:
    owner = employ(HOME, "head")
    row = row_of(world.person, person_id=owner.id)
    soon = row.not_after - DAY
    for changes in ({"ended_at": NOW}, {"ended_at": None, "proved_at": None}):
        SigningCertificate.objects.filter(pk=row.pk).update(**changes)
        assert commands.warn_of_ends(now=soon) == 0
    SigningCertificate.objects.filter(pk=row.pk).update(proved_at=NOW)
    settings.SIGNING_ALARM_DAYS = []
    assert commands.warn_of_ends(now=soon) == 0
    settings.SIGNING_ALARM_DAYS = [2]
    assert commands.warn_of_ends(now=soon) == 1


def test_authority_of_the_trust_list_that_ends_is_told_to_administrators_and_operators(
    believed: World, employ: Employ
) -> None:
    watchers = {employ(HOME, role, role).id for role in ("administrator", "operator")}
    employ(HOME, "clerk")
    until = believed.root.not_valid_after
    commands.warn_of_ends(now=until - 61 * DAY)
    assert told("authority_ending") == set()
    commands.warn_of_ends(now=until - 5 * DAY)
    assert told("authority_ending") == watchers


def test_revocations_that_are_too_old_are_told_once(employ: Employ) -> None:
    administrator = employ(HOME, "administrator")
    RevocationSource.objects.create(
        kind="crl",
        url="http://ca.example/list.crl",
        about="a" * 64,
        wanted_at=NOW,
        next_update=NOW,
        problem="timed out",
    )
    assert commands.warn_of_old_revocations(now=NOW - timedelta(minutes=1)) == 0
    for hours in (1, 2, 3):
        assert commands.warn_of_old_revocations(now=NOW + timedelta(hours=hours)) == 1
    assert told("revocations_old") == {administrator.id}
    assert Notice.objects.get(code="signing.revocations_old").values["problem"] == "timed out"
    assert commands.warn_of_old_revocations(now=NOW + 31 * DAY) == 0, "nobody needs it any more"
