"""What an earlier system hands out: registers as tables, and archives of packets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

import openpyxl

HEADING = (
    "Số đến",
    "Ngày đến",
    "Tác giả",
    "Số, ký hiệu",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
)
ROWS = (
    ("1", "03/11/2026", "Sở Nội vụ", "08/SNV-VP", "02/11/2026", "Công văn về tập huấn văn thư"),
    ("2", "2026-11-04", "Bộ Nội vụ", "1205/QĐ-BNV", "2026/10/30", "Quyết định về bầu cử"),
)


def csv_file(
    rows: Iterable[Sequence[str]] = ROWS, heading: Sequence[str] = HEADING, separator: str = ","
) -> io.BytesIO:
    """Returns a register as CSV in UTF-8."""
    lines = [separator.join(f'"{cell}"' for cell in row) for row in (heading, *rows)]
    return io.BytesIO("\r\n".join(lines).encode())


def workbook(rows: Iterable[Sequence[object]], above: Iterable[Sequence[object]] = ()) -> io.BytesIO:
    """Returns a register as a workbook, with what stands above the heading."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (*above, HEADING, *rows):
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


def archive(files: dict[str, bytes]) -> io.BytesIO:
    """Returns files as a ZIP."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    target.seek(0)
    return target
