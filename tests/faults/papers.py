"""Files that these specifications send."""

from __future__ import annotations

import random
from pathlib import Path

CHUNK = 256 * 1024


def pdf_of(size: int, place: Path) -> Path:
    """Writes a valid PDF of about `size` bytes: one page of text and a picture that makes it large."""
    picture = random.Random(size)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 7 0 R >>",
        b"<< /Length 72 >>\nstream\nBT /F1 12 Tf 72 770 Td (Cong van so 77/SNV-VP) Tj ET q 9 0 0 9 0 0 cm /Im1 Do Q\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    resources = b"7 0 obj\n<< /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >>\nendobj\n"
    with place.open("wb") as out:
        out.write(b"%PDF-1.4\n")
        offsets = []
        for number, body in enumerate(objects, start=1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        offsets.append(out.tell())
        length = size - out.tell() - 1024
        out.write(
            b"6 0 obj\n<< /Type /XObject /Subtype /Image /Width 5000 /Height 3000 /ColorSpace /DeviceRGB"
            b" /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n" % length
        )
        for left in range(length, 0, -CHUNK):
            out.write(picture.randbytes(min(CHUNK, left)))
        out.write(b"\nendstream\nendobj\n")
        offsets.append(out.tell())
        out.write(resources)
        xref = out.tell()
        out.write(b"xref\n0 8\n0000000000 65535 f \n")
        out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        out.write(b"trailer\n<< /Size 8 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % xref)
    return place
