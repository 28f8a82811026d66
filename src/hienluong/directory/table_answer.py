"""The answer that carries a list as a table: CSV streamed as it is read, a workbook made beside and streamed then."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase

from hienluong.kit.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_chunks, write_xlsx


def table_answer(
    form: str, name: str, title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]
) -> HttpResponseBase:
    """Returns the rows as a file to be saved, its form "csv" or "xlsx"; a cell is text and never a formula.

    Raises:
        Http404: there is no such form.
        ListTooLong: a workbook's sheet cannot hold them.
    """
    if form == "csv":
        answer = StreamingHttpResponse(csv_chunks(heading, rows), content_type=CSV_TYPE)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
    if form != "xlsx":
        raise Http404
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write_xlsx(file, title, heading, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
