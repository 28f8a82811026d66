"""An authority for demonstrations: a root, an issuing authority, people and agencies, OCSP, lists of revoked certificates, time-stamps.

Each certificate carries the mark of a demonstration as an extension and as a policy with a notice, says so in its names,
and is refused by every real installation (`formats/trust.py`). Keys lie in a directory that only we may read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from hienluong.signing.formats.keys import KeySigner, MemoryKey, PublicKey, from_pyca
from hienluong.signing.formats.stamping import run
from hienluong.signing.formats.trust import DEMONSTRATION_OID, DEMONSTRATION_TEXT

MARK: Final = "TRÌNH DIỄN/DEMONSTRATION"
POLICY_OF_STAMPS: Final = DEMONSTRATION_OID
LIST_LASTS: Final = timedelta(hours=12)
YEARS: Final = timedelta(days=365)
_OID = x509.ObjectIdentifier(DEMONSTRATION_OID)
_DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""For signing documents (RFC 9336); NSS, by which poppler checks PDFs, asks for e-mail beside it."""
_PEM = serialization.Encoding.PEM
_PARTS: Final = ("root", "issuing", "ocsp", "tsa")
_STAMPED: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
_USAGES: Final = {
    "digital_signature": False, "content_commitment": False, "key_encipherment": False, "data_encipherment": False,
    "key_agreement": False, "key_cert_sign": False, "crl_sign": False, "encipher_only": False, "decipher_only": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A key of the authority and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for."""

    name: str
    organisation: str = ""
    unit: str = ""
    title: str = ""
    locality: str = ""

    def as_name(self) -> x509.Name:
        """Returns it as a name of X.509, with the mark."""
        facts = (
            (NameOID.COUNTRY_NAME, "VN"),
            (NameOID.LOCALITY_NAME, self.locality),
            (NameOID.ORGANIZATION_NAME, self.organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, MARK),
            (NameOID.TITLE, self.title),
            (NameOID.COMMON_NAME, self.name),
        )
        return x509.Name([x509.NameAttribute(oid, value[:64]) for oid, value in facts if value])


class _Refusal(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    """An answer without a time-stamp (RFC 3161, 2.4.2), for which asn1crypto has no form."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


class DemoAuthority:
    """The authority, as it lies in a directory."""

    def __init__(self, place: Path, url: str) -> None:
        """Opens the authority that is there.

        Args:
            place: its directory.
            url: where its server answers, as certificates say.
        """
        self._place, self.url = place, url
        self._lock = threading.Lock()
        self.root, self.issuing, self._ocsp, self._tsa = (self._load(name) for name in _PARTS)
        self._stamper = KeySigner(self._as_key(self._tsa))

    @classmethod
    def make(cls, place: Path, url: str, *, now: datetime) -> DemoAuthority:
        """Makes an authority in a directory, or opens the one that is there."""
        if (place / "tsa.pem").exists():
            return cls(place, url)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        (place / "revoked.json").write_text("{}", encoding="ascii")
        keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in _PARTS}
        root_name = Subject("Hiền Lương Demo Root CA", "Hiền Lương").as_name()
        issuing_name = Subject("Hiền Lương Demo Issuing CA", "Hiền Lương").as_name()
        begin = now - timedelta(days=1)
        root = _Certificate(root_name, keys["root"].public_key(), root_name, keys["root"], begin, 20 * YEARS)
        root_certificate = root.authority(1).sign()
        issuing = _Certificate(
            issuing_name, keys["issuing"].public_key(), root_name, keys["root"], begin, 10 * YEARS
        )
        issuing_certificate = issuing.authority(0).lists(f"{url}/root.crl").sign()
        made = {"root": root_certificate, "issuing": issuing_certificate}
        for part, title, usage in (
            ("ocsp", "Hiền Lương Demo OCSP", ExtendedKeyUsageOID.OCSP_SIGNING),
            ("tsa", "Hiền Lương Demo TSA", ExtendedKeyUsageOID.TIME_STAMPING),
        ):
            name = Subject(title, "Hiền Lương").as_name()
            one = _Certificate(
                name, keys[part].public_key(), issuing_name, keys["issuing"], begin, 10 * YEARS
            )
            one.usage("digital_signature").purpose(usage, critical=part == "tsa")
            made[part] = (one.unchecked() if part == "ocsp" else one.lists(f"{url}/issuing.crl")).sign()
        for part, certificate in made.items():
            write_private(place / f"{part}.key", _private(keys[part]))
            write_private(place / f"{part}.pem", certificate.public_bytes(_PEM))
        return cls(place, url)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Returns the issuing authority and the root."""
        return (self.issuing.certificate, self.root.certificate)

    @property
    def anchors(self) -> bytes:
        """Returns the root as PEM: what a demonstration puts into its trust list."""
        return self.root.certificate.public_bytes(_PEM)

    def issue(
        self,
        subject: Subject,
        public: PublicKey,
        *,
        begin: datetime,
        lasts: timedelta = YEARS,
        usages: Sequence[str] = ("digital_signature", "content_commitment"),
    ) -> x509.Certificate:
        """Returns a certificate for a key of a person or an agency.

        Args:
            subject: whom it is for.
            public: the key.
            begin: from when.
            lasts: how long.
            usages: what the key is for (RFC 5280, 4.2.1.3).
        """
        issuer = self.issuing
        one = _Certificate(subject.as_name(), public, issuer.certificate.subject, issuer.key, begin, lasts)
        one.usage(*usages).purpose(_DOCUMENTS, ExtendedKeyUsageOID.EMAIL_PROTECTION).lists(
            f"{self.url}/issuing.crl"
        ).responder(f"{self.url}/ocsp", f"{self.url}/issuing.cer")
        return one.sign()

    def new_key(self, subject: Subject, *, begin: datetime, lasts: timedelta = YEARS) -> MemoryKey:
        """Returns a new key of a person or an agency (EC P-256), with its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.issue(subject, key.public_key(), begin=begin, lasts=lasts)
        return MemoryKey(key, from_pyca(certificate), [from_pyca(one) for one in self.chain])

    def issue_pkcs12(self, subject: Subject, password: str, *, now: datetime) -> tuple[bytes, str]:
        """Returns a new key with its certificate as a file of PKCS#12, and the serial number in hexadecimal."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.issue(subject, key.public_key(), begin=now)
        how = serialization.BestAvailableEncryption(password.encode())
        content = pkcs12.serialize_key_and_certificates(
            subject.name.encode(), key, certificate, self.chain, how
        )
        return content, format(certificate.serial_number, "x")

    def revoke(self, serial: int, *, now: datetime) -> None:
        """Revokes a certificate; lists and answers say so from now on."""
        with self._lock:
            revoked = self._revoked()
            revoked.setdefault(format(serial, "x"), now.isoformat())
            write_private(self._place / "revoked.json", json.dumps(revoked).encode())

    def crl(self, *, of_root: bool = False, now: datetime) -> bytes:
        """Returns the list of revoked certificates, in DER."""
        part = self.root if of_root else self.issuing
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(part.certificate.subject)
            .last_update(now)
            .next_update(now + LIST_LASTS)
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
            .add_extension(_key_of_issuer(part.key.public_key()), critical=False)
        )
        for serial, at in {} if of_root else self._revoked().items():
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16))
            builder = builder.add_revoked_certificate(
                entry.revocation_date(datetime.fromisoformat(at))
                .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
                .build()
            )
        return builder.sign(part.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def answer_ocsp(self, request: bytes, *, now: datetime) -> bytes:
        """Returns the answer to a request of OCSP (RFC 6960), in DER.

        Raises:
            ValueError: it is no request.
        """
        asked = ocsp.load_der_ocsp_request(request)
        at = self._revoked().get(format(asked.serial_number, "x"))
        ours = asked.issuer_key_hash == _key_of_issuer(self.issuing.key.public_key()).key_identifier
        status = ocsp.OCSPCertStatus.UNKNOWN
        if ours:
            status = ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=status,
            this_update=now,
            next_update=now + LIST_LASTS,
            revocation_time=datetime.fromisoformat(at) if at and ours else None,
            revocation_reason=x509.ReasonFlags.key_compromise if at and ours else None,
        )
        certificate = self._ocsp.certificate
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, certificate).certificates(
            [certificate]
        )
        return builder.sign(self._ocsp.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def stamp(self, request: bytes, *, now: datetime) -> bytes:
        """Returns the answer to a request for a time-stamp (RFC 3161), in DER; what is no request is rejected in it."""
        try:
            asked = tsp.TimeStampReq.load(request)
            imprint = asked["message_imprint"]
            size = _STAMPED[imprint["hash_algorithm"]["algorithm"].native]
            readable = len(imprint["hashed_message"].native) == size
        except (ValueError, TypeError, KeyError):
            readable = False
        if not readable:
            refused = {"status": "rejection", "fail_info": tsp.PKIFailureInfo({"bad_data_format"})}
            return bytes(_Refusal({"status": tsp.PKIStatusInfo(refused)}).dump())
        info = {
            "version": "v1",
            "policy": POLICY_OF_STAMPS,
            "message_imprint": imprint,
            "serial_number": x509.random_serial_number(),
            "gen_time": core.GeneralizedTime(now.replace(microsecond=0)),
            "accuracy": tsp.Accuracy({"seconds": 1}),
        }
        if asked["nonce"].native is not None:
            info["nonce"] = asked["nonce"]
        content = cms.EncapsulatedContentInfo(
            {"content_type": "tst_info", "content": cms.ParsableOctetString(tsp.TSTInfo(info).dump())}
        )
        token = run(
            self._stamper.async_sign_general_data(
                content,
                "sha256",
                detached=False,
                signed_attr_settings=PdfCMSSignedAttributes(signing_time=now),
            )
        )
        granted = tsp.PKIStatusInfo({"status": "granted"})
        return bytes(tsp.TimeStampResp({"status": granted, "time_stamp_token": token}).dump())

    def _as_key(self, part: Part) -> MemoryKey:
        return MemoryKey(part.key, from_pyca(part.certificate), [from_pyca(self.issuing.certificate)])

    def _load(self, name: str) -> Part:
        key = serialization.load_pem_private_key((self._place / f"{name}.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{name}.key is no key of ours")  # noqa: TRY004 - the value is wrong, not its type
        return Part(key, x509.load_pem_x509_certificate((self._place / f"{name}.pem").read_bytes()))

    def _revoked(self) -> dict[str, str]:
        return dict(json.loads((self._place / "revoked.json").read_text(encoding="ascii")))


class _Certificate:
    """A certificate that is being made; the mark is in it from the beginning."""

    def __init__(
        self,
        subject: x509.Name,
        public: PublicKey,
        issuer: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        begin: datetime,
        lasts: timedelta,
    ) -> None:
        self._key = key
        notice = x509.UserNotice(None, DEMONSTRATION_TEXT)
        self._builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + lasts)
            .add_extension(
                x509.UnrecognizedExtension(_OID, core.UTF8String(DEMONSTRATION_TEXT).dump()), critical=False
            )
            .add_extension(x509.CertificatePolicies([x509.PolicyInformation(_OID, [notice])]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(_key_of_issuer(key.public_key()), critical=False)
        )
        self._is_authority = False

    def authority(self, below: int) -> _Certificate:
        """Makes it one of an authority, with so many authorities below it at most."""
        self._is_authority = True
        self._builder = self._builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=below), critical=True
        )
        return self.usage("key_cert_sign", "crl_sign")

    def usage(self, *names: str) -> _Certificate:
        """Says what the key is for."""
        usage = x509.KeyUsage(**{**_USAGES, **dict.fromkeys(names, True)})
        self._builder = self._builder.add_extension(usage, critical=True)
        return self

    def purpose(self, *oids: x509.ObjectIdentifier, critical: bool = False) -> _Certificate:
        """Says what for more narrowly."""
        self._builder = self._builder.add_extension(x509.ExtendedKeyUsage(oids), critical=critical)
        return self

    def unchecked(self) -> _Certificate:
        """Says that nobody need ask whether it was revoked (RFC 6960, 4.2.2.2.1)."""
        self._builder = self._builder.add_extension(x509.OCSPNoCheck(), critical=False)
        return self

    def lists(self, url: str) -> _Certificate:
        """Says where the list of revoked certificates is."""
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
        self._builder = self._builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return self

    def responder(self, url: str, issuer: str) -> _Certificate:
        """Says where OCSP and the certificate of the issuer are."""
        access = x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(
                    AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
                ),
                x509.AccessDescription(
                    AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer)
                ),
            ]
        )
        self._builder = self._builder.add_extension(access, critical=False)
        return self

    def sign(self) -> x509.Certificate:
        """Returns it, signed."""
        if not self._is_authority:
            none = x509.BasicConstraints(ca=False, path_length=None)
            self._builder = self._builder.add_extension(none, critical=True)
        return self._builder.sign(self._key, hashes.SHA256())


def _key_of_issuer(public: PublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public)


def _private(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only we may read, in place of the one before, never half."""
    new = file.with_suffix(file.suffix + ".new")
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(file)
