"""Keys that sign, and signers over them: from PKCS#12 or PEM, inside a module (PKCS#11), or a value that came from elsewhere.

A key knows its certificate and signs bytes; which format the signature goes into is the business of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from asn1crypto import algos, core, x509
from asn1crypto.keys import PublicKeyInfo
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hienluong.kit import pkcs11
from hienluong.signing.errors import KeyUnavailable, KeyUnusable

SMALLEST_RSA: Final = 2048
_CURVES: Final = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
_HASHES: Final[dict[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_POINT_LENGTHS: Final = {65, 97, 133}
"""Of points that a module gives bare; most give them as an octet string of DER."""
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SigningKey(Protocol):
    """A key that signs, with its certificate and the certificates that lead to an authority."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        """Returns the signature over data: PKCS#1 v1.5 of RSA, or ECDSA as DER, with the hash of `hash_of`."""


def hash_of(certificate: x509.Certificate) -> str:
    """Returns which hash a key of this certificate signs with: SHA-256, for larger curves SHA-384 or SHA-512.

    Raises:
        KeyUnusable: RSA of fewer than 2,048 bits, another curve, or another algorithm.
    """
    key = certificate.public_key
    if key.algorithm == "rsa":
        if key.bit_size < SMALLEST_RSA:
            raise KeyUnusable(reason=f"RSA of {key.bit_size} bits")
        return "sha256"
    if key.algorithm == "ec" and key.curve[1] in _CURVES:
        return _CURVES[key.curve[1]]
    raise KeyUnusable(reason=f"a key of the kind {key.algorithm}")


class DeviceKey(SigningKey, Protocol):
    """A key that signs hashes of what is elsewhere, as a person's device does."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Returns the signature over data of which only the hash is here, with the hash of `hash_of`."""


class MemoryKey:
    """A private key that was read into memory."""

    def __init__(
        self, key: PrivateKey, certificate: x509.Certificate, chain: Iterable[x509.Certificate] = ()
    ) -> None:
        self.certificate = certificate
        self.chain = tuple(chain)
        self._key = key
        self._hash = _HASHES[hash_of(certificate)]()
        if public_bytes(key.public_key()) != certificate.public_key.dump():
            raise KeyUnusable(reason="the certificate belongs to another key")

    @classmethod
    def from_pkcs12(cls, content: bytes, password: str) -> MemoryKey:
        """Reads a file of PKCS#12 (.p12, .pfx).

        Raises:
            KeyUnusable: it cannot be read, the password is wrong, or there is no key with its certificate.
        """
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
        except (ValueError, TypeError) as problem:
            raise KeyUnusable(reason="the file or its password") from problem
        if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyUnusable(reason="no key with its certificate in the file")
        return cls(key, from_pyca(certificate), [from_pyca(one) for one in others])

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes, password: str = "") -> MemoryKey:
        """Reads a private key and its certificates, the key's own first, as PEM.

        Raises:
            KeyUnusable: one of them cannot be read, or they do not belong together.
        """
        try:
            private = serialization.load_pem_private_key(key, password.encode() or None)
            own, *others = [from_pyca(one) for one in pyca.load_pem_x509_certificates(certificates)]
        except (ValueError, TypeError) as problem:
            raise KeyUnusable(reason="the file or its password") from problem
        if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyUnusable(reason="neither RSA nor an elliptic curve")
        return cls(private, own, others)

    def sign(self, data: bytes) -> bytes:
        """Returns the signature."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), self._hash)
        return self._key.sign(data, ec.ECDSA(self._hash))

    def sign_digest(self, digest: bytes) -> bytes:
        """Returns the signature over data of which only the hash is here."""
        how = utils.Prehashed(self._hash)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest, padding.PKCS1v15(), how)
        return self._key.sign(digest, ec.ECDSA(how))


class TokenKey:
    """A private key inside a module (PKCS#11), which is loaded once; the session is opened anew when it was lost."""

    def __init__(
        self, uri: str, certificate: x509.Certificate | None = None, chain: Iterable[x509.Certificate] = ()
    ) -> None:
        """Opens the module, signs in and looks for the key.

        Args:
            uri: `pkcs11:token=…;object=…?module-path=…&pin-source=file:…` (RFC 7512).
            certificate: of the key; None: it lies beside it under the same name.
            chain: certificates that lead from it to an authority.

        Raises:
            KeyUnusable: the URI is none of ours, or the certificate belongs to another key.
            KeyUnavailable: module, token, PIN, key or certificate are not there.
        """
        try:
            self._key = pkcs11.TokenKey(uri, _modulus_or_point)
            if certificate is None:
                found = pkcs11.TokenKey(uri, _certificate_beside).identity
                certificate = x509.Certificate.load(found)
        except pkcs11.TokenFault as problem:
            raise KeyUnavailable(reason=str(problem)) from problem
        except ValueError as problem:
            raise KeyUnusable(reason=str(problem)) from problem
        self.certificate, self.chain = certificate, tuple(chain)
        self._hash = hash_of(certificate)
        self._is_rsa = certificate.public_key.algorithm == "rsa"
        if self._key.identity != _same_of(certificate.public_key):
            raise KeyUnusable(reason="the certificate belongs to another key")

    def sign(self, data: bytes) -> bytes:
        """Returns the signature.

        Raises:
            KeyUnavailable: the module refused twice.
        """
        digest = hashes.Hash(_HASHES[self._hash]())
        digest.update(data)
        return self.sign_digest(digest.finalize())

    def sign_digest(self, digest: bytes) -> bytes:
        """Returns the signature over data of which only the hash is here.

        Raises:
            KeyUnavailable: the module refused twice.
        """
        try:
            if (
                self._is_rsa
            ):  # the module pads what it is given (PKCS#1 v1.5), so it is given what names the hash
                named = {"digest_algorithm": {"algorithm": self._hash}, "digest": digest}
                return self._key.sign(algos.DigestInfo(named).dump(), "RSA_PKCS")
            raw = self._key.sign(digest, "ECDSA")
        except pkcs11.TokenFault as problem:
            raise KeyUnavailable(reason=str(problem)) from problem
        half = len(raw) // 2
        return utils.encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


class GivenSignature:
    """Stands in for a key that signed elsewhere: it gives the one signature that came back, or room for it."""

    def __init__(
        self, certificate: x509.Certificate, chain: Iterable[x509.Certificate], signature: bytes = b""
    ) -> None:
        self.certificate, self.chain = certificate, tuple(chain)
        self._signature = signature or bytes(_longest_signature(certificate))

    def sign(self, data: bytes) -> bytes:  # noqa: ARG002 - it was signed elsewhere
        """Returns what came back."""
        return self._signature


class KeySigner(Signer):
    """pyHanko's signer over one of our keys."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(
            signing_cert=key.certificate,
            cert_registry=SimpleCertificateStore.from_certs(key.chain),
            embed_roots=False,
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - pyHanko's signature
        """Returns the signature, or as many bytes where only its length matters."""
        return bytes(_longest_signature(self._key.certificate)) if dry_run else self._key.sign(data)


def fits(certificate: x509.Certificate, digest: bytes, signature: bytes) -> bool:
    """Returns whether a signature over a digest was made with the key of a certificate (PKCS#1 v1.5, or ECDSA as DER)."""
    how = utils.Prehashed(_HASHES[hash_of(certificate)]())
    public = serialization.load_der_public_key(certificate.public_key.dump())
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), how)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(how))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def read_certificates(content: bytes) -> list[x509.Certificate]:
    """Returns the certificates of a file: PEM, DER, or PKCS#7 (.p7b) in either form.

    Raises:
        ValueError: there is none, or one cannot be read.
    """
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - trust lists only

    readers = (
        pyca.load_pem_x509_certificates,
        lambda data: [pyca.load_der_x509_certificate(data)],
        pkcs7.load_pem_pkcs7_certificates,
        pkcs7.load_der_pkcs7_certificates,
    )
    for read in readers:
        try:
            return [from_pyca(one) for one in read(content)]
        except ValueError:
            continue
    raise ValueError("neither PEM nor DER nor PKCS#7")


def from_pyca(certificate: pyca.Certificate) -> x509.Certificate:
    """Returns a certificate of the library `cryptography` as pyHanko has it."""
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def to_pyca(certificate: x509.Certificate) -> pyca.Certificate:
    """Returns a certificate of pyHanko as the library `cryptography` has it."""
    return pyca.load_der_x509_certificate(certificate.dump())


def public_bytes(key: PublicKey) -> bytes:
    """Returns the public key as DER (SubjectPublicKeyInfo)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def in_order(certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Returns certificates without repetition, in the order given."""
    return tuple({one.dump(): one for one in certificates}.values())


def _longest_signature(certificate: x509.Certificate) -> int:
    key = certificate.public_key
    return int(key.byte_size) if key.algorithm == "rsa" else 2 * int(key.byte_size) + 16


def _modulus_or_point(find: pkcs11.Find) -> bytes:
    from pkcs11 import Attribute, KeyType  # noqa: PLC0415 - most installations have no such module

    public = find("PUBLIC_KEY")
    if public.key_type == KeyType.RSA:
        return bytes(public[Attribute.MODULUS]).lstrip(b"\0")
    point = bytes(public[Attribute.EC_POINT])
    return point if len(point) in _POINT_LENGTHS else bytes(core.OctetString.load(point))


def _certificate_beside(find: pkcs11.Find) -> bytes:
    from pkcs11 import Attribute  # noqa: PLC0415 - most installations have no such module

    return bytes(find("CERTIFICATE")[Attribute.VALUE])


def _same_of(key: PublicKeyInfo) -> bytes:
    """Returns of a public key what `_modulus_or_point` reads of it in the module."""
    if key.algorithm == "rsa":
        number = int(key["public_key"].parsed["modulus"].native)
        return number.to_bytes((number.bit_length() + 7) // 8)
    return bytes(key["public_key"].native)
