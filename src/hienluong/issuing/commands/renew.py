"""Renews time-stamps of documents that are kept here, before the last one's certificate ends."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.issuing import queries
from hienluong.issuing.commands.steps import replace_file
from hienluong.issuing.models import Document
from hienluong.kit.errors import HienluongError
from hienluong.ledger import service as ledger
from hienluong.signing import service as signing

log = logging.getLogger(__name__)
AT_ONCE = 100
TRY_AGAIN = timedelta(days=1)


def renew_documents(*, now: datetime) -> tuple[int, int]:
    """Puts one more time-stamp over documents whose last one is due; returns how many were renewed, and how many were not.

    Each is a transaction of its own. The earlier version's hash is kept in the ledger, and so is a failure; it is tried
    again the next day. What was sent is not touched: the recipients keep theirs.
    """
    renewed = failed = 0
    for seen in queries.due_for_renewal(AT_ONCE, now=now):
        try:
            _renew(seen, now)
            renewed += 1
        except HienluongError as problem:
            _put_off(seen, problem, now)
            failed += 1
    return renewed, failed


def _renew(seen: Document, now: datetime) -> None:
    before = queries.file_bytes(seen)
    pdf, renew_at = signing.renew_stamps(content=before, now=now)
    stored = files.store(pdf)
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=seen.pk)
        if document.file_sha256 != seen.file_sha256:
            return  # somebody else was faster
        replace_file(document, stored, now=now)
        document.renew_at = renew_at
        document.save(update_fields=["file", "file_sha256", "renew_at"])
        ledger.record(
            actor=Actor.platform("issuing").ref,
            action="issuing.stamps-renewed",
            subject=f"issuing:{document.pk}",
            details={"before_sha256": seen.file_sha256, "file_sha256": document.file_sha256},
            now=now,
        )


def _put_off(seen: Document, problem: HienluongError, now: datetime) -> None:
    log.warning("The time-stamp of document %s could not be renewed: %s", seen.pk, problem)
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=seen.pk)
        document.renew_at = now + TRY_AGAIN
        document.save(update_fields=["renew_at"])
        ledger.record(
            actor=Actor.platform("issuing").ref,
            action="issuing.stamps-renewed",
            subject=f"issuing:{seen.pk}",
            details={"code": problem.code},
            now=now,
            outcome="refused",
        )
