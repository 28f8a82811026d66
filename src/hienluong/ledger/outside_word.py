"""What others said of our checkpoints, checked again: cosignatures of witnesses, time-stamps of the authority."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Protocol, TypeVar

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.errors import TimestampRefused, TimestampsOff
from hienluong.ledger.models import Cosignature, SignedCheckpoint, TimeStamp
from hienluong.ledger.timestamps import checked, trusted_certificates
from hienluong.tlog.cosignatures import Cosigner, cosignature_in
from hienluong.tlog.notes import NoteInvalid

Row = TypeVar("Row")
NEWEST: Final = 1000
"""So many of each are checked, unless all are asked for."""

COSIGNATURE = _("Cosignature under checkpoint {place}: {column} did not give it.")
TIME_STAMP = _("Time-stamp of checkpoint {place}: it was not given for it by who is trusted ({column}).")
TIME_STAMPS_UNCHECKED = _(
    "Time-stamps up to checkpoint {place}: nobody can say whether they hold, since {column} names no certificates that can "
    "be read. Name the authority’s again, also when no authority is asked any more."
)
TIME_STAMP_ROW = _("Time-stamp of checkpoint {place}: what is stored beside it ({column}) was changed.")


class Noting(Protocol):
    """Notes a fault: a sentence, its place, and whom or what it is about."""

    def __call__(self, sentence: str, place: object, column: str = "") -> None:
        """Notes it."""


def check_word_of_others(add: Noting, *, every: bool) -> None:
    """Checks stored cosignatures and time-stamps against the checkpoints that they are about.

    Args:
        add: notes a fault.
        every: whether all are checked and not only the newest thousand of each.
    """
    _check_cosignatures(add, every=every)
    _check_time_stamps(add, every=every)


def _check_cosignatures(add: Noting, *, every: bool) -> None:
    rows = Cosignature.objects.select_related("witness").order_by("-size", "-pk")
    rows = rows if every else rows[:NEWEST]
    for batch in _batches(rows.iterator(chunk_size=NEWEST)):
        notes = _notes({row.size for row in batch})
        for row in batch:
            if not _given(row, notes.get(row.size, "")):
                add(COSIGNATURE, row.size, row.witness.name)


def _given(row: Cosignature, note: str) -> bool:
    """Returns whether a witness cosigned a checkpoint, and at the moment that its row says."""
    try:
        cosigner = Cosigner.parse(row.witness.vkey)
        found = cosignature_in(row.line.encode(), note, cosigner)
    except (NoteInvalid, ValueError):
        return False
    return (found.line, found.at) == (row.line, row.cosigned_at)


def _check_time_stamps(add: Noting, *, every: bool) -> None:
    rows = TimeStamp.objects.order_by("-size")
    newest = rows.first()
    if newest is None:
        return
    try:
        anchors = trusted_certificates()
    except TimestampsOff:
        add(TIME_STAMPS_UNCHECKED, newest.size, "HIENLUONG_TSA_CA_FILE")
        return
    rows = rows if every else rows[:NEWEST]
    for batch in _batches(rows.iterator(chunk_size=NEWEST)):
        notes = _notes({row.size for row in batch})
        for row in batch:
            try:
                token = checked(bytes(row.answer), notes.get(row.size, ""), anchors)
            except TimestampRefused as problem:
                add(TIME_STAMP, row.size, str(problem.params["reason"]))
                continue
            if token.tst_info.gen_time != row.stamped_at:
                add(TIME_STAMP_ROW, row.size, "stamped_at")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yields rows, a thousand at a time."""
    left = iter(rows)
    while batch := list(islice(left, NEWEST)):
        yield batch


def _notes(sizes: set[int]) -> dict[int, str]:
    """Returns the checkpoints of these sizes."""
    return dict(SignedCheckpoint.objects.filter(size__in=sizes).values_list("size", "note"))
