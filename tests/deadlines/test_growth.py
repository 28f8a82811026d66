"""The lists of a province that has worked for years: a million clocks, and a page within a tenth of a second."""

from __future__ import annotations

import time as stopwatch
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import connection
from personas import DONG_HOI, HOME_AFFAIRS
from tests.deadlines.conftest import Axis, at, paper

from hienluong.deadlines import commands, queries
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit import clock

CLOCKS, LIMIT_MS = 1_000_000, 100.0

FILL = """
INSERT INTO deadlines_clock (duty, agency_id, reference, issued_on, priority, begun_at, by_day, due_at, stopped_at,
    outcome, late, announced_by)
SELECT (ARRAY['receipt', 'answer'])[1 + n %% 2], agency.id, n || '/SNV', NULL, 0, due - interval '1 day', false, due,
    CASE WHEN n %% 500 > 0 THEN due - interval '1 hour' + (n %% 20) / 19 * interval '3 hours' END,
    CASE WHEN n %% 500 > 0 THEN 'done' ELSE '' END, n %% 500 > 0 AND n %% 20 = 19, ''
FROM generate_series(1, %s) n
CROSS JOIN LATERAL (SELECT %s::timestamptz - n * interval '60 seconds' AS due) AS moment
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many FROM directory_agency) AS agency
    ON agency.place = 1 + n %% agency.many
"""


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_page_of_a_list_takes_a_tenth_of_a_second_with_a_million_clocks(
    axis: Axis, agencies: Mapping[str, Agency], record_property: Callable[[str, object], None]
) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FILL, [CLOCKS, now])
        cursor.execute("VACUUM ANALYZE deadlines_clock")
    clerk = Actor(
        kind="person", id=uuid.uuid4(), name="Lê An", agency_id=agencies[HOME_AFFAIRS].pk, role="clerk"
    )
    operator = Actor(
        kind="person", id=uuid.uuid4(), name="Lê An", agency_id=agencies[DONG_HOI].pk, role="operator"
    )
    far = queries.clocks(clerk, now=now, state="on_time", limit=2000).next
    acts: dict[str, Callable[[], Any]] = {
        "overdue": lambda: queries.clocks(clerk, now=now),
        "late": lambda: queries.clocks(clerk, now=now, state="late"),
        "in time, after 2,000": lambda: queries.clocks(clerk, now=now, state="on_time", after=far),
        "figures of an agency": lambda: queries.tally(clerk, now=now),
        "all agencies": lambda: queries.agencies(operator, now=now),
        "what the round asks": queries.open_by_agency,
        "urgent and overdue": lambda: queries.urgent_overdue(now=now),
        "reckoning a batch": lambda: commands.reckon_running_clocks(after=0, now=now),
    }
    slow = {}
    for name, act in acts.items():
        act()
        best = min(_milliseconds(act) for _attempt in range(5))
        record_property(f"{name}, ms", round(best, 1))
        if best > LIMIT_MS and name != "reckoning a batch":
            slow[name] = best
    assert slow == {}
    axis.arrive(paper(), at(9))


def _milliseconds(act: Callable[[], Any]) -> float:
    began = stopwatch.perf_counter()
    act()
    return (stopwatch.perf_counter() - began) * 1000
