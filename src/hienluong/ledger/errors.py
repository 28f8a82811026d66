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


class EntryUnknown(NotFound):
    """No entry has this id."""

    code = "ledger.entry-unknown"
    title = _("Entry unknown")
    detail = _("The ledger has no entry {entry_id}.")
    todo = _("Check the id.")


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
