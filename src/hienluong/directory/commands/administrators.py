"""The last administrator who can sign in stays: every act that could shut them out asks here first."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from hienluong.directory.errors import LastAdministrator
from hienluong.directory.models import Post, User
from hienluong.directory.queries import valid_on


def lock_administrators(day: date) -> QuerySet[Post]:
    """Locks the accounts of the administrators of a day who can sign in, and returns their posts.

    Two acts that would each shut out one of the last two wait for one another here; the posts are asked for after the
    wait, so that the second sees what the first did.
    """
    posts = Post.objects.filter(valid_on(day), role=Post.Role.ADMINISTRATOR, person__user__is_active=True)
    accounts = User.objects.filter(person__in=posts.values("person")).order_by("pk")
    list(accounts.select_for_update().values_list("pk", flat=True))
    return posts


def keep_an_administrator(*, without: Q, day: date) -> None:
    """Lets an act happen only if somebody who administers and can sign in on the day is left.

    Args:
        without: the posts that would be gone by the act.
        day: the first day they would be gone.

    Raises:
        LastAdministrator: nobody would be left.
    """
    posts = lock_administrators(day)
    gone = posts.filter(without).select_related("person").first()
    if gone is not None and not posts.exclude(without).exists():
        raise LastAdministrator(person=gone.person.full_name)
