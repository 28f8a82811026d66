"""What access does when somebody's rights change: the person concerned and the administrators are alerted.

Decree 30/2020/NĐ-CP, App. VI, III.3: the system alerts of a change of rights until it is confirmed. Whoever made the
change is not alerted of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hienluong.access.models import RightsAlert, RightsChange
from hienluong.directory import service as directory
from hienluong.directory.events import AccountOpened, PasswordSet, PostAssigned, PostEnded
from hienluong.directory.service import Agency, Leave, Post, User
from hienluong.identity.events import (
    AccountClosed,
    AccountReopened,
    SecondFactorsReset,
    SignInHandedOut,
    SignOnClosed,
    SignOnKeyChanged,
    SignOnRegistered,
)
from hienluong.identity.service import SignOnClient
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import subscribe
from hienluong.ledger.service import ActorRef
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.staff.events import DelegationGranted, DelegationRevoked, LeaveEnded, LeaveEntered
from hienluong.staff.service import Delegation
from hienluong.systems.events import (
    SendingRightEnded,
    SendingRightGranted,
    SystemClosed,
    SystemKeyChanged,
    SystemNetworksChanged,
    SystemRegistered,
)
from hienluong.systems.service import AgencySystem

_Kind = RightsChange.Kind
WATCHING = frozenset(
    {Post.Role.ADMINISTRATOR, Post.Role.AUDITOR, Post.Role.OPERATOR, Post.Role.SECRECY_OFFICER}
)
"""Roles that watch over others: whoever stands in for one is shown to the administrators."""

notices.declare_text(
    "access.rights_changed", _("Rights were changed by {by}. Look at the change and confirm it.")
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
    """Alerts of a new account: the administrators only, since its owner has seen nothing else before.

    One that opens again is told of by `AccountReopened`.
    """
    if not event.again:
        _alert_of_account(_Kind.ACCOUNT_OPENED, event.user_id, event.by, event.at, tell_owner=False)


@subscribe(PasswordSet)
def alert_of_password(event: PasswordSet) -> None:
    """Alerts of a password that somebody else set; the first one comes with the account."""
    if not event.first:
        _alert_of_account(_Kind.ACCOUNT_RESET, event.user_id, event.by, event.at)


@subscribe(SignInHandedOut)
def alert_of_handed_out_sign_in(event: SignInHandedOut) -> None:
    """Alerts of a one-time sign-in; its own notice reaches the owner where a person handed it out."""
    _alert_of_account(
        _Kind.ACCOUNT_RESET, event.user_id, event.by, event.at, mail_owner=event.by.kind != "person"
    )


@subscribe(SecondFactorsReset)
def alert_of_lost_factors(event: SecondFactorsReset) -> None:
    """Alerts of second factors that were taken away; the owner gets the mail of that act itself."""
    _alert_of_account(_Kind.FACTORS_RESET, event.user_id, event.by, event.at, mail_owner=False)


@subscribe(AccountClosed)
def alert_of_closed_account(event: AccountClosed) -> None:
    """Alerts of an account that was closed."""
    _alert_of_account(_Kind.ACCOUNT_CLOSED, event.user_id, event.by, event.at)


@subscribe(AccountReopened)
def alert_of_reopened_account(event: AccountReopened) -> None:
    """Alerts of an account that opens again."""
    _alert_of_account(_Kind.ACCOUNT_REOPENED, event.user_id, event.by, event.at)


@subscribe(DelegationGranted)
def alert_of_delegation(event: DelegationGranted) -> None:
    """Alerts of a written delegation of the right to sign."""
    _alert_of_delegation(_Kind.DELEGATION_GRANTED, event.delegation_id, event.by, event.at)


@subscribe(DelegationRevoked)
def alert_of_revoked_delegation(event: DelegationRevoked) -> None:
    """Alerts of a delegation that was revoked."""
    _alert_of_delegation(_Kind.DELEGATION_ENDED, event.delegation_id, event.by, event.at)


@subscribe(LeaveEntered)
def alert_of_stand_in(event: LeaveEntered) -> None:
    """Alerts of a colleague who is to act in another's post."""
    _alert_of_stand_in(_Kind.STAND_IN_NAMED, event.leave_id, event.by, event.at)


@subscribe(LeaveEnded)
def alert_of_ended_stand_in(event: LeaveEnded) -> None:
    """Alerts of a colleague who acts in another's post no more."""
    _alert_of_stand_in(_Kind.STAND_IN_ENDED, event.leave_id, event.by, event.at)


@subscribe(SystemRegistered)
def alert_of_system(event: SystemRegistered) -> None:
    """Alerts of a new system."""
    _alert_of_system(_Kind.SYSTEM_REGISTERED, event.system_id, event.by, event.at)


@subscribe(SystemKeyChanged)
def alert_of_key(event: SystemKeyChanged) -> None:
    """Alerts of another key."""
    _alert_of_system(_Kind.SYSTEM_KEY_CHANGED, event.system_id, event.by, event.at)


@subscribe(SystemNetworksChanged)
def alert_of_networks(event: SystemNetworksChanged) -> None:
    """Alerts of other networks that a system may call from."""
    _alert_of_system(_Kind.SYSTEM_NETWORKS, event.system_id, event.by, event.at)


@subscribe(SystemClosed)
def alert_of_ended_system(event: SystemClosed) -> None:
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


@subscribe(SignOnRegistered)
def alert_of_sign_on(event: SignOnRegistered) -> None:
    """Alerts of a system that people sign on to."""
    _alert_of_sign_on(_Kind.SIGN_ON_REGISTERED, event.client_id, event.by, event.at)


@subscribe(SignOnKeyChanged)
def alert_of_sign_on_key(event: SignOnKeyChanged) -> None:
    """Alerts of another key of such a system."""
    _alert_of_sign_on(_Kind.SIGN_ON_KEY_CHANGED, event.client_id, event.by, event.at)


@subscribe(SignOnClosed)
def alert_of_ended_sign_on(event: SignOnClosed) -> None:
    """Alerts of a system that nobody signs on to any more."""
    _alert_of_sign_on(_Kind.SIGN_ON_ENDED, event.client_id, event.by, event.at)


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
    kind: RightsChange.Kind,
    user_id: int,
    by: ActorRef,
    at: datetime,
    *,
    tell_owner: bool = True,
    mail_owner: bool = True,
) -> None:
    user = User.objects.select_related("person").get(pk=user_id)
    person = getattr(user, "person", None)
    change = RightsChange(
        kind=kind,
        person=person,
        facts={"person": person.full_name if person else "–", "account": user.username},
    )
    owner = [(person.pk, person.email if mail_owner else "")] if person and tell_owner else []
    _alert(change, owner, by, at)


def _alert_of_delegation(kind: RightsChange.Kind, delegation_id: int, by: ActorRef, at: datetime) -> None:
    found = Delegation.objects.select_related("giver__person", "giver__agency", "taker__person")
    delegation = found.get(pk=delegation_id)
    giver, taker = delegation.giver.person, delegation.taker.person
    change = RightsChange(
        kind=kind,
        person=taker,
        agency=delegation.giver.agency,
        facts={
            "giver": giver.full_name,
            "person": taker.full_name,
            "title": f"{delegation.kind.upper()}. {delegation.scope}"[:200],
            "agency": delegation.giver.agency.name,
        },
    )
    handed_on = delegation.handed_on.filter(revoked_on=None)  # ends with it
    further = handed_on.values_list("taker__person", "taker__person__email")
    # The taker gets the mail of the act itself.
    _alert(change, [*further, (giver.pk, giver.email), (taker.pk, "")], by, at)


def _alert_of_stand_in(kind: RightsChange.Kind, leave_id: int, by: ActorRef, at: datetime) -> None:
    """Alerts the two colleagues; administrators only of posts that watch over others: leaves are everyday."""
    found = Leave.objects.select_related("post__person", "post__agency", "stand_in__person")
    leave = found.get(pk=leave_id)
    if leave.stand_in is None:
        return
    absent, person = leave.post.person, leave.stand_in.person
    change = RightsChange(
        kind=kind,
        person=person,
        agency=leave.post.agency,
        facts={
            "person": person.full_name,
            "absent": absent.full_name,
            "title": leave.post.title,
            "agency": leave.post.agency.name,
            "first_day": f"{leave.valid_from:%d/%m/%Y}",
            "last_day": f"{leave.valid_to - timedelta(days=1):%d/%m/%Y}",
        },
    )
    mail = person.email if kind == _Kind.STAND_IN_ENDED else ""  # the naming has a mail of its own
    concerned = [(absent.pk, absent.email), (person.pk, mail)]
    _alert(change, concerned, by, at, administrators=leave.post.role in WATCHING)


def _alert_of_system(
    kind: RightsChange.Kind, system_id: UUID, by: ActorRef, at: datetime, other: str | None = None
) -> None:
    system = AgencySystem.objects.select_related("agency").get(pk=system_id)
    change = _change_of_system(kind, system)
    change.system = system
    if other is not None:
        change.facts["other"] = other
    _alert(change, _heads_of(system.agency), by, at)


def _alert_of_sign_on(kind: RightsChange.Kind, client_id: UUID, by: ActorRef, at: datetime) -> None:
    client = SignOnClient.objects.select_related("agency").get(pk=client_id)
    _alert(_change_of_system(kind, client), _heads_of(client.agency), by, at)


def _change_of_system(kind: RightsChange.Kind, system: AgencySystem | SignOnClient) -> RightsChange:
    facts = {"system": system.name, "agency": system.agency.name}
    return RightsChange(kind=kind, agency=system.agency, facts=facts)


def _heads_of(agency: Agency) -> list[tuple[UUID, str]]:
    return directory.people_to_tell([agency.pk], [Post.Role.HEAD]).get(agency.pk, [])


def _alert(
    change: RightsChange,
    concerned: list[tuple[UUID, str]],
    by: ActorRef,
    at: datetime,
    *,
    administrators: bool = True,
) -> None:
    """Writes the change and one alert per person: those concerned and the administrators, but not who made it."""
    change.by_kind, change.by_id, change.by_name, change.at = by.kind, by.id, by.name, at
    change.save(force_insert=True)
    readers = dict([*(directory.administrators_to_tell() if administrators else []), *concerned])
    if by.kind == "person":
        readers.pop(UUID(by.id), None)
    RightsAlert.objects.bulk_create(RightsAlert(change=change, reader_id=person) for person in readers)
    reached = [Reader(person, address) for person, address in readers.items() if address]
    if reached:  # only mail reaches who is not signed in; in the product the alert itself stays in sight
        notices.tell(
            readers=reached,
            code="access.rights_changed",
            values={"by": by.name},
            link=f"/access/alerts/#change-{change.pk}",
            now=at,
        )
