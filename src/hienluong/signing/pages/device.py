"""What pages and the signer on a person's machine say to each other: JSON for the script, files without it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from hienluong.kit.errors import FieldError, Forbidden, HienluongError, InvalidInput, NotAuthenticated
from hienluong.kit.errors import gettext_noop as _
from hienluong.signing.models import PreparedSignature

REQUEST_NAME = "request.json"
_ANSWER_MOST = 1024 * 1024
_NO_ANSWER = _("This is no file of signatures from the signer.")


def says(view: Callable[..., dict[str, Any]]) -> Callable[..., JsonResponse]:
    """Makes a view of one that returns what the script of the device is told; a refusal is told as {tone, says}.

    That somebody may not do it at all goes to the handler of all pages, which records it.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return JsonResponse(view(request, *args, **kwargs))
        except (Forbidden, NotAuthenticated):
            raise
        except HienluongError as refusal:
            return JsonResponse({"tone": "error", "says": refusal.explain(gettext)}, status=refusal.status)

    return answer


def with_device(response: HttpResponse) -> HttpResponse:
    """Lets the page of an answer reach the signer on the person's machine (the policy of pages forbids any other)."""
    response.connects_to = settings.SIGNING_DEVICE_URL  # type: ignore[attr-defined] # the layer of security headers reads it
    return response


def told(row: PreparedSignature) -> dict[str, str]:
    """Returns what the device is told of a prepared document: the hash to sign, and with which certificate."""
    digest = hashlib.new(row.algorithm, bytes(row.attributes)).digest()
    return {
        "id": str(row.pk),
        "hash": base64.b64encode(digest).decode(),
        "hash_algorithm": row.algorithm,
        "certificate": row.certificate_sha256,
    }


def as_file(requests: list[dict[str, str]]) -> HttpResponse:
    """Returns requests as the file that `hienluong signing device sign` takes."""
    content = json.dumps({"requests": requests}, ensure_ascii=False, indent=2)
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{REQUEST_NAME}"'},
    )


def given_signature(request: HttpRequest) -> tuple[str, bytes]:
    """Returns the id and the signature that the script sends as JSON.

    Raises:
        InvalidInput: it is no signature.
    """
    try:
        return _one(json.loads(request.body))
    except ValueError as problem:
        raise InvalidInput([FieldError("/signature", _NO_ANSWER)]) from problem


def signatures_of(file: Any) -> list[tuple[str, bytes]]:
    """Returns the ids and signatures of a file that the signer wrote; those that it refused are left out.

    Raises:
        InvalidInput: it is no such file.
    """
    try:
        answer = json.loads(file.read(_ANSWER_MOST))
        return [_one(one) for one in answer["signatures"] if "signature" in one]
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise InvalidInput([FieldError("/file", _NO_ANSWER)]) from problem


def _one(given: Any) -> tuple[str, bytes]:
    """Returns an id and a signature.

    Raises:
        ValueError: it is none.
    """
    try:
        return cast("str", given["id"]) + "", base64.b64decode(given["signature"], validate=True)
    except (TypeError, KeyError, binascii.Error) as problem:
        raise ValueError from problem
