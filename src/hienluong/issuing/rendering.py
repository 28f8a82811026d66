"""Pages as images: drawn by a program in C, so in a child process with little time and memory, whatever the file does to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from hienluong.issuing.errors import PageUnreadable

SECONDS: Final = 10
MEMORY: Final = 1024 * 1024 * 1024
PIXELS_WIDE: Final = 1_000

_CHILD: Final = Path(__file__).with_name("page_program.py")


def page_image(pdf: bytes, page: int, *, width: int = PIXELS_WIDE) -> bytes:
    """Returns a page, counted from 0, as PNG.

    Raises:
        PageUnreadable: there is no such page, it cannot be drawn, or it takes too much time or memory.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", str(_CHILD), str(page), str(width), str(MEMORY), str(SECONDS)],
            input=pdf,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
            env={},  # nothing that we know is told
        )
    except subprocess.TimeoutExpired as problem:
        raise PageUnreadable(reason="it takes too long") from problem
    if done.returncode or not done.stdout.startswith(b"\x89PNG"):
        raise PageUnreadable(reason="it is broken, or has no such page")
    return done.stdout
