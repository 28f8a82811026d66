"""The answers that carry a list as a table: CSV streamed as it is read, a workbook made beside and streamed then."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from hienluong.directory.service import csv_chunks, write_xlsx
from hienluong.mailbox.errors import ListTooLong

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_048_575


def table(
    form: str, name: str, title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]
) -> HttpResponseBase:
    """Returns the rows as a file to be saved; a cell is text and never a formula.

    Raises:
        ListTooLong: a workbook's sheet cannot hold them.
    """
    if form == "csv":
        answer = StreamingHttpResponse(csv_chunks(heading, rows), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write_xlsx(file, title, heading, rows)
    except ValueError as problem:
        file.close()
        raise ListTooLong(limit=SHEET_ROWS) from problem
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=WORKBOOK)
