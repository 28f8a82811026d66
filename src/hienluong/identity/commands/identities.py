"""Accounts of elsewhere that sign in here."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from hienluong.directory.service import User
from hienluong.identity.errors import SessionUnknown
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef


def unlink_identity(*, actor: ActorRef, user: User, identity_id: int, now: datetime) -> None:
    """Takes an account of elsewhere away from a person's own account.

    Raises:
        SessionUnknown: there is no such link.
    """
    with transaction.atomic():
        linked = SocialAccount.objects.select_for_update().filter(user=user, pk=identity_id).first()
        if linked is None:
            raise SessionUnknown
        linked.delete()
        ledger.record(
            actor=actor,
            action="identity.unlink_identity",
            subject=f"user:{user.pk}",
            details={"provider": linked.provider},
            now=now,
        )
