"""Documents on their way to being issued: one at each step for each side, handed in by its officer, signed by its head."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from tests.matrix.province import Province
from tests.matrix.signatures import letter, signer_certificate

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.issuing import commands
from hienluong.issuing.commands import Handed
from hienluong.issuing.models import Authority, Document
from hienluong.kit import clock
from hienluong.signing.models import SigningCertificate

STEPS = ("prepared", "numbered", "signed", "sealed", "returned")


def prepare_issuing(province: Province) -> None:
    """Hands documents in, and brings each to its step; what costs a signature is said past the application."""
    from tests.matrix.things import CONTENT  # noqa: PLC0415 - it imports this file

    for code, things, prefix in province.sides():
        key = ec.generate_private_key(ec.SECP256R1())
        own = signer_certificate(key)
        clerk, head = province.actors[f"{prefix}clerk"], province.actors[f"{prefix}head"]
        things["issuing_signer_id"] = province.post(f"{prefix}head").pk
        things["head_certificate_id"] = register(own, person=province.people[f"{prefix}head"])
        things["seal_certificate_id"] = register(
            signer_certificate(ec.generate_private_key(ec.SECP256R1())),
            agency=province.agencies[code],
            key_name="seal",
        )
        for number, step in enumerate(STEPS, start=1):
            document = commands.prepare_document(
                actor=province.actors[f"{prefix}officer"],
                handed=handed(province.post(f"{prefix}head"), CONTENT[code]),
                now=clock.now(),
            )
            things[f"issuing_{step}_id"] = document.pk
            if step == "prepared":
                continue
            given: dict[str, Any] = {"actor": clerk, "document_id": document.pk, "now": clock.now()}
            commands.number_document(number=str(number), dated_on=directory.today(), in_file=True, **given)
            if step == "returned":
                commands.return_document(reason=CONTENT[code], **given)
            elif step != "numbered":
                Document.objects.filter(pk=document.pk).update(
                    step=step, signed_sha256="0" * 64, sealed_sha256="0" * 64, signed_at=timezone.now()
                )
        agency = province.agencies[code]
        system = Actor("system", things["system_id"], "Phần mềm", agency.pk, code, agency.name)
        for actor, name in ((head, "issuing_signature"), (system, "issuing_carried")):
            row = commands.prepare_signature(
                actor=actor,
                document_id=things["issuing_numbered_id"],
                certificate_id=things["head_certificate_id"],
                now=clock.now(),
            )
            signature = key.sign(bytes(row.attributes), ec.ECDSA(row_hash()))
            things[name] = {"id": str(row.pk), "signature": base64.b64encode(signature).decode()}
            things[f"{name}_id"] = row.pk
        things["issuing_run_id"] = commands.begin_run(
            actor=clerk,
            document_ids=[things["issuing_signed_id"]],
            certificate_id=things["seal_certificate_id"],
            now=clock.now(),
        ).pk


def handed(signer: directory.Post, content: str) -> Handed:
    """Returns a document that says what belongs to one agency."""
    return Handed(
        type_name="Công văn",
        subject=content,
        notation="VP-TH",
        signer=signer,
        authority=Authority.OWN,
        file=(f"{content}.pdf", letter()),
        attachments=[(f"{content}.txt", content.encode())],
    )


def row_hash() -> Any:
    """Returns the hash of the keys here."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - one line

    return hashes.SHA256()


def register(pem: bytes, *, key_name: str = "", **owner: Any) -> Any:
    """Registers a certificate past the application, of a person or an agency, on a device where no key is named."""
    own = x509.load_pem_x509_certificate(pem)
    der = own.public_bytes(serialization.Encoding.DER)
    return SigningCertificate.objects.create(
        **owner,
        place="module" if key_name else "device",
        key_name=key_name,
        certificate=der,
        chain=b"",
        sha256=hashlib.sha256(der).hexdigest(),
        holder_name="Nguyễn Văn An",
        issuer_name="Nguyễn Văn An",
        not_before=clock.now() - timedelta(hours=1),
        not_after=clock.now() + timedelta(days=1),
        registered_at=clock.now(),
        registered_by="specification",
        proved_at=clock.now(),
    ).pk
