"""Reads: with which certificates somebody may sign, the register of them, and whether the trust list believes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor, Agency, Person, Post, allowed, require, today, valid_on
from hienluong.files import service as files
from hienluong.kit.cursors import Page, no_cursor, page_of, read_cursor, write_cursor
from hienluong.kit.vietnamese import fold
from hienluong.signing import possession
from hienluong.signing.authorities import trust
from hienluong.signing.errors import HolderUnknown, SigningCertificateNotFound
from hienluong.signing.formats.keys import read_certificates
from hienluong.signing.formats.trust import Way
from hienluong.signing.models import SigningCertificate

State = Literal["ended", "over", "unproved", "ending", "good"]
PAGE: Final = 25
SIGN: Final = (Post.Role.CLERK, Post.Role.HEAD, Post.Role.DEPUTY, Post.Role.OFFICER)
"""Roles whose holders sign with certificates of their own."""
_LIST: Final = "certificates"


@dataclass(frozen=True, slots=True)
class Registered:
    """A certificate of the register as it is at a moment.

    Attributes:
        row: the entry.
        state: ended here; past its time; its key was never shown; ends soon; good.
        way: how it leads to the trust list.
        days_left: whole days until it ends; negative: it has.
    """

    row: SigningCertificate
    state: State
    way: Way
    days_left: int

    @property
    def signs(self) -> bool:
        """Whether its holder can sign with it now."""
        return self.state in {"ending", "good"}


def certificates_of(
    actor: Actor | None, *, now: datetime, people: Collection[UUID] = (), agency: bool | None = None
) -> list[SigningCertificate]:
    """Returns those the actor may sign with now: a person's own and, for a clerk, those of the agency acted for.

    A system has those of its agency: on devices, and of keys of this installation that are registered for systems.
    Own ones come first; then by the end of their time, the last first.

    Args:
        actor: who asks.
        now: the moment.
        people: for whose devices a system carries hashes; whoever calls has made sure that it may.
        agency: those of the agency alone, or those of people alone; None: both.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
    """
    actor = require(actor, "signing.sign_document")
    rows = SigningCertificate.objects.filter(
        _usable_by(actor, people),
        ended_at__isnull=True,
        proved_at__isnull=False,
        not_before__lte=now,
        not_after__gt=now,
    )
    return sorted(
        (row for row in rows.select_related("person", "agency") if agency in (None, row.is_agency)),
        key=lambda row: (row.is_agency, -row.not_after.timestamp(), row.pk),
    )


def certificate(
    actor: Actor | None, certificate_id: UUID, *, now: datetime, people: Collection[UUID] = ()
) -> SigningCertificate:
    """Returns a certificate that the actor may sign with now; `people` as for `certificates_of`.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        SigningCertificateNotFound: there is none, it is somebody else's, it has ended, or it is not of today.
    """
    for row in certificates_of(actor, now=now, people=people):
        if row.pk == certificate_id:
            return row
    raise SigningCertificateNotFound(id=certificate_id)


def image_of(row: SigningCertificate) -> bytes | None:
    """Returns the image that shows on the page, a PNG with a transparent ground; None: there is none."""
    return files.read_for(holder=row.pk, file_id=row.image) if row.image else None


def holder(agency: Agency, *, post_id: int | None = None, email: str = "") -> Person:
    """Returns who of those that sign for an agency today is meant, by a post or by an address.

    Raises:
        HolderUnknown: nobody is, or the address is of several.
    """
    posts = Post.objects.filter(valid_on(today()), agency=agency, role__in=SIGN)
    found = posts.filter(pk=post_id) if post_id is not None else posts.filter(person__email__iexact=email)
    people = {one.person_id: one.person for one in found.select_related("person")}
    if len(people) != 1:
        raise HolderUnknown(agency=agency.name, holder=email if post_id is None else post_id)
    return next(iter(people.values()))


def own_certificates(actor: Actor | None, *, now: datetime) -> list[Registered]:
    """Returns the certificates that a person registered, ended ones last.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
    """
    actor = require(actor, "signing.register_certificate")
    rows = SigningCertificate.objects.filter(_of(person=actor.person_id)).select_related("person", "agency")
    found = sorted(rows, key=lambda row: (row.ended_at is not None, -row.registered_at.timestamp()))
    return _registered(found[:PAGE], now)


def certificates(
    actor: Actor | None,
    *,
    now: datetime,
    text: str = "",
    ended: bool = False,
    people: bool = False,
    after: str = "",
) -> Page[Registered]:
    """Returns a page of the register, what ends first first: an agency's own; for administrators everybody's.

    Args:
        actor: who asks.
        now: the moment.
        text: words of the holder's name, or the beginning of the fingerprint.
        ended: those that have ended instead of those in use.
        people: of those who sign for the agency acted for, instead of its own.
        after: the cursor of the page.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see the register.
        InvalidInput: the cursor is none.
    """
    found = certificates_visible_to(actor, people=people).filter(ended_at__isnull=not ended)
    for word in fold(text).split():
        found = found.filter(
            Q(agency__search_key__contains=word)
            | Q(person__search_key__contains=word)
            | Q(sha256__startswith=word)
        )
    if after:
        moment, pk = _place(after)
        found = found.filter(Q(not_after__gt=moment) | Q(not_after=moment, pk__gt=pk))
    page = page_of(found.order_by("not_after", "pk").select_related("person", "agency"), PAGE, _cursor)
    return Page(_registered(page.items, now), page.next)


def certificates_visible_to(actor: Actor | None, *, people: bool = False) -> QuerySet[SigningCertificate]:
    """Returns the certificates of the agency acted for, or of those who sign for it; for administrators those of everybody.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see the register.
    """
    actor = require(actor, "signing.view_certificates")
    if allowed(actor, "signing.manage_certificates"):
        return SigningCertificate.objects.all()
    mine = _of_people(actor) if people else _of(agency=actor.agency_id)
    return SigningCertificate.objects.filter(mine)


def visible(actor: Actor | None, certificate_id: UUID) -> SigningCertificate:
    """Returns an entry of the register that the actor may see: an own one, or as the lists say.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees none.
        SigningCertificateNotFound: there is none, or it is another's.
    """
    if allowed(actor, "signing.manage_certificates"):
        return _one(certificate_id, Q())
    if actor is not None and actor.kind == "system":
        require(actor, "signing.view_certificates")
        return _one(certificate_id, _of(agency=actor.agency_id) | _of_people(actor))
    seen = _own_or_managed(actor)
    if actor is not None and allowed(actor, "signing.view_certificates"):
        seen |= _of(agency=actor.agency_id)
    return _one(certificate_id, seen)


def changeable(actor: Actor | None, certificate_id: UUID, *, in_use: bool = True) -> SigningCertificate:
    """Returns a certificate, by itself one in use, that the actor may change: an own one; the agency's for its system; for administrators any.

    Raises:
        NotAuthenticated, PermissionMissing: the actor changes none.
        SigningCertificateNotFound: there is none, it is another's, or it has ended.
    """
    if actor is not None and actor.kind == "system":
        require(actor, "signing.bring_certificate")
        return _one(certificate_id, _of(agency=actor.agency_id), in_use=in_use)
    return _one(certificate_id, _own_or_managed(actor), in_use=in_use)


def provable(actor: Actor | None, certificate_id: UUID) -> SigningCertificate:
    """Returns a certificate on a device in use that the actor may test: an own one; the agency's for its clerk; any agency's for administrators.

    A person's is tested by that person alone, whoever registered it, and no system tests any (decision 35).

    Raises:
        NotAuthenticated, PermissionMissing: the actor tests none.
        SigningCertificateNotFound: there is none, it is another's, it is on no device, or it has ended.
    """
    if allowed(actor, "signing.manage_certificates"):
        which = Q(agency__isnull=False)
    else:
        which = _own_or_managed(actor)
    if actor is not None:
        which |= _usable_by(actor)
    return _one(certificate_id, which & Q(place=SigningCertificate.Place.DEVICE), in_use=True)


def testable(actor: Actor | None, row: SigningCertificate) -> bool:
    """Returns whether the actor may test the device of a certificate."""
    try:
        provable(actor, row.pk)
    except (SigningCertificateNotFound, PermissionMissing):
        return False
    return True


def challenge(actor: Actor | None, certificate_id: UUID, *, now: datetime) -> possession.Challenge:
    """Returns what the device of a certificate signs to show that it holds the key.

    Raises:
        NotAuthenticated, PermissionMissing, SigningCertificateNotFound: as `provable`.
    """
    return possession.challenge(provable(actor, certificate_id), now=now)


def image(actor: Actor | None, certificate_id: UUID) -> bytes:
    """Returns the image of a certificate that the actor may see.

    Raises:
        NotAuthenticated, PermissionMissing: the actor sees none.
        SigningCertificateNotFound: there is none, it is another's, or it has no image.
    """
    found = image_of(visible(actor, certificate_id))
    if found is None:
        raise SigningCertificateNotFound(id=certificate_id)
    return found


def alarm_days() -> list[int]:
    """Returns how many days before its end people are told of a certificate, the most first."""
    return sorted(settings.SIGNING_ALARM_DAYS, reverse=True)


def registered(row: SigningCertificate, *, now: datetime) -> Registered:
    """Returns an entry of the register as it is at a moment."""
    return _registered([row], now)[0]


def _registered(rows: Iterable[SigningCertificate], now: datetime) -> list[Registered]:
    shown = list(rows)
    if not shown:
        return []
    read = [(own, chain) for own, *chain in (read_certificates(row.certificates) for row in shown)]
    believed = trust(now, [one for own, chain in read for one in (own, *chain)])
    return [
        Registered(row, _state(row, now), way, (row.not_after - now) // timedelta(days=1))
        for row, way in zip(shown, believed.ways(read, now=now), strict=True)
    ]


def _state(row: SigningCertificate, now: datetime) -> State:
    if row.ended_at is not None:
        return "ended"
    if row.not_after <= now:
        return "over"
    if row.proved_at is None:
        return "unproved"
    soon = timedelta(days=max(alarm_days(), default=0))
    return "ending" if row.not_after - now <= soon else "good"


def _own_or_managed(actor: Actor | None) -> Q:
    if allowed(actor, "signing.manage_certificates"):
        return Q(pk__isnull=False)  # an empty condition would give way to any other
    return _of(person=require(actor, "signing.register_certificate").person_id)


def _usable_by(actor: Actor, people: Collection[UUID] = ()) -> Q:
    on_device = Q(place=SigningCertificate.Place.DEVICE)
    if actor.kind == "system":
        return _of(agency=actor.agency_id) & (on_device | Q(for_systems=True)) | (
            Q(person__in=people) & on_device
        )
    mine = _of(person=actor.person_id)
    return mine | _of(agency=actor.agency_id) if actor.role == Post.Role.CLERK else mine


def _of(**owner: UUID | None) -> Q:
    """Returns the condition "this owner's"; nobody's where there is none."""
    ((field, pk),) = owner.items()
    return Q(**{f"{field}_id": pk}) if pk else Q(pk__in=())


def _of_people(actor: Actor) -> Q:
    """Returns the condition "of somebody who signs for the agency acted for, today"."""
    posts = Post.objects.filter(valid_on(today()), agency=actor.agency_id, role__in=SIGN)
    return Q(person__in=posts.values("person"))


def _one(certificate_id: UUID, which: Q, *, in_use: bool = False) -> SigningCertificate:
    rows = SigningCertificate.objects.filter(which, pk=certificate_id).select_related("person", "agency")
    row = (rows.filter(ended_at__isnull=True) if in_use else rows).first()
    if row is None:
        raise SigningCertificateNotFound(id=certificate_id)
    return row


def _cursor(row: SigningCertificate) -> str:
    return write_cursor(_LIST, f"{row.not_after.isoformat()}~{row.pk}")


def _place(cursor: str) -> tuple[datetime, UUID]:
    moment, _tilde, pk = str(read_cursor(_LIST, cursor, field="after")).partition("~")
    try:
        place = datetime.fromisoformat(moment), UUID(pk)
    except ValueError as problem:
        raise no_cursor("after") from problem
    if place[0].tzinfo is None:
        raise no_cursor("after")
    return place
