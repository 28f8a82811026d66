"""The contract of the REST API as OpenAPI 3.1: what ninja knows of it, and the errors that every operation may give."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

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
    """The API whose OpenAPI document also tells how to sign in and how errors look."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Returns the name by which clients call an operation: that of its function, not of our modules."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Returns the OpenAPI document."""
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
