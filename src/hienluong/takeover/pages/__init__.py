"""The pages of taking over: each makes one call into the module's queries or commands and shows the answer."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils.http import content_disposition_header

from hienluong.files.service import file_answer
from hienluong.takeover.commands.intakes import Bytes


def saved(found: Bytes) -> HttpResponseBase:
    """Returns a file that the browser saves and never shows: it came from elsewhere.

    Raises:
        TooManyDownloads: it is large, and as many large ones as may be are under way.
    """
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)
        or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return file_answer(
        found.chunks, size=found.size, content_type="application/octet-stream", headers=headers
    )
