"""Whom to believe and what is known of revocations; and the mark of a demonstration, which a real installation refuses always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.authority import Authority, TrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, RevokedError, ValidationError
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.formats.report import Holder
from hienluong.signing.formats.stamping import run

DEMONSTRATION_OID: Final = "2.25.206519291082215821389919370243383917335"
"""Extension and policy of every certificate that a demonstration issues; an arc made of a UUID (ITU-T X.667)."""
DEMONSTRATION_TEXT: Final = "TRÌNH DIỄN - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ / DEMONSTRATION - no legal force"
VALUES_MOST: Final = 256
"""Lists, answers and certificates that are taken from one signature, of each kind."""
_USAGES: Final = frozenset({"digital_signature", "non_repudiation"})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of revocations without asking anybody.

    Attributes:
        crls: lists of revoked certificates, in DER.
        ocsps: answers of OCSP, in DER.
        certificates: that help to find the way to an authority.
    """

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of(cls, crls: Iterable[bytes], ocsps: Iterable[bytes], certificates: Iterable[bytes]) -> Knowledge:
        """Returns what values in DER say, as a stranger's file holds them; what cannot be read or is too much is left out."""
        return cls(
            tuple(one for one in islice(crls, VALUES_MOST) if _is_list(one)),
            tuple(one for one in islice(ocsps, VALUES_MOST) if _is_answer(one)),
            tuple(readable(islice(certificates, VALUES_MOST))),
        )

    def for_pyhanko(self) -> LocalKnowledge:
        """Returns it as pyHanko takes it."""
        return LocalKnowledge(
            known_crls=[CRLContainer(_crl(one)) for one in self.crls],
            known_ocsps=[
                container for one in self.ocsps for container in OCSPContainer.load_multi(_ocsp(one))
            ],
            known_certs=list(self.certificates),
        )


@dataclass(frozen=True, slots=True)
class Way:
    """How a certificate leads to the trust list.

    Attributes:
        names: of the authorities above it, the last one of the list; none: there is no way.
        revoked: whether one on the way was revoked, as far as is known.
    """

    names: tuple[str, ...] = ()
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed.

    Attributes:
        signers: authorities for people and agencies.
        stampers: authorities for time-stamps.
        demonstration: whether this installation is one: only then a demonstration's authority is believed.
        knowledge: what is known of revocations.
    """

    signers: tuple[x509.Certificate, ...]
    stampers: tuple[x509.Certificate, ...]
    demonstration: bool = False
    knowledge: Knowledge = field(default_factory=Knowledge)

    def spec(self, *, revocation: bool = True) -> SignatureValidationSpec:
        """Returns it as pyHanko's specification of a validation, which asks nobody over the network.

        Args:
            revocation: whether every certificate must be shown not to be revoked.
        """
        rule = CertRevTrustPolicy(REQUIRE_REVINFO if revocation else NO_REVOCATION)

        def policy(anchors: tuple[x509.Certificate, ...]) -> CertValidationPolicySpec:
            return CertValidationPolicySpec(self._manager(anchors), rule)

        return SignatureValidationSpec(
            cert_validation_policy=policy(self.signers),
            ts_cert_validation_policy=policy(self.stampers),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
            local_knowledge=self.knowledge.for_pyhanko(),
            key_usage_settings=KeyUsageConstraints(key_usage=_USAGES, match_all_key_usages=False),
        )

    def evidence(self, now: datetime) -> ValidationContext:
        """Returns pyHanko's context from which evidence is put into a PDF (B-LT): every certificate must have it."""
        return ValidationContext(
            trust_manager=self._manager((*self.signers, *self.stampers)),
            other_certs=self.knowledge.certificates,
            moment=now,
            crls=list(self.knowledge.crls),
            ocsps=list(self.knowledge.ocsps),
            revocation_mode="require",
        )

    def ways(
        self, signers: Iterable[tuple[x509.Certificate, Sequence[x509.Certificate]]], *, now: datetime
    ) -> list[Way]:
        """Returns how signers' certificates, each with those above it, lead to an authority of the list; nobody is asked.

        What is known of revocations is read once for all: two milliseconds each, eight for a single one.
        """
        given = list(signers)
        context = ValidationContext(
            trust_manager=self._manager(self.signers),
            other_certs=[*(one for _own, chain in given for one in chain), *self.knowledge.certificates],
            moment=now,
            crls=list(self.knowledge.crls),
            ocsps=list(self.knowledge.ocsps),
            revocation_mode="soft-fail",
        )

        async def all_of_them() -> list[Way]:
            return [await _way(own, context) for own, _chain in given]

        return run(all_of_them())

    def _manager(self, anchors: tuple[x509.Certificate, ...]) -> SimpleTrustManager:
        kept = [one for one in anchors if self.demonstration or not is_demonstration(one)]
        manager = SimpleTrustManager() if self.demonstration else _RealManager()  # type: ignore[no-untyped-call] # pyHanko's
        for one in kept:
            manager._register_root(one)  # noqa: SLF001 - `build` makes the class it is called on only
        return manager


class _RealManager(SimpleTrustManager):
    """Trusts what is in the list, but nothing that carries the mark of a demonstration."""

    def as_trust_anchor(self, authority: Authority) -> TrustAnchor | None:
        """Returns the anchor that the authority is."""
        return None if _marked(authority) else super().as_trust_anchor(authority)

    def find_potential_issuers(self, cert: x509.Certificate) -> Iterator[TrustAnchor]:
        """Yields anchors that may have issued a certificate."""
        return iter(()) if is_demonstration(cert) else super().find_potential_issuers(cert)


async def _way(certificate: x509.Certificate, context: ValidationContext) -> Way:
    try:
        path = await CertificateValidator(certificate, validation_context=context).async_validate_path()
    except RevokedError:
        return Way(revoked=True)
    except (PathBuildingError, ValidationError):
        return Way()
    above = [one for one in path if isinstance(one, x509.Certificate) and one.dump() != certificate.dump()]
    return Way(tuple(Holder.of(one.subject).name for one in reversed(above)))


def _marked(authority: Any) -> bool:
    certificate = getattr(authority, "certificate", None)
    return certificate is not None and is_demonstration(certificate)


def is_demonstration(certificate: x509.Certificate) -> bool:
    """Returns whether a certificate carries the mark of a demonstration, as an extension or as a policy."""
    for extension in certificate["tbs_certificate"]["extensions"] or ():
        if extension["extn_id"].dotted == DEMONSTRATION_OID:
            return True
    policies = certificate.certificate_policies_value or ()
    return any(policy["policy_identifier"].dotted == DEMONSTRATION_OID for policy in policies)


def readable(values: Iterable[bytes]) -> list[x509.Certificate]:
    """Returns the certificates among values in DER."""
    found = []
    for der in values:
        try:
            certificate = x509.Certificate.load(der)
            to_pyca(certificate)
        except ValueError:
            continue
        found.append(certificate)
    return found


def _is_list(der: bytes) -> bool:
    try:
        return _crl(der)["tbs_cert_list"]["this_update"].native is not None
    except (ValueError, TypeError, KeyError):
        return False


def _is_answer(der: bytes) -> bool:
    try:
        answer = _ocsp(der)
        return answer["response_status"].native == "successful" and len(answer.response_data["responses"]) > 0
    except (ValueError, TypeError, KeyError):
        return False


def _crl(der: bytes) -> crl.CertificateList:
    return crl.CertificateList.load(der)


def _ocsp(der: bytes) -> ocsp.OCSPResponse:
    return ocsp.OCSPResponse.load(der)
