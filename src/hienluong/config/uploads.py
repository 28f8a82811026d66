"""Uploaded files within their limits, checked while they are read: what is over a limit is not stored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from hienluong.files.errors import AttachmentTooLarge, TooManyAttachments
from hienluong.kit.errors import HienluongError


class BoundedUploads(FileUploadHandler):
    """Stands before the handlers that store: counts files and their bytes.

    A system's request is refused at once. A person's form goes on without the file, so that nothing typed is lost; the
    request then has `uploads_refused`, and a form that takes files says so.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._files = 0
        self._size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begins with the next file."""
        super().new_file(*args, **kwargs)
        self._files += 1
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        """Passes the next piece on to those that store it."""
        # Not in `new_file`: where a file is skipped, Django closes the one that the next handler began last.
        if self._files > settings.ATTACHMENTS_MAX:
            self._refuse(TooManyAttachments(limit=settings.ATTACHMENTS_MAX))
        self._size += len(raw_data)
        if self._size > settings.ATTACHMENT_MAX_BYTES:
            self._refuse(AttachmentTooLarge(name=self.file_name, limit=settings.ATTACHMENT_MAX_BYTES))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to those that stored it."""

    def _refuse(self, error: HienluongError) -> None:
        if self.request is None or self.request.path.startswith("/api/"):
            raise error
        self.request.uploads_refused = [*getattr(self.request, "uploads_refused", []), error]  # type: ignore[attr-defined]  # ours
        raise SkipFile
