"""Furnishes the peer's database and writes the messages that its senders send; run in the peer's own environment.

Reads from the standard input: `{"payload": edXML in base64, …}` per size; prints, per size, headers and body of a
message signed with SHA-256 that asks for a signed receipt. Its Message-ID is a place that each sending fills: the
signature does not cover it.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime, timedelta

import django
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from pyas2lib import Message, Organization, Partner

PASSWORD = "bench"  # noqa: S105 - of keys that live as long as the benchmark
AXIS, AGENCY = "axis", "agency"


def key_pair(name: str) -> tuple[bytes, bytes]:
    """Returns a new RSA 2048 key with its certificate, as its documentation makes them (encrypted PEM), and the certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    form = serialization.PrivateFormat.PKCS8
    encryption = serialization.BestAvailableEncryption(PASSWORD.encode())
    return key.private_bytes(serialization.Encoding.PEM, form, encryption) + certificate, certificate


def furnish() -> tuple[bytes, bytes]:
    """Makes the tables, the axis and one agency; returns the agency's key and the axis's certificate."""
    django.setup()
    call_command("migrate", verbosity=0)
    from pyas2 import models  # noqa: PLC0415 - needs Django

    axis_key, axis_certificate = key_pair(AXIS)
    agency_key, agency_certificate = key_pair(AGENCY)
    models.Organization.objects.create(
        name=AXIS,
        as2_name=AXIS,
        signature_key=models.PrivateKey.objects.create(name=AXIS, key=axis_key, key_pass=PASSWORD),
    )
    models.Partner.objects.create(
        name=AGENCY,
        as2_name=AGENCY,
        target_url="http://127.0.0.1/",
        signature="sha256",
        signature_cert=models.PublicCertificate.objects.create(name=AGENCY, certificate=agency_certificate),
        mdn=True,
        mdn_mode="SYNC",
        mdn_sign="sha256",
    )
    return agency_key, axis_certificate


def message(payload: bytes, agency_key: bytes, axis_certificate: bytes) -> dict[str, object]:
    """Returns headers and body (base64) of a signed message that asks for a signed receipt at once."""
    built = Message(
        Organization(as2_name=AGENCY, sign_key=agency_key, sign_key_pass=PASSWORD),
        Partner(
            as2_name=AXIS,
            sign=True,
            digest_alg="sha256",
            mdn_mode="SYNC",
            mdn_digest_alg="sha256",
            verify_cert=axis_certificate,
            validate_certs=False,
        ),
    )
    built.build(payload, filename="packet.edxml", content_type="application/xml")
    return {
        "headers": {name: " ".join(str(value).split()) for name, value in built.headers.items()},
        "body": base64.b64encode(built.content).decode(),
    }


if __name__ == "__main__":
    keys = furnish()
    orders = json.load(sys.stdin)
    json.dump({name: message(base64.b64decode(one), *keys) for name, one in orders.items()}, sys.stdout)
