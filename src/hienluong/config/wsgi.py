"""The WSGI application that granian serves."""

from __future__ import annotations

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hienluong.config.settings")
_django = get_wsgi_application()


class WholeBody:
    """The body of a request that is read to the length it was announced with, or not at all.

    A caller who hangs up in the middle ends the body; Django would take a file of a form that was cut so for whole.
    """

    def __init__(self, source: Any, length: int) -> None:
        self._source, self._left = source, length

    def read(self, size: int = -1) -> bytes:
        """Returns the next bytes.

        Raises:
            ConnectionResetError: the body has ended before its length.
        """
        return self._counted(self._source.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        """Returns the next line; raises as `read`."""
        return self._counted(self._source.readline(size), size)

    def _counted(self, data: bytes, size: int) -> bytes:
        self._left -= len(data)
        if self._left > 0 and (size < 0 or (size and not data)):
            raise ConnectionResetError("The caller hung up in the middle of the request.")
        return data


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answers one request."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length):
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
    return _django(environ, start_response)
