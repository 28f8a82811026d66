"""What shows that a certificate was good, picked from what is known, to be put beside a signature (B-LT)."""

from __future__ import annotations

from collections.abc import Iterable

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext

from hienluong.signing.formats.signature_checks import evidence_about
from hienluong.signing.formats.stamping import run
from hienluong.signing.formats.trust import Knowledge


def evidence_for(
    certificate: x509.Certificate, others: Iterable[x509.Certificate], evidence: ValidationContext
) -> Knowledge:
    """Returns the way from a certificate to an authority of the trust list, and what shows that nothing on it was revoked.

    Args:
        certificate: of a signer or an authority for time-stamps.
        others: that help to find the way.
        evidence: whom to trust and what is known of revocations.

    Raises:
        PathError, ValidationError: of pyHanko, where there is no way or something is not known; `telling` tells them.
    """
    for one in others:
        evidence.certificate_registry.register(one)
    path = run(CertificateValidator(certificate, validation_context=evidence).async_validate_usage(set()))
    way = [one for one in path if isinstance(one, x509.Certificate)]
    known = Knowledge(tuple(one.dump() for one in evidence.crls), tuple(one.dump() for one in evidence.ocsps))
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for one in way[1:]:
        for kind, name in ((crls, "crls"), (ocsps, "ocsps")):
            for der in getattr(known, name):
                about = Knowledge(**{name: (der,)})
                if der not in kind and evidence_about(one, about, Knowledge()):
                    kind.append(der)
    return Knowledge(tuple(crls), tuple(ocsps), tuple(way[1:]))
