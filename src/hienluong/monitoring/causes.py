"""Why deliveries fail, each cause with what an operator does about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Case, CharField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.exchange.service import BEHIND_DEAD_LETTER, FILE_MISSING, NO_CHANNEL, NO_MAILBOX


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of failure.

    Attributes:
        code: stable, for addresses and programs.
        title: in words.
        todo: what to do about it.
        where: which deliveries have it.
    """

    code: str
    title: str | Promise
    todo: str | Promise
    where: Q


WAITING: Final = "waiting"
_TRIED: Final = Q(attempts__gt=0) | Q(due_at=None)
FAILING: Final = Q(state__in=["dead", "rejected"]) | Q(state=WAITING) & ~Q(failure="") & _TRIED
"""Failed for good, refused by the recipient's system, or failed before and waiting for the next attempt.

What was never tried and has its time is only held back for a moment: until its attachments are scanned.
"""

CAUSES: Final[tuple[Cause, ...]] = (
    Cause(
        "refused",
        _("refused by the recipient's system"),
        _("Ask whoever runs that system what its reason means; when it is mended, try again."),
        Q(state="rejected"),
    ),
    Cause(
        "no-mailbox",
        _("the recipient has ended"),
        _("Tell the sender who took over. Trying again helps only when the agency works again."),
        Q(failure=NO_MAILBOX),
    ),
    Cause(
        "file-missing",
        _("the file is missing from the store"),
        _("Look at the disk of the files; bring the file back from the backup, then try again."),
        Q(failure=FILE_MISSING),
    ),
    Cause(
        "no-channel",
        _("this version has no channel to the recipient"),
        _("Upgrade the platform, or correct the recipient's channel, then try again."),
        Q(failure=NO_CHANNEL),
    ),
    Cause(
        "behind-dead-letter",
        _("waits behind a failed packet about the same document"),
        _("Try the failed packet before it again: this one follows by itself."),
        Q(failure=BEHIND_DEAD_LETTER),
    ),
    Cause(
        "other",
        _("another cause"),
        _("Read the cause of each packet in the list; the log of the worker says more."),
        Q(),
    ),
)
BY_CODE: Final = {cause.code: cause for cause in CAUSES}

CAUSE: Final = Case(
    *[When(cause.where, then=Value(cause.code)) for cause in CAUSES[:-1]],
    default=Value(CAUSES[-1].code),
    output_field=CharField(),
)
"""The cause of a delivery, as the database tells it."""
