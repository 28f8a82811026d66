"""A lean load of senders, run as a program of its own: raw sockets, kept open, and packets built beforehand.

Reads its orders as JSON from the standard input and prints what it measured as JSON. The client must not eat the
CPU that it measures: a request is one `sendall` of joined bytes, an answer is read up to its Content-Length.
"""

from __future__ import annotations

import base64
import json
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

ACCEPTED, RECEIPT = "201", '"signature":'
"""What the axis answers when a packet is safe: its status, and a part of the receipt."""


@dataclass(slots=True)
class Sender:
    """One agency's system, sending one packet after another on one connection.

    Attributes:
        requests: per recipient, the request cut at the places of its number.
        accepted: the status of an answer that accepts, and what its body must hold.
        first: the number of its first packet; the next are `step` apart.
    """

    port: int
    requests: list[list[bytes]]
    accepted: tuple[bytes, bytes]
    first: int
    step: int
    seconds: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def send_until(self, moment: float) -> None:
        """Hands in packets until the moment (of the monotonic clock)."""
        number = self.first
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (began := time.monotonic()) < moment:
                parts = self.requests[number // self.step % len(self.requests)]
                connection.sendall((b"%012d" % number).join(parts))
                status, body = read_answer(connection)
                if status == self.accepted[0] and self.accepted[1] in body:
                    self.seconds.append(time.monotonic() - began)
                else:
                    self.refusals.append(f"{status!r} {body[:300]!r}")
                number += self.step


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Returns status and body of one answer; the axis writes them with a Content-Length."""
    data = connection.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += connection.recv(65536)
    head = data[:end].lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    while len(data) < end + 4 + length:
        data += connection.recv(65536)
    return data[9:12], data[end + 4 :]


def request(template: bytes, token: str) -> bytes:
    """Returns the HTTP request that hands a packet in."""
    head = (
        "POST /api/v1/packets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer {token}\r\nDeclared-Not-Secret: true\r\nContent-Length: {len(template)}\r\n\r\n"
    )
    return head.encode() + template


def run(orders: dict[str, Any]) -> dict[str, Any]:
    """Sends for the ordered time with all senders at once and returns the seconds each packet took."""
    place = str(orders["place"]).encode()
    senders = [
        Sender(
            orders["port"],
            [base64.b64decode(one).split(place) for one in sender["requests"]],
            (orders.get("accepted", ACCEPTED).encode(), orders.get("receipt", RECEIPT).encode()),
            orders["first"] + index,
            len(orders["senders"]),
        )
        for index, sender in enumerate(orders["senders"])
    ]
    began = time.monotonic()
    with ThreadPoolExecutor(len(senders)) as threads:
        list(threads.map(lambda one: one.send_until(began + orders["seconds"]), senders))
    return {
        "began": began,
        "elapsed": time.monotonic() - began,
        "seconds": sorted(second for one in senders for second in one.seconds),
        "refusals": [refusal for one in senders for refusal in one.refusals],
        "cpu": time.process_time(),
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
