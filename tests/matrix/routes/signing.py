"""Doors of signatures: any file is checked; what a system prepared, what a person registered, is their own."""

import io
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from tests.matrix.doors import ROLES, Table, Things, anybody, door, of_agency
from tests.matrix.province import OURS
from tests.matrix.signatures import authority_certificate, drawing, letter, proof, signer_certificate
from tests.matrix.things import day

_SIGNED = {"prepared_id": "signed_id"}
_SIGNERS = ("clerk", "head", "deputy", "officer")
_AGENCYS = {"certificate_id": "agency_certificate_id"}
_END = {"reason": "Mất thiết bị", "step": "send"}
_REGISTER = "api/v1/signatures/certificates"
_ONE = "signing/certificates/<uuid:certificate_id>/"


def _file(_things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(letter())}


def _wanted(_things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(letter()), "certificates": _certificate({})["file"], "level": "B-B"}


def _certificate(_things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(signer_certificate(ec.generate_private_key(ec.SECP256R1())))}


def _of_agency(things: Things) -> dict[str, Any]:
    return {**_certificate(things), "agency": OURS, "key_name": ""}


def _authority(_things: Things) -> dict[str, Any]:
    file = io.BytesIO(authority_certificate())
    return {"file": file, "purpose": "public", "taken_from": "Thông báo số 1", "valid_from": day()}


def _answer(things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(json.dumps({"signatures": [proof(things)]}).encode())}


def _image(_things: Things) -> dict[str, Any]:
    return {"file": io.BytesIO(drawing())}


def _not_there(*roles: str) -> dict[str, int]:
    """Returns what those get who have certificates of their own, and none of this name."""
    return {f"{side}{role}": 404 for side in ("", "other_") for role in roles}


def _clerks(answers: int = 200, **more: Any) -> Any:
    """Returns a door to the clerk's own certificate; administrators pass at anybody's."""
    but = _not_there("head", "deputy", "officer")
    return of_agency("clerk", anywhere=("administrator",), answers=answers, but=but, **more)


def _tests(answers: int = 200, **more: Any) -> Any:
    """Returns a door where the clerk's own certificate is tested: by nobody else."""
    but = {**_not_there("head", "deputy", "officer"), "administrator": 404}
    return of_agency("clerk", answers=answers, but=but, **more)


def _brought(things: Things) -> dict[str, Any]:
    return {"certificates": _certificate(things)["file"]}


ROUTES: Table = {
    "signing/mine/": {"GET": door(*_SIGNERS)},
    "signing/mine/add/": {"GET": door(*_SIGNERS), "POST": door(*_SIGNERS, answers=302, sends=_certificate)},
    "signing/certificates/": {"GET": door("clerk", "head", "deputy", "administrator")},
    "signing/certificates/add/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_of_agency),
    },
    _ONE: {
        "GET": (
            _clerks(),
            of_agency(
                "clerk", "head", "deputy", anywhere=("administrator",), at=_AGENCYS, but=_not_there("officer")
            ),
        )
    },
    f"{_ONE}picture/": {"GET": _clerks()},
    f"{_ONE}image/": {
        "GET": (_clerks(), door("administrator", at=_AGENCYS, but=_not_there(*_SIGNERS))),
        "POST": (
            _clerks(302, sends=_image),
            door("administrator", at=_AGENCYS, but=_not_there(*_SIGNERS), answers=302, sends=_image),
        ),
    },
    f"{_ONE}end/": {
        "GET": _clerks(),
        "POST": (
            _clerks(302, sends=_END),
            door("administrator", at=_AGENCYS, but=_not_there(*_SIGNERS), answers=302, sends=_END),
        ),
    },
    f"{_ONE}challenge/": {"POST": (_tests(acts=False), _clerks(acts=False, at=_AGENCYS))},
    f"{_ONE}proof/": {
        "POST": (
            _tests(json=True, sends=proof),
            _clerks(json=True, at=_AGENCYS, sends=lambda things: proof(things, "agency_certificate")),
        )
    },
    f"{_ONE}request/": {"GET": _tests()},
    f"{_ONE}answer/": {"GET": _tests(), "POST": _tests(302, sends=_answer)},
    "signing/authorities/": {"GET": door(*ROLES)},
    "signing/authorities/add/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_authority),
    },
    "signing/authorities/<slug:fingerprint>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302, sends=_END),
    },
    "api/v1/signatures/authorities": {"GET": door("system")},
    _REGISTER: {"GET": door("system"), "POST": door("system", answers=201, sends=_brought)},
    f"{_REGISTER}/<certificate_id>": {"GET": (of_agency("system"), of_agency("system", at=_AGENCYS))},
    f"{_REGISTER}/<certificate_id>/image": {
        "GET": of_agency("system"),
        "POST": of_agency("system", at=_AGENCYS, sends=_image),
    },
    f"{_REGISTER}/<certificate_id>/end": {
        "POST": of_agency("system", at=_AGENCYS, json=True, sends={"reason": "Mất thiết bị"})
    },
    "signatures/": {"GET": anybody(), "POST": anybody(sends=_file, acts=False)},
    "api/v1/signatures/validate": {"POST": door("system", sends=_file, acts=False)},
    "api/v1/signatures/prepared": {"POST": door("system", answers=201, sends=_wanted)},
    "api/v1/signatures/prepared/<prepared_id>": {"GET": of_agency("system")},
    "api/v1/signatures/prepared/<prepared_id>/signature": {
        "POST": of_agency("system", json=True, sends=lambda things: {"signature": things["signature"]})
    },
    "api/v1/signatures/prepared/<prepared_id>/document": {"GET": of_agency("system", at=_SIGNED)},
}
