"""A backup made while documents flow: what was acknowledged before it is in it, whole, and the axis goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.faults.axis import Axis, Outsider

pytestmark = pytest.mark.faults

SENDERS = ("H50.S01", "H50.S02")
RECEIVERS = ("H50.C18880", "H50.C19429")
ARRIVED = """
SELECT (SELECT count(*) FROM exchange_delivery WHERE state = 'waiting') + (SELECT count(*) FROM ledger_queuedentry) = 0
"""
GAPS = "SELECT count(*) FROM (SELECT index, row_number() OVER (ORDER BY index) - 1 AS place FROM ledger_entry) AS entries"


@pytest.fixture
def traffic(axis: Axis, tmp_path: Path) -> Iterator[dict[str, Outsider]]:
    """Two systems that send and two that receive, at work on a served axis."""
    axis.start()
    made = {}
    with ExitStack() as outside:
        for code, values in axis.inside("register_systems", [*SENDERS, *RECEIVERS]).items():
            credentials = tmp_path / f"{code}.json"
            credentials.write_text(json.dumps({**values, "url": axis.url}))
            program, recipients = ("sender.py", RECEIVERS) if code in SENDERS else ("receiver.py", ())
            made[code] = axis.open_client(program, credentials, tmp_path / f"{code}.book", *recipients)
            outside.callback(made[code].end)
        yield made


def test_backup_while_documents_flow_holds_every_one_acknowledged_before_it_and_the_axis_goes_on_from_it(
    axis: Axis, traffic: dict[str, Outsider]
) -> None:
    def acknowledged() -> set[str]:
        return {fact["packet"] for code in SENDERS for fact in traffic[code].book.of("acknowledged")}

    for code in SENDERS:
        traffic[code].order(500)
    axis.wait(lambda: len(acknowledged()) >= 20, 60)
    before = acknowledged()
    made = json.loads(axis.run("backup", "--to", str(axis.data.with_name("backups")), "--json"))
    assert acknowledged() > before, "nothing flowed while the backup was made"
    for outsider in traffic.values():
        outsider.end()
    axis.stop()

    restored = Axis(axis.data.with_name("restored"), axis.operators)
    restored.run("restore", made["path"], "--into", str(restored.data))
    opened = restored.inside("open_all_files")
    assert (opened["wrong"], opened["copies"] > len(before)) == ([], True)
    assert opened["orphans"] >= 0, "a row has no file"
    restored.start()
    try:
        with psycopg.connect(restored.database_url, autocommit=True) as database:
            kept = {
                str(row[0]) for row in database.execute("SELECT id FROM exchange_packet WHERE kind = 'edoc'")
            }
            assert before <= kept
            restored.wait(lambda: database.execute(ARRIVED).fetchone() == (True,), 60)
            assert database.execute(f"{GAPS} WHERE index <> place").fetchone() == (0,)
        verified = json.loads(restored.run("ledger", "verify", "--json"))
        assert verified["changes"] > len(before)
    finally:
        restored.end()
