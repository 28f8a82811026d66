"""The public log for programs (c2sp.org/tlog-tiles): checkpoint, tiles, entry bundles; anonymous, without a session.

Tiles and bundles never change, so whoever keeps copies between us and the world may keep them for good. They are hashes:
compressing them would save nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hienluong.ledger import service
from hienluong.ledger.errors import NoCheckpoint
from hienluong.ledger.paths import HIGHEST_LEVEL, parse_tile_path

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_SECONDS = "public, max-age=5"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answers with the newest checkpoint, or 404 before the first one."""
    try:
        newest = service.published()
    except NoCheckpoint:
        return _nothing()
    return _public(newest.note.encode(), "text/plain; charset=utf-8", FOR_SECONDS)


@require_safe
def tile(request: HttpRequest, level: str, place: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answers with a tile of hashes that a checkpoint covers, or 404."""
    found = parse_tile_path(place)
    if found is None or not level.isdecimal() or str(int(level)) != level or int(level) > HIGHEST_LEVEL:
        return _nothing()
    return _for_good(service.public_tile(int(level), *found))


@require_safe
def entries(request: HttpRequest, place: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answers with a bundle of public records that a checkpoint covers, or 404."""
    found = parse_tile_path(place)
    return _nothing() if found is None else _for_good(service.public_bundle(*found))


def _for_good(content: bytes | None) -> HttpResponse:
    return _public(content, "application/octet-stream", FOR_GOOD) if content else _nothing()


def _public(content: bytes, kind: str, keep: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Cache-Control": keep,
            # Anybody's page may check the log in the browser.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _nothing() -> HttpResponse:
    return HttpResponse("not found\n", status=404, content_type="text/plain; charset=utf-8")
