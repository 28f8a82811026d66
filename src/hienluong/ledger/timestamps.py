"""Time-stamps (RFC 3161): once an hour an authority that is nobody's subordinate here says when the newest checkpoint was there.

What is stamped is the checkpoint as our key signed it, without cosignatures; the answer is checked before it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import Limits
from hienluong.ledger.errors import TimestampRefused, TimestampsOff
from hienluong.ledger.log import newest_checkpoint
from hienluong.ledger.models import SignedCheckpoint, TimeStamp
from hienluong.ledger.witnesses import outgoing_client

EVERY: Final = timedelta(hours=1)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""A token of another time is refused: either clock is wrong, and the token would prove the wrong moment."""
LIMITS: Final = Limits(connect=5.0, read=20.0, total=30.0, answer_bytes=64 * 1024)
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@dataclass(frozen=True, slots=True)
class Authority:
    """Who gives time-stamps, and whom we trust for that.

    Attributes:
        url: where it is asked.
        anchors: the certificates that its own must lead to.
    """

    url: str
    anchors: Sequence[x509.Certificate]

    @classmethod
    def configured(cls) -> Authority | None:
        """Returns the authority of the settings; None: there is none.

        Raises:
            TimestampsOff: the file with the certificates cannot be read.
        """
        return cls(settings.TSA_URL, trusted_certificates()) if stamps_wanted() else None


def trusted_certificates() -> Sequence[x509.Certificate]:
    """Returns the certificates that time-stamps must lead to, whether anybody is asked for new ones or not.

    Raises:
        TimestampsOff: none are named, or the file cannot be read.
    """
    if not settings.TSA_CA_FILE:
        raise TimestampsOff
    return _certificates(Path(settings.TSA_CA_FILE))


def stamp(*, now: datetime, at_once: bool = False) -> TimeStamp | None:
    """Has the newest checkpoint stamped unless the last stamp is younger than an hour or it has one; returns the new one.

    Args:
        now: the moment.
        at_once: whether a young one does not matter.

    Raises:
        OutgoingError: the authority did not answer.
        TimestampRefused: what it answered does not hold; nothing is kept.
    """
    authority = Authority.configured()
    head = newest_checkpoint()
    if authority is None or head is None:
        return None
    last = TimeStamp.objects.order_by("-size").first()
    if last is not None and (last.size >= head.size or (now - last.received_at < EVERY and not at_once)):
        return None
    request = TimestampRequestBuilder().data(head.note.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    with outgoing_client() as client:
        answer = client.request(
            "POST",
            authority.url,
            headers={"Content-Type": "application/timestamp-query"},
            content=request.as_bytes(),
            limits=LIMITS,
        ).require_success()
    token = checked(answer.body, head.note, authority.anchors, nonce=request.nonce)
    stated = token.tst_info.gen_time
    if abs(stated - now) > CLOCKS_DIFFER:
        raise TimestampRefused(reason=f"its time is {stated.isoformat()}")
    found, _new = TimeStamp.objects.get_or_create(
        size=head.size,
        defaults={
            "answer": answer.body,
            "stamped_at": stated,
            "authority": _signed_by(token)[:300],
            "received_at": now,
        },
    )
    return found


def checked(
    answer: bytes, note: str, anchors: Sequence[x509.Certificate], *, nonce: int | None = None
) -> TimeStampResponse:
    """Returns an authority's answer once it is found to hold: granted, over this checkpoint, signed by who may stamp.

    The authority's certificate must lead to an anchor and have been valid at the moment that the token states.

    Args:
        answer: in DER.
        note: the checkpoint as our key signed it.
        anchors: certificates to trust; those that are not self-signed help to build the way.
        nonce: that of the request; None: it is not compared.

    Raises:
        TimestampRefused: it does not hold.
    """
    roots = [one for one in anchors if one.subject == one.issuer]
    between = [one for one in anchors if one.subject != one.issuer]
    try:
        token = decode_timestamp_response(answer)
    except ValueError as problem:
        raise TimestampRefused(reason=str(problem)) from problem
    if token.status == 0 and token.tst_info.message_imprint.hash_algorithm != _SHA256:
        raise TimestampRefused(reason="it is over another hash than SHA-256")
    refused: Exception | None = None
    # One root at a time: of two with one name, as after a change of key, OpenSSL may try but the wrong one.
    for trusted in [[one] for one in roots] or [[]]:
        builder = VerifierBuilder(roots=trusted, intermediates=between, nonce=nonce)
        try:
            builder.build().verify(token, sha256(note.encode()).digest())
        except (VerificationError, ValueError) as problem:
            refused = problem
        else:
            return token
    raise TimestampRefused(reason=str(refused)) from refused


def stamps_wanted() -> bool:
    """Returns whether an authority is set."""
    return bool(settings.TSA_URL and settings.TSA_CA_FILE)


def stamp_waiting_since() -> datetime | None:
    """Returns since when a checkpoint waits for a time-stamp; None: none waits, or no authority is set."""
    if not stamps_wanted():
        return None
    last = TimeStamp.objects.order_by("-size").values_list("size", flat=True).first()
    later = SignedCheckpoint.objects.filter(size__gt=-1 if last is None else last).order_by("size")
    return later.values_list("signed_at", flat=True).first()


@lru_cache(maxsize=4)
def _certificates(file: Path) -> tuple[x509.Certificate, ...]:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as problem:
        detail = _("The certificates of the authority cannot be read: {reason}.")
        raise TimestampsOff(detail=detail, reason=f"{file}: {problem}") from problem
    return tuple(found)


def _signed_by(token: TimeStampResponse) -> str:
    """Returns the name in the certificate that signed a token, else its serial number."""
    signers = {(one.issuer, one.serial_number) for one in token.signed_data.signer_infos}
    for der in token.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) in signers:
            return certificate.subject.rfc4514_string()
    return ", ".join(str(serial) for _issuer, serial in signers)


def newest_stamps(count: int) -> list[tuple[TimeStamp, str]]:
    """Returns the newest time-stamps, the newest first, each with the checkpoint that it is over."""
    rows = list(TimeStamp.objects.order_by("-size")[:count])
    notes = dict(
        SignedCheckpoint.objects.filter(size__in=[row.size for row in rows]).values_list("size", "note")
    )
    return [(row, notes.get(row.size, "")) for row in rows]
