"""Doors of issuing: those who write hand in, the named post signs, the agency's clerk numbers, seals, issues."""

import io
import json
from typing import Any

from tests.matrix.doors import Answer, Door, Table, Things, door, of_agency
from tests.matrix.signatures import letter
from tests.matrix.things import day

from hienluong.directory.service import today

_WRITERS = ("clerk", "head", "deputy", "officer")


def _file(name: str = "cong-van.pdf") -> io.BytesIO:
    file = io.BytesIO(letter())
    file.name = name
    return file


def _handed(things: Things) -> dict[str, Any]:
    signer = f"{things['issuing_signer_id']}:own:"
    return {
        "type_name": "Công văn",
        "subject": "Thư mời",
        "notation": "VP-TH",
        "signed_as": signer,
        "file": _file(),
    }


def _handed_by_system(things: Things) -> dict[str, Any]:
    wanted = {"type_name": "Công văn", "subject": "Thư mời", "notation": "VP-TH", "authority": "own"}
    return {**wanted, "signer": things["issuing_signer_id"], "file": _file()}


def _answer(_things: Things) -> dict[str, Any]:
    file = io.BytesIO(json.dumps({"signatures": []}).encode())
    file.name = "signatures.json"
    return {"file": file}


def _at(step: str, *passes: str, answers: Answer = 200, **more: Any) -> Door:
    """Returns a door to a document at a step; whoever writes at its agency sees it."""
    sees = tuple(one for one in _WRITERS if one not in passes)
    at = {"document_id": f"issuing_{step}_id"}
    return of_agency(*passes, answers=answers, sees=sees, at=at, **more)


def _by_system(step: str, **more: Any) -> Door:
    """Returns a door of the API to a document at a step."""
    return of_agency("system", at={"document_id": f"issuing_{step}_id"}, json=True, **more)


def _seal(things: Things) -> dict[str, str]:
    return {"certificate": str(things["seal_certificate_id"])}


_SIGNED = {"document_id": "issuing_signed_id"}
_REASON = {"reason": "Sai thể thức", "step": "send"}
_PLACE = {"page": "1", "left": "20", "top": "20", "width": "40", "height": "20"}
_PLACE_IN_MILLIMETRES = {"page": 1, "left": 20, "top": 20, "width": 40, "height": 20}
_NOT_THEIRS = {f"{prefix}{role}": 404 for prefix in ("", "other_") for role in _WRITERS[1:]}

ROUTES: Table = {
    "issuing/": {"GET": door(*_WRITERS)},
    "issuing/new/": {
        "GET": door(*_WRITERS),
        "POST": of_agency(*_WRITERS, answers=302, elsewhere=422, sends=_handed),
    },
    "issuing/many/": {
        "GET": (door(*_WRITERS, sends={"what": "sign"}), door("clerk", sends={"what": "seal"}))
    },
    "issuing/requests/sign/": {"GET": door(*_WRITERS)},
    "issuing/requests/seal/": {"GET": door("clerk")},
    "issuing/answer/sign/": {"GET": door(*_WRITERS), "POST": door(*_WRITERS, sends=_answer, acts=False)},
    "issuing/answer/seal/": {"GET": door("clerk"), "POST": door("clerk", sends=_answer, acts=False)},
    "issuing/runs/": {
        "POST": of_agency(
            "clerk",
            answers=302,
            sends=lambda things: {
                "entry": [str(things["issuing_signed_id"])],
                "certificate": str(things["seal_certificate_id"]),
            },
        )
    },
    "issuing/runs/<uuid:run_id>/": {
        "GET": of_agency("clerk", but=_NOT_THEIRS, at={"run_id": "issuing_run_id"})
    },
    "issuing/<uuid:document_id>/": {"GET": (_at("prepared", *_WRITERS), _at("returned", *_WRITERS))},
    "issuing/<uuid:document_id>/file/": {"GET": _at("prepared", *_WRITERS)},
    "issuing/<uuid:document_id>/files/<int:position>/": {
        "GET": _at("prepared", *_WRITERS, given={"position": "0"})
    },
    "issuing/<uuid:document_id>/pages/<int:page>.png": {
        "GET": _at("prepared", *_WRITERS, given={"page": "1"})
    },
    "issuing/<uuid:document_id>/number/": {
        "GET": _at("prepared", "clerk"),
        "POST": _at(
            "prepared",
            "clerk",
            answers=302,
            sends=lambda _things: {"number": "77", "dated_on": day(), "in_file": "on", "step": "send"},
        ),
    },
    "issuing/<uuid:document_id>/place/person/": {
        "GET": _at("numbered", "head"),
        "POST": _at("numbered", "head", answers=302, sends=_PLACE),
    },
    "issuing/<uuid:document_id>/place/seal/": {
        "GET": _at("signed", "clerk"),
        "POST": _at("signed", "clerk", answers=302, sends=_PLACE),
    },
    "issuing/<uuid:document_id>/sign/<str:part>/prepare/": {
        "POST": _at(
            "numbered",
            "head",
            given={"part": "main"},
            sends=lambda things: {"certificate": str(things["head_certificate_id"])},
        )
    },
    "issuing/<uuid:document_id>/sign/<str:part>/complete/": {
        "POST": _at(
            "numbered",
            "head",
            given={"part": "main"},
            json=True,
            sends=lambda things: things["issuing_signature"],
        )
    },
    # What nobody signed is not sealed: that is refused, and recorded so.
    "issuing/<uuid:document_id>/seal/<str:part>/prepare/": {
        "POST": of_agency("clerk", answers=409, given={"part": "main"}, acts=False, at=_SIGNED)
    },
    "issuing/<uuid:document_id>/seal/<str:part>/complete/": {
        "POST": of_agency(
            "clerk",
            answers=409,
            given={"part": "main"},
            json=True,
            acts=False,
            at=_SIGNED,
            sends=lambda things: things["issuing_signature"],
        )
    },
    "issuing/<uuid:document_id>/seal/": {"POST": _at("signed", "clerk", answers=302, acts=False)},
    "issuing/<uuid:document_id>/issue/": {
        "GET": _at("sealed", "clerk"),
        "POST": _at("sealed", "clerk", answers=302, sends={"way": "none", "priority": "0", "step": "send"}),
    },
    "issuing/<uuid:document_id>/return/": {
        "GET": _at("numbered", "clerk", "head"),
        "POST": _at("numbered", "clerk", "head", answers=302, sends=_REASON),
    },
    "issuing/<uuid:document_id>/give-up/": {
        "GET": _at("numbered", "clerk", "officer"),
        "POST": _at("numbered", "clerk", "officer", answers=302, sends=_REASON),
    },
    "issuing/<uuid:document_id>/resubmit/": {
        "GET": _at("returned", "clerk", "officer"),
        "POST": _at("returned", "clerk", "officer", answers=302, sends={"subject": "Thư mời"}),
    },
    "api/v1/issuing-signers": {"GET": door("system")},
    "api/v1/issuing-documents": {
        "GET": door("system"),
        "POST": of_agency("system", answers=201, sends=_handed_by_system),
    },
    "api/v1/issuing-documents/<document_id>": {
        "GET": of_agency("system", at={"document_id": "issuing_prepared_id"})
    },
    "api/v1/issuing-documents/<document_id>/certificates": {"GET": _by_system("numbered")},
    "api/v1/issuing-documents/<document_id>/number": {
        "POST": _by_system(
            "prepared",
            sends=lambda _things: {"number": "78", "dated_on": today().isoformat(), "in_file": True},
        )
    },
    "api/v1/issuing-documents/<document_id>/places": {
        "POST": _by_system("numbered", sends={**_PLACE_IN_MILLIMETRES, "what": "person"})
    },
    "api/v1/issuing-documents/<document_id>/signature/prepared": {
        "POST": _by_system(
            "numbered",
            answers=201,
            sends=lambda things: {"certificate": str(things["head_certificate_id"])},
        )
    },
    "api/v1/issuing-documents/<document_id>/signature/prepared/<prepared_id>": {
        "POST": of_agency(
            "system",
            at={"document_id": "issuing_numbered_id", "prepared_id": "issuing_carried_id"},
            json=True,
            sends=lambda things: {"signature": things["issuing_carried"]["signature"]},
        )
    },
    # What nobody signed is not sealed over the API either.
    "api/v1/issuing-documents/<document_id>/seal": {
        "POST": _by_system("signed", answers=409, acts=False, sends=_seal)
    },
    "api/v1/issuing-documents/<document_id>/seal/prepared": {
        "POST": _by_system("signed", answers=409, acts=False, sends=_seal)
    },
    "api/v1/issuing-documents/<document_id>/seal/prepared/<prepared_id>": {
        "POST": of_agency(
            "system",
            answers=409,
            acts=False,
            at={"document_id": "issuing_signed_id", "prepared_id": "issuing_carried_id"},
            json=True,
            sends=lambda things: {"signature": things["issuing_carried"]["signature"]},
        )
    },
    "api/v1/issuing-documents/<document_id>/issue": {"POST": _by_system("sealed", sends={"send": False})},
    "api/v1/issuing-documents/<document_id>/return": {
        "POST": _by_system("numbered", sends={"reason": "Sai thể thức"})
    },
    "api/v1/issuing-documents/<document_id>/resubmit": {
        "POST": of_agency("system", at={"document_id": "issuing_returned_id"}, sends={"subject": "Thư mời"})
    },
    "api/v1/issuing-documents/<document_id>/give-up": {
        "POST": _by_system("numbered", sends={"reason": "Sai thể thức"})
    },
    "api/v1/issuing-documents/<document_id>/file": {
        "GET": of_agency("system", at={"document_id": "issuing_prepared_id"})
    },
    "api/v1/issuing-documents/<document_id>/files/<position>": {
        "GET": of_agency("system", at={"document_id": "issuing_prepared_id"}, given={"position": "0"})
    },
}
