"""Doors of signatures: agencies' systems check any file; what a system prepared is its own."""

import io
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from tests.matrix.doors import Table, Things, anybody, door, of_agency
from tests.matrix.signatures import letter, signer_certificate

_SIGNED = {"prepared_id": "signed_id"}


def _file(_things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(letter())}


def _wanted(_things: Things) -> dict[str, Any]:
    certificates = io.BytesIO(signer_certificate(ec.generate_private_key(ec.SECP256R1())))
    return {"file": io.BytesIO(letter()), "certificates": certificates, "level": "B-B"}


ROUTES: Table = {
    "signatures/": {"GET": anybody(), "POST": anybody(sends=_file, acts=False)},
    "api/v1/signatures/validate": {"POST": door("system", sends=_file, acts=False)},
    "api/v1/signatures/prepared": {"POST": door("system", answers=201, sends=_wanted)},
    "api/v1/signatures/prepared/<prepared_id>": {"GET": of_agency("system")},
    "api/v1/signatures/prepared/<prepared_id>/signature": {
        "POST": of_agency("system", json=True, sends=lambda things: {"signature": things["signature"]})
    },
    "api/v1/signatures/prepared/<prepared_id>/document": {"GET": of_agency("system", at=_SIGNED)},
}
