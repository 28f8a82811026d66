"""Documents that wait for a signature, or have it: one of each for each side's system."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from PIL import Image
from tests.matrix.doors import Things
from tests.matrix.province import Province

from hienluong.demo.letter import issued_letter
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.signing import service as signing
from hienluong.signing.models import SigningCertificate, TrustedAuthority
from hienluong.signing.possession import challenge
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


def register_certificates(province: Province) -> None:
    """Registers a certificate of each side's clerk, with an image, and one of each side's agency; one authority is believed."""
    setup, now = Actor.platform("specification"), clock.now()
    authority = x509.load_pem_x509_certificate(authority_certificate())
    signing.import_authorities(
        actor=setup,
        content=authority_certificate(authority),
        purpose=TrustedAuthority.Purpose.PUBLIC,
        source="a specification",
        valid_from=directory.today(),
        now=now,
    )
    for code, things, prefix in province.sides():
        key, agencys = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        clerk = province.actors[f"{prefix}clerk"]
        row = signing.register_own_certificate(actor=clerk, content=signer_certificate(key), now=now)
        signing.set_image(actor=clerk, certificate_id=row.pk, png=drawing(), now=now)
        things["certificate_id"], things["certificate_key"] = row.pk, key
        row = signing.bring_certificate(
            actor=setup, agency=province.agencies[code], content=signer_certificate(agencys), now=now
        )
        things["agency_certificate_id"], things["agency_certificate_key"] = row.pk, agencys
        things["fingerprint"] = authority.fingerprint(hashes.SHA256()).hex()


def proof(things: Things, name: str = "certificate") -> dict[str, str]:
    """Returns what a device signs to show that it holds a key."""
    row = SigningCertificate.objects.get(pk=things[f"{name}_id"])
    asked = challenge(row, now=clock.now())
    how = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    signature = things[f"{name}_key"].sign(asked.digest, how)
    return {"id": asked.id, "signature": base64.b64encode(signature).decode()}


def drawing() -> bytes:
    """Returns an image with a transparent ground."""
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.putpixel((3, 3), (0, 0, 200, 255))
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def authority_certificate(certificate: x509.Certificate | None = None) -> bytes:
    """Returns the certificate of a new authority, or this one, as PEM."""
    if certificate is None:
        certificate = _certificate(
            "Tổ chức chứng thực", ec.generate_private_key(ec.SECP256R1()), is_authority=True
        )
    return certificate.public_bytes(serialization.Encoding.PEM)


def letter() -> bytes:
    """Returns a real PDF."""
    return issued_letter("15", directory.today())


def signer_certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Returns a certificate that a key signs for itself: enough to sign with, believed by nobody."""
    return _certificate("Nguyễn Văn An", key).public_bytes(serialization.Encoding.PEM)


def _certificate(
    name_of: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool = False
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name_of)])
    begin = clock.now() - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
