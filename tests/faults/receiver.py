"""A system that receives, as a process of its own: `receiver.py CREDENTIALS BOOK`, until SIGTERM or SIGKILL.

For each entry of the mailbox: fetch, check, write the effect into the book, then confirm; a document is then
reported as arrived (01) and registered (03). Started again after a crash, it first ends what it had begun.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from typing import Any

from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.reader import read_packet

sys.path.insert(0, str(Path(__file__).parent))
from book import Book
from client import Caller

POLL_SECONDS = 0.3


def take(caller: Caller, book: Book, entry: dict[str, Any]) -> None:
    """Fetches an entry and lets it take effect, unless the book says that it has."""
    if any(fact["entry"] == entry["id"] for fact in book.facts.of("effect")):
        book.write("seen again", entry=entry["id"])
        return
    answer = caller.call("GET", f"/inbox/{entry['id']}/packet")
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    packet = read_packet(answer.content)
    about: dict[str, Any]
    if isinstance(packet, DocumentPacket):
        about = {"kind": "edoc", "contents": [part.content.sha256 for part in packet.attachments]}
    else:
        about = {"kind": "status", "status": packet.header.status_code, "from": packet.sender.organ_id}
    book.write(
        "effect", entry=entry["id"], packet=entry["packet"]["id"], document=packet.document_id, **about
    )


def finish(caller: Caller, book: Book, entry: int, kind: str) -> None:
    """Confirms an entry and reports what becomes of the document."""
    caller.call("POST", f"/inbox/{entry}/confirm", json={"outcome": "done"})
    for status in ("01", "03") if kind == "edoc" else ():
        caller.call(
            "POST",
            f"/deliveries/{entry}/statuses",
            json={"status": status},
            headers={"Idempotency-Key": f"{status}-{entry}"},
        )
    book.write("finished", entry=entry, resends=caller.resends)


def main(credentials: str, path: str) -> None:
    """Receives until it is ended."""
    caller, book = Caller(Path(credentials)), Book(Path(path))
    while True:
        finished = {fact["entry"] for fact in book.facts.of("finished")}
        begun = [fact for fact in book.facts.of("effect") if fact["entry"] not in finished]
        for fact in begun:
            finish(caller, book, fact["entry"], fact["kind"])
        entries = caller.call("GET", "/inbox", params={"limit": 100}).json()["items"]
        for entry in entries:
            take(caller, book, entry)
        if not entries and not begun:
            time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
