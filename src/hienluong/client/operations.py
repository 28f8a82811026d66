"""What a system can do on the axis: one method for each operation of the API."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import httpx

from hienluong.client.connection import UNCHANGED, Connection, json_object, retry_after
from hienluong.client.copies import CopiesClient
from hienluong.client.credentials import Credentials
from hienluong.client.errors import PacketDamaged, RequestRefused
from hienluong.client.issuing import IssuingClient
from hienluong.client.multipart import read_parts

WAIT_SECONDS = 25
"""For so long one request waits for something to arrive; less than proxies usually allow."""
COME_AGAIN_SECONDS = 5.0
BATCH_ENTRIES = 100
CONFIRMATIONS = 500


@dataclass(frozen=True, slots=True)
class FetchedPacket:
    """A packet as the axis handed it out: the sender's bytes with one trace of the axis added."""

    packet_id: UUID
    content: bytes = field(repr=False)
    sha256: str
    entry: int


@dataclass(frozen=True, slots=True)
class FetchRefused:
    """An entry that could not be fetched with others, and why."""

    entry: int
    problem: RequestRefused


@dataclass(frozen=True, slots=True)
class MailboxPage:
    """A page of the mailbox.

    Attributes:
        items: its entries, oldest first.
        more: whether there is another page now.
        resume: where to go on, now or later.
        waited: whether the axis held an empty page back until its time was over.
        come_again: when it could not: after how many seconds to ask again.
    """

    items: list[dict[str, Any]]
    more: bool
    resume: str
    waited: bool
    come_again: float


class ExchangeClient:
    """Speaks to one axis as one agency's system.

    Args:
        url: address of the axis, as https://axis.example; plain http only to this machine.
        credentials: of the system.
        language: "vi" or "en", for the texts of refusals.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        language: str = "en",
    ) -> None:
        self.url = url
        self._axis = Connection(url, credentials, language=language)
        self._last_page: tuple[str, str, dict[str, Any]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._axis.close()

    @property
    def issuing(self) -> IssuingClient:
        """The agency's documents that are to be issued."""
        return IssuingClient(self._axis)

    @property
    def copies(self) -> CopiesClient:
        """The agency's copies of documents."""
        return CopiesClient(self._axis)

    def me(self) -> dict[str, Any]:
        """Returns the system, its agency, and for whom it may send."""
        return self._axis.json("GET", "/me")

    def agency(self, code: str) -> dict[str, Any]:
        """Returns the agency that a code of any scheme leads to today."""
        return self._axis.json("GET", f"/agencies/{quote(code, safe='')}")

    def send_packet(self, content: bytes, *, not_secret: bool, idempotency_key: str) -> dict[str, Any]:
        """Hands in an edXML file and returns its receipt; handing it in again gives the first receipt again.

        Raises:
            RequestRefused: the axis did not take it.
            OutgoingError: no answer came; the file may have been taken, and may be handed in again.
        """
        headers = {"Content-Type": "application/xml", **_send_headers(idempotency_key, not_secret=not_secret)}
        return self._axis.json("POST", "/packets", headers=headers, content=content)

    def send_document(
        self,
        document: Mapping[str, str | Sequence[str]],
        files: Sequence[tuple[str, bytes]],
        *,
        not_secret: bool,
        idempotency_key: str,
    ) -> dict[str, Any]:
        """Lets the axis write a new document from its fields and files, and returns its receipt.

        Args:
            document: fields of `DocumentIn` in docs/contracts/openapi.json.
            files: names and contents.
            not_secret: the sender's declaration that this is no state secret.
            idempotency_key: the same for the same document, so that it may be sent again.

        Raises:
            RequestRefused, OutgoingError: as `send_packet`.
        """
        parts = [("attachments", (name, content)) for name, content in files]
        form = httpx.Request("POST", "https://form.invalid", data=dict(document), files=parts)
        headers = {"Content-Type": form.headers["Content-Type"]}
        return self._axis.json(
            "POST",
            "/documents",
            headers={**headers, **_send_headers(idempotency_key, not_secret=not_secret)},
            content=form.read(),
        )

    def sent(self, text: str = "", *, limit: int = 50) -> list[dict[str, Any]]:
        """Returns the newest documents that the agency sent, each with its deliveries; `text` narrows them."""
        found: list[dict[str, Any]] = self._axis.json("GET", "/sent", {"q": text, "limit": limit})["items"]
        return found

    def inbox(
        self, *, states: Sequence[str] = (), kind: str | None = None, text: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Yields the entries of the agency's mailbox, oldest first; without states, what is not confirmed."""
        page = self.mailbox_page(states=states, kind=kind, text=text)
        yield from page.items
        while page.more:
            page = self.mailbox_page(states=states, kind=kind, text=text, after=page.resume)
            yield from page.items

    def follow(
        self,
        *,
        states: Sequence[str] = (),
        kind: str | None = None,
        after: str = "",
        wait: int = WAIT_SECONDS,
    ) -> Iterator[MailboxPage]:
        """Yields what lies in the mailbox and then what arrives, without end; nothing is passed over.

        A page without items says that nothing came while it waited. `resume` of any page goes on from there, later
        and in another process too.

        Args:
            states: only entries in these states; none: what is not confirmed.
            kind: "edoc" or "status"; None: both.
            after: `resume` of a page before; empty: from the beginning.
            wait: for how many seconds one request asks the axis to wait.
        """
        while True:
            page = self.mailbox_page(states=states, kind=kind, after=after, wait=wait)
            yield page
            after = page.resume
            if not page.items and not page.waited:
                time.sleep(page.come_again)

    def mailbox_page(
        self,
        *,
        states: Sequence[str] = (),
        kind: str | None = None,
        text: str = "",
        after: str = "",
        wait: int = 0,
        limit: int = 100,
    ) -> MailboxPage:
        """Returns one page of the mailbox; with `wait`, the axis holds an empty one back until something arrives.

        The page asked for last is remembered with its ETag: while nothing changes, it does not travel again.
        """
        query = {
            "state": list(states),
            "kind": [kind] if kind else [],
            "q": text,
            "after": after,
            "limit": limit,
        }
        path = f"/inbox?{urlencode(query, doseq=True)}"
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        known = self._last_page
        if known is not None and known[0] == path:
            headers["If-None-Match"] = known[1]
        answer = self._axis.call("GET", path, headers=headers)
        if answer.status == UNCHANGED and known is not None:
            value = known[2]
        else:
            value = json_object(answer)
            self._last_page = (path, answer.headers.get("ETag", ""), value)
        return MailboxPage(
            items=value["items"],
            more=value["next"] is not None,
            resume=value["resume"],
            waited="Preference-Applied" in answer.headers,
            come_again=retry_after(answer) or COME_AGAIN_SECONDS,
        )

    def fetch_several(self, entries: Sequence[int]) -> Iterator[FetchedPacket | FetchRefused]:
        """Yields the packets of entries, many in one request, in the order given; fetching again is harmless.

        Each is checked against the axis's SHA-256. One that is refused holds up no other.

        Raises:
            PacketDamaged: other bytes arrived than were sent.
            RequestRefused, OutgoingError: nothing more can be fetched (now).
        """
        waiting = list(dict.fromkeys(entries))
        while waiting:
            asked, waiting = waiting[:BATCH_ENTRIES], waiting[BATCH_ENTRIES:]
            answer = self._axis.call("GET", f"/inbox/packets?{urlencode({'entry': asked}, doseq=True)}")
            *packets, (_headers, told) = read_parts(answer)
            for headers, content in packets:
                yield _fetched(int(headers["entry"]), headers, content)
            summary = json.loads(told)
            for one in summary["refused"]:
                yield FetchRefused(one["entry"], RequestRefused(one["problem"]["status"], one["problem"]))
            waiting = [*summary["left_out"], *waiting]

    def fetch(self, entry: int) -> FetchedPacket:
        """Fetches the packet of an entry, checked against the axis's SHA-256; fetching again is harmless.

        Raises:
            PacketDamaged: other bytes arrived than were sent.
            RequestRefused, OutgoingError: it cannot be fetched (now).
        """
        answer = self._axis.call("GET", f"/inbox/{entry}/packet")
        return _fetched(entry, answer.headers, answer.body)

    def confirm(
        self, entry: int, *, outcome: Literal["done", "fail"] = "done", note: str = ""
    ) -> dict[str, Any]:
        """Tells the axis that this system has the packet, or cannot take it; telling it again is harmless."""
        return self._axis.post(f"/inbox/{entry}/confirm", {"outcome": outcome, "note": note})

    def confirm_several(
        self, confirmations: Sequence[tuple[int, Literal["done", "fail"], str]]
    ) -> list[dict[str, Any]]:
        """Confirms entries, given as (entry, outcome, note), and returns what became of each, in their order.

        Each answer has `entry` and either its `state` or the `problem` for which it was refused.
        """
        told: list[dict[str, Any]] = []
        for at in range(0, len(confirmations), CONFIRMATIONS):
            items = [
                {"entry": entry, "outcome": outcome, "note": note}
                for entry, outcome, note in confirmations[at : at + CONFIRMATIONS]
            ]
            told += self._axis.post("/inbox/confirm", {"items": items})["items"]
        return told

    def report_status(
        self,
        delivery: int,
        status: str,
        *,
        note: str = "",
        reason: str = "",
        staff: str = "",
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Reports what becomes of a document (01 … 16) and returns the receipt of the status packet.

        `reason` is a code of `reasons`, for 02, 13 and 16.
        """
        body = {"status": status, "note": note, "reason": reason, "staff": staff}
        key = idempotency_key or f"status-{uuid4()}"
        return self._axis.post(f"/deliveries/{delivery}/statuses", body, {"Idempotency-Key": key})

    def recall(
        self,
        packet_id: UUID,
        *,
        recipients: Sequence[str] = (),
        reason: str = "",
        note: str = "",
        idempotency_key: str | None = None,
    ) -> list[dict[str, Any]]:
        """Asks a document back from recipients by code, or from all; returns what became of each."""
        body = {"recipients": list(recipients), "reason": reason, "note": note}
        key = idempotency_key or f"recall-{uuid4()}"
        answer = self._axis.post(f"/packets/{packet_id}/recall", body, {"Idempotency-Key": key})
        items: list[dict[str, Any]] = answer["items"]
        return items

    def revoke(
        self,
        packet_id: UUID,
        *,
        reason: str,
        recipients: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Revokes a document at recipients by code, or at all; returns the receipt of the revocation."""
        body = {"recipients": list(recipients), "reason": reason}
        key = idempotency_key or f"revoke-{uuid4()}"
        return self._axis.post(f"/packets/{packet_id}/revocation", body, {"Idempotency-Key": key})

    def correct_recipient(
        self, delivery: int, to: str, *, note: str = "", idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Takes a document back from the wrong agency and sends it to the right one; returns the recall."""
        key = idempotency_key or f"correct-{uuid4()}"
        body = {"to": to, "note": note}
        return self._axis.post(f"/deliveries/{delivery}/correction", body, {"Idempotency-Key": key})

    def recalls(
        self, *, side: str | None = None, states: Sequence[str] = (), limit: int = 50
    ) -> list[dict[str, Any]]:
        """Returns the newest recalls: asked back by the agency ("sent"), from it ("received"), or both."""
        query = {"side": [side] if side else [], "state": list(states), "limit": limit}
        items: list[dict[str, Any]] = self._axis.json("GET", "/recalls", query)["items"]
        return items

    def changes(self, packet_id: UUID) -> list[dict[str, Any]]:
        """Returns what a packet revokes, updates or replaces, and what did so to it."""
        items: list[dict[str, Any]] = self._axis.json("GET", f"/packets/{packet_id}/changes")["items"]
        return items

    def reasons(self, act: str | None = None) -> list[dict[str, Any]]:
        """Returns the reasons that can be given with 02, 13 and 16, or with one of them."""
        items: list[dict[str, Any]] = self._axis.json("GET", "/reasons", {"act": act} if act else {})["items"]
        return items

    def trace(self, packet_id: UUID) -> dict[str, Any]:
        """Returns a packet that the agency sent or received, with every hop of its journey."""
        return self._axis.json("GET", f"/packets/{packet_id}")

    def receipt(self, receipt_id: UUID) -> dict[str, Any]:
        """Returns a receipt again."""
        return self._axis.json("GET", f"/receipts/{receipt_id}")


def _send_headers(idempotency_key: str, *, not_secret: bool) -> dict[str, str]:
    return {"Declared-Not-Secret": str(not_secret).lower(), "Idempotency-Key": idempotency_key}


def _fetched(entry: int, headers: Mapping[str, str], content: bytes) -> FetchedPacket:
    """Returns a packet that arrived.

    Raises:
        PacketDamaged: other bytes arrived than were sent.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    name = headers.get("content-disposition", "").rpartition("filename=")[2].strip('"')
    try:
        packet_id = UUID(name.removesuffix(".edxml"))
    except ValueError as problem:
        raise PacketDamaged(entry=entry) from problem
    if headers.get("etag", "").strip('"') != sha256:
        raise PacketDamaged(entry=entry)
    return FetchedPacket(packet_id, content, sha256, entry)
