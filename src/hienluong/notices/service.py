"""Public Python API of the notices: tell people something, list what they were told, mark it read, send mail and push.

Notices of most kinds go by mail where there is an address. Those that are declared with a `push` text are reminders: they
also wake the browsers that a person subscribed, and the person chooses by which of the two ways they come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from hienluong.jobs import service as jobs
from hienluong.kit.errors import fill
from hienluong.notices import push
from hienluong.notices.errors import NoticeNotFound
from hienluong.notices.models import Notice, Subscription, Ways
from hienluong.notices.push import subscribe, unsubscribe

__all__ = [
    "Message",
    "Reader",
    "Subscription",
    "Ways",
    "declare_text",
    "link_at",
    "mail_is_waiting",
    "mail_waiting",
    "mark_read",
    "of_reader",
    "push_key",
    "read",
    "set_ways",
    "subscribe",
    "subscriptions_of",
    "tell",
    "tell_many",
    "text_of",
    "unread_count",
    "unsubscribe",
    "ways_of",
]

log = logging.getLogger(__name__)
PERMANENT = 500
"""From this answer of a mail server on, trying again changes nothing (RFC 5321, section 4.2.1)."""

_TEXTS: dict[str, str] = {}
push_key = push.public_key


@dataclass(frozen=True, slots=True)
class Reader:
    """A person to tell, and where their mail goes (empty: no mail)."""

    id: UUID
    address: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice: whom it is for, the values of its text, and the page it leads to."""

    reader: Reader
    values: Mapping[str, str]
    link: str


def declare_text(code: str, template: str, *, push_text: str = "") -> None:
    """Declares the English template of a notice; modules do it in AppConfig.ready().

    Args:
        code: of the notice.
        template: what it says in the product and by mail.
        push_text: what it says in a browser that is woken for it; it passes through the push services of others, so it
            names no document. Only a reminder has one.
    """
    if _TEXTS.get(code, template) != template:
        raise ValueError(f"The notice {code} is declared twice.")
    _TEXTS[code] = template
    if push_text:
        push.texts[code] = push_text


def text_of(notice: Notice) -> str:
    """Returns the notice's text in the language in force."""
    return fill(translation.gettext(_TEXTS[notice.code]), notice.values)


def link_at(link: str, now: datetime) -> str:
    """Returns a link of this moment, for what may happen again: a notice of the same kind and link is said once for ever."""
    return f"{link}#{now:%Y%m%dT%H%M%S%f}"


def tell(
    *, readers: Iterable[Reader], code: str, values: Mapping[str, str], link: str, now: datetime
) -> None:
    """Writes one notice per reader in the caller's transaction; one of the same kind and link is said once (`link_at`).

    Mail goes out by a job that commits with it, where a mail server is configured.
    """
    messages = [Message(reader, values, link) for reader in readers]
    tell_many(code=code, messages=messages, now=now)


def tell_many(*, code: str, messages: Iterable[Message], now: datetime) -> None:
    """Writes several notices of one kind in one statement; otherwise as `tell`."""
    if code not in _TEXTS:
        raise ValueError(f"The notice {code} has no text.")
    told = list(messages)
    without = _without_mail([one.reader.id for one in told]) if code in push.texts else frozenset()
    notices = [
        Notice(
            reader=one.reader.id,
            code=code,
            values=dict(one.values),
            link=one.link,
            address="" if one.reader.id in without else one.reader.address,
            created_at=now,
        )
        for one in told
    ]
    if notices:
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        if code in push.texts:
            push.queue(told=[(one.reader, one.link) for one in notices], code=code, now=now)
        if settings.EMAIL_HOST and any(notice.address for notice in notices):
            jobs.defer("notices.mail")


def _without_mail(readers: Iterable[UUID]) -> frozenset[UUID]:
    """Returns those who want no reminders by mail."""
    return frozenset(
        Ways.objects.filter(reader__in=set(readers), mail=False).values_list("reader", flat=True)
    )


def ways_of(reader: UUID) -> Ways:
    """Returns how a person wants to be reminded."""
    return Ways.objects.filter(reader=reader).first() or Ways(reader=reader)


@transaction.atomic
def set_ways(*, reader: UUID, mail: bool, push: bool) -> None:
    """Keeps how a person wants to be reminded, in the caller's transaction."""
    Ways.objects.update_or_create(reader=reader, defaults={"mail": mail, "push": push})


def subscriptions_of(reader: UUID) -> list[Subscription]:
    """Returns the browsers in which a person allowed messages, oldest first."""
    return list(Subscription.objects.filter(reader=reader).order_by("pk"))


def of_reader(
    reader: UUID, *, only_unread: bool = False, before: int | None = None, limit: int = 30
) -> list[Notice]:
    """Returns a reader's notices, newest first, from below the id `before`."""
    found = Notice.objects.filter(reader=reader)
    if only_unread:
        found = found.filter(read_at=None)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def unread_count(reader: UUID) -> int:
    """Returns how many notices the reader has not read, counted to 100 at most."""
    return Notice.objects.filter(reader=reader, read_at=None)[:100].count()


@transaction.atomic
def mark_read(*, reader: UUID, now: datetime, up_to: int | None = None) -> int:
    """Marks a reader's notices as read and returns how many; those that came after the one of the id `up_to` stay unread."""
    found = Notice.objects.filter(reader=reader, read_at=None)
    return (found if up_to is None else found.filter(pk__lte=up_to)).update(read_at=now)


@transaction.atomic
def read(*, reader: UUID, notice_id: int, now: datetime) -> Notice:
    """Marks one notice as read and returns it.

    Raises:
        NoticeNotFound: it is not one of the reader's.
    """
    found = Notice.objects.filter(reader=reader, pk=notice_id).first()
    if found is None:
        raise NoticeNotFound
    Notice.objects.filter(pk=notice_id, read_at=None).update(read_at=now)
    return found


def mail_is_waiting() -> bool:
    """Returns whether mails wait and there is a server for them."""
    return bool(settings.EMAIL_HOST) and _waiting_for_mail().exists()


def _waiting_for_mail() -> QuerySet[Notice]:
    return Notice.objects.filter(mailed_at=None, read_at=None, mail_refused="").exclude(address="")


def mail_waiting(*, now: datetime, codes: str = "") -> int:
    """Sends the mails that wait, one by one over one connection, and returns how many.

    With `codes`, only those of notices whose code begins so: what stands in for the job sends just what it must, and
    a notice that was mailed meanwhile is left out.

    A notice is marked after its mail was handed over, so a crash in between sends one mail twice and loses none. An
    address that the server refuses is noted and holds up nobody else; what it puts off (a 4xx answer) waits for the next
    run. The job that calls this runs one at a time.

    Raises:
        OSError: the mail server does not answer, breaks off, or takes nothing from our address; what was not sent
            still waits.
    """
    sent = 0
    connection = get_connection()
    try:
        waiting = _waiting_for_mail().filter(code__startswith=codes)
        for notice in waiting.order_by("id").iterator(chunk_size=100):
            if not waiting.filter(pk=notice.pk).exists():
                continue
            try:
                EmailMessage(*_mail_of(notice), connection=connection).send()
            except (SMTPRecipientsRefused, SMTPDataError) as refusal:
                _note_refusal(notice, refusal)
                connection.close()  # the server's state is not known any more
                continue
            Notice.objects.filter(pk=notice.pk).update(mailed_at=now)
            sent += 1
    finally:
        connection.close()
    return sent


def _mail_of(notice: Notice) -> tuple[str, str, None, list[str]]:
    """Returns subject, body, sender (the usual one) and address of a notice's mail."""
    with translation.override(settings.LANGUAGE_CODE):
        text = " ".join(text_of(notice).split())
    return text[:120], f"{text}\n\n{settings.PUBLIC_URL}{notice.link}\n", None, [notice.address]


def _note_refusal(notice: Notice, refusal: SMTPRecipientsRefused | SMTPDataError) -> None:
    """Notes an answer that will not change; one that may (4xx) is only logged."""
    code, said = (
        (refusal.smtp_code, refusal.smtp_error)
        if isinstance(refusal, SMTPDataError)
        else next(iter(refusal.recipients.values()))
    )
    text = f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    log.warning("The mail server does not take the mail of notice %s: %s", notice.pk, text)
    if code >= PERMANENT:
        Notice.objects.filter(pk=notice.pk).update(mail_refused=text[:200])
