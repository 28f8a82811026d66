"""Witnesses whom we ask (c2sp.org/tlog-witness): after a checkpoint, each gets it with the proof that our log only grew.

Nothing here holds up the sequencer: whoever is down, slow or lies is left after seconds and asked again later, and no
transaction is open while we wait. A cosignature is checked before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import Answer, Limits, OutgoingClient, OutgoingError, tls_trusting
from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.errors import CosignatureInvalid, LedgerDamaged, WitnessContradicts, WitnessRefused
from hienluong.ledger.keyring import origin_of
from hienluong.ledger.log import newest_checkpoint, stored_tiles
from hienluong.ledger.models import Contradiction, Cosignature, SignedCheckpoint, Witness, WitnessPolicy
from hienluong.tlog.cosignatures import Asked, Cosigner, cosignature_in
from hienluong.tlog.notes import NoteInvalid
from hienluong.tlog.tree import Tree

ASKING_LOCK: Final = 0x7769746E  # "witn": one asks at a time
LIMITS: Final = Limits(connect=5.0, read=10.0, total=15.0, answer_bytes=16 * 1024)
"""Whoever hangs, drips or answers too much is left after 15 seconds or 16 KiB."""
AT_ONCE: Final = 8
FIRST_PAUSE: Final = timedelta(seconds=15)
LONGEST_PAUSE: Final = timedelta(minutes=10)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""A cosignature whose time is further from ours is refused: it would say of another moment what holds now."""
TOLD_BY_WITNESS: Final = ActorRef("platform", "witnesses", "witnesses")
_OK, _CONFLICT, _UNPROCESSABLE = 200, 409, 422
_SIZE_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of asking a witness.

    Attributes:
        witness: its name.
        size: of the checkpoint.
        problem: why it did not cosign; None: it did.
    """

    witness: str
    size: int
    problem: HienluongError | None


def outgoing_client() -> OutgoingClient:
    """Returns the client that calls witnesses and the authority for time-stamps; to be closed.

    What is sent is public and what comes back is signed, so plain http is allowed.
    """
    return OutgoingClient(
        allowed_networks=settings.LEDGER_ALLOWED_NETWORKS,
        allow_http=True,
        ports=settings.LEDGER_PORTS,
        limits=LIMITS,
        tls=tls_trusting(settings.LEDGER_CA_FILE),
    )


def ask_witnesses(*, now: datetime, at_once: bool = False) -> list[Outcome]:
    """Asks every witness that is due to cosign the newest checkpoint, all at the same time, and keeps what they gave.

    Args:
        now: the moment.
        at_once: whether those are asked too that rest after a failure or have cosigned a moment ago.

    Raises:
        LedgerDamaged: the tree has no proof to show.
    """
    with _alone() as alone:
        head = newest_checkpoint()
        if not alone or head is None:
            return []
        have = Cosignature.objects.filter(size=head.size).values("witness")
        due = Witness.objects.filter(removed_at=None).exclude(pk__in=have).order_by("pk")
        witnesses = list(due if at_once else due.filter(next_at__lte=now))
        if not witnesses:
            return []
        try:
            with outgoing_client() as client, ThreadPoolExecutor(AT_ONCE) as threads:
                return _Asking(head, client, threads, now).ask(witnesses)
        except LookupError as problem:
            raise LedgerDamaged(detail=_("Hashes of the tree are missing.")) from problem


@contextmanager
def _alone() -> Iterator[bool]:
    """Says whether nobody else asks at present, and keeps it so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ASKING_LOCK])
        got = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ASKING_LOCK])


class _Asking:
    """One round with all witnesses; a second one for those that know another size than we thought."""

    def __init__(
        self, head: SignedCheckpoint, client: OutgoingClient, threads: ThreadPoolExecutor, now: datetime
    ) -> None:
        self._head = head
        self._client = client
        self._threads = threads
        self._now = now
        self._tree = Tree(head.size, stored_tiles())

    def ask(self, witnesses: Sequence[Witness]) -> list[Outcome]:
        """Asks, and returns what became of each."""
        outcomes = []
        for last in (False, True):
            asked = [(one, self._request(one)) for one in witnesses]
            again = []
            for (witness, request), answer in zip(asked, self._threads.map(self._call, asked), strict=True):
                known = _size_in(answer)
                if known is not None and known != request.old and known <= self._head.size and not last:
                    witness.size = known
                    again.append(witness)
                    continue
                outcomes.append(self._keep(witness, request, answer))
            witnesses = again
        return outcomes

    def _request(self, witness: Witness) -> Asked:
        old = min(witness.size, self._head.size)
        return Asked(old, self._tree.consistency_proof(old), self._head.note)

    def _call(self, asked: tuple[Witness, Asked]) -> Answer | OutgoingError:
        """Calls one witness; in a thread of its own, away from the database."""
        witness, request = asked
        try:
            return self._client.request(
                "POST",
                f"{witness.url}/add-checkpoint",
                headers={"Content-Type": "text/plain; charset=utf-8"},
                content=request.body(),
            )
        except OutgoingError as problem:
            return problem

    @transaction.atomic
    def _keep(self, witness: Witness, request: Asked, answer: Answer | OutgoingError) -> Outcome:
        """Keeps what a witness answered, and when it is asked again."""
        problem: HienluongError | None = None
        try:
            self._take(witness, request, answer)
        except HienluongError as found:
            problem = found
        witness.asked_at = self._now
        if problem is None:
            witness.size, witness.failures, witness.error = self._head.size, 0, ""
            witness.cosigned_at = self._now
            witness.next_at = self._now + timedelta(seconds=settings.WITNESS_EVERY_SECONDS)
        else:
            witness.failures += 1
            witness.error = problem.code
            pause = FIRST_PAUSE * 2 ** min(witness.failures - 1, 10)
            witness.next_at = self._now + min(pause, LONGEST_PAUSE)
        witness.save(
            update_fields=["size", "asked_at", "cosigned_at", "failures", "error", "next_at"],
        )
        return Outcome(witness.name, self._head.size, problem)

    def _take(self, witness: Witness, request: Asked, answer: Answer | OutgoingError) -> None:
        """Keeps the cosignature of an answer.

        Raises:
            OutgoingError: there is no answer.
            WitnessContradicts: the witness knows another log of ours; that is recorded.
            WitnessRefused, CosignatureInvalid: it did not cosign, or wrongly.
        """
        if isinstance(answer, OutgoingError):
            raise answer
        known = _size_in(answer)
        differs = answer.status == _UNPROCESSABLE or known == request.old == self._head.size
        if differs or (known is not None and known > self._head.size):
            raise self._contradicts(witness, request.old if known is None else known, differs=differs)
        if answer.status != _OK:
            raise WitnessRefused(name=witness.name, answer_status=answer.status)
        try:
            given = cosignature_in(answer.body, request.note, Cosigner.parse(witness.vkey))
        except NoteInvalid as problem:
            raise CosignatureInvalid(name=witness.name, reason=problem) from problem
        if abs(given.at - self._now) > CLOCKS_DIFFER:
            raise CosignatureInvalid(name=witness.name, reason=f"its time is {given.at.isoformat()}")
        Cosignature.objects.get_or_create(
            size=self._head.size,
            witness=witness,
            defaults={"line": given.line, "cosigned_at": given.at},
        )

    def _contradicts(self, witness: Witness, known: int, *, differs: bool) -> WitnessContradicts:
        """Records that a witness knows another log of ours, once, and returns the error that says so."""
        kind = Contradiction.Kind.OURS_DIFFERS if differs else Contradiction.Kind.OURS_BEHIND
        origin = origin_of(self._head.note)
        seen = Contradiction.objects.filter(
            origin=origin, kind=kind, told_by=witness.name, settled_at=None
        ).exists()
        if not seen:
            Contradiction.objects.create(
                origin=origin,
                kind=kind,
                size=known,
                root=b"",
                known_size=self._head.size,
                known_note=self._head.note,
                told_by=witness.name,
                seen_at=self._now,
            )
            record_many(
                actor=TOLD_BY_WITNESS,
                acts=[
                    Act(
                        "ledger.contradiction-seen",
                        f"log:{origin}",
                        {
                            "kind": str(kind),
                            "size": known,
                            "known_size": self._head.size,
                            "told_by": witness.name,
                        },
                    )
                ],
                now=self._now,
            )
        return WitnessContradicts(name=witness.name, known=known, size=self._head.size)


def _size_in(answer: Answer | OutgoingError) -> int | None:
    """Returns the size that a witness says it knows; None: it says none."""
    if isinstance(answer, OutgoingError) or answer.status != _CONFLICT:
        return None
    text = answer.body.decode("ascii", "replace").removesuffix("\n")
    return int(text) if text.isdecimal() and len(text) <= _SIZE_DIGITS and str(int(text)) == text else None


def required_cosignatures() -> int:
    """Returns how many witnesses must have cosigned a checkpoint for the alarm to be silent."""
    return WitnessPolicy.objects.values_list("quorum", flat=True).first() or 0


def quorum_waiting_since() -> datetime | None:
    """Returns since when a checkpoint waits for as many cosignatures as are required; None: none waits, or none is required."""
    quorum = required_cosignatures()
    if not quorum:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT cosignature.size
            FROM ledger_cosignature AS cosignature JOIN ledger_witness AS witness ON witness.id = witness_id
            WHERE witness.removed_at IS NULL
            GROUP BY cosignature.size HAVING count(*) >= %s ORDER BY cosignature.size DESC LIMIT 1
            """,
            [quorum],
        )
        row = cursor.fetchone()
    later = SignedCheckpoint.objects.filter(size__gt=row[0] if row else -1).order_by("size")
    return later.values_list("signed_at", flat=True).first()
