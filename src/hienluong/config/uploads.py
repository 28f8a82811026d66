"""Uploaded files within their limits, checked while they are read: what is over a limit is not stored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.urls import resolve
from django.urls.exceptions import Resolver404

from hienluong.directory.service import acting_actor, allowed
from hienluong.exchange.errors import PacketTooLarge
from hienluong.files.errors import AttachmentTooLarge, TooManyAttachments
from hienluong.files.service import Upload
from hienluong.kit.errors import HienluongError, TooLarge

FORM_BYTES = 1024 * 1024
"""So much a form may have beside its file."""


def upload_of(request: HttpRequest) -> Upload | None:
    """Returns which larger file this page takes from this person, None where it takes none."""
    try:
        found = getattr(resolve(request.path_info).func, "upload", None)
    except Resolver404:
        return None
    may = isinstance(found, Upload) and allowed(acting_actor(request), found.permission)
    return found if may else None


def refusal_of(request: HttpRequest, length: int) -> TooLarge | None:
    """Returns why a request for a page with a body of so many bytes is not read, None where it is."""
    if length <= settings.PACKET_MAX_BYTES:
        return None
    upload = upload_of(request)
    if upload is None:
        return PacketTooLarge(limit=settings.PACKET_MAX_BYTES)
    return upload.refusal if length > upload.most + FORM_BYTES else None


class BoundedUploads(FileUploadHandler):
    """Stands before the handlers that store: counts files and their bytes.

    A system's request is refused at once. A person's form goes on without the file, so that nothing typed is lost; the
    request then has `uploads_refused`, and a form that takes files says so. A page that takes larger files says how large
    (`files.takes_file`), and refuses others itself.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._files = 0
        self._size = 0
        upload = upload_of(request) if request is not None else None
        self._most: int = upload.most + FORM_BYTES if upload else settings.ATTACHMENT_MAX_BYTES

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
        if self._size > self._most:
            self._refuse(AttachmentTooLarge(name=self.file_name, limit=self._most))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to those that stored it."""

    def _refuse(self, error: HienluongError) -> None:
        if self.request is None or self.request.path.startswith("/api/"):
            raise error
        self.request.uploads_refused = [*getattr(self.request, "uploads_refused", []), error]  # type: ignore[attr-defined]  # ours
        raise SkipFile
