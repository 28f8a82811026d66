"""What the documents of issuing and the copies have in common over the API: steps, files, and signatures in two halves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import httpx

from hienluong.client.connection import Connection

File = tuple[str, bytes]


class DocumentsClient:
    """Does an agency's part with documents of one kind; every method raises what `Connection.call` raises.

    Args:
        axis: the connection, as the agency's system.
    """

    path: ClassVar[str]

    def __init__(self, axis: Connection) -> None:
        self._axis = axis

    def document(self, document_id: UUID) -> dict[str, Any]:
        """Returns one of them."""
        return self._axis.json("GET", f"{self.path}/{document_id}")

    def step(self, document_id: UUID, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Takes a step that needs no device ("number", "seal", "give-up" …), and returns the document."""
        return self._axis.post(f"{self.path}/{document_id}/{name}", dict(body))

    def _file(self, document_id: UUID, part: str) -> bytes:
        return self._axis.call("GET", f"{self.path}/{document_id}/{part}").body

    def _form(
        self, path: str, facts: Mapping[str, str], file: File | None, attachments: Sequence[File] = ()
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
