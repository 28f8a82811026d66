"""What is known of revocations: fetched from the authorities' addresses, kept for when they do not answer.

Only addresses in certificates that lead to an authority of the trust list are asked, by the rules of `kit.http`: a stranger's
file cannot send us anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp as pyca_ocsp
from django.conf import settings
from django.db.models import F, Q
from pyhanko_certvalidator.context import ValidationContext

from hienluong.kit.http import DEFAULT_PORTS, Limits, OutgoingClient
from hienluong.kit.http import OutgoingError as HttpProblem
from hienluong.signing.authorities import by_certificate, by_issuer, trust
from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.models import RevocationSource

LIMITS: Final = Limits(connect=5.0, read=20.0, total=60.0, answer_bytes=32 * 1024 * 1024)
CERTIFICATES_MOST: Final = 32
URLS_MOST: Final = 2
RETRY_AFTER: Final = timedelta(minutes=10)
UNUSED_AFTER: Final = timedelta(days=90)
"""So long nobody needed it: then it is forgotten."""
NOTED_EVERY: Final = timedelta(days=1)
"""That something is still needed is written down so often at most: whoever checks files changes no rows otherwise."""
WHILE_ASKING: Final = timedelta(minutes=5)
"""So much later than the act began may an answer be dated that is fetched for it."""
Kind = RevocationSource.Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list or an answer that somebody needs."""

    kind: Kind
    url: str
    about: str
    request: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of fetching one: why not, or until when it is good."""

    url: str
    kind: str
    until: datetime | None
    problem: str = ""


def outgoing_client() -> OutgoingClient:
    """Returns the client that asks authorities; what comes back is signed, so plain http is allowed.

    A demonstration asks its own, on this machine, too.
    """
    own = settings.DEMONSTRATION
    return OutgoingClient(
        allowed_networks=[*settings.SIGNING_NETWORKS, *(["127.0.0.1/32"] if own else [])],
        allow_http=True,
        ports=[*DEFAULT_PORTS, *([settings.DEMO_AUTHORITY_PORT] if own else [])],
        limits=LIMITS,
    )


def wanted_for(certificates: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]) -> list[Wanted]:
    """Returns which lists and answers are needed to know whether certificates were revoked.

    Args:
        certificates: those of a file, of signers and of authorities between.
        anchors: the trust list; certificates that do not lead there are passed over.
    """
    found: dict[tuple[str, str, str], Wanted] = {}
    for certificate, issuer in _leading(certificates[:CERTIFICATES_MOST], anchors):
        for one in _of(certificate, issuer):
            found.setdefault((one.kind, one.url, one.about), one)
    return list(found.values())


def note(wanted: Sequence[Wanted], *, now: datetime) -> int:
    """Notes what is needed, so that the job fetches it; returns how many of them were not known before."""
    rows = RevocationSource.objects.filter(about__in={one.about for one in wanted})
    known = {(row.kind, row.url, row.about): row for row in rows}
    missing = [one for one in wanted if (one.kind, one.url, one.about) not in known]
    RevocationSource.objects.bulk_create(
        [
            RevocationSource(kind=one.kind, url=one.url, about=one.about, request=one.request, wanted_at=now)
            for one in missing
        ],
        ignore_conflicts=True,
    )
    rested = [row.pk for row in known.values() if row.wanted_at < now - NOTED_EVERY]
    if rested:
        RevocationSource.objects.filter(pk__in=rested).update(wanted_at=now)
    return len(missing)


def due(now: datetime, only: Sequence[Wanted] | None = None) -> list[RevocationSource]:
    """Returns what is to be fetched now: never fetched, or past the middle of its time; tried again after ten minutes.

    Args:
        now: the moment.
        only: of these; None: of everything that somebody needed within ninety days.
    """
    rows = RevocationSource.objects.filter(
        Q(tried_at__isnull=True) | Q(tried_at__lte=now - RETRY_AFTER), wanted_at__gte=now - UNUSED_AFTER
    ).filter(
        Q(body__isnull=True)
        | Q(next_update__isnull=True)
        | Q(next_update__lte=now + (F("next_update") - F("this_update")) / 2)
    )
    if only is not None:
        rows = rows.filter(about__in={one.about for one in only})
    return list(rows.order_by("pk"))


def forget_unused(now: datetime) -> None:
    """Forgets what nobody needed for ninety days."""
    RevocationSource.objects.filter(wanted_at__lt=now - UNUSED_AFTER).delete()


def evidence_for(certificates: Sequence[x509.Certificate], *, now: datetime) -> ValidationContext:
    """Returns what can be put into a file as evidence about certificates: what is kept, after fetching what is due.

    Authorities that answer while the act lasts date their answers after its beginning: the evidence is as of the last of them.

    Args:
        certificates: of signers and time-stamps, with those above them.
        now: when the act began.
    """
    believed = trust(now, certificates)
    needed = wanted_for(certificates, (*believed.signers, *believed.stampers))
    note(needed, now=now)
    rows = due(now, needed)
    fetch(rows, now=now)
    dated = [row.this_update for row in rows if row.this_update and row.this_update <= now + WHILE_ASKING]
    return trust(now, certificates).evidence(max((now, *dated)))


def fetch(rows: Iterable[RevocationSource], *, now: datetime) -> list[Outcome]:
    """Fetches lists and answers and keeps each that is one; what was kept stays where the address does not answer.

    Their signatures are checked by every validation that uses them.
    """
    with outgoing_client() as client:
        return [_fetch(client, row, now) for row in rows]


def _fetch(client: OutgoingClient, row: RevocationSource, now: datetime) -> Outcome:
    row.tried_at = now
    try:
        if row.kind == Kind.OCSP:
            headers = {"Content-Type": "application/ocsp-request"}
            content = bytes(row.request or b"")
            answer = client.request("POST", row.url, headers=headers, content=content)
        else:
            answer = client.request("GET", row.url)
        body = answer.require_success().body
        row.this_update, row.next_update = _times(row, body)
    except HttpProblem as problem:
        row.problem = str(problem)[:500]
    except (ValueError, TypeError, KeyError, IndexError) as problem:
        row.problem = f"{row.kind}: {problem}"[:500]
    else:
        row.body, row.fetched_at, row.problem = body, now, ""
    row.save()
    return Outcome(row.url, row.kind, row.next_update, row.problem)


def _times(row: RevocationSource, body: bytes) -> tuple[datetime, datetime | None]:
    """Returns from when until when a list or an answer is good.

    Raises:
        ValueError: it is none, or about something else.
    """
    if row.kind == Kind.CRL:
        listed = crl.CertificateList.load(body)["tbs_cert_list"]
        return listed["this_update"].native, listed["next_update"].native
    answer = ocsp.OCSPResponse.load(body)
    if answer["response_status"].native != "successful":
        raise ValueError(str(answer["response_status"].native))
    single = answer.response_data["responses"][0]
    return single["this_update"].native, single["next_update"].native


def _leading(
    certificates: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Yields each certificate that an authority of the trust list issued, directly or not, with its issuer."""
    believed = list(anchors)
    waiting = [one for one in certificates if one.dump() not in {two.dump() for two in anchors}]
    grown = True
    while grown:
        grown = False
        for certificate in list(waiting):
            issuer = next((one for one in believed if _issued(one, certificate)), None)
            if issuer is not None:
                waiting.remove(certificate)
                believed.append(certificate)
                grown = True
                yield certificate, issuer


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    try:
        to_pyca(certificate).verify_directly_issued_by(to_pyca(issuer))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _of(certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Wanted]:
    for url in [one.url for one in certificate.crl_distribution_points if one.url][:URLS_MOST]:
        yield Wanted(Kind.CRL, url[:500], by_issuer(certificate))
    for url in certificate.ocsp_urls[:URLS_MOST]:
        asked = pyca_ocsp.OCSPRequestBuilder().add_certificate(
            to_pyca(certificate),
            to_pyca(issuer),
            hashes.SHA1(),  # noqa: S303 - names the certificate (RFC 5019); nothing rests on it
        )
        request = asked.build().public_bytes(serialization.Encoding.DER)
        yield Wanted(Kind.OCSP, url[:500], by_certificate(certificate), request)
