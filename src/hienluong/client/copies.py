"""Copies of documents, over the API: handed in, numbered, signed for the agency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from hienluong.client.documents import DocumentsClient, File


class CopiesClient(DocumentsClient):
    """Does an agency's part in making copies; every method raises what `Connection.call` raises."""

    path: ClassVar[str] = "/copies"

    def copies(self, *, after: str = "", limit: int = 50, **narrowed: str) -> dict[str, Any]:
        """Returns a page of the register, narrowed by `kind` and `step`: `items`, and the cursor of the `next` page."""
        return self._axis.json("GET", self.path, {**narrowed, "after": after, "limit": limit})

    def fetch(self, document_id: UUID) -> bytes:
        """Returns the PDF as it is now."""
        return self._file(document_id, "file")

    def hand_in(self, facts: Mapping[str, str], file: File) -> dict[str, Any]:
        """Hands a document in to be copied; with the same `key` among its facts the first copy is answered again."""
        return self._form(self.path, facts, file)

    def certificates(self, document_id: UUID) -> list[dict[str, Any]]:
        """Returns with which certificates of the agency a copy can be signed."""
        return list(self._axis.json("GET", f"{self.path}/{document_id}/certificates")["items"])

    def prepare(self, document_id: UUID, certificate: str) -> dict[str, Any]:
        """Returns the hash that the agency's device signs."""
        return self.step(document_id, "seal/prepared", {"certificate": certificate})

    def complete(self, document_id: UUID, prepared: str, signature: str) -> dict[str, Any]:
        """Brings the signature (base64) that the device made, and returns the copy."""
        return self.step(document_id, f"seal/prepared/{UUID(prepared)}", {"signature": signature})
