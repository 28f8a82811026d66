"""Renews time-stamps of copies that are kept here, before the last one's certificate ends."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from hienluong.copies import queries
from hienluong.copies.commands.steps import replace_file
from hienluong.copies.models import Copy
from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.kit.errors import HienluongError
from hienluong.ledger import service as ledger
from hienluong.signing import service as signing

log = logging.getLogger(__name__)
AT_ONCE: Final = 100
TRY_AGAIN: Final = timedelta(days=1)


def renew_copies(*, now: datetime) -> tuple[int, int]:
    """Puts one more time-stamp over copies whose last one is due; returns how many were renewed, and how many were not.

    Each is a transaction of its own. The earlier version's hash is kept in the ledger, and so is a failure; it is tried
    again the next day. Who fetched a copy before keeps what was fetched.
    """
    renewed = failed = 0
    for seen in queries.due_for_renewal(AT_ONCE, now=now):
        try:
            pdf, renew_at = signing.renew_stamps(content=queries.file_bytes(seen), now=now)
        except HienluongError as problem:
            log.warning("The time-stamp of copy %s could not be renewed: %s", seen.pk, problem)
            _keep(seen, None, now + TRY_AGAIN, now, code=problem.code)
            failed += 1
        else:
            _keep(seen, pdf, renew_at, now)
            renewed += 1
    return renewed, failed


def _keep(seen: Copy, pdf: bytes | None, renew_at: datetime | None, now: datetime, **details: str) -> None:
    stored = files.store(pdf) if pdf is not None else None
    with transaction.atomic():
        one = Copy.objects.select_for_update().get(pk=seen.pk)
        if one.file_sha256 != seen.file_sha256:
            return  # somebody else was faster
        if stored is not None:
            replace_file(one, stored, now=now)
            details = {"before_sha256": seen.file_sha256, "file_sha256": one.file_sha256}
        one.renew_at = renew_at
        one.save(update_fields=["file", "file_sha256", "renew_at"])
        ledger.record(
            actor=Actor.platform("copies").ref,
            action="copies.stamps-renewed",
            subject=f"copies:{one.pk}",
            details=details,
            now=now,
            outcome="refused" if stored is None else "done",
        )
