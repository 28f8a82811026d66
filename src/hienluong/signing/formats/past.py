"""Whether a certificate was good at a proven moment, when it has ended since (EN 319 102-1, 5.6.2: past validation; pyHanko)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.policy_decl import bootstrap_validation_data_handlers
from pyhanko.sign.validation.status import RevocationDetails
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.ltv.ades_past import past_validate
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.registry import PathBuilder

from hienluong.signing.formats.report import Revocation
from hienluong.signing.formats.signature_checks import Checker, evidence_about
from hienluong.signing.formats.trust import Knowledge, Trust

THEN: Final = frozenset(
    {
        AdESIndeterminate.REVOKED_NO_POE,
        AdESIndeterminate.REVOKED_CA_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
        AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        AdESIndeterminate.TRY_LATER,
        AdESIndeterminate.EXPIRED,
    }
)
"""What proofs of an earlier time may mend."""


async def held_then(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    at: datetime | None,
    details: RevocationDetails | None,
    checker: Checker,
) -> bool:
    """Returns whether a certificate that does not hold now held when it signed: revoked only later, or shown to have been good.

    Args:
        certificate: of who signed.
        others: that help to find the way to an authority.
        at: when it signed, as a time-stamp proves; None: nothing does.
        details: of its revocation; None: there is none.
        checker: whom to believe, with all that is known.
    """
    if at is None:
        return False
    later = details is not None and not details.ca_revoked and at < details.revocation_date
    if later and at >= certificate.not_valid_before:
        return True
    return await was_good(certificate, others, at, checker)


async def was_good(
    certificate: x509.Certificate, others: Iterable[x509.Certificate], at: datetime, checker: Checker
) -> bool:
    """Returns whether evidence from a certificate's own time shows that it was good at a moment; the evidence is checked.

    After a certificate has ended, its authority may leave it out of its lists: those from later say nothing.

    Args:
        certificate: of who signed.
        others: that help to find the way to an authority.
        at: the moment, proved by a time-stamp.
        checker: whom to believe, with all that is known, also of what stands in the file.
    """
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        return False
    control = min(checker.now, certificate.not_valid_after)
    known = _until(control, checker.trust.knowledge)
    if not evidence_about(certificate, known, Knowledge()):
        return False
    trust = checker.trust
    spec = Trust(trust.signers, trust.stampers, trust.demonstration, known).spec()
    handlers = bootstrap_validation_data_handlers(
        spec, is_historical=True, poe_manager_override=POEManager(at)
    )
    handlers.cert_registry.register_multiple([*others, *trust.signers])
    policy = spec.cert_validation_policy
    ways = PathBuilder(policy.trust_manager, handlers.cert_registry).async_build_paths_lazy(certificate)
    try:
        async for way in ways:
            try:
                until = await past_validate(way, policy, handlers, init_control_time=control)
            except (ValidationError, PathError):
                continue
            if at <= until:
                return True
    except (ValidationError, PathError):
        return False
    finally:
        await ways.cancel()
    return False


async def evidence_in_time(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    evidence: Sequence[Revocation],
    at: datetime | None,
    checker: Checker,
) -> Sequence[Revocation]:
    """Returns the evidence that counts for a certificate: after its end none, but where it shows that it was good then.

    Args:
        certificate: of who signed.
        others: that help to find the way to an authority.
        evidence: what there is about it.
        at: when it signed, as a time-stamp proves; None: nothing does.
        checker: whom to believe, with all that is known.
    """
    if checker.now <= certificate.not_valid_after:
        return evidence
    return evidence if at is not None and await was_good(certificate, others, at, checker) else ()


def _until(moment: datetime, known: Knowledge) -> Knowledge:
    """Returns the lists and answers that were there by a moment."""
    return Knowledge(
        tuple(one for one in known.crls if _listed(one) <= moment),
        tuple(one for one in known.ocsps if _answered(one, moment) <= moment),
        known.certificates,
    )


def _listed(der: bytes) -> datetime:
    moment: datetime = crl.CertificateList.load(der)["tbs_cert_list"]["this_update"].native
    return moment


def _answered(der: bytes, otherwise: datetime) -> datetime:
    answer = ocsp.OCSPResponse.load(der)
    if answer["response_status"].native != "successful":
        return otherwise
    responses: Any = answer.response_data["responses"]
    return max((one["this_update"].native for one in responses), default=otherwise)
