"""Documents that wait for a signature, or have it: one of each for each side's system."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from tests.matrix.province import Province

from hienluong.demo.letter import issued_letter
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.signing import service as signing
from hienluong.signing.service import Level


def prepare_signatures(province: Province) -> None:
    """Lets each side's system prepare two documents for a signature; the second one has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = signer_certificate(key)
    for code, things, _prefix in province.sides():
        agency = province.agencies[code]
        actor = Actor("system", things["system_id"], "Phần mềm", agency.pk, code, agency.name)
        for name in ("prepared_id", "signed_id"):
            row = signing.prepare_signature(
                actor=actor,
                content=letter(),
                certificates=certificate,
                level=Level.B,
                now=clock.now(),
            )
            digest = hashlib.sha256(bytes(row.attributes)).digest()
            signature = key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
            things[name] = row.pk
            if name == "prepared_id":
                things["signature"] = base64.b64encode(signature).decode()
        signing.complete_signature(
            actor=actor, prepared_id=things["signed_id"], signature=signature, now=clock.now()
        )


def letter() -> bytes:
    """Returns a real PDF."""
    return issued_letter("15", directory.today())


def signer_certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Returns a certificate that a key signs for itself: enough to sign with, believed by nobody."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn An")])
    begin = clock.now() - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
