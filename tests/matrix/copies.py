"""Copies: for each side one that waits, one that is signed, one whose signature came back from a device."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.matrix.issuing import register
from tests.matrix.province import Province
from tests.matrix.signatures import letter, signer_certificate

from hienluong.copies import commands
from hienluong.copies.commands import Handed
from hienluong.copies.models import Copy, Kind
from hienluong.directory.service import Actor
from hienluong.kit import clock


def prepare_copies(province: Province) -> None:
    """Hands documents in; that one is signed is said past the application."""
    from tests.matrix.things import CONTENT  # noqa: PLC0415 - it imports this file

    for code, things, prefix in province.sides():
        clerk, key = province.actors[f"{prefix}clerk"], ec.generate_private_key(ec.SECP256R1())
        things["copy_certificate_id"] = register(signer_certificate(key), agency=province.agencies[code])
        for step in ("prepared", "sealed"):
            handed = Handed(
                kind=Kind.SAO_Y,
                of_agency=CONTENT[code],
                of_subject=CONTENT[code],
                file=(f"{CONTENT[code]}.pdf", letter()),
            )
            one = commands.prepare_copy(actor=clerk, handed=handed, now=clock.now())
            things[f"copy_{step}_id"] = one.pk
            if step == "sealed":
                Copy.objects.filter(pk=one.pk).update(
                    step=step, sealed_sha256=one.file_sha256, sealed_at=clock.now()
                )
        agency = province.agencies[code]
        system = Actor("system", things["system_id"], "Phần mềm", agency.pk, code, agency.name)
        for actor, name in ((clerk, "copy_signature"), (system, "copy_carried")):
            row = commands.prepare_seal(
                actor=actor,
                copy_id=things["copy_prepared_id"],
                certificate_id=things["copy_certificate_id"],
                now=clock.now(),
            )
            signature = key.sign(bytes(row.attributes), ec.ECDSA(hashes.SHA256()))
            things[name] = {"id": str(row.pk), "signature": base64.b64encode(signature).decode()}
            things[f"{name}_id"] = row.pk
