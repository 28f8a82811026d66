"""Pages as images: drawn by a program in C, so in a child process with little time and memory, whatever the file does to it."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from hienluong.issuing.errors import PageUnreadable

SECONDS: Final = 10
MEMORY: Final = 1024 * 1024 * 1024
PIXELS_WIDE: Final = 1_000

_CHILD: Final = """
import resource, struct, sys
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[4]), int(sys.argv[4])))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
content = sys.stdin.buffer.read()
import io
import pypdfium2
from PIL import Image
Image.preinit()
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
document = pypdfium2.PdfDocument(content)
page = document[int(sys.argv[1])]
width, height = page.get_size()
wanted = int(sys.argv[2])
scale = min(wanted / width, 4 * wanted / height)
image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
target = io.BytesIO()
image.save(target, "PNG", optimize=False)
sys.stdout.buffer.write(target.getvalue())
"""


def page_image(pdf: bytes, page: int, *, width: int = PIXELS_WIDE) -> bytes:
    """Returns a page, counted from 0, as PNG.

    Raises:
        PageUnreadable: there is no such page, it cannot be drawn, or it takes too much time or memory.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-c", _CHILD, str(page), str(width), str(MEMORY), str(SECONDS)],
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
