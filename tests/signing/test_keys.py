"""Keys: of RSA and of elliptic curves, in a file, in a module (SoftHSM plays it), with their owner; each signs the same way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from tests.softhsm import MODULE, PIN, uri_of
from world import NOW, PERSON, World, pem_of

from hienluong.signing.errors import DocumentUnsignable, KeyUnavailable, KeyUnusable, SignatureWrong
from hienluong.signing.formats import cades, pades, remote, xades
from hienluong.signing.formats.keys import (
    MemoryKey,
    SigningKey,
    TokenKey,
    from_pyca,
    read_certificates,
    to_pyca,
)
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import Verdict

BEGIN = NOW - timedelta(hours=1)
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def privates() -> dict[str, Private]:
    """Two curves and RSA."""
    return {
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
    }


def key_of(world: World, private: Private) -> MemoryKey:
    certificate = world.authority.issue(PERSON, private.public_key(), begin=BEGIN)
    return MemoryKey(private, from_pyca(certificate), world.person.chain)


@pytest.fixture(scope="session")
def token(softhsm: Path, world: World) -> str:
    """A token with a key of each kind and its certificate beside it, as a URI without the key's name."""
    import pkcs11  # noqa: PLC0415 - only where there is a module
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415 - the same

    with pkcs11.lib(str(MODULE)).get_token(token_label="con dau").open(rw=True, user_pin=PIN) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("1.2.840.10045.3.1.7")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        for name, public in (
            ("p256", parameters.generate_keypair(store=True, label="p256")[0]),
            ("rsa", session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa")[0]),
        ):
            certificate = world.authority.issue(PERSON, _public(public), begin=BEGIN)
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: name,
                    pkcs11.Attribute.SUBJECT: from_pyca(certificate).subject.dump(),
                    pkcs11.Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
                }
            )
    return uri_of(softhsm, "con dau", "{}")


def _public(public: object) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415 - only where there is a module
    from pkcs11.util.rsa import encode_rsa_public_key  # noqa: PLC0415 - the same

    if public.key_type.name == "EC":  # type: ignore[attr-defined] # python-pkcs11 makes the class at run time
        der = encode_ec_public_key(public)  # type: ignore[arg-type] # the same
        return serialization.load_der_public_key(der)  # type: ignore[return-value] # an elliptic curve
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey  # noqa: PLC0415 - the same

    wrapped = PublicKeyInfo.wrap(RSAPublicKey.load(encode_rsa_public_key(public)), "rsa")  # type: ignore[arg-type] # the same
    return serialization.load_der_public_key(wrapped.dump())  # type: ignore[return-value] # it is of RSA


def holds_everywhere(world: World, key: SigningKey, pdf: bytes) -> None:
    made = pades.sign(pdf, key, Wanted(Level.B, NOW))
    assert world.check(made).verdict is Verdict.VALID
    beside = cades.sign(b"content", key, now=NOW)
    assert world.check(beside, signed=b"content").verdict is Verdict.VALID
    inside = xades.sign(b"<a><b/></a>", key, now=NOW)
    assert world.check(inside).verdict is Verdict.VALID


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa"])
def test_key_in_memory_signs_every_form(
    world: World, privates: dict[str, Private], pdf: bytes, kind: str
) -> None:
    holds_everywhere(world, key_of(world, privates[kind]), pdf)


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_key_in_a_module_signs_every_form_with_the_certificate_beside_it(
    world: World, token: str, pdf: bytes, kind: str
) -> None:
    key = TokenKey(token.format(kind), chain=world.person.chain)
    holds_everywhere(world, key, pdf)
    key._key.close()
    holds_everywhere(world, key, pdf)


def test_module_without_the_key_or_with_another_certificate_is_told(world: World, token: str) -> None:
    with pytest.raises(KeyUnavailable):
        TokenKey(token.format("nothing"))
    with pytest.raises(KeyUnusable, match="another key"):
        TokenKey(token.format("p256"), world.person.certificate)
    with pytest.raises(KeyUnusable):
        TokenKey("pkcs11:token=a")


def test_key_is_read_from_pkcs12_with_its_password_alone(world: World, pdf: bytes) -> None:
    content, _serial = world.authority.issue_pkcs12(PERSON, "mật khẩu", now=BEGIN)
    holds_everywhere(world, MemoryKey.from_pkcs12(content, "mật khẩu"), pdf)
    for wrong, password in ((content, "another"), (b"no file", ""), (content[:100], "mật khẩu")):
        with pytest.raises(KeyUnusable):
            MemoryKey.from_pkcs12(wrong, password)


def test_key_is_read_from_pem(world: World, privates: dict[str, Private], pdf: bytes) -> None:
    private = privates["p256"]
    certificate = world.authority.issue(PERSON, private.public_key(), begin=BEGIN)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = pem_of(certificate, *world.authority.chain)
    holds_everywhere(world, MemoryKey.from_pem(pem, chain), pdf)
    with pytest.raises(KeyUnusable, match="another key"):
        MemoryKey.from_pem(pem, pem_of(world.authority.root.certificate))


def test_key_that_is_too_weak_or_of_another_kind_is_refused(world: World) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - here only

    with pytest.raises(KeyUnusable, match="1024"):
        key_of(world, rsa.generate_private_key(65537, 1024))  # noqa: S505 - that is the point
    with pytest.raises(KeyUnusable, match="ed25519"):
        key_of(world, Ed25519PrivateKey.generate())  # type: ignore[arg-type] # that is the point


def test_certificates_are_read_from_pem_der_and_pkcs7(world: World) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7  # noqa: PLC0415 - here only

    chain = [to_pyca(one) for one in world.person.chain]
    forms = [
        pem_of(*chain),
        pkcs7.serialize_certificates(chain, Encoding.DER),
        pkcs7.serialize_certificates(chain, Encoding.PEM),
    ]
    for content in forms:
        assert {one.dump() for one in read_certificates(content)} == {
            one.dump() for one in world.person.chain
        }
    assert len(read_certificates(world.root.dump())) == 1
    with pytest.raises(ValueError, match="PKCS"):
        read_certificates(b"words")


def device(private: Private, digest: bytes, hashed: hashes.HashAlgorithm) -> bytes:
    """Signs a hash, as the device of the person does: it sees nothing else."""
    how = utils.Prehashed(hashed)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(digest, padding.PKCS1v15(), how)
    return private.sign(digest, ec.ECDSA(how))


@pytest.mark.parametrize(
    ("kind", "hashed"), [("p256", hashes.SHA256()), ("p384", hashes.SHA384()), ("rsa", hashes.SHA256())]
)
def test_hash_goes_out_and_the_signature_comes_back(
    world: World, privates: dict[str, Private], pdf: bytes, kind: str, hashed: hashes.HashAlgorithm
) -> None:
    owner = key_of(world, privates[kind])
    prepared = remote.prepare(pdf, owner.certificate, owner.chain, Wanted(Level.T, NOW))
    signature = device(privates[kind], prepared.to_sign, hashed)
    made = remote.complete(prepared, owner.certificate, owner.chain, signature, stamper=world.stamper)
    report = world.check(made)
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, Level.T)


def test_signature_over_something_else_or_of_another_key_is_not_put_in(
    world: World, privates: dict[str, Private], pdf: bytes
) -> None:
    owner = key_of(world, privates["p256"])
    prepared = remote.prepare(pdf, owner.certificate, owner.chain, Wanted(Level.B, NOW))
    right = device(privates["p256"], prepared.to_sign, hashes.SHA256())
    wrong = [
        device(privates["p256"], bytes(32), hashes.SHA256()),
        device(ec.generate_private_key(ec.SECP256R1()), prepared.to_sign, hashes.SHA256()),
        right[:-1],
        b"",
        bytes(4000),
    ]
    for signature in wrong:
        with pytest.raises(SignatureWrong):
            remote.complete(prepared, owner.certificate, owner.chain, signature)
    assert (
        world.check(remote.complete(prepared, owner.certificate, owner.chain, right)).verdict is Verdict.VALID
    )


def test_file_that_cannot_be_signed_is_not_prepared(world: World) -> None:
    with pytest.raises(DocumentUnsignable):
        remote.prepare(b"%PDF-1.7", world.person.certificate, (), Wanted(Level.B, NOW))
