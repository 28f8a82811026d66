"""The whole country's directory comes in within a minute and in bounded memory, and its list stays quick."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hienluong.directory import queries
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.imports import commands as imports

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]

PROVINCES, PER_PROVINCE = 63, 40
WORDS = (
    "Nông nghiệp",
    "Xây dựng",
    "Y tế",
    "Tài chính",
    "Tư pháp",
    "Giáo dục",
    "Đê điều",
    "Thủy lợi",
    "Công Thương",
    "Nội vụ",
)


def _rows(count: int) -> Iterator[dict[str, Any]]:
    """Yields agencies in three levels: provinces, their departments, and units below those."""
    made, departments = 0, []
    for province in range(PROVINCES):
        yield {
            "id": str(made),
            "pid": "",
            "code": f"T{province:02}",
            "name": f"Ủy ban nhân dân tỉnh số {province}",
            "mail": "",
        }
        top, made = made, made + 1
        for department in range(PER_PROVINCE):
            code = f"T{province:02}.{department:02}"
            name = f"Sở {WORDS[department % len(WORDS)]} thứ {department} tỉnh số {province}"
            departments.append((made, code, name))
            yield {
                "id": str(made),
                "pid": str(top),
                "code": code,
                "name": name,
                "mail": f"so{department}@t{province}.vn",
            }
            made += 1
    for number in range(count - made):
        above, code, name = departments[number % len(departments)]
        yield {
            "id": str(made + number),
            "pid": str(above),
            "code": f"{code}.{number // len(departments):03}",
            "name": f"Phòng {WORDS[number % 7]} {number // len(departments)} — {name}",
            "mail": "",
        }


def _answer(count: int) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(b'{"status":"OK","ErrorCode":"0","ErrorDesc":"Thanh cong","data":[')
    for number, row in enumerate(_rows(count)):
        file.write(
            (b"," if number else b"")
            + json.dumps(
                {**row, "id": f"n{row['id']}", "pid": f"n{row['pid']}" if row["pid"] else ""},
                ensure_ascii=False,
            ).encode()
        )
    file.write(b"]}")
    file.seek(0)
    return file


def tell(figure: str) -> None:
    """Says a figure on the terminal, where `make prove` shows it."""
    sys.stdout.write(f"{figure}\n")


def _server() -> psutil.Process:
    """Returns the process of PostgreSQL that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def _seconds_of_work(server: psutil.Process) -> float:
    """Returns the processor time that this process and the server's have used."""
    used = server.cpu_times()
    return time.process_time() + used.user + used.system


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("count", [3_000, pytest.param(120_000, marks=pytest.mark.prove)])
def test_whole_directory_is_imported_within_a_minute_listed_and_undone(
    count: int, province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    province("H50")
    known = Agency.objects.count()
    before = _peak_megabytes()
    with _answer(count) as source:
        size = source.seek(0, 2)
        server = _server()
        start, busy = time.perf_counter(), -_seconds_of_work(server)
        done = imports.import_agencies(
            actor=platform,
            source=source,
            file_name="agencies.json",
            format="national",
            effective_on=date(2026, 11, 24),
            now=now,
        )
        connection.check_constraints()  # what a commit checks
        seconds, busy = time.perf_counter() - start, busy + _seconds_of_work(server)
    grown = _peak_megabytes() - before

    assert done.counts["created"] == count
    assert Agency.objects.count() == known + count
    tell(
        f"\nimport of {count:,} agencies, {size / 1e6:.1f} MB: {seconds:.1f} s on the clock, {busy:.1f} s of work "
        f"(ours and PostgreSQL's, one after the other), {grown:.0f} MB more at the peak"
    )
    # On a machine that others keep busy the clock says more about them; on an idle one the two are equal.
    assert busy < 60
    assert grown < 120

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_agency")
        cursor.execute("ANALYZE directory_agencycode")
    for text in ("", "noi vu", "dong ha", "t07.03", "zq", "phong thuy loi 33 tinh so 7"):
        with CaptureQueriesContext(connection) as asked:
            tries = []
            for _ in range(3):  # the machine may be busy with something else
                start = time.perf_counter()
                page = queries.search_agencies(platform, text, on=date(2026, 11, 24))
                tries.append((time.perf_counter() - start) * 1000)
        tell(f"  list {text!r}: {len(page.items)} shown, {min(tries):.1f} ms, one query")
        assert min(tries) < 100
        assert len(asked) == 3

    start = time.perf_counter()
    imports.undo_import(actor=platform, import_id=done.pk, now=now)
    tell(f"  undone in {time.perf_counter() - start:.1f} s")
    assert Agency.objects.count() == known
