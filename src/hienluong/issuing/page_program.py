"""The child of `rendering.py`: draws one page of the PDF on standard input as PNG on standard output.

It is a program of its own and imports nothing of ours. What is written by strangers is read only once it can open no more
files and has little time and memory left.
"""

from __future__ import annotations

import io
import resource
import sys

import pypdfium2
from PIL import Image


def main(page: int, pixels_wide: int, memory: int, seconds: int) -> None:
    """Draws the page.

    Args:
        page: counted from 0.
        pixels_wide: of the image.
        memory: bytes of address space.
        seconds: of processor time.
    """
    Image.preinit()  # reads files, which is over in a moment
    content = sys.stdin.buffer.read()
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # without it, signatures that show on the page are not drawn
    drawn = document[page]
    width, height = drawn.get_size()
    scale = min(pixels_wide / width, 4 * pixels_wide / height)
    image = drawn.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    target = io.BytesIO()
    image.save(target, "PNG")
    sys.stdout.buffer.write(target.getvalue())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
