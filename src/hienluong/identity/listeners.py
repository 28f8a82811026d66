"""What sign-in does when something happened below it; the texts of what people are told."""

from __future__ import annotations

from hienluong.directory.events import AccountOpened, PasswordSet, PersonDeactivated
from hienluong.directory.service import User
from hienluong.identity.commands.closures import note_closed, note_reopened
from hienluong.identity.commands.sessions import delete_sessions
from hienluong.identity.models import AccountClosure, AccountState, SignInSession
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import subscribe
from hienluong.notices import service as notices

notices.declare_text(
    "identity.second_factor_reset",
    _(
        "{by} took away the second factors of your account on {at}. If you did not ask for it, say so at once."
    ),
)
notices.declare_text(
    "identity.one_time_sign_in",
    _(
        "{by} handed out a one-time sign-in for your account on {at}. If you did not ask for it, say so at once."
    ),
)


@subscribe(PasswordSet)
def ask_for_an_own_password(event: PasswordSet) -> None:
    """Makes the person change a password that somebody else knows; the account's sessions end."""
    AccountState.objects.update_or_create(
        user_id=event.user_id, defaults={"must_change_password": event.by_another_person}
    )
    delete_sessions(SignInSession.objects.filter(user=event.user_id))


@subscribe(PersonDeactivated)
def note_the_account_of_who_left(event: PersonDeactivated) -> None:
    """Writes down that the account of somebody who left is closed, unless it was closed before."""
    user = User.objects.get(pk=event.user_id) if event.user_id is not None else None
    if user is not None and not user.closures.filter(reopened_at=None).exists():
        note_closed(user, AccountClosure.Reason.LEFT, by=event.by, now=event.at)


@subscribe(AccountOpened)
def note_the_account_that_opens_again(event: AccountOpened) -> None:
    """Writes down that a closed account is open again."""
    if event.again:
        note_reopened(User.objects.get(pk=event.user_id), by=event.by, now=event.at)
