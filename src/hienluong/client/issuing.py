"""Documents to be issued, over the API: handed in, numbered, signed, sealed, issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import httpx

from hienluong.client.connection import Connection

What = Literal["sign", "seal"]
File = tuple[str, bytes]
_PATH = "/issuing-documents"
_PARTS: Mapping[What, str] = {"sign": "signature", "seal": "seal"}


class IssuingClient:
    """Does an agency's part in issuing documents; every method raises what `Connection.call` raises.

    Args:
        axis: the connection, as the agency's system.
    """

    def __init__(self, axis: Connection) -> None:
        self._axis = axis

    def signers(self) -> list[dict[str, Any]]:
        """Returns who may sign for the agency today, and by which rights."""
        return list(self._axis.json("GET", "/issuing-signers")["items"])

    def documents(self, show: str, *, after: str = "", limit: int = 50) -> dict[str, Any]:
        """Returns a page of the agency's documents: `items`, and the cursor of the `next` page."""
        return self._axis.json("GET", _PATH, {"show": show, "after": after, "limit": limit})

    def document(self, document_id: UUID) -> dict[str, Any]:
        """Returns a document with its files and the steps it took."""
        return self._axis.json("GET", f"{_PATH}/{document_id}")

    def fetch(self, document_id: UUID, position: int | None = None) -> bytes:
        """Returns the PDF as it is now, or the file beside it at a position."""
        part = "file" if position is None else f"files/{position}"
        return self._axis.call("GET", f"{_PATH}/{document_id}/{part}").body

    def hand_in(self, facts: Mapping[str, str], file: File, attachments: Sequence[File]) -> dict[str, Any]:
        """Hands a document in; with the same `key` among its facts the first one is answered again."""
        return self._form(_PATH, facts, file, attachments)

    def resubmit(
        self, document_id: UUID, facts: Mapping[str, str], file: File | None, attachments: Sequence[File]
    ) -> dict[str, Any]:
        """Hands a returned document in again."""
        return self._form(f"{_PATH}/{document_id}/resubmit", facts, file, attachments)

    def certificates(self, document_id: UUID, what: What) -> list[dict[str, Any]]:
        """Returns with which certificates a document can be signed or sealed."""
        return list(self._axis.json("GET", f"{_PATH}/{document_id}/certificates")[what])

    def prepare(
        self, document_id: UUID, what: What, certificate: str, position: int | None = None
    ) -> dict[str, Any]:
        """Returns the hash that a device signs: of the document, or of the file beside it at a position."""
        body: dict[str, Any] = {"certificate": certificate}
        if position is not None:
            body["position"] = position
        return self._axis.post(f"{_PATH}/{document_id}/{_PARTS[what]}/prepared", body)

    def complete(
        self, document_id: UUID, what: What, prepared: str, signature: str, position: int | None = None
    ) -> dict[str, Any]:
        """Brings the signature (base64) that a device made, and returns the document."""
        path = f"{_PATH}/{document_id}/{_PARTS[what]}/prepared/{UUID(prepared)}"
        if position is not None:
            path += f"?position={position}"
        return self._axis.post(path, {"signature": signature})

    def step(self, document_id: UUID, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Takes a step that needs no device ("number", "seal", "issue", "return", "give-up"), and returns the document."""
        return self._axis.post(f"{_PATH}/{document_id}/{name}", dict(body))

    def _form(
        self, path: str, facts: Mapping[str, str], file: File | None, attachments: Sequence[File]
    ) -> dict[str, Any]:
        parts = [("file", file)] if file else []
        parts += [("attachments", one) for one in attachments]
        # without a file httpx would write a form that is not of several parts
        form = httpx.Request(
            "POST", "https://form.invalid", data=dict(facts), files=parts or [("attachments", ("", b""))]
        )
        return self._axis.json(
            "POST", path, headers={"Content-Type": form.headers["Content-Type"]}, content=form.read()
        )
