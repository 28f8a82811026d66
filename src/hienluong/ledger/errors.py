"""What can go wrong with the log and its proofs; each error says what to do."""

from hienluong.kit.errors import Conflict, HienluongError, NotFound
from hienluong.kit.errors import gettext_noop as _


class LedgerError(HienluongError):
    """The root of the ledger's own errors."""

    code = "ledger.error"
    status = 422


class LedgerDamaged(LedgerError):
    """What is stored of the log does not fit together."""

    code = "ledger.damaged"
    status = 500
    title = _("The ledger is damaged")
    detail = _("{count} faults were found; the first: {fault}")
    kept = _("Nothing was changed. New entries wait in the queue until the log is whole again.")
    todo = _("Keep this database as evidence, find out who wrote to it, and restore the last sound backup.")


class VerificationFailed(LedgerDamaged):
    """A verification found that the log or a table is not as the acts left it."""

    code = "ledger.verification-failed"
    title = _("The ledger or a table was changed")
    kept = _("Nothing was changed by looking.")
    todo = _(
        "Keep this database as evidence and find out who wrote to it. Then restore the last sound backup, or, where it was a "
        "repair of rows by hand, say so: hienluong ledger explain-changes."
    )


class EntryUnknown(NotFound):
    """No entry has this id."""

    code = "ledger.entry-unknown"
    title = _("Entry unknown")
    detail = _("The ledger has no entry {entry_id}.")
    todo = _("Check the id.")


class ChangeUnknown(NotFound):
    """No change of a row has this place."""

    code = "ledger.change-unknown"
    title = _("Change unknown")
    detail = _("The ledger has no change {place} of a row.")
    todo = _("Take the number from the page of the entry, or from: hienluong ledger changes ENTRY_ID.")


class NotInCheckpoint(Conflict):
    """The entry is recorded, and no checkpoint covers it yet."""

    code = "ledger.not-in-checkpoint"
    retryable = True
    retry_after = 20
    title = _("No checkpoint covers the entry yet")
    detail = _(
        "The entry {entry_id} is recorded; no checkpoint covers it yet. One does within twenty seconds."
    )
    kept = _("The entry is kept.")
    todo = _("Try again then.")


class NoCheckpoint(NotFound):
    """The log has not signed anything yet."""

    code = "ledger.no-checkpoint"
    title = _("No checkpoint yet")
    detail = _("The log has no checkpoint yet.")
    todo = _("Try again in a minute, once something has been recorded.")


class ProofRefused(LedgerError):
    """A proof does not hold."""

    code = "ledger.proof-refused"
    title = _("The proof does not hold")
    detail = _("The proof does not hold: {reason}")
    todo = _("Ask for the proof again, and check the key with the one who runs the log.")


class KeyUnavailable(LedgerError):
    """The key that must sign is not here, or its module does not let us use it."""

    code = "ledger.key-unavailable"
    status = 503
    retryable = True
    title = _("The key of the ledger is not available")
    detail = _("The key that must sign is not available: {reason}.")
    kept = _("Nothing was signed. New entries wait in the queue; nothing is lost.")
    todo = _("Put the key back from where it is kept, or see to the module that holds it.")


class KeyMissing(KeyUnavailable):
    """The key that must sign is not in this installation."""

    code = "ledger.key-missing"
    title = _("The key of the ledger is missing")
    detail = _("The key that signed the newest checkpoint is not in this installation.")
    todo = _(
        "Put the secret ledger-key back from where it is kept; if it is lost, begin a log of another name."
    )


class KeyChangeUnderWay(Conflict):
    """The log is changing its key already."""

    code = "ledger.key-change-under-way"
    title = _("The key is being changed already")
    detail = _("The change of the key that began at checkpoint {size} lasts until {until}.")
    kept = _("Nothing was changed.")
    todo = _("Wait until it is over, so that everybody who checks proofs has learnt of it.")


class KeyNotNew(Conflict):
    """The key to change to is the one in force, or was in force before."""

    code = "ledger.key-not-new"
    title = _("The key is not new")
    detail = _("The key {vkey} has signed for this log already.")
    kept = _("Nothing was changed.")
    todo = _("Name another key.")


class WitnessUnknown(NotFound):
    """No such witness is asked."""

    code = "ledger.witness-unknown"
    title = _("Witness unknown")
    detail = _("No witness {name} is asked.")
    todo = _("See “hienluong ledger witness list”.")


class WitnessKnown(Conflict):
    """The witness is asked already."""

    code = "ledger.witness-known"
    title = _("Witness known already")
    detail = _("The witness {name} is asked already.")
    kept = _("Nothing was changed.")
    todo = _("Remove it first to change its address.")


class QuorumTooHigh(LedgerError):
    """More witnesses are required than there are."""

    code = "ledger.quorum-too-high"
    title = _("Too many witnesses required")
    detail = _("{quorum} witnesses cannot be required: {count} are asked.")
    kept = _("Nothing was changed.")
    todo = _("Add witnesses, or require fewer.")


class WatchedLogUnknown(NotFound):
    """We do not cosign this log."""

    code = "ledger.watched-log-unknown"
    title = _("Log unknown")
    detail = _("The log {origin} is not cosigned here.")
    todo = _("See “hienluong ledger witness logs”.")


class WatchedLogKnown(Conflict):
    """We cosign this log already, with this key."""

    code = "ledger.watched-log-known"
    title = _("Log known already")
    detail = _("The log {origin} is cosigned already with this key.")
    kept = _("Nothing was changed.")


class NothingToSettle(NotFound):
    """No contradiction of the log is open."""

    code = "ledger.nothing-to-settle"
    title = _("Nothing to settle")
    detail = _("No contradiction of the log {origin} is open.")
    todo = _("See “hienluong ledger witness status”.")


class WitnessRefused(LedgerError):
    """A witness did not cosign."""

    code = "ledger.witness-refused"
    status = 502
    title = _("The witness did not cosign")
    detail = _("The witness {name} answered with the status {answer_status}.")
    todo = _("404: it must be told our log; 403: our key, see “hienluong ledger key”.")


class CosignatureInvalid(LedgerError):
    """A witness answered with a cosignature that does not hold."""

    code = "ledger.cosignature-invalid"
    status = 502
    title = _("The cosignature does not hold")
    detail = _("The answer of the witness {name} was thrown away: {reason}")
    todo = _("Compare its key and its clock with what its operator says.")


class WitnessContradicts(LedgerError):
    """A witness knows a log of ours that is not the one we have."""

    code = "ledger.witness-contradicts"
    status = 502
    title = _("A witness knows another log of ours")
    detail = _(
        "The witness {name} knows our log at size {known}, and it does not lead to ours of size {size}."
    )
    todo = _(
        "Find out whether an older copy of the database was restored, or who rewrote it; then settle it by “hienluong ledger witness settle”."
    )


class TimestampsOff(LedgerError):
    """No authority for time-stamps is set."""

    code = "ledger.timestamps-off"
    status = 409
    title = _("Time-stamps are not set up")
    detail = _("No authority for time-stamps is set, or not whom to trust.")
    todo = _("Set HIENLUONG_TSA_URL and HIENLUONG_TSA_CA_FILE, and restart.")


class TimestampRefused(LedgerError):
    """The authority did not give a time-stamp that holds."""

    code = "ledger.timestamp-refused"
    status = 502
    retryable = True
    title = _("No time-stamp that holds")
    detail = _("The answer of the authority was thrown away: {reason}")
    kept = _("Nothing was kept. It is asked again in a few minutes.")
    todo = _("Compare its certificate and its clock with what its operator says.")
