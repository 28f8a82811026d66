"""The housekeeping of the whole house, by the clock: what the lower modules offer and must not schedule themselves."""
# ruff: noqa: ARG001 - procrastinate hands every periodic job its time

from hienluong.config.backup import run_backup
from hienluong.files import service as files
from hienluong.identity import service as identity
from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.errors import VerificationFailed
from hienluong.systems import service as systems


@jobs.periodic(cron="*/5 * * * * *", name="config.sequence_ledger")
def sequence_ledger(timestamp: int) -> None:
    """Gives waiting ledger entries their place in the log, and signs its head."""
    ledger.sequence_waiting(now=clock.now())


@jobs.periodic(cron="*/10 * * * * *", name="config.ask_witnesses")
def ask_witnesses(timestamp: int) -> None:
    """Asks the ledger's witnesses that are due; what became of it stands with each of them, and in the alarm."""
    ledger.ask_witnesses(now=clock.now())


@jobs.periodic(cron="*/5 * * * *", name="config.stamp_ledger")
def stamp_ledger(timestamp: int) -> None:
    """Has the newest checkpoint of the ledger stamped once an hour; a failure is tried again five minutes later."""
    ledger.stamp(now=clock.now())


@jobs.periodic(cron="43 4 * * *", name="config.verify_ledger")
def verify_ledger(timestamp: int) -> None:
    """Recomputes the whole log and keeps what it found; a job that found a fault fails, for everybody to see."""
    found = ledger.check_log(now=clock.now())
    if found.faults:
        raise VerificationFailed(count=found.faults, fault=found.first_fault)


@jobs.periodic(cron="17 3 * * *", name="config.sweep_orphans")
def sweep_orphans(timestamp: int) -> None:
    """Deletes files whose act never committed."""
    files.sweep_orphans()


@jobs.periodic(cron="37 3 * * *", name="config.sweep_expired")
def sweep_expired(timestamp: int) -> None:
    """Deletes sessions, tokens and one-time sign-ins that are out of date."""
    identity.sweep_expired(now=clock.now())
    systems.sweep_counts(now=clock.now())
    systems.sweep_kept_answers(now=clock.now())


@jobs.periodic(cron="11 2 * * *", name="config.back_up")
def back_up(timestamp: int) -> None:
    """Makes the nightly backup and drops those past their retention."""
    run_backup()
