"""What must be true when everything has come back: the books of the outsiders against the rows of the axis."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import psycopg
from tests.faults.axis import Axis
from tests.faults.book import Facts

STATUSES = ("01", "03")
UNSETTLED = """
SELECT (SELECT count(*) FROM exchange_delivery WHERE state <> 'confirmed')
     + (SELECT count(*) FROM exchange_delivery WHERE kind = 'edoc' AND business_state <> '03')
     + (SELECT count(*) FROM ledger_queuedentry)
"""


def unsettled(axis: Axis, acknowledged: int) -> int:
    """Returns how much is still on its way: deliveries to confirm, documents to register, acts without their place."""
    with psycopg.connect(axis.database_url) as database:
        missing = acknowledged - _one(database, "SELECT count(*) FROM exchange_packet WHERE kind = 'edoc'")
        return _one(database, UNSETTLED) + max(missing, 0)


def audit(axis: Axis, senders: Mapping[str, Facts], receivers: Mapping[str, Facts]) -> dict[str, float]:
    """Compares every book with every other and with the database, and returns the figures.

    Args:
        axis: served, and settled.
        senders: books by agency.
        receivers: books by agency, those of the senders' own mailboxes included.
    """
    documents = {}
    for sender, book in senders.items():
        intents = {fact["number"]: fact for fact in book.of("intent")}
        receipts = {fact["number"]: fact for fact in book.of("acknowledged")}
        assert intents.keys() == receipts.keys(), f"{sender} has intents without a receipt"
        for number, receipt in receipts.items():
            documents[receipt["document"]] = {**intents[number], **receipt, "sender": sender}
    packets = {document["packet"] for document in documents.values()}
    assert len(packets) == len(documents), "two documents share a packet"

    _compare_effects(documents, receivers)
    with psycopg.connect(axis.database_url) as database:
        _compare_rows(database, documents)
        entries = _check_ledger(database, [document["ledger_entry"] for document in documents.values()])
    verified = json.loads(axis.run("ledger", "verify", "--json"))
    opened = axis.inside("open_all_files")
    assert opened["wrong"] == []
    assert opened["orphans"] >= 0, "a row has no file"
    receipts = list(documents.values())
    return {
        "documents": len(documents),
        "deliveries": sum(len(document["recipients"]) for document in receipts),
        "resends": sum(receipt["resends"] for receipt in receipts),
        "receipts given again": sum(receipt["repeated"] for receipt in receipts),
        "ledger entries": entries,
        "changes of rows compared with tables": verified["changes"],
        "copies opened": opened["copies"],
        "orphan files": opened["orphans"],
    }


def _compare_effects(documents: Mapping[str, Mapping[str, Any]], receivers: Mapping[str, Facts]) -> None:
    """Every acknowledged document took effect once at each recipient, and each status once at the sender."""
    expected: Counter[tuple[str, ...]] = Counter()
    for name, document in documents.items():
        for recipient in document["recipients"]:
            expected[recipient, "edoc", name, document["packet"], document["content"]] += 1
            for status in STATUSES:
                expected[document["sender"], "status", name, recipient, status] += 1
    happened: Counter[tuple[str, ...]] = Counter()
    packet_of_entry: dict[int, str] = {}
    for agency, book in receivers.items():
        for fact in book.of("effect"):
            assert packet_of_entry.setdefault(fact["entry"], fact["packet"]) == fact["packet"]
            about = (
                (fact["packet"], *fact["contents"])
                if fact["kind"] == "edoc"
                else (fact["from"], fact["status"])
            )
            happened[agency, fact["kind"], fact["document"], *about] += 1
    assert expected - happened == Counter(), "lost"
    assert happened - expected == Counter(), "twice, or never sent"


def _compare_rows(database: psycopg.Connection, documents: Mapping[str, Mapping[str, Any]]) -> None:
    rows = database.execute(
        "SELECT p.document_id, p.id::text, array_agg(d.recipient_code ORDER BY d.recipient_code)"
        " FROM exchange_packet p JOIN exchange_delivery d ON d.packet_id = p.id"
        " WHERE p.kind = 'edoc' GROUP BY p.id"
    ).fetchall()
    assert sorted(rows) == sorted(
        (name, document["packet"], sorted(document["recipients"])) for name, document in documents.items()
    )
    deliveries = sum(len(document["recipients"]) for document in documents.values())
    statuses = deliveries * len(STATUSES)
    counts = {
        "SELECT count(*) FROM exchange_packet WHERE kind = 'status'": statuses,
        "SELECT count(*) FROM exchange_transmission": len(documents) + statuses,
        "SELECT count(*) FROM exchange_part": len(documents),
        "SELECT count(*) FROM exchange_delivery": deliveries + statuses,
        "SELECT count(DISTINCT (delivery_id, after)) FROM exchange_deliveryevent WHERE plane = 'mailbox'": (
            3 * (deliveries + statuses)
        ),
        "SELECT count(*) FROM exchange_deliveryevent": 3 * (deliveries + statuses) + statuses,
        "SELECT count(*) FROM exchange_transmission t LEFT JOIN files_sealedfile f"
        " ON f.id = t.file_id AND f.sha256 = t.sha256 AND f.size = t.size WHERE f.id IS NULL": 0,
    }
    for query, count in counts.items():
        assert _one(database, query) == count, query


def _check_ledger(database: psycopg.Connection, receipts: list[str]) -> int:
    """Every act is in the ledger once, at the indices 0, 1, 2 …, and every leaf is that of its entry."""
    rows = database.execute(
        "SELECT index, id::text, entry, salt, leaf FROM ledger_entry ORDER BY index"
    ).fetchall()
    assert [row[0] for row in rows] == list(range(len(rows)))
    assert all(hashlib.sha256(salt + entry).digest() == leaf for _, _, entry, salt, leaf in rows)
    assert set(receipts) <= {row[1] for row in rows}
    acts = Counter(
        (fact["action"], fact["outcome"]) for fact in (json.loads(entry) for _, _, entry, _, _ in rows)
    )
    transmissions = _one(database, "SELECT count(*) FROM exchange_transmission")
    deliveries = _one(database, "SELECT count(*) FROM exchange_delivery")
    assert acts["exchange.packet-accepted", "done"] == transmissions
    for act in ("delivered", "fetched", "confirmed"):
        assert acts[f"exchange.packet-{act}", "done"] == deliveries, act
    return len(rows)


def _one(database: psycopg.Connection, query: str) -> int:
    row = database.execute(query).fetchone()  # type: ignore[arg-type]  # the queries of this module
    assert row is not None
    return int(row[0])
