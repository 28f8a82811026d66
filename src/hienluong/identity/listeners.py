"""What identity does when somebody's rights change: the person concerned and the administrators are alerted.

Decree 30/2020/NĐ-CP, App. VI, III.3: the system alerts of a change of rights until it is confirmed. Whoever made the
change is not alerted of it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hienluong.directory import service as directory
from hienluong.directory.events import AccountOpened, AccountReset, PostAssigned, PostEnded
from hienluong.directory.service import Agency, Post, User
from hienluong.identity.events import (
    AccountClosed,
    AccountReopened,
    SendingRightEnded,
    SendingRightGranted,
    SignInHandedOut,
    SystemEnded,
    SystemKeyChanged,
    SystemRegistered,
)
from hienluong.identity.models import AgencySystem, RightsAlert, RightsChange
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import subscribe
from hienluong.ledger.service import ActorRef
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

_Kind = RightsChange.Kind

notices.declare_text(
    "identity.rights_changed", _("Rights were changed by {by}. Look at the change and confirm it.")
)


@subscribe(PostAssigned)
def alert_of_post(event: PostAssigned) -> None:
    """Alerts of a new post."""
    _alert_of_post(_Kind.POST_ASSIGNED, event.post_id, event.by, event.at)


@subscribe(PostEnded)
def alert_of_ended_post(event: PostEnded) -> None:
    """Alerts of a post that ended."""
    _alert_of_post(_Kind.POST_ENDED, event.post_id, event.by, event.at)


@subscribe(AccountOpened)
def alert_of_account(event: AccountOpened) -> None:
    """Alerts of a new account: the administrators only, since its owner has seen nothing else before."""
    _alert_of_account(_Kind.ACCOUNT_OPENED, event.user_id, event.by, event.at, tell_owner=False)


@subscribe(AccountReset)
def alert_of_reset(event: AccountReset) -> None:
    """Alerts of a password that somebody else set."""
    _alert_of_account(_Kind.ACCOUNT_RESET, event.user_id, event.by, event.at)


@subscribe(SignInHandedOut)
def alert_of_handed_out_sign_in(event: SignInHandedOut) -> None:
    """Alerts of a one-time sign-in."""
    _alert_of_account(_Kind.ACCOUNT_RESET, event.user_id, event.by, event.at)


@subscribe(AccountClosed)
def alert_of_closed_account(event: AccountClosed) -> None:
    """Alerts of an account that was closed."""
    _alert_of_account(_Kind.ACCOUNT_CLOSED, event.user_id, event.by, event.at)


@subscribe(AccountReopened)
def alert_of_reopened_account(event: AccountReopened) -> None:
    """Alerts of an account that opens again."""
    _alert_of_account(_Kind.ACCOUNT_REOPENED, event.user_id, event.by, event.at)


@subscribe(SystemRegistered)
def alert_of_system(event: SystemRegistered) -> None:
    """Alerts of a new system."""
    _alert_of_system(_Kind.SYSTEM_REGISTERED, event.system_id, event.by, event.at)


@subscribe(SystemKeyChanged)
def alert_of_key(event: SystemKeyChanged) -> None:
    """Alerts of another key."""
    _alert_of_system(_Kind.SYSTEM_KEY_CHANGED, event.system_id, event.by, event.at)


@subscribe(SystemEnded)
def alert_of_ended_system(event: SystemEnded) -> None:
    """Alerts of a system that ended."""
    _alert_of_system(_Kind.SYSTEM_ENDED, event.system_id, event.by, event.at)


@subscribe(SendingRightGranted)
def alert_of_sending_right(event: SendingRightGranted) -> None:
    """Alerts of a right to send for others."""
    _alert_of_system(
        _Kind.SENDING_GRANTED, event.system_id, event.by, event.at, other=_name_of(event.agency_id)
    )


@subscribe(SendingRightEnded)
def alert_of_ended_sending_right(event: SendingRightEnded) -> None:
    """Alerts of a right to send for others that ended."""
    _alert_of_system(
        _Kind.SENDING_ENDED, event.system_id, event.by, event.at, other=_name_of(event.agency_id)
    )


def _name_of(agency_id: UUID | None) -> str:
    return Agency.objects.values_list("name", flat=True).get(pk=agency_id) if agency_id else ""


def _alert_of_post(kind: RightsChange.Kind, post_id: int, by: ActorRef, at: datetime) -> None:
    post = Post.objects.select_related("person", "agency").get(pk=post_id)
    change = RightsChange(
        kind=kind,
        person=post.person,
        agency=post.agency,
        facts={
            "person": post.person.full_name,
            "agency": post.agency.name,
            "role": post.role,
            "title": post.title,
        },
    )
    _alert(change, [(post.person.pk, post.person.email)], by, at)


def _alert_of_account(
    kind: RightsChange.Kind, user_id: int, by: ActorRef, at: datetime, *, tell_owner: bool = True
) -> None:
    user = User.objects.select_related("person").get(pk=user_id)
    person = getattr(user, "person", None)
    change = RightsChange(
        kind=kind,
        person=person,
        facts={"person": person.full_name if person else "–", "account": user.username},
    )
    _alert(change, [(person.pk, person.email)] if person and tell_owner else [], by, at)


def _alert_of_system(
    kind: RightsChange.Kind, system_id: UUID, by: ActorRef, at: datetime, other: str | None = None
) -> None:
    system = AgencySystem.objects.select_related("agency").get(pk=system_id)
    facts = {"system": system.name, "agency": system.agency.name}
    change = RightsChange(
        kind=kind,
        system=system,
        agency=system.agency,
        facts=facts if other is None else {**facts, "other": other},
    )
    heads = directory.people_to_tell([system.agency.pk], [Post.Role.HEAD])
    _alert(change, heads.get(system.agency.pk, []), by, at)


def _alert(change: RightsChange, concerned: list[tuple[UUID, str]], by: ActorRef, at: datetime) -> None:
    """Writes the change and one alert per person: those concerned and the administrators, but not who made it."""
    change.by_kind, change.by_id, change.by_name, change.at = by.kind, by.id, by.name, at
    change.save(force_insert=True)
    readers = dict([*concerned, *directory.administrators_to_tell()])
    if by.kind == "person":
        readers.pop(UUID(by.id), None)
    RightsAlert.objects.bulk_create(RightsAlert(change=change, reader_id=person) for person in readers)
    reached = [Reader(person, address) for person, address in readers.items() if address]
    if reached:  # only mail reaches who is not signed in; in the product the alert itself stays in sight
        notices.tell(
            readers=reached,
            code="identity.rights_changed",
            values={"by": by.name},
            link=f"/access/alerts/#change-{change.pk}",
            now=at,
        )
