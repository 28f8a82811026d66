"""The contract of the REST API as OpenAPI 3.1: what ninja knows of it, and the errors that every operation may give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from hienluong.config.conditional import answering_conditionally
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.deprecation import EXTENSION, Deprecation
from hienluong.systems import service as systems

Run = Callable[..., HttpResponseBase]

TOKEN_ADDRESS = "/api/oauth/token"  # noqa: S105 - an address, not a password

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Every refusal and every failure (RFC 9457): what was wrong, what was kept and what to do.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "retryable"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Where the error is described."},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "minLength": 1, "description": "What was wrong, and where."},
        "code": {
            "type": "string",
            "pattern": "^[a-z0-9-]+(\\.[a-z0-9-]+)*$",
            "description": "Stable; programs decide by it.",
        },
        "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
        "instance": {"type": "string", "format": "uri-reference"},
        "kept": {"type": "string", "description": "What was kept or changed all the same."},
        "todo": {"type": "string", "description": "What to do."},
        "retry_after": {"type": "integer", "minimum": 0, "description": "Seconds to wait."},
        "params": {"type": "object", "description": "The values in the texts."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "The field, as a JSON pointer."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class DocumentedApi(NinjaAPI):
    """The API whose OpenAPI document also tells how to sign in and how errors look.

    Every answer of an operation that is declared deprecated (see `kit.deprecation`) says so, refusals too, and who
    called it is counted.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._documents: dict[str | None, OpenAPISchema] = {}

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        for router in self._get_bound_routers():
            for path, view in router.path_operations.items():
                for operation in view.operations:
                    if "GET" in operation.methods:
                        operation.run = answering_conditionally(operation.run)  # type: ignore[method-assign]  # as below
                    facts = (operation.openapi_extra or {}).get(EXTENSION)
                    if facts:  # ninja has no hook around an operation
                        run = _announcing(operation.run, Deprecation.of(facts), router.prefix + path)
                        operation.run = run  # type: ignore[method-assign]  # one operation's own, not its class's
        urls: list[URLResolver | URLPattern] = super()._get_urls()
        return urls

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Returns the name by which clients call an operation: that of its function, not of our modules."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Returns the OpenAPI document, built once: what it says does not change while the process runs."""
        if path_prefix not in self._documents:
            self._documents[path_prefix] = self._document(path_prefix, path_params)
        return self._documents[path_prefix]

    def _document(self, path_prefix: str | None, path_params: dict[str, Any] | None) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        parts = document["components"]
        parts["schemas"]["Problem"] = PROBLEM
        parts["responses"] = {
            "Problem": {
                "description": "Refused or failed",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        }
        scopes = {"api": "what the system may do follows from its agency and its rights"}
        flow = {"tokenUrl": TOKEN_ADDRESS, "scopes": scopes}
        parts["securitySchemes"] = {
            name: {"type": "oauth2", "flows": {"clientCredentials": flow}}
            for name in parts["securitySchemes"]
        }
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
        return document


def _announcing(run: Run, declared: Deprecation, path: str) -> Run:
    """Returns the operation that tells in its headers that it will go, and counts which systems still call it."""

    def announced(request: HttpRequest, **values: Any) -> HttpResponseBase:
        response = run(request, **values)
        for name, value in declared.headers().items():
            response.headers[name] = value
        actor = getattr(request, "auth", None)
        if isinstance(actor, Actor) and isinstance(actor.id, UUID):
            operation = f"{request.method} /{path.lstrip('/')}"
            systems.note_deprecated_call(system=actor.id, operation=operation, now=clock.now())
        return response

    return announced
