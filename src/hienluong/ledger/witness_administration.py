"""Whom we ask to cosign our log, which logs we cosign, and what was done about contradictions; each change is recorded."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.errors import (
    NothingToSettle,
    QuorumTooHigh,
    WatchedLogKnown,
    WatchedLogUnknown,
    WitnessKnown,
    WitnessUnknown,
)
from hienluong.ledger.models import Contradiction, WatchedLog, Witness, WitnessPolicy
from hienluong.ledger.witnesses import required_cosignatures
from hienluong.tlog.cosignatures import Cosigner
from hienluong.tlog.key_changes import read_change
from hienluong.tlog.notes import NoteInvalid, Verifier
from hienluong.tlog.tree import EMPTY_ROOT

URL_LIMIT = 500
REASON_LIMIT = 300


@transaction.atomic
def add_witness(*, actor: ActorRef, now: datetime, vkey: str, url: str) -> Witness:
    """Asks a further witness from now on; the first one makes one cosignature required.

    Args:
        actor: who adds it.
        now: the moment.
        vkey: its public key as its operator gives it, `name+id+key`, of the kind for cosignatures.
        url: its submission prefix (c2sp.org/tlog-witness).

    Raises:
        InvalidInput: key or address are none.
        WitnessKnown: it is asked already.
    """
    cosigner = _cosigner(vkey)
    address = _address(url)
    row = Witness.objects.filter(vkey=str(cosigner)).first()
    if row is not None and row.removed_at is None:
        raise WitnessKnown(name=cosigner.name)
    if Witness.objects.filter(name=cosigner.name, removed_at=None).exists():
        raise WitnessKnown(name=cosigner.name)
    if row is None:
        row = Witness(vkey=str(cosigner), name=cosigner.name, added_at=now)
    row.url, row.removed_at, row.next_at, row.failures, row.error = address, None, now, 0, ""
    row.save()
    record_many(
        actor=actor,
        acts=[Act("ledger.witness-added", f"witness:{row.name}", {"vkey": row.vkey, "url": row.url})],
        now=now,
    )
    if not required_cosignatures():
        set_quorum(actor=actor, now=now, quorum=1)
    return row


@transaction.atomic
def remove_witness(*, actor: ActorRef, now: datetime, name: str) -> Witness:
    """Asks a witness no more; what it cosigned stays.

    Raises:
        WitnessUnknown: it is not asked.
    """
    row = Witness.objects.select_for_update().filter(name=name, removed_at=None).first()
    if row is None:
        raise WitnessUnknown(name=name)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    record_many(
        actor=actor, acts=[Act("ledger.witness-removed", f"witness:{row.name}", {"vkey": row.vkey})], now=now
    )
    left = Witness.objects.filter(removed_at=None).count()
    if required_cosignatures() > left:
        set_quorum(actor=actor, now=now, quorum=left)
    return row


@transaction.atomic
def set_quorum(*, actor: ActorRef, now: datetime, quorum: int) -> int:
    """Says how many witnesses are required and returns how many were before; 0: none, and no alarm.

    Raises:
        QuorumTooHigh: so many are not asked.
    """
    count = Witness.objects.filter(removed_at=None).count()
    if not 0 <= quorum <= count:
        raise QuorumTooHigh(quorum=quorum, count=count)
    before = required_cosignatures()
    WitnessPolicy.objects.update_or_create(pk=1, defaults={"quorum": quorum, "changed_at": now})
    record_many(
        actor=actor,
        acts=[Act("ledger.quorum-set", "witnesses", {"before": before, "quorum": quorum})],
        now=now,
    )
    return before


@transaction.atomic
def watch_log(*, actor: ActorRef, now: datetime, vkey: str) -> WatchedLog:
    """Cosigns a further log from now on, or a further key of one that we cosign already.

    Where the log was cosigned before, we go on from there: what we have seen is never forgotten.

    Raises:
        InvalidInput: the key is none.
        WatchedLogKnown: we cosign it already.
    """
    verifier = _verifier(vkey)
    log = WatchedLog.objects.select_for_update().filter(origin=verifier.name).first()
    if log is None:
        log = WatchedLog(origin=verifier.name, vkeys=str(verifier), added_at=now, root=EMPTY_ROOT)
    elif log.removed_at is not None:
        log.vkeys, log.removed_at = str(verifier), None
    elif str(verifier) in log.vkeys.split():
        raise WatchedLogKnown(origin=log.origin)
    else:
        log.vkeys = f"{log.vkeys}\n{verifier}"
    log.save()
    return _watched(log, actor, now)


@transaction.atomic
def follow_key_change(*, actor: ActorRef, now: datetime, note: str) -> WatchedLog:
    """Takes the new key of a log that we cosign, on the word of the key that we trust.

    Args:
        actor: who says so.
        now: the moment.
        note: the statement, signed by both keys.

    Raises:
        InvalidInput: it is no statement, or not of the key that we trust.
        WatchedLogUnknown: we do not cosign the log.
        WatchedLogKnown: we know the new key already.
    """
    try:
        change = read_change(note)
    except NoteInvalid as problem:
        raise InvalidInput(
            errors=[
                FieldError(
                    "/file",
                    _("This is no statement about a change of the key: {reason}"),
                    {"reason": problem},
                )
            ]
        ) from problem
    log = WatchedLog.objects.select_for_update().filter(origin=change.origin, removed_at=None).first()
    if log is None:
        raise WatchedLogUnknown(origin=change.origin)
    known = log.vkeys.split()
    if str(change.old) not in known:
        raise InvalidInput(
            errors=[FieldError("/file", _("The old key of the statement is not the one that we trust."))]
        )
    if str(change.new) in known:
        raise WatchedLogKnown(origin=log.origin)
    log.vkeys = "\n".join([*known, str(change.new)])
    log.save(update_fields=["vkeys"])
    return _watched(log, actor, now)


@transaction.atomic
def unwatch_log(*, actor: ActorRef, now: datetime, origin: str) -> WatchedLog:
    """Cosigns a log no more; what we saw of it stays.

    Raises:
        WatchedLogUnknown: we do not cosign it.
    """
    log = WatchedLog.objects.select_for_update().filter(origin=origin, removed_at=None).first()
    if log is None:
        raise WatchedLogUnknown(origin=origin)
    log.removed_at = now
    log.save(update_fields=["removed_at"])
    record_many(actor=actor, acts=[Act("ledger.log-unwatched", f"log:{origin}", {"size": log.size})], now=now)
    return log


@transaction.atomic
def settle(*, actor: ActorRef, now: datetime, origin: str, reason: str) -> int:
    """Closes the open contradictions of a log once somebody found out what they were, and returns how many.

    Raises:
        InvalidInput: no reason is given.
        NothingToSettle: none is open.
    """
    because = reason.strip()[:REASON_LIMIT]
    if not because:
        raise InvalidInput(errors=[FieldError("/reason", _("Say what was found out."))])
    open_ones = Contradiction.objects.select_for_update().filter(origin=origin, settled_at=None)
    kinds = sorted({one.kind for one in open_ones})
    if not kinds:
        raise NothingToSettle(origin=origin)
    count = open_ones.update(settled_at=now, settled_because=because)
    record_many(
        actor=actor,
        acts=[
            Act(
                "ledger.contradiction-settled",
                f"log:{origin}",
                {"count": count, "kinds": kinds, "reason": because},
            )
        ],
        now=now,
    )
    return count


def _cosigner(vkey: str) -> Cosigner:
    try:
        return Cosigner.parse(vkey)
    except ValueError as problem:
        detail = _("This is no public key of a witness: {reason}")
        raise InvalidInput(errors=[FieldError("/vkey", detail, {"reason": problem})]) from problem


def _verifier(vkey: str) -> Verifier:
    try:
        return Verifier.parse(vkey)
    except ValueError as problem:
        detail = _("This is no public key of a log: {reason}")
        raise InvalidInput(errors=[FieldError("/vkey", detail, {"reason": problem})]) from problem


def _address(url: str) -> str:
    """Returns an address without the slash at its end; where it leads is checked at every call (`kit.connections`)."""
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"https", "http"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= URL_LIMIT
    if not fine or not plain or parts.username is not None or parts.query or parts.fragment:
        detail = _("Write it as an address, http:// or https://, without user name, “?” and “#”.")
        raise InvalidInput(errors=[FieldError("/url", detail)])
    return text


def witnesses() -> list[Witness]:
    """Returns the witnesses whom we ask, in the order in which they were added."""
    return list(Witness.objects.filter(removed_at=None).order_by("added_at", "pk"))


def watched_logs() -> list[WatchedLog]:
    """Returns the logs that we cosign."""
    return list(WatchedLog.objects.filter(removed_at=None).order_by("origin"))


def contradictions() -> list[Contradiction]:
    """Returns the contradictions that nobody has settled, the newest first."""
    return list(Contradiction.objects.filter(settled_at=None).order_by("-seen_at", "-pk"))


def _watched(log: WatchedLog, actor: ActorRef, now: datetime) -> WatchedLog:
    """Records which keys of a log are believed from now on, and from which size."""
    facts = {"vkeys": log.vkeys.split(), "from_size": log.size}
    record_many(actor=actor, acts=[Act("ledger.log-watched", f"log:{log.origin}", facts)], now=now)
    return log
