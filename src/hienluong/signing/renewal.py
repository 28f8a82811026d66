"""One more time-stamp over a signed PDF, before the last one can no longer be checked."""

from __future__ import annotations

from datetime import datetime

from hienluong.signing import revocation
from hienluong.signing.errors import TimestampUnavailable
from hienluong.signing.formats import pades
from hienluong.signing.formats.contents import certificates_of
from hienluong.signing.stamping import stamper


def renew_stamps(*, content: bytes, now: datetime) -> bytes:
    """Returns a PDF of level B-LTA with one more time-stamp over everything in it; the platform's act, no one signs.

    Whoever keeps the document records it, with the hash of the earlier version.

    Raises:
        EvidenceMissing, TimestampUnavailable, DocumentUnsignable: the file is unchanged.
    """
    stamps = stamper()
    if stamps is None:
        raise TimestampUnavailable(reason="no authority is set")
    evidence = revocation.evidence_for(certificates_of(content), now=now)
    return pades.renew(content, stamper=stamps, evidence=evidence)
