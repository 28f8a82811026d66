"""Identifiers, secrets and reference numbers.

Rows are named by UUID version 7 (RFC 9562, section 5.7): unique without a central counter, and ordered by
creation time, so that the index of a table grows at its end.
"""

import hmac
import secrets
import uuid

import uuid_utils

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of reference numbers: no 0/O, 1/I/L or U/V pair that is misread or misheard on the telephone."""

LARGEST_NUMBER = 2**63 - 1
"""The largest number a row can have (PostgreSQL's bigint)."""


def new_id() -> uuid.UUID:
    """Returns a new UUIDv7 (RFC 9562), ordered by the time of its creation in milliseconds."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def as_uuid(text: str) -> uuid.UUID | None:
    """Returns the id that a text from outside is, None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def as_number(text: str) -> int | None:
    """Returns the number of a row that a text from outside is, None where no row could have it."""
    if not text.isdecimal() or len(text) > len(str(LARGEST_NUMBER)):
        return None
    return found if (found := int(text)) <= LARGEST_NUMBER else None


def new_secret(size: int = 32) -> str:
    """Returns a random secret of `size` bytes in URL-safe base64 without padding; 32 bytes give 43 letters."""
    return secrets.token_urlsafe(size)


def timing_safe_equal(given: str | bytes, expected: str | bytes) -> bool:
    """Returns whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_as_bytes(given), _as_bytes(expected))


def short_code() -> str:
    """Returns a reference number for an error page, as `7K3M-PX9D`: to be read out on the telephone.

    Eight letters of thirty are about 39 bits: enough to find one line in a log, not a secret.
    """
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _as_bytes(secret: str | bytes) -> bytes:
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
