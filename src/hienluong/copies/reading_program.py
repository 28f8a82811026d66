"""The child of `reading.py`: finds the facts of the PDF on standard input, and takes pages out of it, on standard output.

It is a program of its own and imports nothing of ours. What is written by strangers is read only once it can open no more
files and has little time and memory left. It writes one line of JSON, then the extract; 3: locked, 4: no such page.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from typing import Any

import pypdf
import pypdfium2
from pypdfium2 import raw

LOOKING = 8.0
"""Seconds of processor time after which no more pages are looked at; what comes after needs some too."""
DPI_LEAST = 200
GREY = 8
"""Bits of a point that has no colours, at most."""
SCANNED = 0.5
"""So much of a page must images cover that it counts as scanned."""


def main(memory: int, seconds: int, pages: list[int]) -> None:
    """Reads the file.

    Args:
        memory: bytes of address space.
        seconds: of processor time.
        pages: of the extract, counted from 0; none: no extract.
    """
    content = sys.stdin.buffer.read()
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as problem:
        sys.exit(3 if "assword" in str(problem) else 1)
    if raw.FPDF_GetSecurityHandlerRevision(document) != -1:
        sys.exit(3)
    chosen = pages or list(range(len(document)))
    if not chosen or chosen[-1] >= len(document):
        sys.exit(4)
    facts = {"pages": len(chosen), "version": _version(content, document), **_facts(document, chosen)}
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")
    if pages:
        sys.stdout.buffer.write(_extract(document, pages))


def _version(content: bytes, document: pypdfium2.PdfDocument) -> list[int]:
    """Returns the version: of the first line, or a later one that an update names."""
    named = [divmod(document.get_version() or 0, 10)]
    try:
        major, minor = (
            str(pypdf.PdfReader(io.BytesIO(content)).root_object["/Version"]).lstrip("/").split(".")
        )
        named.append((int(major), int(minor)))
    except Exception:  # noqa: BLE001, S110 - none, or whatever a stranger's file does: the first line has named one
        pass
    return list(max(named))


def _facts(document: pypdfium2.PdfDocument, chosen: list[int]) -> dict[str, Any]:
    scanned = colourless = looked_at = 0
    coarse: list[int] = []
    boxes: list[list[float]] = []
    for index in chosen:
        if time.process_time() > LOOKING:
            break
        page = document[index]
        if not looked_at:
            boxes = _fields(page)
        looked_at += 1
        images = _images(page)
        width, height = page.get_size()
        if sum(area for area, _dpi, _coloured in images) < SCANNED * width * height:
            continue
        scanned += 1
        colourless += not any(coloured for _area, _dpi, coloured in images)
        if (dpi := max(dpi for _area, dpi, _coloured in images)) < DPI_LEAST:
            coarse.append(dpi)
    return {
        "looked_at": looked_at,
        "scanned": scanned,
        "colourless": colourless,
        "coarse": len(coarse),
        "dpi": min(coarse, default=0),
        "fields": boxes,
    }


def _images(page: pypdfium2.PdfPage) -> list[tuple[float, int, bool]]:
    """Returns of each image its area in square points, dots per inch, and whether it has colours."""
    found = []
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=1):
        left, bottom, right, top = one.get_bounds()
        data = one.get_metadata()
        dpi = round(min(data.horizontal_dpi, data.vertical_dpi))
        coloured = data.bits_per_pixel > GREY or data.colorspace == raw.FPDF_COLORSPACE_INDEXED
        found.append(((right - left) * (top - bottom), dpi, coloured))
    return found


def _fields(page: pypdfium2.PdfPage) -> list[list[float]]:
    """Returns the boxes of what shows as a field on a page, such as the text of an earlier copy: left, bottom, right, top."""
    found = []
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        one, box = raw.FPDFPage_GetAnnot(page, number), raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(one) == raw.FPDF_ANNOT_WIDGET and raw.FPDFAnnot_GetRect(one, box):
            found.append([box.left, box.bottom, box.right, box.top])
        raw.FPDFPage_CloseAnnot(one)
    return found[:100]


def _extract(document: pypdfium2.PdfDocument, pages: list[int]) -> bytes:
    """Returns a document of those pages alone; what signatures show stays to be seen, as a picture, and they themselves do not."""
    for index in pages:
        raw.FPDFPage_Flatten(document[index], raw.FLAT_NORMALDISPLAY)
    made, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    made.import_pages(document, pages)
    made.save(target, version=17)
    return target.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), [int(one) for one in sys.argv[3].split(",") if one])
