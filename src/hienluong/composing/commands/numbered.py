"""Sends a document under the next number of a book: both or neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from hienluong.composing.numbering import Book, take_number
from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Draft, Receipt
from hienluong.ledger import service as ledger


def send_numbered(
    *,
    actor: Actor,
    draft: Draft,
    book: Book,
    declared_not_secret: bool,
    idempotency_key: str,
    now: datetime,
) -> Receipt:
    """Takes the next number and sends the draft under it, in one transaction: a document refused gives its number back.

    Who sends from the same book at the same moment waits for the end of this transaction. The same key again gives
    the first receipt, and takes no second number.

    Raises:
        whatever `exchange.service.send_document` and the books raise; nothing was sent and no number taken then.
    """
    require(actor, "exchange.send_packet")
    # The exchange's own entry of a refusal goes with the transaction.
    with (
        ledger.recording_refusals(
            actor=actor.ref,
            action="composing.document-refused",
            subject=f"agency:{actor.agency_id}",
            details={"series": book.series, "year": book.year},
            now=now,
        ),
        transaction.atomic(),
    ):
        number = take_number(actor=actor, book=book, purpose=draft.subject, key=idempotency_key, now=now)
        return exchange.send_document(
            actor=actor,
            draft=replace(draft, number=number),
            declared_not_secret=declared_not_secret,
            idempotency_key=idempotency_key,
            now=now,
        )
