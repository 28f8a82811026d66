"""What sign-in does when something happened below it; the texts of what people are told."""

from __future__ import annotations

from hienluong.directory.events import PasswordSet
from hienluong.identity.commands.sessions import delete_sessions
from hienluong.identity.models import AccountState, SignInSession
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
