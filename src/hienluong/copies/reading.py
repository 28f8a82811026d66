"""What a PDF is like, and pages taken out of it: in a child process with little time and memory, whatever the file does to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hienluong.copies.errors import FileRefused
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _

SECONDS: Final = 20
MEMORY: Final = 1024 * 1024 * 1024
NO_PDF: Final = _("“{name}” is no PDF that can be read.")
LOCKED: Final = _("“{name}” is locked by a password.")
_LOCKED_AWAY, _NO_PAGE = 3, 4
_COUNTS: Final = ("pages", "looked_at", "scanned", "colourless", "coarse", "dpi")

_CHILD: Final = Path(__file__).with_name("reading_program.py")


def read_pdf(name: str, pdf: bytes, pages: Sequence[int] = ()) -> tuple[dict[str, Any], bytes]:
    """Returns the facts of a PDF, and the document that is to be signed: it itself, or some of its pages alone.

    Args:
        name: of the file.
        pdf: its bytes.
        pages: of an extract, counted from 1, in order; none: all, and the bytes stay as they are.

    Raises:
        FileRefused: it is no PDF, is locked, or takes too much time or memory.
        InvalidInput: it has no such page.
    """
    wanted = ",".join(str(page - 1) for page in pages)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", str(_CHILD), str(MEMORY), str(SECONDS), wanted],
            input=pdf,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
            env={},  # nothing that we know is told
        )
    except subprocess.TimeoutExpired as problem:
        raise FileRefused(name=name, detail=NO_PDF) from problem
    if done.returncode == _NO_PAGE and pages:
        raise InvalidInput([FieldError("/pages", _("The document has fewer pages."))])
    if done.returncode:
        raise FileRefused(name=name, detail=LOCKED if done.returncode == _LOCKED_AWAY else NO_PDF)
    facts, _line, extract = done.stdout.partition(b"\n")
    try:
        return _facts(json.loads(facts)), extract if pages else pdf
    except (ValueError, TypeError, KeyError) as problem:  # a file may have taken the child over
        raise FileRefused(name=name, detail=NO_PDF) from problem


def _facts(found: dict[str, Any]) -> dict[str, Any]:
    """Returns what the child found, once it is what a child says."""
    major, minor = map(int, found["version"])
    fields = [
        [float(left), float(low), float(right), float(top)] for left, low, right, top in found["fields"]
    ]
    return {"version": [major, minor], "fields": fields, **{name: int(found[name]) for name in _COUNTS}}
