"""The same request made twice has one effect and one answer: Idempotency-Key of the IETF (draft-ietf-httpapi).

The answer is kept in the transaction of the act, so there is never one without the other. A second request with the
same key waits for the first to end; one that was refused or failed is not kept and may be made again. Handing in
packets has keys of its own (`exchange`): there the file itself is known again.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest
from ninja import Header, Schema, Status

from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems.errors import KeyUsedBefore
from hienluong.systems.models import KeptAnswer

KEEP_DAYS = 7
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern="^[ -~]*$",
        description=f"names this request; made again within {KEEP_DAYS} days it has no second effect",
    ),
]
_KEY = inspect.Parameter(
    "idempotency_key", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=IdempotencyKey
)
View = Callable[..., Any]


def once(*, hide: Collection[str] = ()) -> Callable[[View], View]:
    """Lets an operation that answers (status, schema) act once per system and Idempotency-Key.

    The header stands beside the operation's own parameters without being one of them. What `hide` names is null when
    the answer is given again: a secret is shown once.

    Raises:
        KeyUsedBefore: the key came with another request.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: Any, **values: Any) -> Any:
            key: str | None = values.pop(_KEY.name, None)
            actor = request.auth  # type: ignore[attr-defined]  # ninja puts there what SystemBearer returned
            if key is None or not isinstance(actor, Actor) or not isinstance(actor.id, UUID):
                return Status(*view(request, *args, **values))
            said = f"{request.method} {request.path}\n".encode() + request.body
            with transaction.atomic():
                kept = _claim(actor.id, key, hashlib.sha256(said).digest(), clock.now())
                if kept is not None:
                    return Status(kept.status, kept.answer)
                status, answer = view(request, *args, **values)
                shown = _shown(answer)
                KeptAnswer.objects.filter(system=actor.id, key=key).update(
                    status=status,
                    answer=None if shown is None else {**shown, **dict.fromkeys(hide)},
                )
            return Status(status, answer)

        # ninja reads the types of the parameters, and would look for their names here instead of in their module.
        own = inspect.signature(view, eval_str=True)
        run.__signature__ = own.replace(parameters=[*own.parameters.values(), _KEY])  # type: ignore[attr-defined]  # what PEP 362 calls it
        return run

    return decorate


def _shown(answer: Schema | None) -> dict[str, Any] | None:
    return None if answer is None else answer.model_dump(mode="json")


def _claim(system: UUID, key: str, request: bytes, now: datetime) -> KeptAnswer | None:
    """Takes the key for this request, after any other that holds it; returns the answer when it was given before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO systems_keptanswer (system_id, key, request, status, at) "
            "SELECT id, %s, %s, 0, %s FROM systems_agencysystem WHERE id = %s "
            "ON CONFLICT (system_id, key) DO NOTHING RETURNING id",
            [key, request, now, system],
        )
        if cursor.fetchone():
            return None
    kept = KeptAnswer.objects.get(system=system, key=key)
    if bytes(kept.request) != request:
        raise KeyUsedBefore(key=key)
    return kept


def sweep_kept_answers(*, now: datetime) -> int:
    """Deletes answers kept for longer than `KEEP_DAYS` and returns how many."""
    return KeptAnswer.objects.filter(at__lt=now - timedelta(days=KEEP_DAYS)).delete()[0]
