"""The public log for programs (c2sp.org/tlog-tiles): checkpoint, tiles, entry bundles, and we as a witness; anonymous, without a session.

Tiles and bundles never change, so whoever keeps copies between us and the world may keep them for good. They are hashes:
compressing them would save nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hienluong.kit import clock
from hienluong.ledger import service
from hienluong.ledger.errors import NoCheckpoint
from hienluong.tlog.cosignatures import MAX_REQUEST_BYTES
from hienluong.tlog.paths import HIGHEST_LEVEL, parse_tile_path

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_SECONDS = "public, max-age=5"
TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answers with the newest checkpoint, or 404 before the first one."""
    try:
        newest = service.head_note()
    except NoCheckpoint:
        return _nothing()
    return _public(newest.encode(), TEXT, FOR_SECONDS)


@csrf_exempt  # logs ask, without cookies
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Cosigns a checkpoint of a log that we watch, or says why not (c2sp.org/tlog-witness)."""
    body = request.read(MAX_REQUEST_BYTES + 1)
    if len(body) > MAX_REQUEST_BYTES:
        return HttpResponse("too large\n", status=413, content_type=TEXT)
    verdict = service.add_checkpoint(body, now=clock.now())
    return HttpResponse(verdict.body.encode(), status=verdict.status, content_type=verdict.content_type)


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


@require_safe
def key_change(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answers with the statement about a change of the log's key, counted from 1, or 404."""
    note = service.published_key_change(number)
    return _public(note.encode(), TEXT, FOR_GOOD) if note else _nothing()


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
