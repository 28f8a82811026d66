"""One more time-stamp over a signed PDF, before the last one can no longer be checked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from hienluong.signing import revocation
from hienluong.signing.errors import DocumentUnsignable, TimestampUnavailable
from hienluong.signing.formats import pades
from hienluong.signing.formats.contents import certificates_of
from hienluong.signing.formats.report import FileReport, Verdict
from hienluong.signing.queries import validate_file
from hienluong.signing.stamping import stamper


def renew_stamps(*, content: bytes, now: datetime) -> tuple[bytes, datetime | None]:
    """Returns a PDF of level B-LTA with one more time-stamp over everything in it, and when that is to be renewed in turn.

    The platform's act, no one signs. Whoever keeps the document records it, with the hash of the earlier version.

    Raises:
        EvidenceMissing, TimestampUnavailable, DocumentUnsignable: the file is unchanged.
    """
    stamps = stamper()
    if stamps is None:
        raise TimestampUnavailable(reason="no authority is set")
    evidence = revocation.evidence_for(certificates_of(content), now=now)
    pdf = pades.renew(content, stamper=stamps, evidence=evidence)
    report = validate_file(None, pdf, now=now)
    if report.verdict is Verdict.INVALID:
        raise DocumentUnsignable(reason="with one more time-stamp its signatures do not hold")
    return pdf, renewal_in(report)


def renewal_in(report: FileReport) -> datetime | None:
    """Returns when the last time-stamp of a PDF is to be renewed: so many days before its certificate ends; None: there is none."""
    ends = [
        one.certificate.not_after
        for one in report.signatures
        if one.kind == "time-stamp" and one.certificate is not None
    ]
    return ends[-1] - timedelta(days=settings.SIGNING_RENEW_DAYS) if ends else None
