"""Entries waiting for their place, and entries with their place in the log."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func

from hienluong.ledger.guards import guarded

_ASKED = "how asking it goes"
_COSIGNED = "cosigning is no act; what we cosigned is signed by that log"


class AbstractEntry(models.Model):
    """What both tables hold: the private entry, its salt and the leaf the public will see."""

    entry = models.BinaryField(help_text="canonical JSON (RFC 8785), at most 4 kB")
    salt = models.BinaryField(max_length=16)
    leaf = models.BinaryField(max_length=32)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    queued_at = models.DateTimeField()
    actor = models.CharField(max_length=80, db_default="", help_text="who acted, as kind:id")
    agency = models.UUIDField(null=True, help_text="the agency acted for, as the entry says")

    class Meta:
        abstract = True


class QueuedEntry(AbstractEntry):
    """An entry that committed with its act and has no place yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    xact = models.BigIntegerField(
        db_default=Func(function="txid_current"), help_text="the transaction that it committed with"
    )
    began_at = models.DateTimeField(
        db_default=Func(function="transaction_timestamp"),
        help_text="when that began: numbers of transactions start again in a restored database",
    )

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class Entry(AbstractEntry):
    """An entry at its place: indices are 0, 1, 2 … without a gap."""

    index = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)
    sequenced_at = models.DateTimeField()

    class Meta:
        # The order in which people read: by the time of the act; the index settles ties.
        indexes = [
            models.Index(fields=["queued_at", "index"], name="ledger_entry_time"),
            models.Index(fields=["subject", "queued_at", "index"], name="ledger_entry_subject"),
            models.Index(fields=["actor", "queued_at", "index"], name="ledger_entry_actor"),
            models.Index(fields=["action", "queued_at", "index"], name="ledger_entry_action"),
            models.Index(fields=["agency", "queued_at", "index"], name="ledger_entry_agency"),
            models.Index(
                fields=["index"], condition=models.Q(action="ledger.rows"), name="ledger_entry_rows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.action} {self.subject}"


class Tile(models.Model):
    """Hashes of the tree that stand side by side (c2sp.org/tlog-tiles); the last of a level grows until it has 256.

    How many leaves the tree has is never stored beside them: the last tile of level 0 says it.
    """

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class SignedCheckpoint(models.Model):
    """The head of the log at one size, signed; what was signed once is never changed."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField(help_text="the signed note, as it is published")
    signed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.size} at {self.signed_at}"


class Verification(models.Model):
    """One recomputation of the whole log, and what it found."""

    started_at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField(help_text="so many entries were read")
    changes = models.BigIntegerField(default=0, help_text="so many changes of rows were compared with tables")
    seconds = models.FloatField()
    faults = models.PositiveIntegerField()
    first_fault = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.started_at}: {self.size} entries, {self.faults} faults"


class Guard(models.Model):
    """That a table is guarded, in these columns; another set of columns is another guard, the old one ends."""

    id = models.AutoField(primary_key=True)
    table_name = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63), help_text="in the order of their digests")
    forms = ArrayField(models.CharField(max_length=60), help_text="how their values become bytes")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    suspended = models.BooleanField(
        default=False, help_text="its triggers are away while migrations change the table"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table_name"], condition=models.Q(until=None), name="ledger_one_guard_of_a_table"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} ({self.pk})"


class AbstractChange(models.Model):
    """What both tables of changes hold: one row of a guarded table, and its digests after the change."""

    class Op(models.TextChoices):
        """What was done to the row."""

        INSERTED = "I"
        UPDATED = "U"
        DELETED = "D"
        BASELINE = "B"  # it was there when the guard began

    xact = models.BigIntegerField(db_default=Func(function="txid_current"))
    began_at = models.DateTimeField(db_default=Func(function="transaction_timestamp"))
    guard = models.IntegerField(
        help_text="a Guard; no foreign key: this is written with every change of a row"
    )
    row_key = models.TextField(help_text="the key of the row")
    op = models.CharField(max_length=1, choices=Op)
    digests = models.BinaryField(help_text="16 bytes of SHA-256 of each column; of a deleted row: none")

    class Meta:
        abstract = True


class QueuedChange(AbstractChange):
    """A change that a trigger wrote down in the transaction that made it, and that waits for the sequencer."""

    id = models.BigAutoField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.op} {self.row_key}"


class Change(AbstractChange):
    """A change at its place: places are 0, 1, 2 … without a gap, and an entry of the log holds the root of each batch."""

    place = models.BigIntegerField(primary_key=True)
    id = models.BigIntegerField(help_text="from the queue: of one row, a later change has a larger one")
    act = models.BigIntegerField(
        null=True, help_text="index of the entry of the same transaction; null: no act made it"
    )
    leaf = models.BinaryField(
        max_length=32,
        null=True,
        help_text="hash of its line, a leaf of the batch; null: placed before these were kept",
    )

    class Meta:
        indexes = [
            models.Index(fields=["guard"], name="ledger_change_guard"),
            models.Index(fields=["place"], condition=models.Q(act=None), name="ledger_change_without_act"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.op} {self.row_key}"


@guarded(
    size=_ASKED,
    asked_at=_ASKED,
    cosigned_at=_ASKED,
    failures=_ASKED,
    error=_ASKED,
    next_at=_ASKED,
)
class Witness(models.Model):
    """Somebody outside who is asked to cosign our checkpoints; never deleted: its cosignatures stay."""

    vkey = models.CharField(max_length=400, unique=True, help_text="its public key (c2sp.org/signed-note)")
    name = models.CharField(max_length=300, db_index=True)
    url = models.CharField(max_length=500, help_text="its submission prefix (c2sp.org/tlog-witness)")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    size = models.BigIntegerField(default=0, help_text="the size of ours that it knows")
    asked_at = models.DateTimeField(null=True, blank=True)
    cosigned_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    error = models.CharField(max_length=60, blank=True, help_text="code of the last failure")
    next_at = models.DateTimeField(help_text="not asked again before")

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """What a witness set under a checkpoint of ours."""

    size = models.BigIntegerField()
    witness = models.ForeignKey(Witness, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField(max_length=600, help_text="as it stands under the checkpoint")
    cosigned_at = models.DateTimeField(help_text="the moment that it states")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["size", "witness"], name="ledger_cosignature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.witness} under {self.size}"


@guarded()
class WitnessPolicy(models.Model):
    """How many witnesses must have cosigned before we call a checkpoint witnessed; one row."""

    quorum = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.quorum} witnesses"


@guarded(size=_COSIGNED, root=_COSIGNED, note=_COSIGNED, cosigned_at=_COSIGNED)
class WatchedLog(models.Model):
    """A log of somebody else's that we cosign, and the last checkpoint that we cosigned."""

    origin = models.CharField(max_length=300, primary_key=True)
    vkeys = models.TextField(help_text="its public keys, one a line: two while it changes its key")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    note = models.TextField(blank=True, help_text="the last checkpoint that we cosigned")
    cosigned_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


@guarded()
class Contradiction(models.Model):
    """A log, somebody's or our own, that was seen to take back what it had signed; open until somebody has settled it."""

    class Kind(models.TextChoices):
        """What was seen."""

        SPLIT_VIEW = "split-view", "two roots of one size, both signed: proof of a fork"
        ROLLBACK = "rollback", "a checkpoint smaller than one we cosigned, and none that we cosigned"
        INCONSISTENT = "inconsistent", "no proof that it grew out of what we cosigned"
        OURS_BEHIND = "ours-behind", "a witness knows a longer log of ours than we have"
        OURS_DIFFERS = "ours-differs", "a witness knows another log of ours than we have"

    origin = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    size = models.BigIntegerField(help_text="of the checkpoint that does not fit, or that the witness named")
    root = models.BinaryField(max_length=32, help_text="of that checkpoint; empty: the witness named none")
    note = models.TextField(blank=True, help_text="that checkpoint, signed")
    known_size = models.BigIntegerField(help_text="of the checkpoint that was known before")
    known_note = models.TextField(blank=True, help_text="that checkpoint, signed")
    told_by = models.CharField(max_length=300, blank=True, help_text="of our own log: which witness")
    seen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_because = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["origin", "size"], name="ledger_contradiction_place")]

    def __str__(self) -> str:
        return f"{self.origin} {self.kind} {self.size}"


class CosignedHead(models.Model):
    """A checkpoint of somebody else's that we cosigned: shown again, it is no rollback."""

    pk = models.CompositePrimaryKey("origin", "size")
    origin = models.CharField(max_length=300)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class TimeStamp(models.Model):
    """The word of an authority that a checkpoint was there at a moment (RFC 3161)."""

    size = models.BigIntegerField(primary_key=True)
    answer = models.BinaryField(help_text="the authority's answer in DER: the token and its status")
    stamped_at = models.DateTimeField(help_text="the moment that it states")
    authority = models.CharField(max_length=300, help_text="who signed it")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size} at {self.stamped_at}"


@guarded()
class KeyChange(models.Model):
    """A change of the log's key, which both keys signed."""

    number = models.PositiveIntegerField(primary_key=True)
    old_vkey = models.CharField(max_length=400)
    new_vkey = models.CharField(max_length=400)
    size = models.BigIntegerField(help_text="of the last checkpoint that the old key alone signed")
    until = models.DateTimeField(help_text="so long the old key signs too")
    note = models.TextField(help_text="the statement, signed by both, as it is published")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: from {self.size}"
