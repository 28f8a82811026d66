"""Documents to be issued, over the API: handed in, numbered, signed, sealed, issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal
from uuid import UUID

from hienluong.client.documents import DocumentsClient, File

What = Literal["sign", "seal"]
_PARTS: Mapping[What, str] = {"sign": "signature", "seal": "seal"}


class IssuingClient(DocumentsClient):
    """Does an agency's part in issuing documents; every method raises what `Connection.call` raises."""

    path: ClassVar[str] = "/issuing-documents"

    def signers(self) -> list[dict[str, Any]]:
        """Returns who may sign for the agency today, and by which rights."""
        return list(self._axis.json("GET", "/issuing-signers")["items"])

    def documents(self, show: str, *, after: str = "", limit: int = 50) -> dict[str, Any]:
        """Returns a page of the agency's documents: `items`, and the cursor of the `next` page."""
        return self._axis.json("GET", self.path, {"show": show, "after": after, "limit": limit})

    def fetch(self, document_id: UUID, position: int | None = None) -> bytes:
        """Returns the PDF as it is now, or the file beside it at a position."""
        part = "file" if position is None else f"files/{position}"
        return self._file(document_id, part)

    def hand_in(self, facts: Mapping[str, str], file: File, attachments: Sequence[File]) -> dict[str, Any]:
        """Hands a document in; with the same `key` among its facts the first one is answered again."""
        return self._form(self.path, facts, file, attachments)

    def resubmit(
        self, document_id: UUID, facts: Mapping[str, str], file: File | None, attachments: Sequence[File]
    ) -> dict[str, Any]:
        """Hands a returned document in again."""
        return self._form(f"{self.path}/{document_id}/resubmit", facts, file, attachments)

    def certificates(self, document_id: UUID, what: What) -> list[dict[str, Any]]:
        """Returns with which certificates a document can be signed or sealed."""
        return list(self._axis.json("GET", f"{self.path}/{document_id}/certificates")[what])

    def prepare(
        self, document_id: UUID, what: What, certificate: str, position: int | None = None
    ) -> dict[str, Any]:
        """Returns the hash that a device signs: of the document, or of the file beside it at a position."""
        body: dict[str, Any] = {"certificate": certificate}
        if position is not None:
            body["position"] = position
        return self.step(document_id, f"{_PARTS[what]}/prepared", body)

    def complete(
        self, document_id: UUID, what: What, prepared: str, signature: str, position: int | None = None
    ) -> dict[str, Any]:
        """Brings the signature (base64) that a device made, and returns the document."""
        name = f"{_PARTS[what]}/prepared/{UUID(prepared)}"
        if position is not None:
            name += f"?position={position}"
        return self.step(document_id, name, {"signature": signature})
