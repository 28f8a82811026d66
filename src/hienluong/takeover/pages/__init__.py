"""The pages of taking over: each makes one call into the module's queries or commands and shows the answer."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from hienluong.takeover.commands.intakes import Bytes


def saved(found: Bytes) -> StreamingHttpResponse:
    """Returns a file that the browser saves and never shows: it came from elsewhere."""
    answer = StreamingHttpResponse(found.chunks, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=found.name) or ""
    )
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
