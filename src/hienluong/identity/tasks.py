"""Mail of sign-in, sent by the worker (whether there was anything to send does not show to whom asked); idle accounts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from hienluong.directory.service import Person, User
from hienluong.identity.commands import close_idle_accounts
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.task(name="identity.mail_password_link")
def mail_password_link(user_id: int) -> None:
    """Sends the link for a new password to the person's address; without account or address, nothing."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    person = Person.objects.filter(user=user_id).first()
    address = (person.email if person else "") or (user.email if user else "")
    if user is None or not address or not settings.EMAIL_HOST:
        return
    page = f"/sign-in/forgotten/{urlsafe_base64_encode(force_bytes(user.pk))}/{default_token_generator.make_token(user)}/"
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    with translation.override(settings.LANGUAGE_CODE):
        text = translation.gettext(
            "Somebody, probably you, asked for a new password for the account %(username)s. Within %(minutes)d minutes "
            "you can set one here, once:"
        ) % {"username": user.get_username(), "minutes": minutes}
        after = translation.gettext("If it was not you, do nothing: your password stays as it is.")
        subject = translation.gettext("A new password for Hiền Lương")
    send_mail(subject, f"{text}\n\n{settings.PUBLIC_URL}{page}\n\n{after}\n", None, [address])


@jobs.periodic(cron="23 5 * * *", name="identity.close_idle_accounts")
def close_idle(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Closes accounts that nobody used for long and warns the next ones."""
    close_idle_accounts(now=clock.now())
