"""The public record of an entry: one version byte and SHA-256(salt ‖ entry); all that the world sees of it.

Why so: docs/decisions/0027-public-record-of-an-entry.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

VERSION = b"\x01"
SALT_BYTES = 16


def commitment(*, salt: bytes, entry: bytes) -> bytes:
    """Returns SHA-256(salt ‖ entry), which binds the log to the entry and tells nobody what it says."""
    return sha256(salt + entry).digest()


def public_record(committed: bytes) -> bytes:
    """Returns the record of an entry, given its commitment: 33 bytes."""
    return VERSION + committed


def record_of(*, salt: bytes, entry: bytes) -> bytes:
    """Returns the record of an entry that is disclosed with its salt."""
    return public_record(commitment(salt=salt, entry=entry))


def bundle(records: Iterable[bytes]) -> bytes:
    """Returns records as a bundle: the length of each in two bytes, then the record (tlog-tiles, “Log entries”)."""
    return b"".join(len(record).to_bytes(2, "big") + record for record in records)
